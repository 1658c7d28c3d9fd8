"""Which hours are closed, in SQL: what webhooks were told of an hour is not changed any more."""

from sqlalchemy import Connection, select, update

from tidings.storage.tables import closed_hour

# Where transactions run beside each other (not on SQLite), whoever closes an hour waits for those that count in it.
_read = select(closed_hour.c.hour).with_for_update(read=True)


def first_open_hour(connection: Connection) -> int:
    """The first hour, counted from the epoch, that webhooks were told nothing of."""
    return int(connection.execute(_read).scalar_one())


def set_first_open_hour(connection: Connection, hour: int) -> None:
    """Closes the hours before `hour`."""
    connection.execute(update(closed_hour).values(hour=hour))
