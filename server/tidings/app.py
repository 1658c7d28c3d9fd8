"""The composition root: settings in, one ASGI app out; the only module that knows every room."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount
from starlette.types import ASGIApp

from tidings import assets
from tidings.config import Settings
from tidings.storage.store import Store
from tidings.surfaces.context import Context
from tidings.surfaces.fomo.routes import fomo_app
from tidings.surfaces.ops.routes import ops_routes
from tidings.surfaces.visitor.app import Visitor
from tidings.surfaces.visitor.widget_files import read_widget


@dataclass(frozen=True)
class Service:
    """The app to serve, and what it was made of."""

    app: ASGIApp
    context: Context


def service(settings: Settings, secret: bytes, store: Store, extra: Sequence[BaseRoute] = ()) -> Service:
    """Puts the doors together over an open store. `extra`: further routes, such as the demo shop's.

    Raises WidgetError when the built widget is missing or damaged.
    """
    context = Context(settings=settings, store=store, secret=secret)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        store.close()

    routes: list[BaseRoute] = [Mount("/api", fomo_app(context)), *ops_routes(context), *extra]
    inner = Starlette(routes=routes, lifespan=lifespan, exception_handlers={404: _not_found})
    inner.router.redirect_slashes = False
    return Service(Visitor(inner, context, read_widget(assets.widget()), assets.themes()), context)


async def _not_found(_request: Request, _error: Exception) -> Response:
    return PlainTextResponse("There is nothing at this address.\n", 404, {"X-Content-Type-Options": "nosniff"})
