"""From ASGI to a plain function and back, for pages: who asks, the form, the handler, the work it asks for, the page."""

import asyncio
import logging
import secrets
from collections.abc import Iterator, Mapping
from contextlib import suppress
from urllib.parse import quote

import msgspec
from sqlalchemy import Connection
from starlette.types import ASGIApp, Receive, Scope, Send

from tidings.domain import sessions
from tidings.domain.directory import ApplicationId, Entry
from tidings.errors import NotFound, TidingsError, Unauthenticated, Unavailable
from tidings.surfaces.context import Context
from tidings.surfaces.dashboard import access
from tidings.surfaces.dashboard.aside import AT_ONCE, Kind, Places
from tidings.surfaces.dashboard.errors import failed, not_allowed, refused
from tidings.surfaces.dashboard.forms import Form, read_form, read_large_form
from tidings.surfaces.dashboard.notices import sentence
from tidings.surfaces.dashboard.plumbing import (
    PREFIX,
    Aside,
    Data,
    Download,
    Headers,
    Method,
    Page,
    Read,
    Redirect,
    Route,
    Visit,
    Work,
    Write,
)
from tidings.surfaces.dashboard.templates import render
from tidings.surfaces.input import Disconnected
from tidings.surfaces.kinds import parsed_id
from tidings.surfaces.plumbing import query_of

log = logging.getLogger("tidings.dashboard")
encode = msgspec.json.Encoder().encode

CONTENT_SECURITY_POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    b"form-action 'self'; frame-src 'self'; frame-ancestors 'none'; base-uri 'none'"
)
# Of every answer, errors too. `same-origin`: under `no-referrer` browsers send `Origin: null` with our own forms.
SECURITY: Mapping[bytes, bytes] = {
    b"content-security-policy": CONTENT_SECURITY_POLICY,
    b"x-frame-options": b"DENY",
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"same-origin",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=(), payment=()",
    b"cache-control": b"no-store",
}
HTML = b"text/html; charset=utf-8"
JSON = b"application/json; charset=utf-8"
LOG_IN = f"{PREFIX}/log-in"


class Ready(msgspec.Struct, frozen=True):
    """What goes onto the wire; of a download the pieces."""

    status: int
    body: bytes
    headers: Headers
    chunks: Iterator[bytes] | None = None


class PageEndpoint:
    """An ASGI app for one row of the table of pages. `places`: where work beside the database is done, shared by all."""

    def __init__(self, context: Context, route: Route, places: Mapping[Kind, Places]) -> None:
        self._context = context
        self._route = route
        self._places = places
        self._has_application = "{application_id}" in route.path
        self._allowed = ", ".join(
            one for method in route.handlers for one in (("GET", "HEAD") if method == "GET" else (method,))
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            ready = await self._answer(scope, receive)
        except Disconnected:
            return
        except Unauthenticated:
            ready = _to_log_in(scope)
        except TidingsError as error:
            ready = await plain(refused(error))
        except Exception:
            request_id = secrets.token_hex(8)
            log.exception("%s %s failed (request %s).", scope["method"], _masked(scope["path"], self._route), request_id)
            ready = await plain(failed(request_id))
        await send_ready(send, ready, head=scope["method"] == "HEAD")

    async def _answer(self, scope: Scope, receive: Receive) -> Ready:
        method: Method = "POST" if scope["method"] == "POST" else "GET"
        handler = self._route.handlers.get(method)
        if handler is None or scope["method"] not in ("GET", "HEAD", "POST"):
            return await plain(not_allowed(self._allowed))
        context, now = self._context, self._context.now()
        if method == "POST":
            access.check_origin(scope, context.settings)
        cookie = access.cookie_of(scope, access.cookie_name(context.settings, "session"))
        entry, known = await self._who(scope, cookie, now)
        # Forms of a page without a session are bound to a cookie of their own.
        form_cookie = "" if known.user else access.cookie_of(scope, access.cookie_name(context.settings, "form"))
        new_cookie = "" if known.user or form_cookie else access.new_form_cookie()
        visit = Visit(
            context=context,
            now=now,
            cookie=cookie if known.user else "",
            csrf=sessions.csrf_token(cookie if known.user else form_cookie or new_cookie, context.secret),
            address=scope["client"][0] if scope.get("client") else "",
            user_agent=_header(scope, b"user-agent")[:255],
            location=_location(scope),
            path=scope.get("path_params", {}),
            query=query_of(scope["query_string"]) if scope["query_string"] else {},
            fragment=_header(scope, b"hx-request") == "true",
            user=known.user,
            session=known.session,
            entry=entry if known.role is not None else None,
            role=known.role,
        )
        try:
            ready = await self._let_in(scope, receive, visit, entry, known)
        except Unauthenticated:
            raise
        except TidingsError as error:
            # Who is logged in keeps the ways to go.
            return await plain(refused(error), visit if known.user is not None else None)
        if new_cookie and method == "GET":
            cookie_headers = access.set_cookie(context.settings, "form", new_cookie)
            ready = msgspec.structs.replace(ready, headers=(*ready.headers, *cookie_headers))
        return ready

    async def _let_in(self, scope: Scope, receive: Receive, visit: Visit, entry: Entry | None, known: access.Known) -> Ready:
        """The answer for who may ask. Raises what is refused."""
        context, now = self._context, visit.now
        method: Method = "POST" if scope["method"] == "POST" else "GET"
        needs = self._route.needs[method]
        access.check(known, needs, has_application=entry is not None)
        if known.session is not None and sessions.is_news(known.session, now):
            with suppress(Unavailable):  # what can not be noted now is noted the next time
                session = known.session
                await context.store.write(lambda connection: sessions.note_seen(connection, session, now))
        form = Form()
        if method == "POST":
            scope["tidings.user_id"] = known.user.id if known.user is not None else 0
            small = needs == "nobody"
            form = await (self._route.reads or (read_form if small else read_large_form))(scope, receive)
            if self._route.reads is not None:
                # That may have taken minutes: who was removed meanwhile is so at once.
                entry, known = await self._who(scope, visit.cookie, context.now())
                access.check(known, needs, has_application=entry is not None)
                here = entry if known.role is not None else None
                visit = msgspec.structs.replace(visit, user=known.user, session=known.session, entry=here, role=known.role)
            access.check_csrf(_header(scope, b"x-csrf-token") or form["csrf"], visit.csrf)
        visit = msgspec.structs.replace(visit, form=form)
        return await self._run(self._route.handlers[method](visit), visit)

    async def _who(self, scope: Scope, cookie: str, now: int) -> tuple[Entry | None, access.Known]:
        """The application of the path, and who asks, as they are at this moment."""
        entry = await self._entry(scope)
        if not cookie:
            return entry, access.NOBODY
        application_id = entry.application.id if entry is not None else None
        return entry, await self._context.store.read(access.find, cookie, application_id, now)

    async def _entry(self, scope: Scope) -> Entry | None:
        if not self._has_application:
            return None
        number = parsed_id(scope["path_params"]["application_id"])
        return await self._context.entry(ApplicationId(number)) if number is not None else None

    async def _run(self, work: Work, visit: Visit) -> Ready:
        """Does the work, and what comes of it, until there is an answer."""
        while isinstance(work, Read | Write | Aside):
            try:
                if isinstance(work, Read):
                    done = await self._context.store.read(_read, work, visit)
                elif isinstance(work, Write):
                    done = work.then(await self._context.store.write(work.job))
                else:
                    done = work.then(await self._places[work.kind].run(work.function))
            except TidingsError as error:
                if work.refused is None:
                    raise
                done = work.refused(error)
            if isinstance(done, Ready):
                return done
            work = done
        if isinstance(work, Page):
            # Some milliseconds: not where everybody's requests are taken.
            return await asyncio.to_thread(_ready, work, visit)
        return _ready(work, visit)


def _read(connection: Connection, work: Read, visit: Visit) -> Ready | Work:
    done = work.then(work.query(connection))
    # Drawn in this thread, where we are already.
    return _ready(done, visit) if isinstance(done, Page) else done


def _ready(work: Page | Redirect | Download | Data, visit: Visit) -> Ready:
    match work:
        case Page():
            return _drawn(work, visit)
        case Redirect(to, done, headers):
            where = f"{to}{'&' if '?' in to else '?'}done={quote(done)}" if done else to
            # A part of a page can not be exchanged for another page: htmx goes there.
            if visit.fragment:
                return Ready(204, b"", ((b"hx-redirect", where.encode()), *headers))
            return Ready(303, b"", ((b"location", where.encode()), *headers))
        case Data(value, status):
            return Ready(status, encode(value), ((b"content-type", JSON),))
        case Download(name, content_type, chunks):
            disposition = f"attachment; filename*=UTF-8''{quote(name)}"
            headers = ((b"content-type", content_type.encode()), (b"content-disposition", disposition.encode()))
            return Ready(200, b"", headers, iter(chunks))


def _drawn(page: Page, visit: Visit | None) -> Ready:
    values = {"visit": visit, "done": sentence(visit.done) if visit is not None else "", **page.values}
    body = render(page.template, values).encode()
    return Ready(page.status, body, ((b"content-type", HTML), *page.headers))


async def plain(page: Page, visit: Visit | None = None) -> Ready:
    """A page that needs nothing of who asks; with a visit it has the ways to go that its user has."""
    return await asyncio.to_thread(_drawn, page, visit)


def _to_log_in(scope: Scope) -> Ready:
    """To the page where one logs in, and back from there where that makes sense."""
    fragment = _header(scope, b"hx-request") == "true"
    back = f"?next={quote(_location(scope), safe='/')}" if scope["method"] in ("GET", "HEAD") and not fragment else ""
    where = (LOG_IN + back).encode()
    return Ready(401, b"", ((b"hx-redirect", where),)) if fragment else Ready(303, b"", ((b"location", where),))


def _location(scope: Scope) -> str:
    query = scope["query_string"].decode("latin-1")
    return quote(scope["path"], safe="/-._~") + (f"?{query}" if query else "")


def _masked(path: str, route: Route) -> str:
    """The path for the log: of what carries a secret only its pattern."""
    return PREFIX + route.path if "{token}" in route.path else path


def _header(scope: Scope, name: bytes) -> str:
    found = [value for header, value in scope["headers"] if header == name]
    return found[0].decode("latin-1") if len(found) == 1 else ""


async def send_ready(send: Send, ready: Ready, *, head: bool = False) -> None:
    """Sends an answer, under the headers of all pages unless it has its own of that name."""
    own = {name for name, _ in ready.headers}
    common = [(name, value) for name, value in SECURITY.items() if name not in own]
    length = [] if ready.chunks is not None else [(b"content-length", str(len(ready.body)).encode())]
    # An empty value: the page does without that header.
    headers = [(name, value) for name, value in (*common, *ready.headers, *length) if value]
    await send({"type": "http.response.start", "status": ready.status, "headers": headers})
    if ready.chunks is None or head:
        await send({"type": "http.response.body", "body": b"" if head else ready.body})
        return
    while (chunk := await asyncio.to_thread(next, ready.chunks, None)) is not None:
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def places() -> dict[Kind, Places]:
    """Where work beside the database is done."""
    return {kind: Places(kind) for kind in AT_ONCE}


def nothing_here(context: Context, places: Mapping[Kind, Places]) -> ASGIApp:
    """The app for a path that no row has."""

    def refuse(_visit: Visit) -> Work:
        raise NotFound("There is no page at this address.")

    endpoint = PageEndpoint(context, Route("/{nothing}", {"GET": refuse}, {"GET": "nobody"}), places)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        # Whatever was to be done there.
        await endpoint({**scope, "method": "HEAD" if scope["method"] == "HEAD" else "GET"}, receive, send)

    return app
