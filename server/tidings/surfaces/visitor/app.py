"""The door for browsers: load.js, the feed and the widget's files from ready-made bytes, and beacons; before any router.

A shim in front of the application: what is not its own it hands on.
"""

import asyncio
import re
from functools import partial

from starlette.types import ASGIApp, Receive, Scope, Send

from tidings.domain import feed
from tidings.domain.directory import Entry
from tidings.errors import TidingsError, TooMany
from tidings.render.custom_css import served_css
from tidings.render.feed import feed_script, script_json
from tidings.render.load_js import load_js, widget_settings
from tidings.surfaces.attempts import UNKNOWN_CLIENTS_A_MINUTE, Attempts
from tidings.surfaces.context import Context
from tidings.surfaces.visitor.beacons import Beacons
from tidings.surfaces.visitor.cache import ReadyCache
from tidings.surfaces.visitor.previews import PREFIX as PREVIEWS
from tidings.surfaces.visitor.previews import PreviewDoor, forget, token_of
from tidings.surfaces.visitor.ready import Headers, Ready
from tidings.surfaces.visitor.widget_files import CORE, WidgetFiles

SCRIPT = b"text/javascript; charset=utf-8"
JSON = b"application/json; charset=utf-8"
# Bytes, for scripts and for feeds each: whoever asks for every limit of every client does not fill the memory.
CACHE_BYTES = 64 * 1024 * 1024

_CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{10,64}", re.ASCII)
_VERSION = re.compile(r"[A-Za-z0-9._+-]{1,64}", re.ASCII)
_SETTINGS_CACHING = b"public, max-age=60, stale-while-revalidate=86400"
_FEED_CACHING = b"public, max-age=40, stale-while-revalidate=60"
_FOREVER = b"public, max-age=31536000, immutable"
_BRIEF = b"public, max-age=10"
# Of a part of the widget that is asked for by another version than the present one's.
_OTHER_VERSION = b"public, max-age=60"


def _comment(text: str, status: int, caching: bytes = b"no-store", headers: Headers | None = None) -> Ready:
    # A comment is harmless wherever it lands: in a script element, in a console, in a log.
    return Ready.of(f"/* {text} */\n", SCRIPT, caching, quality=5, status=status, headers=headers)


_UNKNOWN = _comment("There is no application with this client id.", 404, _BRIEF)
_NOTHING = _comment("There is nothing at this address.", 404, _BRIEF)
_SLOWER = _comment("Too many unknown client ids from this address.", 429, headers=[(b"retry-after", b"60")])
_NOT_NOW = _comment("Not right now.", 503, headers=[(b"retry-after", b"2")])
_WRONG_METHOD = _comment("Only GET and HEAD are answered here.", 405, headers=[(b"allow", b"GET, HEAD")])


def _size(ready: Ready) -> int:
    return ready.size


class Visitor:
    """Answers `/api/v1/{client_id}/load.js`, `settings.json`, `track`, `/js-obj/…`, `/widget/…`, `/preview/…`.

    The rest goes to `app`.
    """

    def __init__(self, app: ASGIApp, context: Context, widget: WidgetFiles) -> None:
        self._app = app
        self._context = context
        self._widget = widget
        self._attempts = Attempts(UNKNOWN_CLIENTS_A_MINUTE, "unknown ids", enabled=context.settings.rate_limits)
        self._beacons = Beacons(context, self._entry)
        self._previews = PreviewDoor(context, widget, _NOTHING)
        self.scripts: ReadyCache[Ready] = ReadyCache(CACHE_BYTES, _size)
        self.feeds: ReadyCache[Ready] = ReadyCache(CACHE_BYTES, _size)
        self._files = {
            f"/widget/{widget.version}/{name}": Ready.of(content, SCRIPT, _FOREVER, quality=11)
            for name, content in widget.files.items()
        }
        # A page that was loaded before an upgrade asks for its parts later. The core has no such grace: it comes first, and
        # with a hash.
        self._parts = {
            name: Ready.of(content, SCRIPT, _OTHER_VERSION, quality=11)
            for name, content in widget.files.items()
            if name != CORE
        }
        integrity = script_json({widget.version: widget.integrity})
        self._files["/widget/integrity.json"] = Ready.of(integrity, JSON, _BRIEF, quality=5)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"] if scope["type"] == "http" else ""
        if path.startswith("/js-obj/"):
            find = self._feed
        elif path.startswith("/api/v1/") and path.endswith(("/load.js", "/settings.json")):
            find = self._script
        elif path.startswith("/api/v1/") and path.endswith("/track") and path.count("/") == 4:
            await self._beacons(path.split("/")[3], scope, receive, send)
            return
        elif path.startswith("/widget/"):
            find = self._file
        elif path.startswith(PREVIEWS):
            find = self._preview
        else:
            await self._app(scope, receive, send)
            return
        if scope["method"] not in ("GET", "HEAD"):
            if path.startswith(PREVIEWS):
                # A preview's beacons: taken, and never counted.
                await forget(receive, send)
                return
            await _WRONG_METHOD.send(scope, send)
            return
        try:
            ready, stale = await find(path, scope)
        except TooMany:
            ready, stale = _SLOWER, False
        except TidingsError:
            ready, stale = _NOT_NOW, False
        await ready.send(scope, send, stale=stale)

    async def _feed(self, path: str, scope: Scope) -> tuple[Ready, bool]:
        """/js-obj/{client_id}/{limit}/{bucket}.js or .json; the bucket names nothing, it only keeps caches apart."""
        steps = path.split("/")
        if len(steps) != 5:
            return _NOTHING, False
        client_id, limit, (bucket, _, ending) = steps[2], steps[3], steps[4].partition(".")
        digits = limit.isdigit() and limit.isascii() and bucket.isdigit() and bucket.isascii()
        if not digits or ending not in ("js", "json"):
            return _NOTHING, False
        entry = await self._entry(client_id, scope)
        if entry is None:
            return _UNKNOWN, False
        now = self._context.now()
        most = feed.clamped(int(limit[:10]) if len(limit) <= 10 else feed.MOST_EVENTS)
        key = (client_id, most, ending)
        stamp = (feed.bucket_of(now), entry)
        ready = self.feeds.get(key, stamp)
        if ready is not None:
            return ready, False
        return await self.feeds.make(key, stamp, partial(self._build_feed, entry, most, now, ending))

    async def _build_feed(self, entry: Entry, limit: int, now: int, ending: str) -> Ready:
        items = await self._context.store.read(feed.items, entry=entry, limit=limit, now=now)
        body, kind = (feed_script(items), SCRIPT) if ending == "js" else (items, JSON)
        return await asyncio.to_thread(Ready.of, body, kind, _FEED_CACHING, quality=5)

    async def _script(self, path: str, scope: Scope) -> tuple[Ready, bool]:
        """/api/v1/{client_id}/load.js or settings.json."""
        steps = path.split("/")
        if len(steps) != 5:
            return _NOTHING, False
        entry = await self._entry(steps[3], scope)
        if entry is None:
            return _UNKNOWN, False
        if scope["query_string"] and (token := token_of(scope["query_string"])) is not None:
            tried = await self._previews.script(entry, token, scope)
            if tried is self._previews.ended:
                self._attempts.count(scope)
            return tried, False
        key = (steps[3], steps[4])
        ready = self.scripts.get(key, entry)
        if ready is not None:
            return ready, False
        # Compressing at the highest quality takes some 50 ms: in a thread, once for each change of the application.
        build = partial(asyncio.to_thread, self._build_script, entry, steps[4])
        return await self.scripts.make(key, entry, build)

    def _build_script(self, entry: Entry, name: str) -> Ready:
        display = entry.application.display
        css = self._context.themes.css(display.theme) + served_css(display.custom_css)
        settings = widget_settings(
            entry.application, entry.event_types.values(), self._context.settings.base_url, css, entry.goals
        )
        if name == "settings.json":
            return Ready.of(script_json(settings), JSON, _SETTINGS_CACHING, quality=11)
        return Ready.of(load_js(self._widget.code, settings), SCRIPT, _SETTINGS_CACHING, quality=11)

    async def _file(self, path: str, scope: Scope) -> tuple[Ready, bool]:  # noqa: ARG002 - one shape for all
        """/widget/{version}/{file} or /widget/integrity.json."""
        ready = self._files.get(path)
        if ready is None:
            version, _, name = path.removeprefix("/widget/").partition("/")
            ready = self._parts.get(name, _NOTHING) if _VERSION.fullmatch(version) else _NOTHING
        return ready, False

    async def _preview(self, path: str, scope: Scope) -> tuple[Ready, bool]:
        """/preview/{token}/…: what the widget of a preview asks for."""
        ready = await self._previews.find(path)
        if ready is _NOTHING:
            self._attempts.count(scope)
        return ready, False

    async def _entry(self, client_id: str, scope: Scope) -> Entry | None:
        """The application with this id. Raises TooMany for an address that keeps asking for unknown ones."""
        entry = await self._context.entry(client_id) if _CLIENT_ID.fullmatch(client_id) else None
        if entry is None:
            self._attempts.count(scope)
        return entry
