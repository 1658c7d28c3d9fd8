"""The engines that browser tests run in: how each is started, opens a page, and what its driver cannot do.

Chromium and Firefox are driven by Playwright (Firefox as the distribution has it, over WebDriver BiDi), WebKitGTK by
Selenium through a page of Playwright's shape (`webkit_page`). Every page has a context of its own.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from selenium.common.exceptions import WebDriverException
from tests.engines.webkit_browser import WebKitBrowsers
from tests.set_up_browser import FIREFOX_PACKAGES, WEBKITGTK_PACKAGES, system_chromium, system_firefox, system_webkitgtk

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Playwright

ENGINES = ("chromium", "firefox", "webkitgtk")
TITLES = {"chromium": "Chromium", "firefox": "Firefox", "webkitgtk": "WebKitGTK"}
# A window's own furniture, which nobody sees here: half of the processor's time of a new page.
_FURNITURE = ("WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "SpareRendererForSitePerProcess")
# What Playwright 1.64 switches off itself; of two such arguments Chromium takes the last.
_PLAYWRIGHTS = (
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "DialMediaRouteProvider",
    "GlobalMediaControls",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
    "BlockOriginHeaderModificationOnRedirect",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "Translate",
    "AutoDeElevate",
    "OptimizationHints",
    "NetworkTimeServiceQuerying",
    "AimEnabled",
)
# What a Chromium says of itself that does not say that it is headless, which the server would not count.
SEEN_AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    f"--disable-features={','.join((*_PLAYWRIGHTS, *_FURNITURE))}",
]

# What a driver cannot do, and why: a test that asks for it is skipped there with this reason, and the run's end lists it.
UNABLE = {
    ("webkitgtk", "has_touch"): "no fingers: the engine takes its pointers from the display, and Xvfb has only a mouse",
}

# Firefox has no emulation over BiDi for these; as settings of a browser of its own it has them.
FIREFOX_SETTINGS: dict[str, dict[str, int | bool]] = {
    "color_scheme=dark": {"layout.css.prefers-color-scheme.content-override": 0},
    "has_touch=True": {"ui.primaryPointerCapabilities": 1, "ui.allPointerCapabilities": 1},
}
# What Firefox reports as an error of the page, and is its policy at work; tests look at the violation itself.
NO_ERROR_OF_THE_PAGE = "The page’s settings "


class Missing(Exception):
    """An engine that is not on this machine or does not start; the message says why."""


class Engine(Protocol):
    """A started engine. `name` is one of `ENGINES`, `title` as the end of the run shows it."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...

    def open(self, page_errors: list[str], **options: Any) -> Page:
        """A page in a fresh context, with Playwright's options of a context; uncaught errors are added to `page_errors`."""
        ...

    def close(self) -> None: ...


def unable(engine: str, ability: str) -> None:
    """Skip the test where this engine's driver has not what it needs."""
    reason = UNABLE.get((engine, ability))
    if reason:
        pytest.skip(f"{TITLES[engine]}: {reason}")


@dataclass
class Chromium:
    """Playwright's Chromium or the system's."""

    browser: Browser
    name: str = "chromium"

    @classmethod
    def start(cls, playwright: Playwright) -> Chromium:
        return cls(launched(lambda: playwright.chromium.launch(executable_path=system_chromium(), args=CHROMIUM_ARGUMENTS)))

    @property
    def title(self) -> str:
        return f"Chromium {self.browser.version}"

    def open(self, page_errors: list[str], **options: Any) -> Page:
        page = new_page(self.browser, options)
        page.on("pageerror", lambda error: page_errors.append(str(error)))
        return page

    def close(self) -> None:
        self.browser.close()


@dataclass
class Firefox:
    """A stock Firefox; one browser for each set of settings that contexts ask for.

    Playwright's fake clock tells nobody here what a timer threw; in Chromium the same tests fail of it.
    """

    playwright: Playwright
    path: str
    title: str
    browsers: dict[tuple[tuple[str, int | bool], ...], Browser] = field(default_factory=dict)
    name: str = "firefox"

    @classmethod
    def start(cls, playwright: Playwright) -> Firefox:
        path = system_firefox()
        if path is None:
            raise Missing(f"no Firefox (apt-get install {' '.join(FIREFOX_PACKAGES)})")
        said = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=30, check=False).stdout
        version = said.strip().rpartition(" ")[2]
        firefox = cls(playwright, path, f"Firefox {version.replace('esr', ' ESR')}")
        firefox.browser({})
        return firefox

    def browser(self, settings: dict[str, int | bool]) -> Browser:
        key = tuple(sorted(settings.items()))
        if key not in self.browsers:
            self.browsers[key] = launched(
                lambda: self.playwright.firefox.launch(
                    channel="moz-firefox", executable_path=self.path, firefox_user_prefs=dict(settings)
                )
            )
        return self.browsers[key]

    def open(self, page_errors: list[str], **options: Any) -> Page:
        def note(error: object) -> None:
            # Init scripts also run in the empty document before the page, where some may not do what they do.
            if page.url != "about:blank" and not str(error).startswith(NO_ERROR_OF_THE_PAGE):
                page_errors.append(str(error))

        settings: dict[str, int | bool] = {}
        for option, value in options.items():
            settings |= FIREFOX_SETTINGS.get(f"{option}={value}", {})
        page = new_page(self.browser(settings), options)
        page.on("pageerror", note)
        return page

    def close(self) -> None:
        for browser in self.browsers.values():
            browser.close()


@dataclass
class WebKitGTK:
    """MiniBrowser under Xvfb; one browser a page, since WebDriver has no contexts."""

    browsers: WebKitBrowsers
    name: str = "webkitgtk"

    @classmethod
    def start(cls) -> WebKitGTK:
        programs = system_webkitgtk()
        if programs is None:
            raise Missing(f"no WebKitGTK with driver and display (apt-get install {' '.join(WEBKITGTK_PACKAGES)})")
        try:
            return cls(WebKitBrowsers.start(programs))
        except (WebDriverException, OSError) as error:
            raise Missing(f"WebKitGTK does not start: {str(error).splitlines()[0]}") from error

    @property
    def title(self) -> str:
        return f"WebKitGTK {self.browsers.version}"

    def open(self, page_errors: list[str], **options: Any) -> Page:
        for option, value in options.items():
            if value:
                unable(self.name, option)
        page: Any = self.browsers.open(**options)
        page.on("pageerror", page_errors.append)
        opened: Page = page
        return opened

    def close(self) -> None:
        self.browsers.close()


def start_engine(name: str, playwright: Callable[[], Playwright]) -> Engine:
    """Start one by its name; `Missing` where that cannot be."""
    if name == "webkitgtk":
        return WebKitGTK.start()
    return Chromium.start(playwright()) if name == "chromium" else Firefox.start(playwright())


def new_page(browser: Browser, options: dict[str, Any]) -> Page:
    context = browser.new_context(**options)
    context.set_default_timeout(15_000)
    return context.new_page()


def launched(launch: Callable[[], Browser]) -> Browser:
    """What `launch` starts; `Missing` with the first line of why not."""
    from playwright.sync_api import Error  # only who has Playwright gets here

    try:
        return launch()
    except Error as error:
        raise Missing(str(error).splitlines()[0]) from error
