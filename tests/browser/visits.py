"""A page of another site that carries the widget's tag, and what happened in it.

`Visits` opens such pages. The script comes from the real server, with single settings changed on the way where a
test asks for it; the feed comes from the server too, unless a test gives its own events, hostile ones for instance.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tests.browser.page_clock import go_on, stop
from tests.commands import wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page, Route
    from tests.conftest import Live
    from tests.host_pages import HostPages

CORS = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
THEMES = Path(__file__).parents[2] / "themes"
CARD = "[part=card]:not([data-state])"

# Writes down what the widget tells the page, with the page's own clock in seconds.
RECORDER = """
window.told = []; window.violations = [];
for (const type of ['ready', 'show', 'hide', 'click', 'close', 'mute', 'end', 'error'])
  document.addEventListener('fomo:' + type, (event) =>
    window.told.push([type, event.detail && event.detail.id, performance.now() / 1000]));
document.addEventListener('securitypolicyviolation', (event) => {
  // A browser's own wish, not the page's: Firefox asks for it without a window, too.
  if (!event.blockedURI.endsWith('/favicon.ico')) window.violations.push(event.effectiveDirective + ' ' + event.blockedURI);
});
// Every element of the card's shadow tree, or with `all` every node.
window.someonePurchased = (all) => {
  const root = document.querySelector('div#someone-purchased').shadowRoot;
  const walker = document.createTreeWalker(root, all ? NodeFilter.SHOW_ALL : NodeFilter.SHOW_ELEMENT);
  const found = [];
  while (walker.nextNode()) found.push(walker.currentNode);
  return found;
};
"""


def event(number: int = 1, parts: Sequence[Any] | None = None, **fields: Any) -> dict[str, Any]:
    """A feed entry as the server makes it."""
    parts = parts or ["John from New York just bought a ", ["a", f"Mug {number}"], " ", ["time"]]
    text = "".join(part if isinstance(part, str) else part[1] for part in parts if part != ["time"] and part != ["br"])
    address = f"https://shop.example/p/{number}"
    return {
        "id": number,
        "event_type_id": 1,
        "first_name": "John",
        "city": "New York",
        "province": None,
        "country": "US",
        "title": f"Mug {number}",
        "url": address,
        "link": f"{address}?utm_source=fomo&utm_medium=notification",
        "image_url": None,
        "created_at_to_seconds_from_epoch": int(time.time()) - 120,
        "time_ago": "2 minutes ago",
        "message": text.strip(),
        "parts": list(parts),
        **fields,
    }


def theme_names() -> list[str]:
    """Every theme of the repository."""
    return sorted(path.parent.name for path in THEMES.glob("*/theme.css"))


def theme_settings(name: str) -> dict[str, str]:
    """What an application's settings say of a theme: its CSS comes with them unless it is built in."""
    return {"theme": name, "themeCss": "" if name == "theme1" else (THEMES / name / "theme.css").read_text()}


@dataclass
class Visit:
    """One visit of a page with the widget. `requests`: every URL asked for; `console`: "type: text" lines."""

    page: Page
    url: str
    requests: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)
    clock: bool = False
    waiting: list[object] = field(default_factory=list)  # requests without an answer so far

    def __post_init__(self) -> None:
        self.page.on("request", lambda request: self.waiting.append(request))
        self.page.on("requestfinished", self._answered)
        self.page.on("requestfailed", self._answered)

    def _answered(self, request: Any) -> None:
        if request in self.waiting:
            self.waiting.remove(request)

    @property
    def card(self) -> Locator:
        """The card that stands now (one that is leaving is not it)."""
        return self.page.locator(CARD)

    def see(self) -> Locator:
        """Wait for a card and return it; a fake clock goes on meanwhile, as little as it takes, for ten seconds at most."""
        for step in (0.02,) * 50 + (0.1,) * 90:
            if not self.clock or self.card.count():
                break
            self.run(step, step)
        self.card.wait_for(timeout=15_000)
        return self.card

    def display(self, number: int) -> Locator:
        """Show this event of the feed now, as a page's own script can, and return its card."""
        self.page.wait_for_function("window.fomo && fomo.recentEvents.length")
        self.js("(n) => fomo.displayNotification(fomo.recentEvents.find((event) => event.id === n))", number)
        self.page.wait_for_function("(n) => told.at(-1)?.[0] === 'show' && told.at(-1)[1] === n", arg=number)
        return self.card

    def box(self, inner: str = "") -> dict[str, float]:
        """Where the card (or something in it) is, once it has arrived: x, y, width, height, right, bottom.

        Rounded to hundredths of a pixel: engines keep fractions of their own.
        """
        script = """async (node) => {
          const card = node.closest('[part=card]');
          await Promise.all(card.getAnimations().map((animation) => animation.finished));
          return node.getBoundingClientRect().toJSON(); }"""
        box: dict[str, float] = (self.card.locator(inner) if inner else self.card).evaluate(script)
        return {name: round(value, 2) for name, value in box.items()}

    def js(self, expression: str, argument: Any = None) -> Any:
        """Evaluate in the page."""
        return self.page.evaluate(expression, argument)

    def told(self, *types: str) -> list[Any]:
        """The ids (or None) of what the widget told the page, in order; of all types as pairs."""
        rows = self.js("window.told")
        return [row[1] for row in rows if row[0] in types] if types else [row[:2] for row in rows]

    def shown(self) -> list[int]:
        """The ids of the events shown so far, in order."""
        return self.told("show")

    def times(self, *types: str) -> list[float]:
        """When it told them, in seconds of the page's clock."""
        return [row[2] for row in self.js("window.told") if row[0] in types]

    def run(self, seconds: float, step: float = 0.5) -> None:
        """Let the page's fake clock go on by so much, in steps, each after what was asked of the network has come."""
        go_on(self.page, seconds, step, self.settle)

    def settle(self) -> None:
        """Wait, in real time, for answers to arrive and to be worked off; for four seconds at most."""
        patience = time.monotonic() + 4
        self.page.wait_for_timeout(8)
        while self.waiting and time.monotonic() < patience:
            self.page.wait_for_timeout(8)
        self.waiting.clear()

    def quiet(self, seconds: float = 0.5) -> None:
        """Wait, in real time, to see that nothing happens."""
        self.page.wait_for_timeout(seconds * 1000)

    def hide_tab(self, hidden: bool) -> None:
        """What a browser does when the visitor looks at another tab."""
        self.js(
            """(hidden) => {
              Object.defineProperty(document, 'hidden', {get: () => hidden, configurable: true});
              document.dispatchEvent(new Event('visibilitychange'));
            }""",
            hidden,
        )

    @property
    def widget_requests(self) -> list[str]:
        """The paths asked of the widget's origin."""
        return [url.partition("127.0.0.1:")[2].partition("/")[2] for url in self.requests if "//127.0.0.1:" in url]


@dataclass
class Visits:
    """Opens pages that carry the widget; see `visit`."""

    live: Live
    host_page: HostPages
    new_page: Callable[..., Page]
    opened: list[Page] = field(default_factory=list)

    def wait_until(self, what: str, check: Callable[[], Any], within: float = 10.0) -> Any:
        """As that of tests.commands, while pages are answered: what a route gives is given by this very thread."""
        return wait_until(what, check, within, self._pause)

    def _pause(self, seconds: float) -> None:
        there = [page for page in self.opened if not page.is_closed()]
        if there:
            there[-1].wait_for_timeout(seconds * 1_000)
        else:
            time.sleep(seconds)

    @property
    def load_js(self) -> str:
        return self.live.a.load_js

    @property
    def tag(self) -> str:
        return f'<script async src="{self.load_js}"></script>'

    def serve(self, page: Page, settings: Mapping[str, Any] | None, events: Any) -> None:
        """Change settings, and give events, on their way to the page. None leaves the server's own."""

        def load_js(route: Route) -> None:
            answer = self.live.a.server.get(f"/api/v1/{self.live.a.client_id}/load.js")
            code, _, given = answer.text.rpartition("})(")
            merged = json.loads(given.rstrip().removesuffix(");")) | dict(settings or {})
            kind = {"Content-Type": "text/javascript; charset=utf-8", **CORS}
            route.fulfill(body=f"{code}}})({json.dumps(merged)});\n", headers=kind)

        def feed(route: Route) -> None:
            body = json.dumps(events)
            script = route.request.url.endswith(".js")
            kind = "text/javascript" if script else "application/json"
            route.fulfill(body=f"fomo.setup({body});" if script else body, headers={"Content-Type": kind, **CORS})

        if settings:
            page.route(f"**/api/v1/{self.live.a.client_id}/load.js*", load_js)
        if events is not None:
            page.route("**/js-obj/**", feed)

    def __call__(
        self,
        events: Any = None,
        settings: Mapping[str, Any] | None = None,
        body: str = "<h1>A shop</h1><p>Its words.</p><input id=field aria-label=Search><button id=buy>Buy</button>",
        head: str = "",
        html: str | None = None,
        headers: Mapping[str, str] | None = None,
        init: str = "",
        clock: bool = False,
        before: Callable[[Page], object] | None = None,
        until: Literal["commit", "load"] = "load",
        page: Page | None = None,
        **context: Any,
    ) -> Visit:
        """Open a page.

        events: the feed (None: the server's). settings: members of load.js to change; `pageLoad` is 0 unless given.
        head, body, html: the page, `{tag}` in `html` is the script tag. headers: the page's. init: a script that runs
        before all others. clock: a fake clock. before: called with the page, to add routes. until: what to wait for.
        context: Playwright's.
        """
        page = page or self.new_page(**({"viewport": {"width": 1280, "height": 800}} | context))
        self.opened.append(page)
        if clock:
            stop(page)
        page.add_init_script(RECORDER + init)
        self.serve(page, {"pageLoad": 0, **(settings or {})}, [event(1)] if events is None else events)
        if before:
            before(page)
        html = html or (
            '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A shop</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"{head}{{tag}}</head><body><main>{body}</main></body></html>"
        )
        visit = Visit(page, self.host_page(html.replace("{tag}", self.tag), headers), clock=clock)
        page.on("request", lambda request: visit.requests.append(request.url))
        page.on("console", lambda message: visit.console.append(f"{message.type}: {message.text}"))
        page.goto(visit.url, wait_until=until)
        return visit
