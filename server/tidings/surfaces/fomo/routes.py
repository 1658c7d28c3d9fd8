"""What is served under /api: the table of paths, methods and handlers."""

from starlette.convertors import Convertor, register_url_convertor
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from tidings.errors import NotFound
from tidings.surfaces.attempts import WRONG_TOKENS_A_MINUTE, Attempts
from tidings.surfaces.context import Context
from tidings.surfaces.fomo import applications, event_types, events, goals, statistics, webhooks
from tidings.surfaces.fomo.auth import TokenAuth
from tidings.surfaces.fomo.errors import refuse
from tidings.surfaces.plumbing import Endpoint, Handler, OptionalBody, send_answer

APPLICATION: dict[str, Handler] = {
    "GET": applications.retrieve,
    "PATCH": applications.update,
    "PUT": applications.update,
}
# Below each of the prefixes; the docs spell the second one here and there.
TABLE: tuple[tuple[str, dict[str, Handler]], ...] = (
    ("/events", {"GET": events.list_events, "POST": events.create}),
    ("", APPLICATION),
    ("/events/find", {"GET": events.find}),
    (
        "/events/{id}",
        {
            "GET": events.retrieve,
            "PATCH": events.update,
            "PUT": events.update,
            "POST": events.update,
            "DELETE": events.delete,
        },
    ),
    ("/event/{id}", {"GET": events.retrieve}),
    ("/event_types", {"GET": event_types.list_event_types, "POST": event_types.create}),
    (
        "/event_types/{id}",
        {
            "GET": event_types.retrieve,
            "PATCH": event_types.update,
            "PUT": event_types.update,
            "DELETE": event_types.delete,
        },
    ),
    ("/webhooks", {"GET": webhooks.list_webhooks, "POST": webhooks.create}),
    (
        "/webhooks/{id}",
        {
            "GET": webhooks.retrieve,
            "PATCH": webhooks.update,
            "PUT": webhooks.update,
            "DELETE": webhooks.delete,
        },
    ),
    ("/webhooks/{id}/test", {"POST": OptionalBody(webhooks.test)}),
    ("/webhooks/{id}/deliveries", {"GET": webhooks.list_deliveries}),
    ("/webhooks/{id}/deliveries/{delivery_id}/send_again", {"POST": OptionalBody(webhooks.send_again)}),
    ("/get_statistics", {"GET": OptionalBody(statistics.get_statistics)}),
    ("/dashboard", {"GET": statistics.dashboard}),
    ("/conversions", {"GET": goals.conversions}),
    ("/lift", {"GET": goals.lift_between}),
)
# The first row of TABLE, by the name that clients use.
MOST_CALLED = "/api/v1/applications/me/events"
# The docs' own spelling for the application itself.
DOCS_SPELLING = "/api/v1/applications/me/{app:digits}"
PREFIXES = ("/api/v1/applications/{app}", "/api/v1/users/me/applications/{app}")


class Digits(Convertor[str]):
    """An id in a path: what is none is another path."""

    regex = "[0-9]{1,19}"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("digits", Digits())


def fomo_app(context: Context) -> ASGIApp:
    """The app for every path under /api: a bare router, since its endpoints answer their own refusals."""
    attempts = Attempts(WRONG_TOKENS_A_MINUTE, "wrong tokens", enabled=context.settings.rate_limits)
    authenticate = TokenAuth(attempts)
    routes = [
        Route(prefix + path, Endpoint(context, handlers, authenticate, refuse), methods=None)
        for prefix in PREFIXES
        for path, handlers in TABLE
    ]
    routes.append(Route(DOCS_SPELLING, Endpoint(context, APPLICATION, authenticate, refuse), methods=None))
    router = Router(routes, redirect_slashes=False, default=_nothing_here)
    events_endpoint = routes[0].app

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        # What nearly every request asks for is known without trying the routes in turn.
        if scope["path"] == MOST_CALLED and scope["type"] == "http":
            scope["path_params"] = {"app": "me"}
            await events_endpoint(scope, receive, send)
        else:
            await router(scope, receive, send)

    return app


async def _nothing_here(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send_answer(send, refuse(NotFound("There is nothing at this address.")))
