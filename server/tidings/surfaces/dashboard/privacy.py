"""Privacy: how long events are kept, what is stored of a buyer, forgetting a person, and taking everything along."""

from collections.abc import Callable, Iterator
from threading import BoundedSemaphore

from sqlalchemy import Connection

from tidings.domain import audit, forget
from tidings.domain.forget import Forgotten, Known
from tidings.domain.import_people import START
from tidings.errors import Unavailable
from tidings.storage.import_cells import Place
from tidings.surfaces.dashboard.plumbing import Download, Page, Read, Redirect, Route, Visit, Work, Write
from tidings.surfaces.exports import CSV, JSON_LINES, events_csv, everything
from tidings.surfaces.kinds import parsed_id

# Exports that are read at one time: each holds a connection, and the folding of the write-ahead log.
EXPORTS_AT_ONCE = 2
# How the dashboard calls what `name_display` may be.
NAMES_SHOWN = {
    "full": "the first name as it was sent",
    "first_word": "the first word of the name",
    "initial": "the first letter of the name",
    "hidden": "no name",
}
EMAIL_LIMIT = 255


class Export(Iterator[bytes]):
    """The pieces of an export, one of EXPORTS_AT_ONCE. Raises Unavailable when so many are under way.

    Its place is free again when it has ended, in whichever way, and when nobody holds it any more.
    """

    _places = BoundedSemaphore(EXPORTS_AT_ONCE)

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces: Iterator[bytes] | None = None
        if not self._places.acquire(blocking=False):
            raise Unavailable(
                "Others are taking their data along at the moment; please try again in a minute.", retry_after=60
            )
        self._pieces = pieces

    def __next__(self) -> bytes:
        if self._pieces is None:
            raise StopIteration
        try:
            return next(self._pieces)
        except BaseException:
            self._end()
            raise

    def _end(self) -> None:
        if self._pieces is not None:
            self._pieces = None
            self._places.release()

    def __del__(self) -> None:
        self._end()


def privacy_page(visit: Visit) -> Work:
    """What is kept, what is seen, and what can be done about it."""
    rows = parsed_id(visit.query.get("rows", "")) if visit.done == "forgotten" else None
    return _page(visit, rows_gone=rows or 0)


def _page(visit: Visit, errors: dict[str, str] | None = None, status: int = 200, **values: object) -> Work:
    shown = {
        "errors": errors or {},
        "retention_days": visit.context.settings.retention_days,
        "names_shown": NAMES_SHOWN[visit.application.display.name_display],
        "external_id": "",
        "email": "",
        "found": None,
        "rows_gone": 0,
    }
    return Page("privacy.html", {**shown, **values}, status)


def forget_post(visit: Visit) -> Work:
    """First says what there is of a person; with `sure`, takes it out."""
    form = visit.form
    external_id, email = form["external_id"].strip(), form["email"].strip()
    if not external_id and not email:
        return _page(visit, {"email": "Whom? An e-mail address, your own id of an event, or both."}, 422)
    if len(external_id) > EMAIL_LIMIT or len(email) > EMAIL_LIMIT:
        return _page(visit, {"email": f"That is longer than {EMAIL_LIMIT} characters."}, 422)
    application_id, secret = visit.application.id, visit.context.secret
    if not form.switch("sure"):

        def look(connection: Connection) -> Known:
            return forget.known(
                connection, application_id=application_id, secret=secret, external_id=external_id, email=email
            )

        return Read(look, lambda found: _page(visit, external_id=external_id, email=email, found=found))
    return _forget(visit, external_id, email, {"events": 0, "conversions": 0, "rows_of_imports": 0}, START)


def _forget(visit: Visit, external_id: str, email: str, gone: dict[str, int], place: Place) -> Work:
    """Some hundred events, then the next; the last step writes down how many they were, and not whose."""
    application_id, secret = visit.application.id, visit.context.secret

    def job(connection: Connection) -> Forgotten:
        some = forget.forget_some(
            connection, application_id=application_id, secret=secret, external_id=external_id, email=email, place=place
        )
        if not some.more:
            detail = dict(_sum(gone, some))
            audit.note(connection, visit.by, "person.forgotten", application_id=application_id, detail=detail, now=visit.now)
        return some

    def then(some: Forgotten) -> Work:
        taken = _sum(gone, some)
        if some.more:
            return _forget(visit, external_id, email, taken, some.place)
        rows = taken["rows_of_imports"]
        return Redirect(f"{visit.base}/privacy{f'?rows={rows}' if rows else ''}", "forgotten")

    return Write(job, then)


def _sum(gone: dict[str, int], some: Forgotten) -> dict[str, int]:
    """What is gone by now."""
    return {
        "events": gone["events"] + len(some.event_ids),
        "conversions": gone["conversions"] + some.conversions,
        "rows_of_imports": gone["rows_of_imports"] + some.rows,
    }


def export_post(visit: Visit) -> Work:
    """Everything of the application as JSON Lines."""
    path, application_id = visit.context.store.path, visit.application.id
    return _export(
        visit,
        "application.exported",
        lambda: Download(
            f"tidings-application-{application_id}.jsonl",
            JSON_LINES,
            Export(everything(path, application_id, visit.now)),
        ),
    )


def events_csv_post(visit: Visit) -> Work:
    """The events of the application as CSV."""
    path, application_id = visit.context.store.path, visit.application.id
    return _export(
        visit,
        "events.exported",
        lambda: Download(f"events-of-application-{application_id}.csv", CSV, Export(events_csv(path, application_id))),
    )


def _export(visit: Visit, deed: str, download: Callable[[], Download]) -> Work:
    return Write(
        lambda connection: audit.note(
            connection, visit.by, deed, application_id=visit.application.id, subject=visit.application.name, now=visit.now
        ),
        lambda _: download(),
    )


_BASE = "/applications/{application_id}"
ROUTES = (
    Route(f"{_BASE}/privacy", {"GET": privacy_page}, {"GET": "viewer"}),
    Route(f"{_BASE}/privacy/forget", {"POST": forget_post}, {"POST": "editor"}),
    Route(f"{_BASE}/privacy/export", {"POST": export_post}, {"POST": "owner"}),
    Route(f"{_BASE}/events.csv", {"POST": events_csv_post}, {"POST": "editor"}),
)
