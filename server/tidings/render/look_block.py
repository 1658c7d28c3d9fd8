"""Colours and radius as variables of the themes, in a marked block at the head of an application's own CSS.

The rest of that CSS is the owner's; this block is read back from it and written anew, so that the two need no second place.
"""

import re
from collections.abc import Mapping

from msgspec import Struct

# What themes/README.md says a shop's owner can set, as far as it is a colour.
COLOURS = ("background", "color", "muted", "accent", "border")
LARGEST_RADIUS = 40

_FROM = "/* look: written by the Design page */"
_TO = "/* end of look */"
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_DECLARATION = re.compile(r"--fomo-([a-z]+): ([^;]*);")
_LINE_ENDS = re.compile(r"\r\n?")
# Longer than any block that we write.
_LONGEST = 1_000
_DARK = "@media (prefers-color-scheme: dark)"


class Look(Struct, frozen=True):
    """`light` and `dark`: colours by their name in COLOURS, as #rrggbb; a name that is absent is the theme's own.

    `radius`: in pixels; None is the theme's own.
    """

    light: Mapping[str, str] = {}
    dark: Mapping[str, str] = {}
    radius: int | None = None

    @property
    def variables(self) -> dict[str, dict[str, str]]:
        """The colours by scheme, under the names that themes read."""
        both = {"light": self.light, "dark": self.dark}
        return {scheme: {f"--fomo-{name}": value for name, value in one.items()} for scheme, one in both.items()}


def is_colour(text: str) -> bool:
    """Whether this is a colour as a block holds it: #rrggbb."""
    return _COLOUR.fullmatch(text) is not None


def split(css: str) -> tuple[Look, str]:
    """The look that an application's CSS holds, and the rest of the CSS.

    Only a block that stands as we write it is one: what somebody has changed in it by hand, or put before it, is theirs.
    """
    text = _LINE_ENDS.sub("\n", css)
    end = text.find(_TO, 0, _LONGEST)
    if not text.startswith(_FROM) or end < 0:
        return Look(), css
    light, _, dark = text[len(_FROM) : end].partition(_DARK)
    radius = dict(_declared(light)).get("radius", "")
    number = int(radius.removesuffix("px")) if re.fullmatch(r"[0-9]{1,3}px", radius) else None
    look = Look(_colours(light), _colours(dark), None if number is None or number > LARGEST_RADIUS else number)
    rest = text[end + len(_TO) :].removeprefix("\n")
    return (look, rest) if joined(look, rest) in (text, text + "\n") else (Look(), css)


def holds_block(css: str) -> bool:
    """Whether a block stands in this CSS that is not ours any more: what it says holds over another before it."""
    return _FROM in css


def joined(look: Look, rest: str) -> str:
    """The CSS that holds this look and the rest; without a look the rest alone."""
    values = [f"  --fomo-{name}: {look.light[name]};" for name in COLOURS if name in look.light]
    if look.radius is not None:
        values.append(f"  --fomo-radius: {look.radius}px;")
    rules = [".fomo-notification {", *values, "}"] if values else []
    in_dark = [f"    --fomo-{name}: {look.dark[name]};" for name in COLOURS if name in look.dark]
    if in_dark:
        rules += [f"{_DARK} {{", "  .fomo-notification {", *in_dark, "  }", "}"]
    return "\n".join([_FROM, *rules, _TO, rest]) if rules else rest


def _declared(text: str) -> list[tuple[str, str]]:
    found = (_DECLARATION.fullmatch(line.strip()) for line in text.split("\n"))
    return [(one[1], one[2]) for one in found if one is not None]


def _colours(text: str) -> dict[str, str]:
    return {name: value for name, value in _declared(text) if name in COLOURS and _COLOUR.fullmatch(value)}
