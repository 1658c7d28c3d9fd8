"""How often log-ins failed of late, in SQL, so that a restart does not forget it."""

from collections.abc import Iterable

from msgspec import Struct
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from tidings.storage.user_tables import log_in_failures as table

_of = select(table).where(table.c.key.in_(bindparam("keys", expanding=True)))
_update = update(table).where(table.c.key == bindparam("this"))


class Failures(Struct, frozen=True):
    """How often, when last, and when it went well last. Times in milliseconds; `forgotten_at`: when the row may go."""

    number: int = 0
    failed_at: int = 0
    succeeded_at: int | None = None
    forgotten_at: int = 0


def failures_of(connection: Connection, keys: Iterable[bytes]) -> dict[bytes, Failures]:
    """What is known of these keys."""
    rows = connection.execute(_of, {"keys": list(keys)})
    return {row.key: Failures(row.failures, row.failed_at, row.succeeded_at, row.forgotten_at) for row in rows}


def put_failures(connection: Connection, key: bytes, failures: Failures) -> None:
    """Stores what is known of a key from now on."""
    values = {
        "failures": failures.number,
        "failed_at": failures.failed_at,
        "succeeded_at": failures.succeeded_at,
        "forgotten_at": failures.forgotten_at,
    }
    if connection.execute(_update.values(**values), {"this": key}).rowcount == 0:
        connection.execute(insert(table), {"key": key, **values})


def delete_forgotten(connection: Connection, now: int, at_once: int) -> bool:
    """Removes rows that may go, at most so many; whether there may be more. `now`: milliseconds."""
    old = select(table.c.key).where(table.c.forgotten_at <= now).limit(at_once)
    return connection.execute(delete(table).where(table.c.key.in_(old.scalar_subquery()))).rowcount == at_once
