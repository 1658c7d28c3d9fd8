"""Imports: events from a file, some rows at a time, so that the server goes on; each row once, whatever is killed when.

What a row becomes and how far the import is are committed together. A row that became an event is gone with that commit;
one that was refused stays for some days with its reason.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection

from tidings.domain.applications import retrieve as retrieve_application
from tidings.domain.directory import Entry, read_entry
from tidings.domain.events import new_event, record
from tidings.domain.places import Places
from tidings.errors import Conflict, Invalid, NotFound, TooLarge
from tidings.records.event import EventDraft, NewEvent
from tidings.records.imports import Import, NewImport, Plan, Row
from tidings.records.statistics import DAY
from tidings.storage import imports as stored
from tidings.storage.event_removal import remove_between
from tidings.storage.leases import end_lease

# The job that works imports off, by its name in the table of jobs.
JOB = "import_events"
MOST_ROWS = 200_000
# Characters that its stored rows may take: a few times the largest file that is sent.
MOST_CHARACTERS = 64 * 1024 * 1024
# Rows that one step works off: some milliseconds of the writer's time.
ROWS_A_STEP = 100
# How long rows that were refused are kept, and uploads that nobody starts, in milliseconds.
REFUSED_KEPT = 7 * DAY
UPLOADS_KEPT = DAY
# An upload whose rows were still being stored when nothing came any more: the server was stopped.
BROKEN_OFF = 3_600_000
# Refused rows that are read at once.
PAGE = 500
# Files of an application that wait to be started, or were cancelled and still have their rows.
MOST_WAITING = 10
# Imports that a list shows.
LISTED = 50

# What a row becomes by the plan of its import, at a time in milliseconds. Raises Invalid that says why it can not.
ReadRow = Callable[[Import, Row, int], EventDraft]


class Ground(msgspec.Struct, frozen=True):
    """What imports need beside the database: the door's way to read a row, the key of hashes, places, and retention."""

    read: ReadRow
    secret: bytes
    places: Places | None = None
    retention_days: int = 0


def begin(connection: Connection, new: NewImport) -> Import:
    """Makes an import without rows. Raises NotFound for an unknown application, Conflict when MOST_WAITING wait already."""
    retrieve_application(connection, new.application_id)
    if new.state == "reading" and stored.count_waiting(connection, new.application_id) >= MOST_WAITING:
        raise Conflict(
            "Several files wait to be imported already. Start or cancel those first, and try again in some minutes.",
            field="file",
        )
    return stored.insert_import(connection, new)


def add_rows(connection: Connection, one: Import, rows: Sequence[Row], now: int, characters: int = 0) -> int:
    """Stores further rows of a file that is being read; how many characters that takes, with those stored before.

    Raises TooLarge beyond MOST_ROWS or MOST_CHARACTERS, NotFound when it is gone.
    """
    before = retrieve(connection, one.application_id, one.id)
    if before.rows + len(rows) > MOST_ROWS:
        raise TooLarge(f"The file has more than {MOST_ROWS:,} rows. Import it in parts.")
    characters += stored.insert_rows(connection, before, rows)
    if characters > MOST_CHARACTERS:
        raise TooLarge("The rows of this file would take too much room here. Import it in parts.")
    refused = before.refused + sum(row.reason is not None for row in rows)
    _changed(connection, before, rows=before.rows + len(rows), refused=refused, updated_at=now)
    return characters


def make_ready(connection: Connection, one: Import, columns: Sequence[str], plan: Plan, note: str, now: int) -> Import:
    """The whole file is stored: what its columns are called, and what they seem to be. Raises Invalid without rows."""
    before = retrieve(connection, one.application_id, one.id)
    if not before.rows:
        raise Invalid("The file has no rows.", field="file")
    return _changed(connection, before, state="ready", columns=tuple(columns), plan=plan, note=note, updated_at=now)


def give_up(connection: Connection, one: Import) -> None:
    """A file that could not be read to its end: what was stored of it is removed by the next tidying."""
    before = retrieve(connection, one.application_id, one.id)
    _changed(connection, before, updated_at=0)


def retrieve(connection: Connection, application_id: int, import_id: int) -> Import:
    """One import. Raises NotFound, for another application's too."""
    found = stored.import_by_id(connection, application_id, import_id)
    if found is None:
        raise NotFound("Import not found", code="import_not_found")
    return found


def newest(connection: Connection, application_id: int) -> list[Import]:
    """The newest imports of an application, newest first."""
    return [one for one in stored.imports_of(connection, application_id, LISTED) if one.state != "reading"]


def first_rows(connection: Connection, one: Import, limit: int) -> list[Row]:
    """The first rows that wait."""
    return stored.waiting_rows(connection, one, 0, limit)


def set_plan(connection: Connection, application_id: int, import_id: int, plan: Plan, now: int) -> Import:
    """Says anew what the columns are. Raises Conflict once it was started."""
    before = retrieve(connection, application_id, import_id)
    if before.state != "ready":
        raise Conflict("This import was started already.", code="import_started")
    return _changed(connection, before, plan=plan, updated_at=now)


def start(connection: Connection, application_id: int, import_id: int, now: int) -> Import:
    """Lets the job work the rows off. Raises Conflict when it was started already."""
    before = retrieve(connection, application_id, import_id)
    if before.state != "ready":
        raise Conflict("This import was started already.", code="import_started")
    end_lease(connection, JOB, now)
    return _changed(connection, before, state="running", started_at=now, updated_at=now)


def cancel(connection: Connection, application_id: int, import_id: int, now: int) -> Import:
    """Adds nothing more; what was added stays. Raises Conflict when it is over already."""
    before = retrieve(connection, application_id, import_id)
    if before.state not in ("ready", "running", "reading"):
        raise Conflict("This import is over already.", code="import_over")
    return _changed(connection, before, state="cancelled", finished_at=now, updated_at=now)


def undo(connection: Connection, application_id: int, import_id: int, now: int) -> Import:
    """Takes out again, some at a time, the events that it made. Raises Conflict while it runs, or when it made none."""
    before = retrieve(connection, application_id, import_id)
    if before.state not in ("done", "cancelled") or not before.imported:
        raise Conflict("There is nothing to take out.", code="nothing_to_undo")
    end_lease(connection, JOB, now)
    return _changed(connection, before, state="undoing", updated_at=now)


def work_off(connection: Connection, now: int, ground: Ground) -> bool:
    """One step of the import whose turn it is; True: there is more to do."""
    one = stored.next_import(connection)
    if one is None:
        return False
    if one.state == "undoing":
        _undo_some(connection, one, now)
        return True
    rows = stored.waiting_rows(connection, one, one.position, ROWS_A_STEP)
    if not rows:
        finish(connection, one, now)
        return True
    refused = import_rows(connection, one, rows, now, ground)
    gone = {row.number for row in rows} - {row.number for row in refused}
    stored.remove_rows(connection, one.application_id, one.id, sorted(gone))
    stored.refuse_rows(connection, one, refused)
    return True


def import_rows(connection: Connection, one: Import, rows: Sequence[Row], now: int, ground: Ground) -> list[Row]:
    """Makes events of rows, in order, and moves the import on; gives back those that were refused, with their reasons."""
    entry = read_entry(connection, retrieve_application(connection, one.application_id))
    new: list[NewEvent] = []
    refused: list[Row] = []
    for row in rows:
        try:
            new.append(event_of_row(entry, one, row, now, ground))
        except Invalid as error:
            refused.append(msgspec.structs.replace(row, reason=error.message))
    made = record(connection, new)
    stored.add_span(connection, one, (each.event.id for each in made if each.is_new))
    imported = sum(each.is_new for each in made)
    _changed(
        connection,
        one,
        position=rows[-1].number,
        imported=one.imported + imported,
        known=one.known + len(made) - imported,
        refused=one.refused + len(refused),
        updated_at=now,
    )
    return refused


def keep_refused(connection: Connection, one: Import, refused: Sequence[Row]) -> None:
    """Stores refused rows of an import whose rows are not stored."""
    stored.insert_rows(connection, one, refused)


def event_of_row(entry: Entry, one: Import, row: Row, now: int, ground: Ground) -> NewEvent:
    """What a row is about to become. Raises Invalid that says why it can not."""
    if row.reason:
        raise Invalid(row.reason)
    draft = ground.read(one, row, now)
    if draft.created_at is None:
        raise Invalid("The row has no time", field="created_at")
    if ground.retention_days and draft.created_at < now - ground.retention_days * DAY:
        raise Invalid(f"The row is older than this server keeps events ({ground.retention_days} days)", field="created_at")
    return new_event(entry, draft, ground.secret, now, ground.places, "import")


def finish(connection: Connection, one: Import, now: int) -> Import:
    """All rows are worked off."""
    return _changed(connection, one, state="done", kept="refused", finished_at=now, updated_at=now)


def refused_page(connection: Connection, one: Import, after: int, limit: int) -> list[Row]:
    """Refused rows with their reasons, from the one behind number `after` on; none once they were removed."""
    return stored.refused_rows(connection, one, after, limit)


def refused_cells(connection: Connection, one: Import) -> Iterator[tuple[Any, ...]]:
    """Every refused row: its number, its reason and its cells."""
    after = 0
    while page := stored.refused_rows(connection, one, after, PAGE):
        for row in page:
            yield (row.number, row.reason, *row.cells)
        after = page[-1].number


def newest_of_file(connection: Connection, application_id: int, digest: bytes) -> Import | None:
    """The newest import of this very file."""
    return stored.newest_of_file(connection, application_id, digest)


def tidy(connection: Connection, now: int) -> bool:
    """Removes some rows that nobody needs any more; True: there may be more.

    What a cancelled import did not get to; refused rows after some days; uploads that were broken off or never started.
    """
    for state, age in (("reading", BROKEN_OFF), ("ready", UPLOADS_KEPT)):
        one = stored.untouched_import(connection, state, now - age)
        if one is not None:
            if not stored.remove_some_rows(connection, one, refused=True):
                stored.delete_import(connection, one)
            return True
    for kept, becomes, before in (("all", "refused", now), ("refused", "none", now - REFUSED_KEPT)):
        one = stored.import_with_rows_left(connection, kept, before)
        if one is not None:
            if not stored.remove_some_rows(connection, one, refused=kept == "refused"):
                _changed(connection, one, kept=becomes)
            return True
    return False


def _undo_some(connection: Connection, one: Import, now: int) -> None:
    span = stored.last_span(connection, one)
    if span is None:
        _changed(connection, one, state="undone", finished_at=now, updated_at=now)
    elif remove_between(connection, one.application_id, *span):
        _changed(connection, one, updated_at=now)
    else:
        stored.remove_span(connection, one, span[0])


def _changed(connection: Connection, before: Import, **values: object) -> Import:
    after = msgspec.structs.replace(before, **values)
    stored.update_import(connection, before, after)
    return after
