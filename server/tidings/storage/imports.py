"""Imports in SQL: what they are and how far, their rows, and which events they made."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update

from tidings.records.imports import Import, NewImport, Plan
from tidings.records.imports import Row as ImportRow
from tidings.storage import import_cells
from tidings.storage.import_tables import import_rows, import_spans, imports

# Rows that one statement removes: some milliseconds of the writer's time.
REMOVED_AT_ONCE = 500

_columns = imports.c
_rows = import_rows.c
_spans = import_spans.c
_encode = msgspec.json.Encoder().encode
_names = msgspec.json.Decoder(tuple[str, ...]).decode
_plan = msgspec.json.Decoder(Plan).decode

_one = (_columns.application_id == bindparam("application"), _columns.id == bindparam("import"))
_by_id = select(imports).where(*_one)
_of_application = (
    select(imports)
    .where(_columns.application_id == bindparam("application"))
    .order_by(_columns.id.desc())
    .limit(bindparam("limit"))
)
_by_digest = (
    select(imports)
    .where(_columns.application_id == bindparam("application"), _columns.digest == bindparam("of_file"))
    .order_by(_columns.id.desc())
    .limit(1)
)
# A command works off its own rows; the job takes out again what either added. One after the other in each application;
# of several applications, the one that waited longest.
_first_of_each = (
    select(func.min(_columns.id))
    .where(((_columns.state == "running") & (_columns.source == "dashboard")) | (_columns.state == "undoing"))
    .group_by(_columns.application_id)
)
_next = select(imports).where(_columns.id.in_(_first_of_each)).order_by(_columns.updated_at, _columns.id).limit(1)
_with_rows_to_come = (
    select(func.count())
    .select_from(imports)
    .where(_columns.application_id == bindparam("application"))
    .where(_columns.state.in_(("reading", "ready")) | ((_columns.state == "cancelled") & (_columns.kept == "all")))
)
_left = (
    select(imports)
    .where(_columns.state == bindparam("in_state"), _columns.updated_at < bindparam("before"))
    .order_by(_columns.id)
    .limit(1)
)
_with_rows_left = (
    select(imports)
    .where(_columns.state.in_(("done", "cancelled", "undone")), _columns.kept == bindparam("which"))
    .where(_columns.finished_at <= bindparam("before"))
    .order_by(_columns.id)
    .limit(1)
)
_update = update(imports).where(_columns.id == bindparam("of_import"))
_of_import = (_rows.application_id == bindparam("application"), _rows.import_id == bindparam("import"))
_row_columns = (_rows.number, _rows.cells, _rows.reason)
_waiting = (
    select(*_row_columns)
    .where(*_of_import, _rows.number > bindparam("after"), _rows.reason.is_(None))
    .order_by(_rows.number)
    .limit(bindparam("limit"))
)
_refused = (
    select(*_row_columns)
    .where(*_of_import, _rows.number > bindparam("after"), _rows.reason.is_not(None))
    .order_by(_rows.number)
    .limit(bindparam("limit"))
)
_spans_of = (
    select(_spans.first_id, _spans.last_id)
    .where(_spans.application_id == bindparam("application"), _spans.import_id == bindparam("import"))
    .order_by(_spans.first_id.desc())
    .limit(1)
)


def insert_import(connection: Connection, new: NewImport) -> Import:
    """Stores a new import, without rows."""
    values = {
        "application_id": new.application_id,
        "source": new.source,
        "made_by": new.made_by,
        "file_name": new.file_name,
        "state": new.state,
        "columns": _encode(new.columns).decode(),
        "plan": None if new.plan is None else _encode(new.plan).decode(),
        "note": new.note,
        "digest": new.digest,
        **dict.fromkeys(("rows", "position", "imported", "known", "refused"), 0),
        "created_at": new.now,
        "started_at": new.now if new.state == "running" else None,
        "finished_at": None,
        "kept": "all" if new.source == "dashboard" else "refused",
        "updated_at": new.now,
    }
    return _import(connection.execute(insert(imports).returning(imports), values).one())


def import_by_id(connection: Connection, application_id: int, import_id: int) -> Import | None:
    """One import of an application."""
    row = connection.execute(_by_id, {"application": application_id, "import": import_id}).one_or_none()
    return None if row is None else _import(row)


def imports_of(connection: Connection, application_id: int, limit: int) -> list[Import]:
    """The newest imports of an application, newest first."""
    return [_import(row) for row in connection.execute(_of_application, {"application": application_id, "limit": limit})]


def count_waiting(connection: Connection, application_id: int) -> int:
    """How many imports of an application have rows that nothing works off: not started, or cancelled and not tidied yet."""
    return int(connection.execute(_with_rows_to_come, {"application": application_id}).scalar_one())


def newest_of_file(connection: Connection, application_id: int, digest: bytes) -> Import | None:
    """The newest import of a file with this digest."""
    row = connection.execute(_by_digest, {"application": application_id, "of_file": digest}).one_or_none()
    return None if row is None else _import(row)


def next_import(connection: Connection) -> Import | None:
    """The import of the dashboard's that is to be worked on now."""
    row = connection.execute(_next).one_or_none()
    return None if row is None else _import(row)


def untouched_import(connection: Connection, state: str, before: int) -> Import | None:
    """The oldest import in this state that nothing happened to since a time (milliseconds)."""
    row = connection.execute(_left, {"in_state": state, "before": before}).one_or_none()
    return None if row is None else _import(row)


def import_with_rows_left(connection: Connection, kept: str, before: int) -> Import | None:
    """The oldest import that was over before a time (milliseconds) and still has such rows."""
    row = connection.execute(_with_rows_left, {"which": kept, "before": before}).one_or_none()
    return None if row is None else _import(row)


def update_import(connection: Connection, before: Import, after: Import) -> None:
    """Stores what has changed of an import."""
    old, new = msgspec.structs.asdict(before), msgspec.structs.asdict(after)
    changed = {name: value for name, value in new.items() if value != old[name]}
    for name in ("columns", "plan"):
        if changed.get(name) is not None:
            changed[name] = _encode(changed[name]).decode()
    if changed:
        connection.execute(_update.values(**changed), {"of_import": after.id})


def delete_import(connection: Connection, one: Import) -> None:
    """Removes an import whose rows are gone."""
    connection.execute(delete(imports).where(_columns.id == one.id))


def insert_rows(connection: Connection, one: Import, rows: Iterable[ImportRow]) -> int:
    """Stores rows of an import; how many characters that took."""
    size = 0
    values = []
    for row in rows:
        cells = import_cells.written(row.cells)
        size += len(cells)
        number = {"application_id": one.application_id, "import_id": one.id, "number": row.number}
        values.append(number | {"cells": cells, "reason": row.reason})
    if values:
        connection.execute(insert(import_rows), values)
    return size


def waiting_rows(connection: Connection, one: Import, after: int, limit: int) -> list[ImportRow]:
    """The next rows that were not worked off, in order."""
    return _read_rows(connection, _waiting, one, after, limit)


def refused_rows(connection: Connection, one: Import, after: int, limit: int) -> list[ImportRow]:
    """The next refused rows, in order."""
    return _read_rows(connection, _refused, one, after, limit)


def remove_rows(connection: Connection, application_id: int, import_id: int, numbers: Sequence[int]) -> None:
    """Removes rows of an import by their numbers."""
    if numbers:
        of_import = (_rows.application_id == application_id, _rows.import_id == import_id)
        connection.execute(delete(import_rows).where(*of_import, _rows.number.in_(numbers)))


def refuse_rows(connection: Connection, one: Import, rows: Iterable[ImportRow]) -> None:
    """Notes why rows that are stored were refused."""
    statement = (
        update(import_rows).where(*_of_import, _rows.number == bindparam("refused_number")).values(reason=bindparam("why"))
    )
    values = [{**_named(one), "refused_number": row.number, "why": row.reason} for row in rows]
    if values:
        connection.execute(statement, values)


def remove_some_rows(connection: Connection, one: Import, *, refused: bool) -> bool:
    """Removes rows of an import, refused ones too if that is said; whether there were any."""
    some = select(_rows.number).where(*_of_import).limit(REMOVED_AT_ONCE)
    if not refused:
        some = some.where(_rows.reason.is_(None))
    statement = delete(import_rows).where(*_of_import, _rows.number.in_(some.scalar_subquery()))
    return connection.execute(statement, _named(one)).rowcount > 0


def add_span(connection: Connection, one: Import, ids: Iterable[int]) -> None:
    """Notes the events that an import made: ascending ids, of which those that follow one another are kept as one row."""
    last = connection.execute(_spans_of, _named(one)).one_or_none()
    spans: list[list[int]] = [] if last is None else [[last.first_id, last.last_id]]
    known = len(spans)
    for event_id in ids:
        if spans and spans[-1][1] + 1 == event_id:
            spans[-1][1] = event_id
        else:
            spans.append([event_id, event_id])
    if last is not None and spans[0][1] != last.last_id:
        connection.execute(update(import_spans).where(*_span(one, last.first_id)).values(last_id=spans[0][1]))
    rows = [
        {"application_id": one.application_id, "import_id": one.id, "first_id": first, "last_id": end}
        for first, end in spans[known:]
    ]
    if rows:
        connection.execute(insert(import_spans), rows)


def last_span(connection: Connection, one: Import) -> tuple[int, int] | None:
    """The newest events of an import that are kept as one row: the first and the last of their ids."""
    row = connection.execute(_spans_of, _named(one)).one_or_none()
    return None if row is None else (row.first_id, row.last_id)


def remove_span(connection: Connection, one: Import, first_id: int) -> None:
    """Forgets a row of ids."""
    connection.execute(delete(import_spans).where(*_span(one, first_id)))


def _span(one: Import, first_id: int) -> tuple[Any, ...]:
    return (_spans.application_id == one.application_id, _spans.import_id == one.id, _spans.first_id == first_id)


def _named(one: Import) -> dict[str, int]:
    return {"application": one.application_id, "import": one.id}


def _read_rows(connection: Connection, statement: Any, one: Import, after: int, limit: int) -> list[ImportRow]:
    found = connection.execute(statement, _named(one) | {"after": after, "limit": limit})
    return [ImportRow(row.number, import_cells.read(row.cells), row.reason) for row in found]


def _import(row: Row[Any]) -> Import:
    values = dict(row._mapping)
    values["columns"] = _names(values["columns"])
    values["plan"] = None if values["plan"] is None else _plan(values["plan"])
    return Import(**values)
