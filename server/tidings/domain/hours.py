"""The hour that something is counted in.

That of its moment; or, when webhooks have been told of that hour already, the first that they have not been told of: what
comes late, or after the clock was set back, is told in the next window, so that no window leaves anything out.
"""

HOUR = 3_600_000
# Hours. A clock that was further ahead than this was wrong, not early: what it closed is not believed.
MOST_AHEAD = 24


def hour_to_count(now: int, first_open: int) -> int:
    """The hour, counted from the epoch, for something that comes `now` (milliseconds).

    `first_open`: `storage.hours.first_open_hour`, read in the transaction that counts.
    """
    hour = now // HOUR
    return max(hour, first_open) if first_open - hour <= MOST_AHEAD else hour
