"""What is taken along, as bytes: JSON Lines of everything, and a CSV of the events that no spreadsheet can be tricked by."""

import csv
import io
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from tidings.domain import exports
from tidings.errors import Unavailable
from tidings.storage.snapshot import snapshot
from tidings.surfaces.formulas import guarded

JSON_LINES = "application/x-ndjson"
CSV = "text/csv; charset=utf-8"
# Bytes that are sent at once, or a little more.
PIECE = 64 * 1024
# Seconds: an export holds up the folding of the write-ahead log; a client that reads slower than this is cut off.
EXPORT_SECONDS = 600
EVENT_COLUMNS = (
    "id",
    "created_at",
    "event_type_tag",
    "external_id",
    "first_name",
    "city",
    "province",
    "country",
    "title",
    "url",
    "image_url",
    "custom_fields",
    "provenance",
    "updated_at",
)
_encode = msgspec.json.Encoder().encode


def everything(path: Path, application_id: int, now: int) -> Iterator[bytes]:
    """Everything of an application as JSON Lines, as it was at one moment. Raises NotFound, Unavailable."""
    with snapshot(path) as connection:
        lines = (_encode(record) + b"\n" for record in exports.records(connection, application_id, now))
        yield from _in_time(in_pieces(lines))


def events_csv(path: Path, application_id: int) -> Iterator[bytes]:
    """The events of an application as CSV, as they were at one moment. Raises NotFound, Unavailable."""
    with snapshot(path) as connection:
        yield from _in_time(in_pieces(csv_lines(EVENT_COLUMNS, map(_cells, exports.events(connection, application_id)))))


def csv_lines(columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> Iterator[bytes]:
    """A CSV as spreadsheets read it: UTF-8 with its mark, lines that end in CR LF, and no cell that is a formula."""
    buffer = io.StringIO(newline="")
    write = csv.writer(buffer).writerow
    buffer.write("\ufeff")
    write([safe_cell(name) for name in columns])
    for row in rows:
        write([safe_cell(value) for value in row])
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()
    if buffer.tell():
        yield buffer.getvalue().encode()


def safe_cell(value: Any) -> str:
    """A value as text that no spreadsheet runs: what would begin a formula has an apostrophe in front of it (formulas.py).

    Numbers are as they are. An import takes the apostrophes away again.
    """
    if value is None:
        return ""
    if isinstance(value, bool | int | float):
        return str(value)
    text = value if isinstance(value, str) else _encode(value).decode()
    return guarded(text)


def in_pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces that are worth sending."""
    piece = bytearray()
    for chunk in chunks:
        piece += chunk
        if len(piece) >= PIECE:
            yield bytes(piece)
            piece.clear()
    if piece:
        yield bytes(piece)


def _cells(record: exports.Record) -> list[Any]:
    return [record[name] or None if name == "custom_fields" else record[name] for name in EVENT_COLUMNS]


def _in_time(pieces: Iterable[bytes]) -> Iterator[bytes]:
    ends = time.monotonic() + EXPORT_SECONDS
    for piece in pieces:
        if time.monotonic() > ends:
            raise Unavailable(f"The export was not read within {EXPORT_SECONDS} s.")
        yield piece
