"""What is served under /v1: the table of paths, methods and handlers."""

from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from tidings.errors import NotFound
from tidings.surfaces.attempts import WRONG_TOKENS_A_MINUTE, Attempts
from tidings.surfaces.context import Context
from tidings.surfaces.fathom import conversions, events
from tidings.surfaces.fathom.auth import ScopeAuth, retired
from tidings.surfaces.fathom.bodies import json_or_form
from tidings.surfaces.fathom.errors import refuse
from tidings.surfaces.plumbing import Endpoint, Handler, send_answer

PREFIX = "/v1/sites/{site_id}/events"
TABLE: tuple[tuple[str, dict[str, Handler]], ...] = (
    ("", {"GET": events.list_goals, "POST": events.create}),
    ("/{id}", {"GET": events.retrieve, "POST": events.update, "DELETE": events.delete}),
    ("/{id}/conversions", {"POST": conversions.create}),
    ("/{id}/conversions/{external_id:path}", {"DELETE": conversions.delete}),
)


def fathom_app(context: Context) -> ASGIApp:
    """The app for every path under /v1: a bare router, since its endpoints answer their own refusals."""
    authenticate = ScopeAuth(Attempts(WRONG_TOKENS_A_MINUTE, "wrong tokens", enabled=context.settings.rate_limits))
    routes = [
        Route(PREFIX + path, Endpoint(context, handlers, authenticate, refuse, json_or_form), methods=None)
        for path, handlers in TABLE
    ]
    # Nothing is wiped: `retired` comes before any handler.
    wiping = Endpoint(context, {"DELETE": events.delete}, retired, refuse)
    routes.append(Route(f"{PREFIX}/{{id}}/data", wiping, methods=None))
    return Router(routes, redirect_slashes=False, default=_nothing_here)


async def _nothing_here(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send_answer(send, refuse(NotFound("There is nothing at this address.")))
