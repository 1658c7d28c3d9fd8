"""Screenshots as numbers: how much of two pictures differs, and by what contrast."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageChops

if TYPE_CHECKING:
    from playwright.sync_api import Page

Colour = tuple[int, int, int]


def picture_of(page: Page, box: dict[str, Any] | None = None) -> Image.Image:
    """The viewport, or a box of it in CSS pixels (x, y, width, height), as it is drawn, the caret of a field hidden."""
    clip = {name: box[name] for name in ("x", "y", "width", "height")} if box else None
    return Image.open(io.BytesIO(page.screenshot(clip=clip, caret="hide"))).convert("RGB")  # type: ignore[arg-type]


def share_that_differs(one: Image.Image, other: Image.Image, tolerance: int = 2) -> float:
    """The share of pixels, 0 to 1, of which some channel differs by more than `tolerance`; 1 for pictures of two sizes."""
    if one.size != other.size:
        return 1.0
    # The largest difference of the three channels, pixel by pixel.
    red, green, blue = ImageChops.difference(one, other).split()
    most = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    same = sum(most.histogram()[: tolerance + 1])
    return 1 - same / (one.width * one.height)


def changed_pixels(before: Image.Image, after: Image.Image, least_contrast: float) -> int:
    """How many pixels changed by at least this contrast."""
    pairs = zip(before.get_flattened_data(), after.get_flattened_data(), strict=True)
    return sum(a != b and contrast(a, b) >= least_contrast for a, b in pairs)


def contrast(one: Colour, other: Colour) -> float:
    """The WCAG contrast of two opaque colours."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: Colour) -> float:
    parts = (part / 255 for part in colour)
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
