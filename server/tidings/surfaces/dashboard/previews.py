"""Previews: what is typed and not saved, drawn by the real widget in a frame that has no origin, and its link.

The frame is sandboxed by its own policy too: whatever an application's CSS or a script in it does, it can not reach the
dashboard, its cookie or its pages.
"""

from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct
from sqlalchemy import Connection

from tidings.domain import previews
from tidings.errors import TidingsError
from tidings.records.preview import Preview, PreviewContent
from tidings.surfaces.dashboard.plumbing import Headers, Page, Read, Route, Visit, Work, Write

# The field of a form that carries the token of its preview, so that the next one takes its place.
FIELD = "preview"
SCHEMES = ("light", "dark")
# Of the frame's own files: a page without an origin may load nothing that is for our own pages alone.
FILES = "/preview/"

WORDS: dict[previews.Kind, str] = {
    "examples": "Examples: there is no real event yet. These are made up for this preview, and shown to nobody.",
    "others": "There is no event of this type yet: these are real events of others, in this wording.",
    "too_old": "Nothing to show: every event is older than the limit that is set.",
}


class Shown(Struct, frozen=True):
    """What a page needs of a preview. `frame`: the page to frame; `snippet`: what shows it on any page of the owner's.

    `shop`: the demo shop with it; "" for an application that has no shop here.
    """

    token: str
    frame: str
    snippet: str
    shop: str = ""


def keep(
    visit: Visit, content: PreviewContent, then: Callable[[Shown], Work], refused: Callable[[TidingsError], Work]
) -> Write:
    """Writes a preview down, in the place of the one that the form names. Raises what `previews.keep` refuses."""

    def job(connection: Connection) -> previews.Kept:
        return previews.keep(
            connection,
            application_id=visit.application.id,
            content=content,
            now=visit.now,
            token=visit.form[FIELD],
            themes=visit.context.themes.names,
        )

    return Write(job, lambda kept: then(shown(visit, kept.token)), refused)


def shown(visit: Visit, token: str) -> Shown:
    """Where a preview is to be seen."""
    script = f"{visit.context.settings.base_url}/api/v1/{visit.application.client_id}/load.js?preview={token}"
    # A module loads once a page: the moment makes each paste another one.
    shop = f"{visit.context.settings.base_url}/demo/?preview={token}" if visit.is_of_demo_shop else ""
    return Shown(token, f"{visit.base}/preview/{token}", f"import('{script}&'+Date.now())", shop)


def frame(visit: Visit) -> Work:
    """The page in the frame."""
    return Read(partial(_found, visit=visit), partial(_frame, visit))


def _found(connection: Connection, visit: Visit) -> tuple[Preview, previews.Previewed] | None:
    if visit.entry is None:
        return None
    token = visit.path["token"]
    found = previews.find(connection, token=token, application_id=visit.application.id, now=visit.now)
    if found is None:
        return None
    limit = previews.entry_of(visit.entry, found.content).application.display.limit
    return found, previews.previewed(connection, visit.entry, found.content, limit, visit.now)


def _frame(visit: Visit, found: tuple[Preview, previews.Previewed] | None) -> Page:
    base_url = visit.context.settings.base_url
    scheme = visit.query.get("scheme", "")
    values: dict[str, Any] = {
        "files": f"{base_url}{FILES}",
        "scheme": scheme if scheme in SCHEMES else "",
        "language": "en",
        "load": "",
    }
    if found is None:
        return Page("preview_frame.html", values, 404, _headers(base_url))
    preview, events = found
    address = f"{base_url}/api/v1/{visit.application.client_id}/load.js?preview={visit.path['token']}&frame"
    display = events.entry.application.display
    values |= {
        "load": address,
        "stays": preview.content.sample,
        "display": display,
        "words": WORDS.get(events.kind, ""),
    }
    return Page("preview_frame.html", values, 200, _headers(base_url))


def _headers(base_url: str) -> Headers:
    parts = urlsplit(base_url)
    ours = f"{parts.scheme}://{parts.netloc}"
    policy = (
        f"sandbox allow-scripts; default-src 'none'; script-src {ours}; style-src {ours}; connect-src {ours}; "
        "img-src https: http: data:; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
    )
    return (
        (b"content-security-policy", policy.encode()),
        # Framed by our own pages, which the policy says; and a page without an origin has no opener to be kept from.
        (b"x-frame-options", b""),
        (b"cross-origin-opener-policy", b""),
        (b"referrer-policy", b"no-referrer"),
    )


ROUTES = (Route("/applications/{application_id}/preview/{token}", {"GET": frame}, {"GET": "viewer"}),)
