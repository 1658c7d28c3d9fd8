"""The outbox in SQL: deliveries are put in, claimed in batches, and settled."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, bindparam, delete, func, insert, select, tuple_, update

from tidings.records.delivery import PROCESS_ENDED, Attempt, Delivery, LoggedAttempt
from tidings.storage.tables import deliveries, delivery_attempts

# Candidates that are looked at by one statement, where some may be of a lane that is full.
PAGE = 64

_columns = deliveries.c
_shown = [_columns[name] for name in Delivery.__struct_fields__]
_tried = delivery_attempts.c
_in_flight = (
    select(_columns.lane, _columns.application_id, func.count().label("number"))
    .where(_columns.state == "sending")
    .group_by(_columns.lane, _columns.application_id)
)
_earliest = select(_columns.id).where(
    _columns.state == "waiting", _columns.doubtful == bindparam("doubtful"), _columns.due_at <= bindparam("now")
)
_of_webhook = select(*_shown).where(_columns.webhook_id == bindparam("of_webhook")).order_by(_columns.id.desc())
_by_id = select(*_shown).where(
    _columns.application_id == bindparam("of_application"), _columns.id == bindparam("delivery_id")
)
_end_lease = {"holder": None, "lease_until": None}
# Of what is not finished alone, so that a log of any length beside it costs nothing.
_open_of = and_(
    _columns.webhook_id == bindparam("of_webhook"),
    _columns.finished_at.is_(None),
    _columns.state == bindparam("in_state"),
    _columns.test == bindparam("is_test"),
)
_number_open = select(func.count()).select_from(deliveries).where(_open_of)
# What a delivery and its attempts take in the database, in bytes: the number of pages is what removing it costs.
_bytes = func.length(_columns.body) + func.coalesce(
    select(func.sum(func.length(_tried.answer) + func.length(_tried.url) + 100))
    .where(_tried.delivery_id == _columns.id)
    .scalar_subquery(),
    0,
)
_sized = select(_columns.id, _bytes.label("bytes"))
_finished = _sized.where(_columns.finished_at < bindparam("before")).order_by(_columns.finished_at)
_log_of = _sized.where(_columns.webhook_id == bindparam("of_webhook")).order_by(_columns.id)


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


def choose_due(
    connection: Connection, *, now: int, most: int, most_doubtful: int, most_in_lane: int, most_of_application: int
) -> list[int]:
    """The ids of at most so many deliveries that are due, earliest first, none of a lane that has `most_in_lane` under way.

    Nor of an application that has `most_of_application`. First those that nothing speaks against, then doubtful ones.
    """
    lanes, applications = Counter[str](), Counter[int]()
    for row in connection.execute(_in_flight):
        lanes[row.lane] += row.number
        applications[row.application_id] += row.number
    chosen: list[int] = []
    for doubtful, room in ((False, most), (True, most_doubtful)):
        enough = min(most, len(chosen) + room)
        last: tuple[int, int] | None = None
        while len(chosen) < enough:
            full = [lane for lane, number in lanes.items() if number >= most_in_lane]
            full_applications = [one for one, number in applications.items() if number >= most_of_application]
            page = connection.execute(_page(full, full_applications, last), {"doubtful": doubtful, "now": now}).all()
            for row in page:
                room_left = lanes[row.lane] < most_in_lane and applications[row.application_id] < most_of_application
                if len(chosen) < enough and room_left:
                    chosen.append(row.id)
                    lanes[row.lane] += 1
                    applications[row.application_id] += 1
            if len(page) < PAGE:
                break
            last = (page[-1].due_at, page[-1].id)
    return chosen


def _page(full: list[str], full_applications: list[int], last: tuple[int, int] | None) -> Select[Any]:
    found = _earliest.with_only_columns(_columns.id, _columns.due_at, _columns.lane, _columns.application_id)
    found = found.order_by(_columns.due_at, _columns.id)
    if full:
        found = found.where(_columns.lane.not_in(full))
    if full_applications:
        found = found.where(_columns.application_id.not_in(full_applications))
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


def park(connection: Connection, webhook_id: int, *, tests: bool = False) -> None:
    """Lets what waits for a webhook wait until `begin_anew`; tests go out all the same, unless it is for `tests`."""
    _change_open(connection, webhook_id, "waiting", test=tests, due_at=None)


def begin_anew(connection: Connection, webhook_id: int, due_at: int | None) -> None:
    """Lets all that waits for a webhook be due (milliseconds; None: parked), as if it had never failed."""
    _change_open(connection, webhook_id, "waiting", due_at=due_at, rung=0, doubtful=False)
    _change_open(connection, webhook_id, "sending", rung=1, doubtful=False)


def set_doubtful(connection: Connection, webhook_id: int, doubtful: bool) -> None:
    """Notes of what waits for a webhook, apart from tests, whether its receiver failed the last time."""
    _change_open(connection, webhook_id, "waiting", doubtful=doubtful)


def _change_open(connection: Connection, webhook_id: int, state: str, *, test: bool = False, **values: Any) -> None:
    named = {"of_webhook": webhook_id, "in_state": state, "is_test": test}
    connection.execute(update(deliveries).where(_open_of).values(**values), named)


def number_open(connection: Connection, webhook_id: int, state: str, *, test: bool) -> int:
    """How many deliveries of a webhook are "waiting" or "sending", tests or others."""
    named = {"of_webhook": webhook_id, "in_state": state, "is_test": test}
    return int(connection.execute(_number_open, named).scalar_one())


def insert_attempts(connection: Connection, made: Sequence[tuple[int, Attempt]], most: int) -> None:
    """Writes attempts to the log, each with its delivery's id; one that comes late takes the place of the guess of it.

    Of each delivery the log has the newest, `most` of them.
    """
    if not made:
        return
    for delivery_id, attempt in made:
        goes = (_tried.number == attempt.number) | (_tried.number <= attempt.number - most)
        connection.execute(delete(delivery_attempts).where(_tried.delivery_id == delivery_id, goes))
    rows = [
        {"delivery_id": delivery_id, **{name: getattr(attempt, name) for name in Attempt.__struct_fields__}}
        for delivery_id, attempt in made
    ]
    connection.execute(insert(delivery_attempts), rows)


def deliveries_of(
    connection: Connection, webhook_id: int, before: int | None, limit: int, *, tried: bool = False
) -> list[Delivery]:
    """Deliveries of a webhook, newest first, from before the one of id `before`; `tried`: tests, and what was tried."""
    found = _of_webhook.limit(limit)
    if tried:
        found = found.where((_columns.attempts > 0) | _columns.test | (_columns.state != "waiting"))
    if before is not None:
        found = found.where(_columns.id < before)
    return [_delivery(row) for row in connection.execute(found, {"of_webhook": webhook_id})]


def attempts_of(connection: Connection, ids: Collection[int], *, most: int, answer: int) -> dict[int, list[LoggedAttempt]]:
    """The newest attempts of deliveries, `most` of each, by delivery, in order; of an answer that many bytes."""
    # SQLite has NULL for a part of nothing.
    part = func.coalesce(func.substr(_tried.answer, 1, answer), b"")
    shown = {"answer": part, "answer_bytes": func.length(_tried.answer)}
    found = (
        select(
            _tried.delivery_id, *(shown[name] if name in shown else _tried[name] for name in LoggedAttempt.__struct_fields__)
        )
        .join(deliveries, _columns.id == _tried.delivery_id)
        .where(_columns.id.in_(ids), _tried.number > _columns.attempts - most)
        .order_by(_tried.delivery_id, _tried.number)
    )
    by_delivery: dict[int, list[LoggedAttempt]] = {}
    for row in connection.execute(found):
        by_delivery.setdefault(row.delivery_id, []).append(LoggedAttempt(*row[1:]))
    return by_delivery


def times_lost(connection: Connection, ids: Collection[int]) -> dict[int, int]:
    """How many attempts in the log of each of these deliveries ended with their process; none for those without."""
    lost = select(_tried.delivery_id, func.count()).where(_tried.delivery_id.in_(ids), _tried.result == PROCESS_ENDED)
    return {row[0]: row[1] for row in connection.execute(lost.group_by(_tried.delivery_id))}


def orphans(connection: Connection, *, holder: str, now: int, most: int) -> list[Delivery]:
    """At most so many deliveries whose lease ran out, of other processes than `holder`: that one knows its own."""
    ran_out = and_(_columns.state == "sending", _columns.lease_until <= now, _columns.holder != holder)
    return [_delivery(row) for row in connection.execute(select(*_shown).where(ran_out).limit(most))]


def held_by(connection: Connection, beginning: str, *, other_than: str) -> list[Delivery]:
    """What processes whose name begins so have under way, apart from one."""
    held = and_(_columns.state == "sending", _columns.holder.startswith(beginning), _columns.holder != other_than)
    return [_delivery(row) for row in connection.execute(select(*_shown).where(held))]


def shorten(connection: Connection, *, lease_until: int, latest: int, now: int) -> None:
    """Brings what a clock that was ahead has put off into reach: what would wait beyond `latest` is due now."""
    leases = and_(_columns.state == "sending", _columns.lease_until > lease_until)
    # Of both kinds, so that it is two steps along the index however much waits.
    waits = and_(_columns.state == "waiting", _columns.doubtful.in_([False, True]), _columns.due_at > latest)
    connection.execute(update(deliveries).where(leases).values(lease_until=lease_until))
    connection.execute(update(deliveries).where(waits).values(due_at=now))


def forget_finished(connection: Connection, before: int, most: int, most_bytes: int) -> int:
    """Removes deliveries, and their attempts, that ended before `before` (milliseconds); how many.

    At most so many, and one at least; no more after `most_bytes`.
    """
    return _remove(connection, connection.execute(_finished.limit(most), {"before": before}), most_bytes)


def forget_log_of(connection: Connection, webhook_id: int, most: int, most_bytes: int) -> int:
    """As `forget_finished`, of all deliveries of a webhook, finished or not."""
    return _remove(connection, connection.execute(_log_of.limit(most), {"of_webhook": webhook_id}), most_bytes)


def _remove(connection: Connection, sized: Iterable[Row[Any]], most_bytes: int) -> int:
    """Removes the first of these deliveries (id, bytes)."""
    ids: list[int] = []
    room = most_bytes
    for row in sized:
        if room <= 0:
            break
        ids.append(row.id)
        room -= row.bytes
    if ids:
        connection.execute(delete(deliveries).where(_columns.id.in_(ids)))
    return len(ids)


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(*row[: len(_shown)])
