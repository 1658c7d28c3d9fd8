"""WebKitGTK's page, with as much of Playwright's Page as the tests ask for: one test body then runs in every engine.

What Playwright has and WebDriver has not is made here: routes, requests and init scripts by a proxy, a fake clock by a
library in the page, the console and uncaught errors by a recorder in the page, waiting by asking again.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from selenium.common.exceptions import JavascriptException, WebDriverException
from selenium.webdriver import WebKitGTK
from selenium.webdriver.remote.command import Command
from tests.engines.proxy import Proxy, Route
from tests.engines.webkit_clock import Clock
from tests.engines.webkit_input import Keyboard, Mouse
from tests.engines.webkit_locator import Locator

PATIENCE = 15.0  # seconds
EVENTS = ("request", "requestfinished", "requestfailed", "console", "pageerror")

# Kept under symbols: a page that lists its globals sees none of it.
RECORDER = """(() => {
  const said = window[Symbol.for('said')] = [], wrap = console;
  said.stringify = JSON.stringify;  // a page may replace it
  for (const name of ['log', 'info', 'debug', 'warn', 'error']) {
    const own = wrap[name], type = name === 'warn' ? 'warning' : name;
    wrap[name] = function (...words) { said.push([type, words.map(String).join(' ')]); return own.apply(wrap, words); };
  }
  addEventListener('error', (event) => {
    const what = event.error || event.message;
    if (what) said.push(['uncaught', String(what)]);
  });
  addEventListener('unhandledrejection', (event) => { said.push(['uncaught', String(event.reason)]); });
})();"""

# The body sees `given` and nothing of ours. What cannot be written as JSON, an event for instance, is null.
EVALUATE = """
(async (given) => { %s
})(arguments[0]).then(...((done, said) => {
  const end = (value, error) => {
    let text;
    try { text = (said.stringify || JSON.stringify)(value); } catch { }
    done([text || 'null', error, said.splice(0)]);
  };
  return [(value) => end(value, ''), (error) => end(null, String(error))];
})(arguments[1], window[Symbol.for('said')] || []));
"""


class TimedOut(AssertionError):
    """What was waited for did not happen in time."""


class PageError(AssertionError):
    """What was evaluated in the page threw."""


@dataclass
class ConsoleMessage:
    """What the page's script wrote to the console."""

    type: str
    text: str


class Context:
    """The page's cookies, and its end."""

    def __init__(self, page: WebKitPage) -> None:
        self.page = page

    def cookies(self) -> list[dict[str, Any]]:
        return list(self.page.driver.get_cookies())

    def close(self) -> None:
        self.page.close()


class WebKitPage:
    """A page in a browser of its own. `driver`: Selenium's; `proxy`: what stands between it and the network."""

    def __init__(self, driver: WebKitGTK, proxy: Proxy, end: Callable[[], None]) -> None:
        self.driver = driver
        self.proxy = proxy
        self.end: Callable[[], None] | None = end
        self.listeners: dict[str, list[Callable[[Any], object]]] = {name: [] for name in EVENTS}
        self.init: list[str] = []
        self.clock = Clock(self)
        self.keyboard = Keyboard(self)
        self.mouse = Mouse(self)
        self.context = Context(self)
        # The driver would time scripts by the page's own setTimeout, which tests count and stop. Requests have an end.
        driver.execute(Command.SET_TIMEOUTS, {"script": None})
        executor: Any = driver.command_executor
        executor.client_config.timeout = PATIENCE * 2
        proxy.tell = self._tell
        proxy.init_script = lambda: RECORDER + self.clock.script() + "".join(f"{{{script}\n}}" for script in self.init)

    # -- going somewhere ------------------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        return str(self.driver.current_url)

    def goto(self, url: str, wait_until: str = "load") -> None:
        self._leave(lambda: self.driver.get(url), wait_until)

    def reload(self, wait_until: str = "load") -> None:
        self._leave(self.driver.refresh, wait_until)

    def _leave(self, go: Callable[[], object], wait_until: str) -> None:
        """Do what opens another document, and wait until that one is there."""
        self.driven("document[Symbol.for('left')] = true")
        go()
        ready = "true" if wait_until == "commit" else "document.readyState === 'complete'"
        self.wait_for_function(f"!document[Symbol.for('left')] && location.href !== 'about:blank' && {ready}")

    def wait_for_url(self, url: str, timeout: float = PATIENCE * 1000) -> None:
        self.until(f"the address {url}", lambda: self.url == url, timeout)

    def is_closed(self) -> bool:
        return self.end is None

    def close(self) -> None:
        """Ends the browser; what it had said until then is told."""
        if self.end is not None:
            with suppress(WebDriverException, PageError):  # a page that hangs is ended all the same
                self.driven("return 0")
            end, self.end = self.end, None
            end()

    # -- the script's side ----------------------------------------------------------------------------------------

    def add_init_script(self, script: str) -> None:
        self.init.append(script)

    def evaluate(self, expression: str, arg: Any = None) -> Any:
        """The value of an expression, or of a function called with `arg`; promises are waited for.

        Several statements are run, too; they have no value then.
        """
        try:
            return self.driven(f"const it = ({expression}\n); return typeof it === 'function' ? it(given) : it;", arg)
        except JavascriptException as error:
            if "Unexpected" not in str(error):
                raise
            return self.driven(expression, arg)  # no expression: nothing of it has run

    def driven(self, body: str, given: Any = None) -> Any:
        """Run the body of an async function with `given`; tells meanwhile what the console got."""
        value, error, said = self.driver.execute_async_script(EVALUATE % body, given)
        for kind, text in said:
            self._say(kind, text)
        if self.proxy.failures:
            raise self.proxy.failures.pop(0)
        if error:
            raise PageError(f"{error} in {body[:300]}")
        return json.loads(value)

    def _say(self, kind: str, text: str) -> None:
        if kind == "uncaught":
            self._tell("pageerror", text)
        else:
            self._tell("console", ConsoleMessage(kind, text))

    def wait_for_function(self, expression: str, arg: Any = None, timeout: float = PATIENCE * 1000) -> None:
        def holds() -> bool:
            try:
                return bool(self.evaluate(expression, arg))
            except (WebDriverException, PageError):
                return False  # a document that is being left, or one where it does not hold yet

        self.until(expression, holds, timeout)

    def wait_for_timeout(self, timeout: float) -> None:
        time.sleep(timeout / 1000)
        self.driven("return 0")

    def until(self, what: str, holds: Callable[[], bool], timeout: float | None = None) -> None:
        """Ask until it holds; `TimedOut` after so many milliseconds."""
        timeout = PATIENCE * 1000 if timeout is None else timeout
        deadline = time.monotonic() + timeout / 1000
        while not holds():
            if time.monotonic() > deadline:
                raise TimedOut(f"{what}: not within {timeout:.0f} ms")
            time.sleep(0.02)

    def add_script_tag(self, url: str) -> None:
        """Adds the tag and waits for its load."""
        self.driven(
            "await new Promise((done, failed) => { const tag = document.createElement('script'); tag.src = given;"
            "tag.onload = done; tag.onerror = failed; document.head.append(tag); })",
            url,
        )

    # -- what is on it --------------------------------------------------------------------------------------------

    def locator(self, selector: str) -> Locator:
        return Locator(self, [(selector, None)])

    def content(self) -> str:
        return str(self.driver.page_source)

    def title(self) -> str:
        return str(self.driver.title)

    def set_viewport_size(self, viewport_size: dict[str, int]) -> None:
        """The window is made larger by what it draws round the page, which is only known once it has been drawn."""
        wanted = [viewport_size["width"], viewport_size["height"]]
        seen: list[list[int]] = []

        def fits() -> bool:
            inner = self.driven("return [innerWidth, innerHeight]")
            seen.append(inner)
            if inner != wanted and seen[-2:-1] == [inner]:  # it has taken the last size, and that was not it
                window = self.driver.get_window_size()
                self.driver.set_window_size(
                    *(window[name] + want - have for name, want, have in zip(window, wanted, inner, strict=True))
                )
                seen.clear()
            return bool(inner == wanted)

        self.until(f"a viewport of {wanted}", fits)

    # -- the network and the console ------------------------------------------------------------------------------

    def route(self, url: str, handler: Callable[[Route], object]) -> None:
        self.proxy.route(url, handler)

    def unroute(self, url: str) -> None:
        self.proxy.unroute(url)

    def on(self, event: str, listener: Callable[[Any], object]) -> None:
        """`request`, `requestfinished`, `requestfailed`, `console` (`.type`, `.text`) and `pageerror`."""
        self.listeners[event].append(listener)

    def _tell(self, event: str, what: Any) -> None:
        for listener in self.listeners[event]:
            listener(what)
