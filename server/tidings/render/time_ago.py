"""How long ago, in words of CLDR, rounded down to the unit."""

from datetime import timedelta

from babel import Locale
from babel.dates import format_timedelta

from tidings.render.labels import labels_of

# Largest first: (seconds in the unit); months and years as CLDR's users count them, 30 and 365 days.
_UNITS = (31_536_000, 2_592_000, 604_800, 86_400, 3_600, 60)


def time_ago(seconds: int, locale: Locale) -> str:
    """Words for an age in whole seconds. An event of the future, by a clock that was wrong, is "just now"."""
    for unit in _UNITS:
        if seconds >= unit:
            # Babel rounds to the nearest; a whole number of units leaves it nothing to round up.
            return format_timedelta(
                timedelta(seconds=-(seconds // unit) * unit), threshold=1, add_direction=True, locale=locale
            )
    return labels_of(locale).just_now
