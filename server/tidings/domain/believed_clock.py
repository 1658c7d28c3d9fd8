"""Whether the clock is believed: by how far it is from what it said before.

It moves by minutes, so that more than MOST_AHEAD hours at once is a jump: after an outage, or because it is wrong. A jump
ahead is believed at once and remembered, until LIVED has gone by after it. Only so long does a clock that goes back behind
the jump show that the jump was wrong. Behind what was lived through without a jump, a clock is never believed.
"""

from enum import Enum

from sqlalchemy import Connection

from tidings.domain.hours import MOST_AHEAD
from tidings.records.statistics import HOUR
from tidings.storage.hours import Clock, clock_seen, set_clock

# Milliseconds, all of these.
MOST_OFF = MOST_AHEAD * HOUR
LIVED = 7 * 24 * HOUR
# The clock is written down when it has moved by this much.
NOTED = 60_000


class Belief(Enum):
    """What to do under a clock: go on; nothing, for it is behind; or take back what one that was ahead has done."""

    GO_ON = 1
    WAIT = 2
    TAKE_BACK = 3


def look_at_clock(connection: Connection, now: int) -> Belief:
    """Judges the clock (milliseconds) and remembers it when it is believed."""
    seen = clock_seen(connection)
    if now > seen.believed + MOST_OFF:
        before = (_may_be_wrong(seen) and seen.before_jump) or seen.believed
        set_clock(connection, Clock(now, before, now))
    elif now >= seen.believed - MOST_OFF:
        if now >= seen.believed + NOTED:
            set_clock(connection, Clock(now, seen.before_jump, seen.jumped_to))
    elif _may_be_wrong(seen) and now >= seen.before_jump - MOST_OFF:
        set_clock(connection, Clock(now, seen.before_jump, now))
        return Belief.TAKE_BACK
    else:
        return Belief.WAIT
    return Belief.GO_ON


def cautious(connection: Connection, now: int) -> int:
    """The moment (milliseconds) by which things may be removed for good: no jump counts before LIVED has gone by."""
    seen = clock_seen(connection)
    if not seen.believed:
        return now
    now = min(now, seen.believed + MOST_OFF)
    jump = seen.jumped_to - seen.before_jump if _may_be_wrong(seen) and seen.before_jump else 0
    return now - max(jump, 0)


def _may_be_wrong(seen: Clock) -> bool:
    return seen.jumped_to > 0 and seen.believed - seen.jumped_to < LIVED
