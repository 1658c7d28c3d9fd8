"""Retention: events and named conversions older than the operator keeps them go, a few at a time; figures stay."""

from sqlalchemy import Connection

from tidings.domain.believed_clock import cautious
from tidings.records.statistics import DAY
from tidings.storage.conversions import remove_older_conversions
from tidings.storage.event_removal import remove_older


def remove_old_events(connection: Connection, now: int, days: int) -> bool:
    """Removes some events, of any application, that happened more than `days` ago; True: there may be more.

    By the time that an event carries: one that is imported with an old time goes as soon as it is looked at. When no event
    is left to go, conversions that have a name, by when they were first told: till then one sent again is known again.
    A clock that has jumped ahead removes nothing before it has been right for some days (believed_clock.py).
    `now`: milliseconds; `days` 0: nothing ever goes.
    """
    if days <= 0:
        return False
    before = cautious(connection, now) - days * DAY
    return bool(remove_older(connection, before)) or bool(remove_older_conversions(connection, before))
