"""The hour that something is counted in.

That of its moment; or, when webhooks have been told of that hour already, the first that they have not been told of: what
comes late, or after the clock was set back, is told in the next window, so that no window leaves anything out.
"""

from tidings.records.statistics import HOUR

# Hours. A clock that moves by more than this at once has jumped (believed_clock.py).
MOST_AHEAD = 24


def hour_to_count(now: int, first_open: int) -> int:
    """The hour, counted from the epoch, for something that comes `now` (milliseconds).

    `first_open`: `storage.hours.first_open_hour`, read in the transaction that counts.
    """
    return max(now // HOUR, first_open)
