"""An event type on its way out: what goes with it, asked once, and the deed."""

from sqlalchemy import Connection

from tidings.domain import audit, event_types, events
from tidings.errors import Conflict, TidingsError
from tidings.records.event_type import EventType
from tidings.surfaces.dashboard.plumbing import Page, Read, Redirect, Route, Visit, Work, Write
from tidings.surfaces.dashboard.templates_page import OF_ONE, known


def ask(visit: Visit) -> Work:
    """GET …/templates/{event_type_id}/delete: how many events go with it, and the button."""
    return _page(visit, known(visit))


def delete(visit: Visit) -> Work:
    """POST …/templates/{event_type_id}/delete: removes it, with its events only when the page has told of them."""
    saved = known(visit)
    with_events = visit.form.switch("with_events")

    def job(connection: Connection) -> None:
        event_types.delete(connection, application_id=visit.application.id, event_type_id=saved.id, with_events=with_events)
        audit.note(
            connection,
            visit.by,
            "event_type.deleted",
            application_id=visit.application.id,
            subject=saved.name,
            detail={"with_events": with_events},
            now=visit.now,
        )

    def refused(error: TidingsError) -> Work:
        if not isinstance(error, Conflict):
            raise error
        return _page(visit, saved, {"": "It has events, which go with it. Look at how many before you delete it."}, 409)

    return Write(job, lambda _none: Redirect(f"{visit.base}/templates", "deleted"), refused)


def _page(visit: Visit, saved: EventType, errors: dict[str, str] | None = None, status: int = 200) -> Work:
    def query(connection: Connection) -> int:
        return events.number_of_type(connection, application_id=visit.application.id, event_type_id=saved.id)

    return Read(
        query,
        lambda number: Page("template_delete.html", {"saved": saved, "number": number, "errors": errors or {}}, status),
    )


ROUTES = (Route(f"{OF_ONE}/delete", {"GET": ask, "POST": delete}, {"GET": "editor", "POST": "editor"}),)
