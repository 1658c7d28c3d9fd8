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
_BLOCK = re.compile(re.escape(_FROM) + r"(.*?)" + re.escape(_TO) + r"\n?", re.DOTALL)
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_DECLARATION = re.compile(r"--fomo-([a-z]+):\s*([^;}]*?)\s*;")
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
    """The look that an application's CSS holds, and the rest of the CSS."""
    found = _BLOCK.search(css)
    if found is None:
        return Look(), css
    light, _, dark = found[1].partition(_DARK)
    radius = dict(_DECLARATION.findall(light)).get("radius", "")
    number = int(radius.removesuffix("px")) if re.fullmatch(r"\d{1,3}px", radius) else None
    return Look(_colours(light), _colours(dark), number), css[: found.start()] + css[found.end() :]


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


def _colours(text: str) -> dict[str, str]:
    return {
        name: value.lower() for name, value in _DECLARATION.findall(text) if name in COLOURS and _COLOUR.fullmatch(value)
    }
