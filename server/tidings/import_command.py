"""The command `tidings import`: events from a file, beside a running server; cut short, it goes on where it was."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy import Engine

from tidings import config
from tidings.command_line import AsJson, Database, writing
from tidings.domain import applications, audit, imports
from tidings.domain.directory import Entry, read_entry
from tidings.domain.places import Places
from tidings.errors import Conflict, Invalid, TooLarge
from tidings.export_command import ApplicationOption
from tidings.records.imports import FURTHER, TIME_FORMATS, Import, NewImport, Plan, Row
from tidings.storage.migrate import bring_up_to_date
from tidings.storage.secret_key import remember_key, secret_key
from tidings.storage.snapshot import snapshot
from tidings.surfaces.context import clock
from tidings.surfaces.exports import csv_lines
from tidings.surfaces.import_columns import guess, time_formats
from tidings.surfaces.import_files import FileRows
from tidings.surfaces.import_rows import FIELDS, check_plan, row_draft

# Rows of one transaction: a server beside it waits for the lock no longer than some milliseconds.
ROWS_AT_ONCE = 100
# The start of a file, by which its columns are known.
SAMPLE_ROWS = 1_000
LIST_MOST = 10

FileArgument = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, readable=True, metavar="FILE", help="CSV or JSON Lines.")
]
Maps = Annotated[
    list[str] | None,
    typer.Option("--map", metavar="COLUMN=FIELD", help="What a column is, more than once; FIELD empty leaves it out."),
]


def import_command(
    file: FileArgument,
    application_id: ApplicationOption,
    event_type: Annotated[str | None, typer.Option("--event-type", metavar="TAG", help="Of rows that name none.")] = None,
    maps: Maps = None,
    time_format: Annotated[str | None, typer.Option("--time-format", help=f"One of {', '.join(TIME_FORMATS)}.")] = None,
    time_zone: Annotated[
        str | None, typer.Option("--time-zone", help="Of times that name none; the application's otherwise.")
    ] = None,
    refused: Annotated[Path | None, typer.Option("--refused", help="Where refused rows are written, as CSV.")] = None,
    again: Annotated[bool, typer.Option("--again", help="Import a file once more that was imported already.")] = False,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Events from CSV or JSON Lines. The same file again goes on where it stopped."""
    settings = config.load({"database_url": database})
    bring_up_to_date(settings.database_path)
    secret = secret_key(settings.database_path, settings.secret_key)
    ground = imports.Ground(row_draft, secret, Places(settings.geoip_database), settings.retention_days)
    with writing(settings) as engine, file.open("rb") as opened:
        with engine.begin() as connection:
            entry = read_entry(connection, applications.retrieve(connection, application_id))
            remember_key(connection, secret)
        digest = hashlib.file_digest(opened, "sha256").digest()
        rows = FileRows(opened)
        first = rows.take(SAMPLE_ROWS)
        plan = _plan(entry, rows.columns, first, maps or [], event_type, time_format, time_zone)
        total = _count(opened)
        one = _begun(engine, entry, file.name, digest, rows, plan, again=again)
        if not as_json and one.position:
            typer.echo(f"Going on after row {one.position:,}.", err=True)
        one = _work_off(engine, one, opened, total, ground, quiet=as_json)
        _report(settings.database_path, one, refused, as_json=as_json)


def _plan(
    entry: Entry,
    columns: Sequence[str],
    first: Sequence[Row],
    maps: Sequence[str],
    tag: str | None,
    time_format: str | None,
    time_zone: str | None,
) -> Plan:
    """What the columns are: as they are called, unless the command says otherwise."""
    event_type_id = entry.event_type(None, tag).id if tag is not None else None
    if event_type_id is None and len(entry.event_types) == 1:
        event_type_id = next(iter(entry.event_types))
    plan = guess(columns, first, event_type_id, time_zone or entry.application.display.time_zone)
    fields = list(plan.fields)
    known = {name for name, _ in FIELDS}
    for written in maps:
        name, _, field = written.rpartition("=")
        if name not in columns:
            raise typer.BadParameter(f"There is no column {name!r}. There are: {', '.join(columns)}.", param_hint="--map")
        if field not in known:
            shown = ", ".join(sorted(known - {""}))
            raise typer.BadParameter(f"There is no field {field!r}. There are: {shown}.", param_hint="--map")
        if field and field != FURTHER:
            fields = ["" if other == field else other for other in fields]
        fields[columns.index(name)] = field
    plan = msgspec.structs.replace(plan, fields=tuple(fields))
    formats = [time_format] if time_format else time_formats(first, plan)
    if time_format is not None and time_format not in TIME_FORMATS:
        raise typer.BadParameter(f"One of {', '.join(TIME_FORMATS)}.", param_hint="--time-format")
    if len(formats) > 1:
        raise Invalid("Is 03/04/2026 a day of March or of April? Say --time-format day_first or month_first.")
    plan = msgspec.structs.replace(plan, time_format=formats[0] if formats else None)
    check_plan(plan)
    return plan


def _count(opened: BinaryIO) -> int:
    rows = FileRows(opened)
    number = 0
    while some := rows.take(SAMPLE_ROWS):
        number += len(some)
        if number > imports.MOST_ROWS:
            raise TooLarge(f"The file has more than {imports.MOST_ROWS:,} rows. Import it in parts.")
    rows.release()
    if not number:
        raise Invalid("The file has no rows.")
    return number


def _begun(engine: Engine, entry: Entry, name: str, digest: bytes, rows: FileRows, plan: Plan, *, again: bool) -> Import:
    """The import of this file that was cut short, or a new one. Raises Conflict for one that is done."""
    application_id = entry.application.id
    with engine.begin() as connection:
        found = imports.newest_of_file(connection, application_id, digest)
        if found is not None and found.state == "undoing":
            raise Conflict(f"The events of import {found.id}, of this file, are being taken out again. Wait until they are.")
        if found is not None and found.state == "running" and not again:
            if found.plan != plan:
                raise Conflict(
                    f"Import {found.id} of this file was cut short after row {found.position:,}, with other columns. "
                    "Go on with the same options, or begin once more with --again."
                )
            return found
        if found is not None and found.state == "done" and not again:
            raise Conflict(
                f"This file was imported already (import {found.id}: {found.imported:,} events). --again does it once more."
            )
        one = imports.begin(
            connection,
            NewImport(
                application_id=application_id,
                source="command",
                made_by=audit.COMMAND_LINE.email,
                file_name=name[:255],
                state="running",
                now=clock(),
                columns=tuple(rows.columns),
                plan=plan,
                note=rows.note,
                digest=digest,
            ),
        )
        deed, subject = "import.started", one.file_name
        audit.note(connection, audit.COMMAND_LINE, deed, application_id=application_id, subject=subject, now=one.created_at)
        return one


def _work_off(engine: Engine, one: Import, opened: BinaryIO, total: int, ground: imports.Ground, *, quiet: bool) -> Import:
    """Some rows a transaction, with how far it is: whatever cuts it short, no row is left out and none comes twice."""
    rows = FileRows(opened)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=quiet) as progress:
        bar = progress.add_task("Importing", total=total)
        while some := rows.take(ROWS_AT_ONCE):
            progress.advance(bar, len(some))
            left = [row for row in some if row.number > one.position]
            if left:
                with engine.begin() as connection:
                    refused = imports.import_rows(connection, one, left, clock(), ground)
                    imports.keep_refused(connection, one, refused)
                    one = imports.retrieve(connection, one.application_id, one.id)
                if len(rows.columns) > len(one.columns):
                    one = msgspec.structs.replace(one, columns=tuple(rows.columns))
    with engine.begin() as connection:
        one = imports.retrieve(connection, one.application_id, one.id)
        return imports.finish(connection, one, clock())


def _report(path: Path, one: Import, refused: Path | None, *, as_json: bool) -> None:
    with snapshot(path) as connection:
        first = imports.refused_page(connection, one, 0, LIST_MOST)
        if refused is not None:
            with refused.open("wb") as file:
                file.writelines(csv_lines(("row", "reason", *one.columns), imports.refused_cells(connection, one)))
    if as_json:
        names = ("id", "application_id", "imported", "known", "refused")
        report: dict[str, Any] = {name: getattr(one, name) for name in names}
        typer.echo(json.dumps(report | {"reasons": [{"row": row.number, "reason": row.reason} for row in first]}))
        return
    typer.echo(f"Imported {one.imported:,}, there already {one.known:,}, refused {one.refused:,}.")
    for row in first:
        typer.echo(f"  row {row.number:,}: {row.reason}")
    if one.refused > len(first):
        typer.echo(f"  … and {one.refused - len(first):,} more" + ("" if refused else "; --refused FILE writes all of them"))
