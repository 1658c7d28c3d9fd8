"""Reads a file of events, row by row within limits: CSV as spreadsheets and shops write it, or a JSON object a line."""

import csv
import io
from collections.abc import Iterator
from typing import Any, BinaryIO

from tidings.errors import Invalid
from tidings.records.imports import Row
from tidings.surfaces.formulas import plain_cell
from tidings.surfaces.import_text import encoding_of
from tidings.surfaces.input import json_object

MOST_COLUMNS = 150
NAME_LIMIT = 255
# Characters of a line, of a row with all of its cells, and of what is kept of a line that can not be read.
LINE_LIMIT = 128 * 1024
ROW_LIMIT = 64 * 1024
KEPT_LIMIT = 1_000
DELIMITERS = ",;\t|"
# The start of a file, by which its delimiter is found out.
SAMPLE = 64 * 1024
SAMPLE_ROWS = 20
# The first line of an export of everything says this of itself; of such a file only the events are read.
EXPORT = "tidings_export"


class FileRows:
    """The rows of a file. `columns`: their names, of which a file of JSON shows more while it is read.

    `note`: what was noticed about the file, in sentences for people. Raises Invalid for a file that can not be read.
    """

    def __init__(self, file: BinaryIO) -> None:
        encoding, self.note = encoding_of(file)
        self._text = io.TextIOWrapper(file, encoding, errors="strict", newline="")
        start = self._text.read(SAMPLE)
        first = start.lstrip()[:1]
        if not first:
            raise _unreadable("The file is empty.")
        if first == "[":
            raise _unreadable("The file is one JSON array. Save it with one object a line (JSON Lines).")
        self._text.seek(0)
        self.columns: list[str] = []
        if first == "{":
            self._rows = self._json_rows()
        else:
            self._rows = self._csv_rows(_delimiter(start))

    def take(self, most: int, most_characters: int = 2**30) -> list[Row]:
        """The next rows, some fewer where they are long; an empty list when there are no more.

        Raises Invalid where the file can not be read on.
        """
        taken: list[Row] = []
        characters = 0
        for row in self._rows:
            taken.append(row)
            characters += sum(len(cell) for cell in row.cells if isinstance(cell, str))
            if len(taken) >= most or characters >= most_characters:
                break
        return taken

    def release(self) -> None:
        """Lets the file go without closing it."""
        self._text.detach()

    def _lines(self) -> Iterator[str]:
        number = 0
        while line := self._text.readline(LINE_LIMIT):
            number += 1
            if len(line) >= LINE_LIMIT:
                raise _unreadable(f"Line {number:,} is longer than {LINE_LIMIT // 1024} KiB.")
            if "\0" in line:
                raise _unreadable(f"Line {number:,} holds a NUL character: this is not text.")
            yield line

    def _csv_rows(self, delimiter: str) -> Iterator[Row]:
        lines = self._lines()
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        width = 0
        number = 0
        try:
            for cells in reader:
                if number == 0 and reader.line_num == 1 and _is_separator_line(cells, delimiter):
                    continue
                number += 1
                if not any(cell.strip() for cell in cells):
                    continue
                if not self.columns:
                    self.columns = _header(cells)
                    width = len(self.columns)
                    continue
                yield _csv_row(number, cells, width)
        except csv.Error as error:
            raise _broken(reader.line_num, str(error)) from None
        if not self.columns:
            raise _unreadable("The file has no header: the first row has to name the columns.")

    def _json_rows(self) -> Iterator[Row]:
        places: dict[str, int] = {}
        is_export = False
        for number, line in enumerate(self._lines(), 1):
            if not line.strip():
                continue
            try:
                if len(line) > ROW_LIMIT:
                    raise Invalid(f"The line is longer than {ROW_LIMIT // 1024} KiB.")
                members = json_object(line.encode("utf-8", "surrogatepass"))
            except Invalid as error:
                reason = error.message.replace("The body", "The line")
                yield Row(number, (line[:KEPT_LIMIT].strip(),), reason)
                continue
            is_export = is_export or members.get("record") == EXPORT
            if is_export and members.pop("record", None) != "event":
                continue
            yield Row(number, self._json_cells(members, places))

    def _json_cells(self, members: dict[str, Any], places: dict[str, int]) -> tuple[Any, ...]:
        for name in members.keys() - places.keys():
            if len(name) > NAME_LIMIT:
                raise _unreadable(f"A member's name is longer than {NAME_LIMIT} characters: {name[:40]}…")
        for name in members:
            if name not in places:
                places[name] = len(places)
                self.columns.append(name)
        if len(places) > MOST_COLUMNS:
            raise _unreadable(f"The file has more than {MOST_COLUMNS} different members.")
        cells: list[Any] = [None] * (1 + max((places[name] for name in members), default=-1))
        for name, value in members.items():
            cells[places[name]] = value
        return tuple(cells)


def _csv_row(number: int, cells: list[str], width: int) -> Row:
    if sum(map(len, cells)) > ROW_LIMIT:
        return Row(number, (cells[0][:KEPT_LIMIT],), f"The row is longer than {ROW_LIMIT // 1024} KiB")
    while len(cells) > width and not cells[-1]:
        cells.pop()  # spreadsheets end rows with empty cells
    cells = [plain_cell(cell) for cell in cells]
    reason = f"The row has {len(cells)} cells, the header has {width}" if len(cells) > width else None
    return Row(number, tuple(cells), reason)


def _header(cells: list[str]) -> list[str]:
    """The names of the columns, each different: a blank one is called by its place, one that is there again is counted."""
    while len(cells) > 1 and not cells[-1].strip():
        cells.pop()
    if len(cells) > MOST_COLUMNS:
        raise _unreadable(f"The file has {len(cells):,} columns; {MOST_COLUMNS} are the most.")
    names: list[str] = []
    for place, cell in enumerate(cells, 1):
        name = " ".join(plain_cell(cell).split())[: NAME_LIMIT - 10] or f"Column {place}"
        again = 2
        unique = name
        while unique in names:
            unique = f"{name} {again}"
            again += 1
        names.append(unique)
    return names


def _delimiter(start: str) -> str:
    """What stands between cells: what gives the first rows equally many of them, and the most."""
    if start[:4].lower() == "sep=" and start[4:5] in DELIMITERS:  # Excel's own way to say it
        return start[4]
    best = (0.0, 1, ",")
    for delimiter in DELIMITERS:
        rows = _sample_rows(start, delimiter)
        width = len(rows[0]) if rows else 0
        if width > 1:
            alike = sum(len(row) == width for row in rows) / len(rows)
            best = max(best, (round(alike, 1), width, delimiter), key=lambda one: one[:2])
    return best[2]


def _sample_rows(start: str, delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(start, newline=""), delimiter=delimiter):
            if any(row):
                rows.append(row)
            if len(rows) > SAMPLE_ROWS:
                break
    except csv.Error:
        pass  # said, with its line, when the file is read
    # The last one may be cut off by the end of the sample.
    return rows[:-1] if len(rows) > 1 and len(start) == SAMPLE else rows


def _is_separator_line(cells: list[str], delimiter: str) -> bool:
    return "".join(cells).strip().lower() in ("sep=", f"sep={delimiter}")


def _broken(line: int, error: str) -> Invalid:
    if "field larger" in error or "unexpected end" in error:
        return _unreadable(
            f"A quoted cell is never closed; the file ends in it, or it is too long (read up to line {line:,})."
        )
    return _unreadable(f"The file can not be read as CSV at line {line:,}: after a closing quote there is more text.")


def _unreadable(sentence: str) -> Invalid:
    return Invalid(sentence, field="file", code="unreadable_file")
