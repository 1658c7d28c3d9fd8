"""Installing: the snippet, where it goes on sites of each kind, events out of a shop, and whether it is installed."""

import json
from functools import cache, partial
from typing import Any

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from msgspec import Struct
from sqlalchemy import Connection

from tidings import assets
from tidings.domain import installation, members
from tidings.domain.applications import snippet
from tidings.domain.feed import picture_urls
from tidings.errors import TidingsError, TooMany
from tidings.outbound.guard import LONGEST_URL
from tidings.outbound.page_fetch import SECONDS
from tidings.records.installation import Report, Wanted
from tidings.surfaces.dashboard.errors import errors_of, status_of
from tidings.surfaces.dashboard.install_guides import Guide, Snippet, event_guides, site_guides
from tidings.surfaces.dashboard.plumbing import Aside, Page, Read, Route, Visit, Work

# For each user; a look takes SECONDS at most.
LOOKS_A_MINUTE = 6
_LIMIT = RateLimitItemPerMinute(LOOKS_A_MINUTE)
_limiter = FixedWindowRateLimiter(MemoryStorage())
HEADLINES = {
    "installed": "It is installed",
    "blocked": "It is there, but browsers will not run it",
    "wrong": "A snippet is there, but not one that works here",
    "missing": "It is not installed",
    "unclear": "It can not be seen from here",
    "unreachable": "The page could not be looked at",
}


class Pinned(Struct, frozen=True):
    """The widget's version and the hash of its code."""

    version: str
    integrity: str


def install_page(visit: Visit) -> Work:
    """The snippet, one guide of each kind, and the form that looks."""
    return _page(visit)


def look_post(visit: Visit) -> Work:
    """Fetches the page and says what was found. Nothing is changed, nothing kept."""
    url = visit.form["url"].strip() or visit.application.url

    def then(wanted: Wanted) -> Work:
        if visit.context.settings.rate_limits and visit.user and not _limiter.hit(_LIMIT, str(visit.user.id)):
            return refused(TooMany("You have looked often within this minute; please wait a little.", retry_after=60))
        look = partial(installation.check, visit.context.guard, _with_scheme(url), wanted)
        return Aside(look, lambda report: _page(visit, report=report), refused)

    def refused(error: TidingsError) -> Page:
        return _page(visit, error)

    return Read(partial(_wanted, visit), then)


def _wanted(visit: Visit, connection: Connection) -> Wanted:
    application = visit.application
    seen = members.applications_of(connection, visit.user) if visit.user else []
    return Wanted(
        client_id=application.client_id,
        base_url=visit.context.settings.base_url,
        enabled=application.display.enabled,
        others={other.client_id: other.name for other, _ in seen if other.id != application.id},
        pictures=picture_urls(connection, application_id=application.id),
    )


def _with_scheme(url: str) -> str:
    """People write shop.example."""
    return url if "://" in url else f"https://{url}"


def _page(visit: Visit, error: TidingsError | None = None, report: Report | None = None) -> Page:
    application, base_url = visit.application, visit.context.settings.base_url
    url = f"{base_url}/api/v1/{application.client_id}/load.js"
    pinned = _pinned()
    made = Snippet(
        tag=snippet(application, base_url),
        url=url,
        base_url=base_url,
        client_id=application.client_id,
        pinned=f"{base_url}/widget/{pinned.version}/fomo.js",
        integrity=pinned.integrity,
    )
    ways = site_guides(made)
    programs = event_guides(application, base_url, _tag(visit))
    values: dict[str, Any] = {
        "snippet": made.tag,
        "ways": ways,
        "way": _chosen(ways, visit.query.get("for", "")),
        "programs": programs,
        "program": _chosen(programs, visit.query.get("events", "")),
        "url": visit.form["url"] or application.url,
        "longest": LONGEST_URL,
        "seconds": int(SECONDS),
        "report": report,
        "headline": HEADLINES[report.verdict] if report else "",
        "errors": errors_of(error) if error else {},
    }
    return Page("install.html", values, status_of(error) if error else 200)


def _chosen(guides: tuple[Guide, ...], name: str) -> Guide:
    return next((guide for guide in guides if guide.id == name), guides[0])


def _tag(visit: Visit) -> str:
    """Of the oldest event type that is there."""
    types = visit.entry.event_types if visit.entry else {}
    return types[min(types)].tag if types else "new_order"


@cache
def _pinned() -> Pinned:
    """As the widget's own manifest says, which the visitors' door has held against the files at the start."""
    manifest = json.loads((assets.widget() / "manifest.json").read_text("ascii"))
    return Pinned(manifest["version"], manifest["files"]["fomo.js"])


_HERE = "/applications/{application_id}/install"
ROUTES = (Route(_HERE, {"GET": install_page, "POST": look_post}, {"GET": "viewer", "POST": "editor"}),)
