"""Imports: a file is sent, somebody says what its columns are and sees what comes of it, and it runs."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection

from tidings.domain import audit, imports
from tidings.domain.days import time_zones
from tidings.errors import Conflict, Invalid, TidingsError
from tidings.records.event import NewEvent
from tidings.records.imports import TIME_FORMATS, Import, Plan, Row
from tidings.storage.snapshot import snapshot
from tidings.surfaces.dashboard.formats import count
from tidings.surfaces.dashboard.import_upload import upload_post
from tidings.surfaces.dashboard.plumbing import Download, Page, Read, Redirect, Route, Visit, Work, Write
from tidings.surfaces.dashboard.upload import FILE_LIMIT, read_upload
from tidings.surfaces.exports import CSV, csv_lines, in_pieces
from tidings.surfaces.import_columns import column, time_formats
from tidings.surfaces.import_rows import FIELDS, check_plan, row_draft
from tidings.surfaces.kinds import parsed_id
from tidings.surfaces.setting_kinds import TIME_ZONE

# Rows that a preview shows, and by which the way that times are written is known.
PREVIEWED = 20
SAMPLED = 1_000
EXAMPLES = 3
EXAMPLE_LENGTH = 60
# Refused rows that the report shows; the rest is in its file.
REPORTED = 20
TIME_FORMAT_WORDS = {
    "iso": "2026-12-31 14:05, or with the month as a word",
    "day_first": "Day first: 31/12/2026 14:05",
    "month_first": "Month first: 12/31/2026 2:05 PM",
    "seconds": "Seconds since 1970: 1798725900",
    "milliseconds": "Milliseconds since 1970",
    "excel": "Days since 1900, as Excel counts",
}


class Previewed(msgspec.Struct, frozen=True):
    """A row and what it is about to become, or why nothing."""

    row: Row
    event: NewEvent | None
    reason: str = ""


def list_page(visit: Visit) -> Work:
    """Where a file is sent, and what was imported so far."""
    return import_list(visit, {})


def import_list(visit: Visit, errors: dict[str, str], status: int = 200) -> Work:
    """The list, with what was wrong with a file that was sent."""
    values = {"errors": errors, "most_bytes": FILE_LIMIT, "most_rows": imports.MOST_ROWS}
    return Read(
        lambda connection: imports.newest(connection, visit.application.id),
        lambda found: Page("imports.html", values | {"imports": found}, status),
    )


def _refused_upload(visit: Visit, error: TidingsError) -> Work:
    return import_list(visit, {error.field or "file": error.message}, 409 if isinstance(error, Conflict) else 422)


def send_post(visit: Visit) -> Work:
    """Takes a file in."""
    return upload_post(visit, lambda error: _refused_upload(visit, error))


def import_page(visit: Visit) -> Work:
    """One import: its columns and a preview, how far it is, or what came of it."""
    return _import_page(visit, None, {})


def _import_page(visit: Visit, plan: Plan | None, errors: dict[str, str], status: int = 200, notice: str = "") -> Work:
    import_id = _import_id(visit)

    def look(connection: Connection) -> tuple[Import, list[Row], list[Row]]:
        one = imports.retrieve(connection, visit.application.id, import_id)
        waiting = imports.first_rows(connection, one, SAMPLED) if one.state == "ready" else []
        return one, waiting, imports.refused_page(connection, one, 0, REPORTED)

    def show(found: tuple[Import, list[Row], list[Row]]) -> Work:
        one, waiting, refused = found
        if one.state == "ready":
            typed = plan if plan is not None and len(plan.fields) == len(one.columns) else one.plan
            return _columns_page(visit, one, typed, waiting, errors, status, notice)
        percent = 100 if not one.rows else min(100, 100 * (one.imported + one.known + one.refused) // one.rows)
        shown_refused = refused if one.kept != "none" else []
        return Page("import.html", {"one": one, "percent": percent, "refused": shown_refused, "reported": REPORTED}, status)

    return Read(look, show)


def _columns_page(
    visit: Visit, one: Import, plan: Plan | None, rows: Sequence[Row], errors: dict[str, str], status: int, notice: str
) -> Page:
    plan = plan or Plan(("",) * len(one.columns))
    shown = msgspec.structs.replace(one, plan=plan)
    missing = ""
    try:
        check_plan(plan)
    except Invalid as error:
        missing = error.message
    formats = time_formats(rows, plan)
    previewed = [] if missing else _previewed(visit, shown, rows[:PREVIEWED])
    values = {
        "one": shown,
        "plan": plan,
        "columns": [(name, plan.fields[place], _examples(rows, place)) for place, name in enumerate(one.columns)],
        "fields": FIELDS,
        "event_types": [(found.id, f"{found.name} ({found.tag})") for found in _event_types(visit)],
        "time_formats": [(name, TIME_FORMAT_WORDS[name]) for name in TIME_FORMATS],
        "is_ambiguous": len(formats) > 1 and plan.time_format is None,
        "time_zones": sorted(time_zones()),
        "previewed": previewed,
        "start_words": _start_words(one, previewed),
        "missing": missing,
        "errors": errors,
        "notice": notice,
    }
    return Page("import_columns.html", values, status)


def _start_words(one: Import, previewed: Sequence[Previewed]) -> str:
    """What the button says that starts it: how many events that makes, where the preview shows all rows."""
    waiting = one.rows - one.refused
    refused = sum(found.event is None for found in previewed)
    if len(previewed) != waiting or not refused:
        return f"Import {count(waiting, 'row')}"
    return f"Import {count(waiting - refused, 'event')}, refuse {count(refused, 'row')}"


def _previewed(visit: Visit, one: Import, rows: Sequence[Row]) -> list[Previewed]:
    ground = _ground(visit)
    found = []
    for row in rows:
        try:
            found.append(Previewed(row, imports.event_of_row(visit.known_entry, one, row, visit.now, ground)))
        except Invalid as error:
            found.append(Previewed(row, None, error.message))
    return found


def columns_post(visit: Visit) -> Work:
    """Says what the columns are; starts the import when that is what the preview showed."""
    form, import_id = visit.form, _import_id(visit)
    application_id = visit.application.id
    try:
        event_type_id = parsed_id(form["event_type_id"]) if form["event_type_id"] else None
        plan = Plan(
            tuple(form.all("field")),
            event_type_id,
            form["time_format"] if form["time_format"] in TIME_FORMATS else None,
            TIME_ZONE.parse(form["time_zone"], "time_zone"),
        )
    except Invalid as error:
        return _import_page(visit, None, {"time_zone": error.message}, 422)

    def save(connection: Connection) -> bool:
        """Whether it was started."""
        before = imports.retrieve(connection, application_id, import_id)
        if len(plan.fields) != len(before.columns):
            raise Invalid("Say of each column what it is.", field="columns")
        check_plan(plan)
        if event_type_id is not None and event_type_id not in visit.known_entry.event_types:
            raise Invalid("Choose an event type of this application", field="event_type_id")
        imports.set_plan(connection, application_id, import_id, plan, visit.now)
        if form["do"] != "start" or before.plan != plan:
            return False
        imports.start(connection, application_id, import_id, visit.now)
        _note(visit, connection, "import.started", before)
        return True

    def then(started: bool) -> Work:
        if started:
            return Redirect(_path(visit, import_id))
        if form["do"] == "start":
            changed = "You have changed what the columns are: look at the preview once more, then start."
            return _import_page(visit, plan, {}, notice=changed)
        return Redirect(f"{_path(visit, import_id)}#preview")

    def refused(error: TidingsError) -> Work:
        if not isinstance(error, Invalid):
            raise error
        return _import_page(visit, plan, {error.field or "columns": error.message}, 422)

    return Write(save, then, refused)


def cancel_post(visit: Visit) -> Work:
    """Adds nothing more."""
    return _change(visit, imports.cancel, "import.cancelled", "import_cancelled")


def undo_post(visit: Visit) -> Work:
    """Takes out again what it added."""
    return _change(visit, imports.undo, "import.undone", "import_undone")


def refused_csv(visit: Visit) -> Work:
    """The refused rows, each with its reason, to be mended and sent again."""
    import_id, path = _import_id(visit), visit.context.store.path

    def pieces(one: Import) -> Any:
        with snapshot(path) as connection:
            lines = csv_lines(("row", "reason", *one.columns), imports.refused_cells(connection, one))
            yield from in_pieces(lines)

    return Read(
        lambda connection: imports.retrieve(connection, visit.application.id, import_id),
        lambda one: Download(f"refused-rows-of-import-{one.id}.csv", CSV, pieces(one)),
    )


def _change(visit: Visit, change: Any, deed: str, done: str) -> Work:
    import_id = _import_id(visit)

    def job(connection: Connection) -> None:
        one = change(connection, visit.application.id, import_id, visit.now)
        _note(visit, connection, deed, one)

    return Write(job, lambda _: Redirect(_path(visit, import_id), done))


def _note(visit: Visit, connection: Connection, deed: str, one: Import) -> None:
    detail = {"import_id": one.id, "rows": one.rows}
    audit.note(
        connection, visit.by, deed, application_id=one.application_id, subject=one.file_name, detail=detail, now=visit.now
    )


def _examples(rows: Sequence[Row], place: int) -> list[str]:
    seen: list[str] = []
    for value in column(rows[:100], place):
        text = str(value).strip()[:EXAMPLE_LENGTH]
        if text and text not in seen:
            seen.append(text)
        if len(seen) >= EXAMPLES:
            break
    return seen


def _event_types(visit: Visit) -> list[Any]:
    return list(visit.known_entry.event_types.values())


def _ground(visit: Visit) -> imports.Ground:
    context = visit.context
    return imports.Ground(row_draft, context.secret, context.places, context.settings.retention_days)


def _import_id(visit: Visit) -> int:
    return parsed_id(visit.path["import_id"]) or 0


def _path(visit: Visit, import_id: int) -> str:
    return f"{visit.base}/import/{import_id}"


_BASE = "/applications/{application_id}/import"
_ONE = f"{_BASE}/{{import_id}}"
ROUTES = (
    Route(_BASE, {"GET": list_page, "POST": send_post}, {"GET": "viewer", "POST": "editor"}, read_upload),
    Route(_ONE, {"GET": import_page, "POST": columns_post}, {"GET": "editor", "POST": "editor"}),
    Route(f"{_ONE}/cancel", {"POST": cancel_post}, {"POST": "editor"}),
    Route(f"{_ONE}/undo", {"POST": undo_post}, {"POST": "editor"}),
    Route(f"{_ONE}/refused.csv", {"GET": refused_csv}, {"GET": "editor"}),
)
