"""The outbox in SQL: deliveries are put in, claimed in batches, and settled."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, bindparam, delete, func, insert, select, tuple_, update

from tidings.records.delivery import Attempt, Delivery
from tidings.storage.tables import deliveries, delivery_attempts

# Candidates that are looked at by one statement, where some may be of a lane that is full.
PAGE = 64

_columns = deliveries.c
_shown = [_columns[name] for name in Delivery.__struct_fields__]
_sent = [delivery_attempts.c[name] for name in Attempt.__struct_fields__]
_in_flight = select(_columns.lane, func.count().label("number")).where(_columns.state == "sending").group_by(_columns.lane)
_earliest = select(_columns.id).where(
    _columns.state == "waiting", _columns.doubtful == bindparam("doubtful"), _columns.due_at <= bindparam("now")
)
_of_webhook = select(*_shown).where(_columns.webhook_id == bindparam("of_webhook")).order_by(_columns.id.desc())
_by_id = select(*_shown).where(
    _columns.application_id == bindparam("of_application"), _columns.id == bindparam("delivery_id")
)
_end_lease = {"holder": None, "lease_until": None}
_waiting_of = update(deliveries).where(
    _columns.webhook_id == bindparam("of_webhook"), _columns.state == "waiting", _columns.test == bindparam("is_test")
)
_finished = select(_columns.id).where(_columns.finished_at < bindparam("before")).order_by(_columns.finished_at)


def insert_deliveries(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Puts deliveries into the outbox. A row has every column but the id and those of a delivery under way."""
    if rows:
        connection.execute(insert(deliveries), rows)


def insert_delivery(connection: Connection, row: Mapping[str, Any]) -> Delivery:
    """`insert_deliveries` of one, which is returned with its id."""
    return _delivery(connection.execute(insert(deliveries).returning(*_shown), row).one())


def is_any_due(connection: Connection, now: int) -> bool:
    """Whether there is anything to claim (milliseconds). For a look before the writer is asked."""
    due = (connection.execute(_earliest.limit(1), {"doubtful": doubtful, "now": now}).first() for doubtful in (False, True))
    return any(row is not None for row in due)


def choose_due(connection: Connection, *, now: int, most: int, most_doubtful: int, most_in_lane: int) -> list[int]:
    """The ids of at most so many deliveries that are due, earliest first, none of a lane that has `most_in_lane` under way.

    First those that nothing speaks against, then doubtful ones.
    """
    busy: dict[str, int] = {row.lane: row.number for row in connection.execute(_in_flight)}
    chosen: list[int] = []
    for doubtful, room in ((False, most), (True, most_doubtful)):
        enough = min(most, len(chosen) + room)
        last: tuple[int, int] | None = None
        while len(chosen) < enough:
            full = [lane for lane, number in busy.items() if number >= most_in_lane]
            page = connection.execute(_page(full, last), {"doubtful": doubtful, "now": now}).all()
            for row in page:
                if len(chosen) < enough and busy.get(row.lane, 0) < most_in_lane:
                    chosen.append(row.id)
                    busy[row.lane] = busy.get(row.lane, 0) + 1
            if len(page) < PAGE:
                break
            last = (page[-1].due_at, page[-1].id)
    return chosen


def _page(full: list[str], last: tuple[int, int] | None) -> Select[Any]:
    found = _earliest.with_only_columns(_columns.id, _columns.due_at, _columns.lane).order_by(_columns.due_at, _columns.id)
    if full:
        found = found.where(_columns.lane.not_in(full))
    if last is not None:
        found = found.where(tuple_(_columns.due_at, _columns.id) > last)
    return found.limit(PAGE)


def claim(connection: Connection, ids: Collection[int], *, holder: str, until: int) -> list[Delivery]:
    """Takes those of these deliveries that are still waiting, until `until` (milliseconds): nobody else gets them."""
    if not ids:
        return []
    claimed = (
        update(deliveries)
        .where(_columns.id.in_(ids), _columns.state == "waiting")
        .values(
            state="sending",
            attempts=_columns.attempts + 1,
            rung=_columns.rung + 1,
            due_at=None,
            holder=holder,
            lease_until=until,
        )
        .returning(*_shown)
    )
    return sorted((_delivery(row) for row in connection.execute(claimed)), key=lambda one: one.id)


def deliveries_by_ids(connection: Connection, ids: Iterable[int]) -> dict[int, tuple[Delivery, str | None]]:
    """Those of these deliveries that there are, by id, each with its holder."""
    found = connection.execute(select(*_shown, _columns.holder).where(_columns.id.in_(list(ids))))
    return {row.id: (Delivery(*row[:-1]), row[-1]) for row in found}


def delivery_by_id(connection: Connection, application_id: int, delivery_id: int) -> Delivery | None:
    """One delivery of an application."""
    row = connection.execute(_by_id, {"of_application": application_id, "delivery_id": delivery_id}).one_or_none()
    return None if row is None else _delivery(row)


def finish(connection: Connection, ids: Collection[int], state: str, now: int) -> None:
    """Ends deliveries, "delivered" or "failed"."""
    if ids:
        ended = {"state": state, "due_at": None, "finished_at": now, **_end_lease}
        connection.execute(update(deliveries).where(_columns.id.in_(ids)).values(**ended))


def wait(connection: Connection, delivery_id: int, due_at: int | None, *, doubtful: bool, rung: int | None = None) -> None:
    """Lets a delivery wait for its next attempt; with `due_at` None until its webhook is on again."""
    values: dict[str, Any] = {"state": "waiting", "due_at": due_at, "doubtful": doubtful, "finished_at": None, **_end_lease}
    if rung is not None:
        values["rung"] = rung
    connection.execute(update(deliveries).where(_columns.id == delivery_id).values(**values))


def park(connection: Connection, webhook_id: int) -> None:
    """Lets what waits for a webhook wait until `unpark`; tests go out all the same."""
    connection.execute(_waiting_of.values(due_at=None), {"of_webhook": webhook_id, "is_test": False})


def unpark(connection: Connection, webhook_id: int, due_at: int) -> None:
    """Lets all that waits for a webhook be due (milliseconds)."""
    named = {"of_webhook": webhook_id, "is_test": False}
    connection.execute(_waiting_of.where(_columns.due_at.is_(None)).values(due_at=due_at), named)


def insert_attempts(connection: Connection, made: Sequence[tuple[int, Attempt]]) -> None:
    """Writes attempts to the log, each with its delivery's id; one that comes late takes the place of the guess of it."""
    if not made:
        return
    numbers = [(delivery_id, attempt.number) for delivery_id, attempt in made]
    keys = tuple_(delivery_attempts.c.delivery_id, delivery_attempts.c.number)
    connection.execute(delete(delivery_attempts).where(keys.in_(numbers)))
    rows = [
        {"delivery_id": delivery_id, **{name: getattr(attempt, name) for name in Attempt.__struct_fields__}}
        for delivery_id, attempt in made
    ]
    connection.execute(insert(delivery_attempts), rows)


def deliveries_of(connection: Connection, webhook_id: int, before: int | None, limit: int) -> list[Delivery]:
    """Deliveries of a webhook, newest first, from before the one of id `before`."""
    found = _of_webhook.limit(limit)
    if before is not None:
        found = found.where(_columns.id < before)
    return [_delivery(row) for row in connection.execute(found, {"of_webhook": webhook_id})]


def attempts_of(connection: Connection, ids: Collection[int]) -> dict[int, list[Attempt]]:
    """The attempts of deliveries, by delivery, in order."""
    found = (
        select(delivery_attempts.c.delivery_id, *_sent)
        .where(delivery_attempts.c.delivery_id.in_(ids))
        .order_by(delivery_attempts.c.delivery_id, delivery_attempts.c.number)
    )
    by_delivery: dict[int, list[Attempt]] = {}
    for row in connection.execute(found):
        by_delivery.setdefault(row.delivery_id, []).append(Attempt(*row[1:]))
    return by_delivery


def orphans(connection: Connection, *, holder: str, now: int, most: int) -> list[Delivery]:
    """At most so many deliveries whose lease ran out, of other processes than `holder`: that one knows its own."""
    ran_out = and_(_columns.state == "sending", _columns.lease_until <= now, _columns.holder != holder)
    return [_delivery(row) for row in connection.execute(select(*_shown).where(ran_out).limit(most))]


def held_by(connection: Connection, beginning: str, *, other_than: str) -> list[Delivery]:
    """What processes whose name begins so have under way, apart from one."""
    held = and_(_columns.state == "sending", _columns.holder.startswith(beginning), _columns.holder != other_than)
    return [_delivery(row) for row in connection.execute(select(*_shown).where(held))]


def shorten(connection: Connection, *, lease_until: int, due_at: int) -> int:
    """Brings what a clock that was ahead has put off into reach: nothing waits longer than it may from now.

    How many deliveries that were.
    """
    leases = and_(_columns.state == "sending", _columns.lease_until > lease_until)
    # Of both kinds, so that it is two steps along the index however much waits.
    waits = and_(_columns.state == "waiting", _columns.doubtful.in_([False, True]), _columns.due_at > due_at)
    found = connection.execute(update(deliveries).where(leases).values(lease_until=lease_until)).rowcount
    return found + connection.execute(update(deliveries).where(waits).values(due_at=due_at)).rowcount


def forget_finished(connection: Connection, before: int, most: int) -> int:
    """Removes at most so many deliveries, and their attempts, that ended before `before` (milliseconds); how many."""
    some = _finished.limit(most).scalar_subquery()
    return connection.execute(delete(deliveries).where(_columns.id.in_(some)), {"before": before}).rowcount


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(*row[: len(_shown)])
