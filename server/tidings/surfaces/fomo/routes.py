"""What is served under /api: the table of paths, methods and handlers."""

from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from tidings.errors import NotFound
from tidings.surfaces.attempts import WRONG_TOKENS_A_MINUTE, Attempts
from tidings.surfaces.context import Context
from tidings.surfaces.fomo import events
from tidings.surfaces.fomo.auth import TokenAuth
from tidings.surfaces.fomo.errors import refuse
from tidings.surfaces.plumbing import Endpoint, Handler, send_answer

# Below each of the prefixes; the docs spell the second one here and there.
TABLE: tuple[tuple[str, dict[str, Handler]], ...] = (
    ("/events", {"GET": events.list_events, "POST": events.create}),
    ("/events/{id}", {"GET": events.retrieve, "DELETE": events.delete}),
    ("/event/{id}", {"GET": events.retrieve}),
)
PREFIXES = ("/api/v1/applications/{app}", "/api/v1/users/me/applications/{app}")


def fomo_app(context: Context) -> ASGIApp:
    """The app for every path under /api: a bare router, since its endpoints answer their own refusals."""
    attempts = Attempts(WRONG_TOKENS_A_MINUTE, "wrong tokens", enabled=context.settings.rate_limits)
    authenticate = TokenAuth(attempts)
    routes = [
        Route(prefix + path, Endpoint(context, handlers, authenticate, refuse), methods=None)
        for prefix in PREFIXES
        for path, handlers in TABLE
    ]
    return Router(routes, redirect_slashes=False, default=_nothing_here)


async def _nothing_here(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send_answer(send, refuse(NotFound("There is nothing at this address.")))
