"""How many events there are, kept while they come and go: nothing ever counts the table, and a deep page is found at once.

A scope is an application (event type 0) or one event type of it. Its events stand in the order (created_at, id), which is
cut into stretches of at most LONGEST; a row of `event_counts` holds where a stretch begins and how many events it has.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from msgspec import Struct
from sqlalchemy import BindParameter, Column, Connection, bindparam, delete, func, insert, select

from tidings.storage.tables import event_counts, events

# A longer stretch is cut in two: skipping within one costs a fraction of what a page costs.
LONGEST = 4_096
# Rows of changes in one statement: it may have 32,766 values.
AT_ONCE = 1_000
# So many events of a scope that went are each looked for by themselves: that costs less than to ask for its stretches.
FEW = 8
# The row of a scope that counts all of it stands before any time.
TOTAL_AT = -1
TOTAL = (TOTAL_AT, 0)
ALL_TYPES = 0


# A place in the order: created_at, id. A row of a change: scope, the first and the last place, how many more or fewer.
Place = tuple[int, int]
Moved = tuple[int, int, int, int, int, int, int]


class Scope(Struct, frozen=True):
    """Which events: an application's, or those of one of its event types (ALL_TYPES: of any)."""

    application_id: int
    event_type_id: int = ALL_TYPES


class Change(Struct, frozen=True):
    """An event that came (`by` 1) or went (-1), and where in the order it stands."""

    application_id: int
    event_type_id: int
    created_at: int
    event_id: int
    by: int


_counts = event_counts.c
# Not named like columns: an UPDATE keeps those names for itself.
_of_scope = (_counts.application_id == bindparam("application"), _counts.event_type_id == bindparam("event_type"))
_total = select(_counts.number).where(*_of_scope, _counts.created_at == TOTAL_AT)
_totals = (
    select(_counts.event_type_id, _counts.number)
    .where(_counts.application_id == bindparam("application"), _counts.event_type_id > 0)
    .where(_counts.created_at == TOTAL_AT, _counts.number > 0)
    .order_by(_counts.event_type_id)
)
_stretches = select(_counts.created_at, _counts.event_id, _counts.number).where(*_of_scope, _counts.created_at > TOTAL_AT)
_oldest_first = _stretches.order_by(_counts.created_at, _counts.event_id)
_newest_first = _stretches.order_by(_counts.created_at.desc(), _counts.event_id.desc())
_stretches_before = _newest_first.where(_counts.created_at <= bindparam("before"))
_this_stretch = (
    *_of_scope,
    _counts.created_at == bindparam("starts_at"),
    _counts.event_id == bindparam("first_id"),
)
_set_number = event_counts.update().where(*_this_stretch).values(number=bindparam("new_number"))
_remove = delete(event_counts).where(*_this_stretch)
_forget_scope = delete(event_counts).where(*_of_scope)


def total(connection: Connection, scope: Scope) -> int:
    """How many events a scope has."""
    return connection.execute(_total, _named(scope)).scalar() or 0


def totals_by_type(connection: Connection, application_id: int) -> list[tuple[int, int]]:
    """The event types of an application that have events, by id, each with how many."""
    rows = connection.execute(_totals, {"application": application_id})
    return [(row.event_type_id, row.number) for row in rows]


def skip(connection: Connection, scope: Scope, offset: int, *, newest_first: bool) -> tuple[int, int, int] | None:
    """Where to begin so that `offset` events are skipped: (created_at, id, how many are still to be skipped from there).

    What is wanted lies beyond that place, exclusively, in the direction. None: there are no more than `offset` events.
    """
    passed, newer = 0, (2**63 - 1, 2**63 - 1)
    for created_at, event_id, number in connection.execute(_newest_first if newest_first else _oldest_first, _named(scope)):
        if passed + number > offset:
            start = newer if newest_first else (created_at, event_id - 1)
            return (*start, offset - passed)
        passed += number
        newer = (created_at, event_id)
    return None


def count(connection: Connection, changes: Iterable[Change]) -> None:
    """Keeps the counts right after events came or went, in the transaction in which they did.

    One statement for all that came: as a rule the new events of a scope all stand in its last stretch.
    """
    came: dict[tuple[int, int], list[Place]] = {}
    gone: dict[tuple[int, int], list[Place]] = {}
    for change in changes:
        place = (change.created_at, change.event_id)
        for scope in ((change.application_id, ALL_TYPES), (change.application_id, change.event_type_id)):
            (came if change.by > 0 else gone).setdefault(scope, []).append(place)
    went: list[Moved] = [(*scope, *TOTAL, *TOTAL, -len(places)) for scope, places in gone.items()]
    for scope, places in gone.items():
        went += _by_stretch(connection, scope, places)
    for start in range(0, len(went), AT_ONCE):
        _apply(connection, went[start : start + AT_ONCE])
    if not came:
        return
    rows = [(*scope, *min(places), *max(places), len(places)) for scope, places in came.items()]
    met = _apply(connection, rows + [(*scope, *TOTAL, *TOTAL, len(places)) for scope, places in came.items()])
    for scope, places in came.items():
        again: list[Moved] = []
        if (*scope, True) not in met:
            connection.execute(insert(event_counts), [_row(Scope(*scope), at, 0, 0) for at in (TOTAL_AT, 0)])
            again = [(*scope, *TOTAL, *TOTAL, len(places))]
        if (*scope, False) not in met:
            # They came into several stretches.
            again += [(*scope, *place, *place, 1) for place in places]
        for start in range(0, len(again), AT_ONCE):
            _apply(connection, again[start : start + AT_ONCE])


def _by_stretch(connection: Connection, scope: tuple[int, int], places: list[Place]) -> list[Moved]:
    """Of events that went: how many of each stretch, so that hundreds of them change a few rows, once."""
    if len(places) <= FEW:
        return [(*scope, *place, *place, -1) for place in places]
    places.sort(reverse=True)
    rows: list[Moved] = []
    first = 0
    for created_at, event_id, _ in connection.execute(_stretches_before, _named(Scope(*scope)) | {"before": places[0][0]}):
        last = first
        while last < len(places) and places[last] >= (created_at, event_id):
            last += 1
        if last > first:
            rows.append((*scope, created_at, event_id, created_at, event_id, first - last))
        first = last
        if first == len(places):
            break
    return rows


def recount(connection: Connection, scope: Scope) -> None:
    """Counts a scope anew, by walking its index: after many events went at once."""
    connection.execute(_forget_scope, _named(scope))
    where = events.c.event_type_id == scope.event_type_id
    if scope.event_type_id == ALL_TYPES:
        where = events.c.application_id == scope.application_id
    order = (events.c.created_at, events.c.id)
    numbered = select(*order, (func.row_number().over(order_by=order) - 1).label("position")).where(where).subquery()
    starts = connection.execute(
        select(numbered.c.created_at, numbered.c.id).where(numbered.c.position % (LONGEST // 2) == 0)
    ).all()
    last = connection.execute(select(func.count()).select_from(events).where(where)).scalar_one()
    half = LONGEST // 2
    rows = [_row(scope, at, event_id, min(half, last - n * half)) for n, (at, event_id) in enumerate(starts)]
    if rows:
        rows[0] |= {"created_at": 0, "event_id": 0}
        connection.execute(insert(event_counts), [_row(scope, TOTAL_AT, 0, last), *rows])


def forget(connection: Connection, scope: Scope) -> None:
    """Removes the counts of a scope that has gone, with all of its events."""
    connection.execute(_forget_scope, _named(scope))


def _apply(connection: Connection, rows: Sequence[Moved]) -> set[tuple[int, int, bool]]:
    """Adds to the counts, mends stretches that grew too long or empty.

    A row whose places are not all in one stretch is left out.
    Tells what was met: of each scope the total (True), a stretch (False).
    """
    values = tuple(value for row in rows for value in row)
    changed = connection.exec_driver_sql(_apply_text(len(rows)), values).all()
    for application_id, event_type_id, created_at, event_id, number in changed:
        scope = Scope(application_id, event_type_id)
        if created_at == TOTAL_AT:
            continue
        if number > LONGEST:
            _cut(connection, scope, created_at, event_id, number)
        elif number == 0 and (created_at, event_id) != (0, 0):
            # The stretch before it reaches further from now on.
            connection.execute(_remove, _stretch(scope, created_at, event_id))
    return {(row[0], row[1], row[2] == TOTAL_AT) for row in changed}


@lru_cache(maxsize=512)
def _apply_text(rows: int) -> str:
    """One UPDATE for so many changes: each finds the last stretch that begins at or before it."""
    of_scope = "FROM event_counts AS s WHERE s.application_id = moved.a AND s.event_type_id = moved.t"
    before = f"{of_scope} AND (s.created_at, s.event_id) <= (moved.c, moved.i) ORDER BY s.created_at DESC, s.event_id DESC"
    between = (
        "(s.created_at, s.event_id) > (moved.c, moved.i) AND (s.created_at, s.event_id) <= (moved.last_c, moved.last_i)"
    )
    return f"""
        WITH moved (a, t, c, i, last_c, last_i, n) AS (VALUES {", ".join(["(?, ?, ?, ?, ?, ?, ?)"] * rows)}),
        found AS (
            SELECT a, t, (SELECT s.created_at {before} LIMIT 1) AS c, (SELECT s.event_id {before} LIMIT 1) AS i, n
            FROM moved WHERE NOT EXISTS (SELECT 1 {of_scope} AND {between})
        ),
        summed AS (SELECT a, t, c, i, sum(n) AS n FROM found GROUP BY a, t, c, i)
        UPDATE event_counts SET number = number + summed.n FROM summed
        WHERE application_id = summed.a AND event_type_id = summed.t AND created_at = summed.c AND event_id = summed.i
        RETURNING application_id, event_type_id, created_at, event_id, number
    """  # noqa: S608 - only placeholders and our own names


def _cut(connection: Connection, scope: Scope, created_at: int, event_id: int, number: int) -> None:
    """Cuts a stretch in pieces of half of LONGEST; the last keeps what is left."""
    half = LONGEST // 2
    connection.execute(_set_number, _stretch(scope, created_at, event_id) | {"new_number": half})
    rest = number - half
    while rest > 0:
        created_at, event_id = _event_after(connection, scope, created_at, event_id, half)
        taken = rest if rest <= LONGEST else half
        connection.execute(insert(event_counts), _row(scope, created_at, event_id, taken))
        rest -= taken


def _event_after(connection: Connection, scope: Scope, created_at: int, event_id: int, offset: int) -> Place:
    """The event that stands `offset` places after the first one at or after a place."""
    values = {"scope": scope.event_type_id or scope.application_id, "at": created_at, "event_id": event_id, "offset": offset}
    found = connection.execute(_after_in_type if scope.event_type_id else _after_in_application, values).one()
    return found[0], found[1]


def _after(column: Column[int]) -> Any:
    order = (events.c.created_at, events.c.id)
    at: BindParameter[int] = bindparam("at")
    of_scope = column == bindparam("scope")
    same_time = select(*order).where(of_scope, events.c.created_at == at, events.c.id >= bindparam("event_id"))
    later = select(*order).where(of_scope, events.c.created_at > at)
    return same_time.union_all(later).order_by("created_at", "id").limit(1).offset(bindparam("offset"))


_after_in_application, _after_in_type = _after(events.c.application_id), _after(events.c.event_type_id)


def _named(scope: Scope) -> dict[str, int]:
    return {"application": scope.application_id, "event_type": scope.event_type_id}


def _stretch(scope: Scope, created_at: int, event_id: int) -> dict[str, int]:
    return {**_named(scope), "starts_at": created_at, "first_id": event_id}


def _row(scope: Scope, created_at: int, event_id: int, number: int) -> dict[str, Any]:
    scoped = {"application_id": scope.application_id, "event_type_id": scope.event_type_id}
    return {**scoped, "created_at": created_at, "event_id": event_id, "number": number}
