"""The audit log as a page: of one application for its owners, of everything for the server's."""

from tidings.domain import audit
from tidings.records.user import AuditEntry
from tidings.surfaces.dashboard.plumbing import PREFIX, Page, Read, Route, Visit, Work
from tidings.surfaces.kinds import parsed_id

LINES = 50


def audit_page(visit: Visit) -> Work:
    """The newest lines, or with `before` those older than one."""
    application_id = visit.application.id if visit.entry is not None else None
    before = parsed_id(visit.query.get("before", ""))
    here = f"{visit.base or PREFIX}/audit"

    def drawn(found: list[AuditEntry]) -> Page:
        shown = found[:LINES]
        values = {
            "lines": shown,
            "deeds": audit.DEEDS,
            "older": f"{here}?before={shown[-1].id}" if len(found) > LINES else "",
            "newer": here if before is not None else "",
        }
        return Page("audit.html", values)

    return Read(lambda connection: audit.page(connection, application_id, before, LINES + 1), drawn)


ROUTES = (
    Route("/audit", {"GET": audit_page}, {"GET": "everywhere:owner"}),
    Route("/applications/{application_id}/audit", {"GET": audit_page}, {"GET": "owner"}),
)
