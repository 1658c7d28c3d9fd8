"""The composition root: settings in, one ASGI app out; the only module that knows every room."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from tidings import assets
from tidings.config import Settings
from tidings.domain import imports
from tidings.domain.places import Places
from tidings.domain.themes import read_themes
from tidings.jobs.runner import Runner
from tidings.jobs.table import TABLE, Job
from tidings.outbound.guard import Guard
from tidings.storage.store import Store
from tidings.surfaces.context import Context, clock, no_outbox
from tidings.surfaces.dashboard.plumbing import PREFIX as DASHBOARD
from tidings.surfaces.dashboard.routes import dashboard_app
from tidings.surfaces.fathom.routes import fathom_app
from tidings.surfaces.fomo.reference import reference_routes
from tidings.surfaces.fomo.routes import fomo_app
from tidings.surfaces.import_rows import row_draft
from tidings.surfaces.ops.routes import ops_routes
from tidings.surfaces.visitor.app import Visitor
from tidings.surfaces.visitor.widget_files import read_widget

# The APIs, each below its prefix.
APIS: Mapping[str, Callable[[Context], ASGIApp]] = {"/api": fomo_app, "/v1": fathom_app}


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
    """The app to serve, and what it was made of. `jobs`: those that this process does, if it does them."""

    app: ASGIApp
    context: Context
    jobs: Runner | None

    def end_soon(self, at_once: bool) -> None:
        """Lets the jobs begin nothing any more; `at_once`: nor wait for what they have begun."""
        if self.jobs is not None:
            self.jobs.end_soon(at_once)


def guard_of(settings: Settings) -> Guard:
    """Who may be called from here: what the operator allows, and never this very server's own APIs."""
    return Guard(settings.outbound_allowed_networks, frozenset(settings.base_url + prefix for prefix in APIS))


def job_table(settings: Settings, secret: bytes, places: Places) -> Sequence[Job]:
    """What happens by itself, and the one job that needs a door's way to read: that which works off imports."""
    ground = imports.Ground(row_draft, secret, places, settings.retention_days)
    return (*TABLE, Job(imports.JOB, 10, lambda connection, at: imports.work_off(connection, at.now, ground)))


def service(
    settings: Settings,
    secret: bytes,
    store: Store,
    extra: Sequence[BaseRoute] = (),
    *,
    demo_client_id: str = "",
    with_jobs: bool = False,
) -> Service:
    """Puts the doors together over an open store. `extra`: further routes, such as the demo shop's.

    `demo_client_id`: the application of that shop. `with_jobs`: this server does what happens by itself; else a worker does.
    Raises WidgetError when the built widget is missing or damaged, PlacesError for a database of places and ThemeError for a
    theme that will not do.
    """
    guard = guard_of(settings)
    places = Places(settings.geoip_database)
    table = job_table(settings, secret, places)
    jobs = Runner(store, settings, guard, clock, alone=True, table=table) if with_jobs else None
    context = Context(
        settings=settings,
        store=store,
        secret=secret,
        places=places,
        themes=read_themes(assets.themes(), settings.themes),
        guard=guard,
        wake_outbox=no_outbox if jobs is None else jobs.wake,
        job_problems=list if jobs is None else jobs.problems,
        demo_client_id=demo_client_id,
    )

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        if jobs is not None:
            jobs.start()
        yield
        if jobs is not None:
            await jobs.end()
        store.close()

    others = Starlette(
        routes=[*ops_routes(context), *reference_routes(context), *extra, Route("/", _to_dashboard)],
        lifespan=lifespan,
        exception_handlers={404: _not_found},
    )
    others.router.redirect_slashes = False
    doors = Doors({**{prefix: door(context) for prefix, door in APIS.items()}, DASHBOARD: dashboard_app(context)}, others)
    return Service(Visitor(doors, context, read_widget(assets.widget())), context, jobs)


async def _not_found(_request: Request, _error: Exception) -> Response:
    return PlainTextResponse("There is nothing at this address.\n", 404, {"X-Content-Type-Options": "nosniff"})


async def _to_dashboard(_request: Request) -> Response:
    """The address alone: where nothing else is, its owner is meant."""
    return RedirectResponse(DASHBOARD, 303)
