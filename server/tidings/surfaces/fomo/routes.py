"""What is served under /api: the table of paths, methods and handlers."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from tidings.errors import NotFound, TidingsError
from tidings.surfaces.attempts import WRONG_TOKENS_A_MINUTE, Attempts
from tidings.surfaces.context import Context
from tidings.surfaces.fomo import events
from tidings.surfaces.fomo.auth import TokenAuth
from tidings.surfaces.fomo.errors import refuse
from tidings.surfaces.plumbing import JSON_HEADERS, Answer, Endpoint, Handler

# Below /v1/applications/{app}; the docs also spell the prefix /v1/users/me/applications/{app}.
TABLE: tuple[tuple[str, dict[str, Handler]], ...] = (
    ("/events", {"GET": events.list_events, "POST": events.create}),
    ("/events/{id}", {"GET": events.retrieve, "DELETE": events.delete}),
    ("/event/{id}", {"GET": events.retrieve}),
)
PREFIXES = ("/v1/applications/{app}", "/v1/users/me/applications/{app}")


def fomo_app(context: Context) -> ASGIApp:
    """The app to mount at /api."""
    attempts = Attempts(WRONG_TOKENS_A_MINUTE, "wrong tokens", enabled=context.settings.rate_limits)
    authenticate = TokenAuth(attempts)
    routes = [
        Route(prefix + path, Endpoint(context, handlers, authenticate, refuse), methods=None)
        for prefix in PREFIXES
        for path, handlers in TABLE
    ]
    app = Starlette(routes=routes, exception_handlers={HTTPException: _refuse_http})
    app.router.redirect_slashes = False
    return app


async def _refuse_http(_request: Request, error: Exception) -> Response:
    """What the framework refuses, an unknown path above all, with the same face as everything else."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status == 404:
        answer = refuse(NotFound("There is nothing at this address."))
    else:
        plain = refuse(TidingsError("This request can not be answered.", code="bad_request"))
        answer = Answer(status, plain.body)
    response = Response(answer.body, answer.status)
    response.raw_headers = [*JSON_HEADERS, (b"content-length", str(len(answer.body)).encode())]
    return response
