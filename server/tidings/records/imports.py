"""An import: a file of events on its way in, what becomes of its columns, and what came of its rows."""

from typing import Any, Literal, get_args

from msgspec import Struct

# reading: its rows are being stored. ready: it waits for somebody to say what the columns are, and to start it.
# done, cancelled: nothing more is added. undoing, undone: what it added is being taken out, is out again.
State = Literal["reading", "ready", "running", "done", "cancelled", "undoing", "undone"]
STATES: tuple[State, ...] = get_args(State)
# Who works its rows off: the server's job, from rows that are stored, or a command, from its file.
Source = Literal["dashboard", "command"]

# Which rows are stored: those that wait and those that were refused; the latter alone; none.
Kept = Literal["all", "refused", "none"]

# What a column may be, beside a member of an event (surfaces/events.py: EVENT); "" leaves it out.
FULL_NAME = "full_name"  # only the first word of it is kept
FURTHER = "further_field"  # a custom field under the column's own name
FURTHER_FIELDS = "custom_fields"  # an object of custom fields

# How a time is written that is not ISO 8601: the order of its day and its month, or a count.
TimeFormat = Literal["iso", "day_first", "month_first", "seconds", "milliseconds", "excel"]
TIME_FORMATS: tuple[TimeFormat, ...] = get_args(TimeFormat)


class Plan(Struct, frozen=True):
    """What becomes of the columns. `fields`: of each column what it is. `event_type_id`: of rows that name none.

    `time_zone`: of times that name none, by its IANA name.
    """

    fields: tuple[str, ...]
    event_type_id: int | None = None
    time_format: TimeFormat | None = None
    time_zone: str = "UTC"


class Row(Struct, frozen=True):
    """A row of a file: its number as spreadsheets show it, where the header is row 1, or as editors show lines; its cells.

    Cells are text, or what JSON had there. `reason`: why it was refused.
    """

    number: int
    cells: tuple[Any, ...]
    reason: str | None = None


class NewImport(Struct, frozen=True):
    """An import before it is stored. `made_by`: the e-mail address of who does it. `digest`: of the file, if it counts."""

    application_id: int
    source: Source
    made_by: str
    file_name: str
    state: State
    now: int
    columns: tuple[str, ...] = ()
    plan: Plan | None = None
    note: str = ""
    digest: bytes | None = None


class Import(Struct, frozen=True):
    """An import as stored; times are milliseconds since the epoch.

    `rows`: how many there are; `position`: the number of the last one that was worked off. `imported`: events that were
    added; `known`: rows whose external id was there already; `refused`: rows that did not become events. `note`: what was
    noticed about the file. `kept`: which of its rows are still stored.
    """

    id: int
    application_id: int
    source: Source
    made_by: str
    file_name: str
    state: State
    columns: tuple[str, ...]
    plan: Plan | None
    note: str
    digest: bytes | None
    rows: int
    position: int
    imported: int
    known: int
    refused: int
    kept: Kept
    created_at: int
    started_at: int | None
    finished_at: int | None
    updated_at: int
