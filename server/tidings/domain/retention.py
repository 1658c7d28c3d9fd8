"""Retention: events that are older than the operator wants to keep them go, a few at a time; figures stay."""

from sqlalchemy import Connection

from tidings.storage.event_removal import remove_older

DAY = 86_400_000


def remove_old_events(connection: Connection, now: int, days: int) -> bool:
    """Removes some events, of any application, that happened more than `days` ago; True: there may be more.

    By the time that an event carries: one that is imported with an old time goes as soon as it is looked at.
    `now`: milliseconds; `days` 0: nothing ever goes.
    """
    return days > 0 and bool(remove_older(connection, now - days * DAY))
