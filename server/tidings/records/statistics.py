"""Figures: what was seen and done over a span of time."""

from msgspec import Struct


class Figures(Struct, frozen=True):
    """Counts, and the sum of what conversions were worth, in cents."""

    displays: int = 0
    hovers: int = 0
    clicks: int = 0
    closes: int = 0
    conversions: int = 0
    conversion_cents: int = 0

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(
            self.displays + other.displays,
            self.hovers + other.hovers,
            self.clicks + other.clicks,
            self.closes + other.closes,
            self.conversions + other.conversions,
            self.conversion_cents + other.conversion_cents,
        )
