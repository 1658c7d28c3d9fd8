"""Figures: what was seen and done over a span of time."""

from msgspec import Struct
from msgspec.structs import astuple

# Milliseconds.
HOUR = 3_600_000
HOURS_A_DAY = 24
DAY = HOURS_A_DAY * HOUR
# Figures of single events are kept for this many days, today included.
EVENT_DAYS = 30


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

    def beyond(self, other: "Figures") -> "Figures":
        """What is more here than there; what was taken back meanwhile is nothing, not less."""
        mine, others = astuple(self), astuple(other)
        return Figures(*(max(one - before, 0) for one, before in zip(mine, others, strict=True)))


class Reach(Struct, frozen=True):
    """Conversions in one currency, and what they were worth, in hundredths.

    All of them; those that are put down to a notification; and those of visitors from whom notifications are held.
    """

    number: int = 0
    cents: int = 0
    attributed: int = 0
    attributed_cents: int = 0
    held: int = 0
    held_cents: int = 0

    def __add__(self, other: "Reach") -> "Reach":
        return Reach(
            self.number + other.number,
            self.cents + other.cents,
            self.attributed + other.attributed,
            self.attributed_cents + other.attributed_cents,
            self.held + other.held,
            self.held_cents + other.held_cents,
        )
