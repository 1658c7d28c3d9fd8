"""How well one colour is read on another (WCAG 2): what a theme and an application's own colours come to."""

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

# Of text; WCAG 2.2, 1.4.3.
LEAST = 4.5

_HEX = re.compile(r"#(?:[0-9a-fA-F]{8}|[0-9a-fA-F]{6}|[0-9a-fA-F]{3,4})(?![0-9a-zA-Z])")
_DARK = ", in the dark "
_PAIRS = (("color", "Text"), ("muted", "Less important text"), ("accent", "Links"))
_BACKGROUND = "--fomo-background"

Channels = tuple[float, float, float]


class Faint(Struct, frozen=True):
    """Two colours too much alike. `what`: is read on the background; `scheme`: light or dark; `ratio`: 1 to 21."""

    what: str
    scheme: str
    ratio: float


def channels(colour: str) -> Channels | None:
    """The red, green and blue of an opaque #rgb or #rrggbb, 0 to 1 each; None for anything else."""
    if not _HEX.fullmatch(colour) or len(colour) in (5, 9):
        return None
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    red, green, blue = (int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))
    return red, green, blue


def contrast(one: Channels, other: Channels) -> float:
    """From 1, of a colour with itself, to 21, of black with white."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def faint(own: Mapping[str, Mapping[str, str]], of_theme: Mapping[str, str]) -> Iterator[Faint]:
    """What can hardly be read. `own`: an application's variables by scheme; `of_theme`: those of its theme, as it says them.

    What is not known, such as a translucent ground, is nothing to warn of.
    """
    for scheme in ("light", "dark"):
        ground = _found(_BACKGROUND, scheme, own, of_theme)
        for name, what in _PAIRS:
            ink = _found(f"--fomo-{name}", scheme, own, of_theme)
            if ground is not None and ink is not None and (ratio := contrast(ink, ground)) < LEAST:
                yield Faint(what, scheme, ratio)


def theme_colours(said: str) -> tuple[str, str]:
    """By day and by night, of a variable in a theme.toml: "#fff, in the dark #202020"; "" for what is no colour."""
    light, _, dark = said.partition(_DARK)
    found = [_HEX.search(part) for part in (light, dark or light)]
    by_day, by_night = (one[0].lower() if one else "" for one in found)
    return by_day, by_night


def _found(variable: str, scheme: str, own: Mapping[str, Mapping[str, str]], of_theme: Mapping[str, str]) -> Channels | None:
    # What is set for the light holds in the dark too, unless that has its own.
    given = own.get(scheme, {}).get(variable) or own.get("light", {}).get(variable)
    return channels(given or theme_colours(of_theme.get(variable, ""))[scheme == "dark"])


def _luminance(colour: Channels) -> float:
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
