"""The door for previews: load.js with settings that are not saved, its feed, and beacons that are not counted.

`/api/v1/{client_id}/load.js?preview=TOKEN` answers the widget with `BASE/preview/TOKEN` for its server, so that what it asks
and tells comes here. `&frame` leaves the page rules aside: the dashboard's own frame has an address of its own.
"""

import asyncio
from urllib.parse import parse_qs

from starlette.types import Receive, Scope, Send

from tidings import assets
from tidings.domain import previews
from tidings.domain.directory import Entry
from tidings.domain.feed import MOST_EVENTS
from tidings.records.preview import Preview
from tidings.render.custom_css import served_css
from tidings.render.feed import feed_script
from tidings.render.load_js import load_js, widget_settings
from tidings.surfaces.context import Context
from tidings.surfaces.visitor.ready import Ready
from tidings.surfaces.visitor.widget_files import WidgetFiles

PREFIX = "/preview/"
SCRIPT = b"text/javascript; charset=utf-8"
JSON = b"application/json; charset=utf-8"
CSS = b"text/css; charset=utf-8"
CACHING = b"no-store"
# What the dashboard's frame loads: a page without an origin may load nothing that is for the dashboard's own pages alone.
_OF_FRAME = {"frame.js": SCRIPT, "frame.css": CSS}
_BRIEF = b"public, max-age=60"

# A widget that runs in the page already makes room, so that one line in the console is enough.
_BEFORE = "try{window.fomo&&fomo.destroy&&fomo.destroy()}catch{}\n"
_SAYS = 'console.info("Tidings: a preview, with settings that are not saved. Nothing is counted.");\n'
ENDED = 'console.warn("Tidings: this preview has ended, or was never one. Make a new one in the dashboard.");\n'

_NO_CONTENT = {
    "type": "http.response.start",
    "status": 204,
    "headers": [
        (b"access-control-allow-origin", b"*"),
        (b"access-control-allow-methods", b"POST"),
        (b"access-control-allow-headers", b"content-type"),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ],
}
_END = {"type": "http.response.body", "body": b""}


def token_of(query_string: bytes) -> str | None:
    """The token in the query of load.js; None where it asks for none."""
    if b"preview" not in query_string:
        return None
    try:
        found = parse_qs(query_string.decode("ascii"), keep_blank_values=True, max_num_fields=20).get("preview")
    except ValueError:
        return ""
    return None if found is None else found[-1]


class PreviewDoor:
    """Answers what begins with /preview/, and load.js with a token."""

    def __init__(self, context: Context, widget: WidgetFiles, nothing: Ready) -> None:
        """`nothing`: the answer for what is not there."""
        self._context = context
        self._widget = widget
        self._nothing = nothing
        self.ended = Ready.of(ENDED, SCRIPT, CACHING, quality=5)
        folder = assets.static() / "preview"
        self._of_frame = {
            name: Ready.of(_ascii((folder / name).read_text("utf-8"), kind), kind, _BRIEF, quality=11)
            for name, kind in _OF_FRAME.items()
        }

    async def script(self, entry: Entry, token: str, scope: Scope) -> Ready:
        """load.js of a preview; one sentence for the console when it does not hold, and never the settings as saved."""
        found = await self._find(entry, token)
        if found is None:
            return self.ended
        in_frame = b"&frame" in scope["query_string"]
        # In a thread: it compresses some 20 KB.
        return await asyncio.to_thread(self._build_script, entry, found, token, in_frame=in_frame)

    async def find(self, path: str) -> Ready:
        """/preview/{token}/js-obj/… and /widget/…; /preview/frame.js and frame.css."""
        token, _, rest = path.removeprefix(PREFIX).partition("/")
        if not rest:
            return self._of_frame.get(token, self._nothing)
        steps = rest.split("/")
        if steps[0] == "js-obj" and len(steps) == 4:
            return await self._feed(token, steps[1], steps[2], steps[3].rpartition(".")[2]) or self._nothing
        if steps[0] == "widget" and len(steps) == 3 and steps[2] in self._widget.files:
            return Ready.of(self._widget.files[steps[2]], SCRIPT, CACHING, quality=5)
        return self._nothing

    async def _feed(self, token: str, name: str, limit: str, ending: str) -> Ready | None:
        """Made for each who asks: what is tried out may be another thing a second later."""
        if ending not in ("js", "json") or not (limit.isascii() and limit.isdigit()):
            return None
        entry = await self._context.entry(client_id_of(name)) if name.isascii() else None
        found = await self._find(entry, token) if entry is not None else None
        if entry is None or found is None:
            return None
        most = int(limit[:10]) if len(limit) <= 10 else MOST_EVENTS
        items = await self._context.store.read(
            previews.feed_items, entry=entry, content=found.content, limit=most, now=self._context.now()
        )
        body, kind = (feed_script(items), SCRIPT) if ending == "js" else (items, JSON)
        return Ready.of(body, kind, CACHING, quality=5)

    async def _find(self, entry: Entry, token: str) -> Preview | None:
        return await self._context.store.read(
            previews.find, token=token, application_id=entry.application.id, now=self._context.now()
        )

    def _build_script(self, entry: Entry, preview: Preview, token: str, *, in_frame: bool) -> Ready:
        shown = previews.entry_of(entry, preview.content)
        display = shown.application.display
        css = self._context.themes.css(display.theme) + served_css(display.custom_css)
        base_url = f"{self._context.settings.base_url}{PREFIX}{token}"
        settings = widget_settings(shown.application, shown.event_types.values(), base_url, css)
        # What a browser remembers of the real widget is not this one's: neither what was shown nor the visitor's "stop".
        settings |= {"clientHash": f"{entry.application.client_id}.{token[:8]}", "storage": "none"}
        if in_frame:
            settings["pageRules"] = []
            settings.pop("eventTypeRules", None)
        text = _BEFORE + _SAYS + load_js(self._widget.code, settings)
        return Ready.of(text, SCRIPT, CACHING, quality=5)


def client_id_of(name: str) -> str:
    """The client id in the name that a preview's widget goes by."""
    return name.partition(".")[0]


def _ascii(text: str, kind: bytes) -> str:
    escape = "\\u{:04x}" if kind == SCRIPT else "\\{:x} "
    return "".join(one if one.isascii() else escape.format(ord(one)) for one in text)


async def forget(receive: Receive, send: Send) -> None:
    """Answers a beacon of a preview: read to its end, and counted nowhere."""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect" or not message.get("more_body"):
            break
    await send(_NO_CONTENT)
    await send(_END)
