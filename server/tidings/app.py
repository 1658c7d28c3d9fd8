"""The composition root: settings in, one ASGI app out; the only module that knows every room."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from tidings import assets
from tidings.config import Settings
from tidings.domain.places import Places
from tidings.domain.themes import read_themes
from tidings.storage.store import Store
from tidings.surfaces.context import Context
from tidings.surfaces.fomo.reference import reference_routes
from tidings.surfaces.fomo.routes import fomo_app
from tidings.surfaces.ops.routes import ops_routes
from tidings.surfaces.visitor.app import Visitor
from tidings.surfaces.visitor.widget_files import read_widget


class Doors:
    """Hands a request to the door of its prefix; what has none goes to `others`.

    A prefix is compared, not routed: a router and its middleware in front of each API cost a third of its throughput.
    """

    def __init__(self, doors: Mapping[str, ASGIApp], others: ASGIApp) -> None:
        # Longest first: the first that fits is the right one.
        self._doors = sorted(doors.items(), key=lambda door: -len(door[0]))
        self._others = others

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            path: str = scope["path"]
            for prefix, door in self._doors:
                if path.startswith(prefix) and (len(path) == len(prefix) or path[len(prefix)] == "/"):
                    await door(scope, receive, send)
                    return
        await self._others(scope, receive, send)


@dataclass(frozen=True)
class Service:
    """The app to serve, and what it was made of."""

    app: ASGIApp
    context: Context


def service(settings: Settings, secret: bytes, store: Store, extra: Sequence[BaseRoute] = ()) -> Service:
    """Puts the doors together over an open store. `extra`: further routes, such as the demo shop's.

    Raises WidgetError when the built widget is missing or damaged, PlacesError for a database of places and ThemeError for a
    theme that will not do.
    """
    context = Context(
        settings=settings,
        store=store,
        secret=secret,
        places=Places(settings.geoip_database),
        themes=read_themes(assets.themes(), settings.themes),
    )

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        store.close()

    others = Starlette(
        routes=[*ops_routes(context), *reference_routes(context), *extra],
        lifespan=lifespan,
        exception_handlers={404: _not_found},
    )
    others.router.redirect_slashes = False
    doors = Doors({"/api": fomo_app(context)}, others)
    return Service(Visitor(doors, context, read_widget(assets.widget())), context)


async def _not_found(_request: Request, _error: Exception) -> Response:
    return PlainTextResponse("There is nothing at this address.\n", 404, {"X-Content-Type-Options": "nosniff"})
