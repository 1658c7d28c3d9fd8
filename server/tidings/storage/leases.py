"""Who runs which job, in SQL: each job once in its time, however many processes there are."""

from collections.abc import Collection

from sqlalchemy import Connection, bindparam, insert, or_, select, update

from tidings.storage.tables import leases

_columns = leases.c
_known = select(_columns.name)
# A lease that was taken later than now is of a clock that has been set back since: it binds nobody.
_free = or_(_columns.until <= bindparam("now"), _columns.last_run > bindparam("now"))
_due = select(_columns.name).where(_free)
_take = (
    update(leases)
    .where(_columns.name == bindparam("job"), _free)
    .values(holder=bindparam("by"), until=bindparam("then"), last_run=bindparam("now"))
)
_end = update(leases).where(_columns.name == bindparam("job")).values(until=bindparam("then"))


def make_leases(connection: Connection, names: Collection[str]) -> None:
    """Makes the rows that are missing: jobs that were never run."""
    missing = set(names) - set(connection.execute(_known).scalars())
    if missing:
        rows = [{"name": name, "holder": "", "until": 0, "last_run": 0} for name in sorted(missing)]
        connection.execute(insert(leases), rows)


def free_leases(connection: Connection, now: int) -> set[str]:
    """The jobs that are to be run now (milliseconds)."""
    return set(connection.execute(_due, {"now": now}).scalars())


def take_lease(connection: Connection, name: str, holder: str, now: int, until: int) -> bool:
    """Takes the lease of a job up to `until` (milliseconds); False when another process has it.

    In the transaction that does the job: that fails, and the lease was never taken.
    """
    named = {"job": name, "by": holder, "now": now, "then": until}
    return connection.execute(_take, named).rowcount == 1


def end_lease(connection: Connection, name: str, now: int) -> None:
    """Gives a lease back before its time: there is more to do."""
    connection.execute(_end, {"job": name, "then": now})
