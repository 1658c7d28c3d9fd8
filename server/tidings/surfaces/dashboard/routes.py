"""What is served under /dashboard: the table of pages, one part of it a file."""

from starlette.routing import Route as Path
from starlette.routing import Router
from starlette.types import ASGIApp

from tidings.surfaces.context import Context
from tidings.surfaces.dashboard import (
    account,
    applications,
    audit_log,
    event,
    events,
    goal_forms,
    goals,
    imports,
    install,
    log_in,
    members,
    overview,
    previews,
    privacy,
    setting_pages,
    settings_page,
    template_delete,
    templates_page,
    tokens,
    webhooks,
    why,
)
from tidings.surfaces.dashboard.assets_route import AssetsEndpoint, files
from tidings.surfaces.dashboard.endpoint import PageEndpoint, nothing_here, places
from tidings.surfaces.dashboard.plumbing import PREFIX, Route

TABLE: tuple[Route, ...] = (
    *applications.ROUTES,
    *overview.ROUTES,
    *goals.ROUTES,
    *goal_forms.ROUTES,
    *settings_page.ROUTES,
    *log_in.ROUTES,
    *account.ROUTES,
    *members.ROUTES,
    *audit_log.ROUTES,
    *events.ROUTES,
    *event.ROUTES,
    *why.ROUTES,
    *install.ROUTES,
    *webhooks.ROUTES,
    *tokens.ROUTES,
    *templates_page.ROUTES,
    *template_delete.ROUTES,
    *setting_pages.ROUTES,
    *previews.ROUTES,
    *imports.ROUTES,
    *privacy.ROUTES,
)


def dashboard_app(context: Context) -> ASGIApp:
    """The app for every path under /dashboard. Paths that are words stand before those that are patterns."""
    beside = places()
    # A stable order: the more of a path is a pattern, the later it is tried.
    rows = sorted(TABLE, key=lambda route: route.path.count("{"))
    files_of_pages = Path(f"{PREFIX}/assets/{{file}}", AssetsEndpoint(files()), methods=None)
    routes = [files_of_pages, *(Path(PREFIX + row.path, PageEndpoint(context, row, beside), methods=None) for row in rows)]
    return Router(routes, redirect_slashes=False, default=nothing_here(context, beside))
