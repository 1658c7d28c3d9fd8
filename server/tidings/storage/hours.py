"""Which hours are closed, and the clock that closed them, in SQL.

A closed hour takes no more counts. Only what its conversions are worth still changes, when they are taken back.
"""

from msgspec import Struct
from sqlalchemy import Connection, select, update

from tidings.storage.tables import closed_hour

# Where transactions run beside each other (not on SQLite), whoever closes an hour waits for those that count in it.
_read = select(closed_hour.c.hour).with_for_update(read=True)
_clock = select(closed_hour.c.believed, closed_hour.c.before_jump, closed_hour.c.jumped_to)


class Clock(Struct, frozen=True):
    """What was seen of the clock, in milliseconds, as tables.py tells of it; 0: never."""

    believed: int
    before_jump: int
    jumped_to: int


def first_open_hour(connection: Connection) -> int:
    """The first hour, counted from the epoch, that webhooks were told nothing of."""
    return int(connection.execute(_read).scalar_one())


def set_first_open_hour(connection: Connection, hour: int) -> None:
    """Closes the hours before `hour`."""
    connection.execute(update(closed_hour).values(hour=hour))


def clock_seen(connection: Connection) -> Clock:
    """What was seen of the clock so far."""
    return Clock(*connection.execute(_clock).one())


def set_clock(connection: Connection, clock: Clock) -> None:
    """Remembers what was seen of the clock."""
    values = {"believed": clock.believed, "before_jump": clock.before_jump, "jumped_to": clock.jumped_to}
    connection.execute(update(closed_hour).values(**values))
