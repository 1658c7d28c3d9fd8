"""From a file that was sent to rows that are stored: read in a thread, stored in the writer, some at a time."""

from collections.abc import Callable

from sqlalchemy import Connection

from tidings.domain import audit, imports
from tidings.errors import Invalid, TidingsError
from tidings.records.imports import Import, NewImport, Row
from tidings.surfaces.dashboard.plumbing import Aside, Redirect, Visit, Work, Write
from tidings.surfaces.dashboard.upload import UploadForm
from tidings.surfaces.import_columns import guess
from tidings.surfaces.import_files import FileRows

# Rows that are stored in one transaction, and about how many characters: some milliseconds of the writer's time.
ROWS_AT_ONCE = 500
CHARACTERS_AT_ONCE = 128 * 1024
# Rows by which columns are known.
SAMPLED = 1_000

Refused = Callable[[TidingsError], Work]


def upload_post(visit: Visit, refused: Refused) -> Work:
    """Stores the rows of the file that was sent, and leads to where its columns are named."""
    form = visit.form
    if not isinstance(form, UploadForm) or not form.file_name:
        return refused(Invalid("Choose a file.", field="file"))
    return _Storing(visit, form, refused).begin()


class _Storing:
    """One file on its way; each step leads to the next."""

    def __init__(self, visit: Visit, form: UploadForm, refused: Refused) -> None:
        self._visit = visit
        self._form = form
        self._refused = refused
        self._rows: FileRows | None = None
        self._sample: list[Row] = []
        self._one: Import | None = None
        self._characters = 0

    def begin(self) -> Work:
        return Aside(self._take, self._begun, self._refused, kind="files")

    def _take(self) -> list[Row]:
        if self._rows is None:
            self._rows = FileRows(self._form.file)
        taken = self._rows.take(ROWS_AT_ONCE, CHARACTERS_AT_ONCE)
        if len(self._sample) < SAMPLED:
            self._sample += taken
        return taken

    def _begun(self, first: list[Row]) -> Work:
        if not first:
            return self._refused(Invalid("The file has a header and no rows.", field="file"))
        visit = self._visit
        new = NewImport(
            application_id=visit.application.id,
            source="dashboard",
            made_by=visit.by.email,
            file_name=self._form.file_name,
            state="reading",
            now=visit.now,
        )

        def then(one: Import) -> Work:
            self._one = one
            return self._store(first)

        return Write(lambda connection: imports.begin(connection, new), then, self._refused)

    def _store(self, rows: list[Row]) -> Work:
        if not rows:
            return self._end()
        now = self._visit.context.now()

        def then(characters: int) -> Work:
            self._characters = characters
            return Aside(self._take, self._store, self._give_up, kind="files")

        return Write(
            lambda connection: imports.add_rows(connection, self._import(), rows, now, self._characters),
            then,
            self._give_up,
        )

    def _end(self) -> Work:
        visit, rows = self._visit, self._rows
        entry = visit.entry
        if rows is None or entry is None:
            raise LookupError("nothing was read")
        event_types = list(entry.event_types)
        first_type = event_types[0] if len(event_types) == 1 else None
        plan = guess(rows.columns, self._sample, first_type, entry.application.display.time_zone)

        def make_ready(connection: Connection) -> Import:
            one = imports.make_ready(connection, self._import(), rows.columns, plan, rows.note, visit.context.now())
            detail = {"import_id": one.id, "rows": one.rows}
            audit.note(
                connection,
                visit.by,
                "import.uploaded",
                application_id=one.application_id,
                subject=one.file_name,
                detail=detail,
                now=visit.now,
            )
            return one

        self._form.file.close()
        return Write(make_ready, lambda one: Redirect(f"{visit.base}/import/{one.id}"), self._give_up)

    def _give_up(self, error: TidingsError) -> Work:
        return Write(
            lambda connection: imports.give_up(connection, self._import()),
            lambda _: self._refused(error),
            lambda _: self._refused(error),
        )

    def _import(self) -> Import:
        if self._one is None:
            raise LookupError("the import has not begun")
        return self._one
