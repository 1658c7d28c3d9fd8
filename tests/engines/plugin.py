"""Runs browser tests in the engines that `--engines` names, and says at the end which ran and why one did not.

fixture        scope      is
`engine`       session    a started engine: Chromium, or each one that `--engines` names for the rows of every engine
`browser`      session    Playwright's browser of it (not in WebKitGTK); for tests that need contexts of their own
`new_page`     test       a function: Playwright's options of a context in, a page in a fresh context out
`page`         test       such a page, 1280 × 800
`page_errors`  test       the uncaught errors of every page of this test; it is the test that asks whether it is empty

A test that names a row of every engine (`criterion`, "A" in cases/widget_criteria.md) runs in each; all others in Chromium.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from tests.criteria import for_every_engine
from tests.engines.start import ENGINES, TITLES, Engine, Missing, start_engine

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Playwright

TOLD: pytest.StashKey[dict[str, str]] = (
    pytest.StashKey()
)  # of each engine that was asked for: what it is, or why it did not run
MISSING = "did not run: "


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--engines",
        default="chromium",
        help=f"of the rows that hold in every engine: comma-separated, of {', '.join(ENGINES)}; or all (default: chromium)",
    )


def wanted(config: pytest.Config) -> list[str]:
    """The engines of `--engines`, in our order."""
    names = str(config.getoption("--engines")).split(",")
    unknown = set(names) - {*ENGINES, "all"}
    if unknown:
        raise pytest.UsageError(f"--engines: no engine {', '.join(sorted(unknown))}")
    return [name for name in ENGINES if name in names or "all" in names]


def rows_of(node: pytest.Item | pytest.Function | Any) -> list[int]:
    """The rows of the criteria that a test names."""
    return [number for mark in node.iter_markers("criterion") for number in mark.args]


def pytest_configure(config: pytest.Config) -> None:
    config.stash[TOLD] = {}
    wanted(config)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Multiplies the tests of every engine; what is only Chromium's stays as it is."""
    if wanted(metafunc.config) == ["chromium"]:
        return
    if "engine" in metafunc.fixturenames and for_every_engine(rows_of(metafunc.definition)):
        slow = {"firefox": pytest.mark.slow, "webkitgtk": pytest.mark.slow}
        names = [pytest.param(name, marks=slow.get(name, ())) for name in wanted(metafunc.config)]
        metafunc.parametrize("engine", names, indirect=True, scope="session")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Browser tests last, engine after engine; all others in their order."""
    # A file goes as a whole (pytest -n 2 --dist loadfile), and nothing may follow a browser: Playwright keeps an event loop.
    with_browser = {item.path for item in items if place(item)}
    items.sort(key=lambda item: place(item) or int(item.path in with_browser))
    if "chromium" not in wanted(config):
        others = [item for item in items if place(item) == 1]
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if place(item) != 1]


def place(item: pytest.Item) -> int:
    """0: no browser; 1, 2, 3: Chromium, Firefox, WebKitGTK."""
    # Not "engine", which is also what tests of the storage call theirs.
    if "playwright_driver" not in getattr(item, "fixturenames", ()):
        return 0
    return 1 + ENGINES.index(engine_name(item))


def engine_name(item: pytest.Item) -> str:
    callspec = getattr(item, "callspec", None)
    return str(callspec.params.get("engine", "chromium")) if callspec else "chromium"


@pytest.fixture(scope="session")
def playwright_driver() -> Iterator[Callable[[], Playwright]]:
    """Starts Playwright when it is called first."""
    started: list[Any] = []

    def driver() -> Playwright:
        if not started:
            sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
            sync_api.expect.set_options(timeout=15_000)  # four browsers on two cores: what must come may take a while
            started.append(sync_api.sync_playwright())
            started.append(started[0].start())
        return started[1]  # type: ignore[no-any-return]

    yield driver
    if started:
        started[1].stop()


@pytest.fixture(scope="session")
def engines() -> Iterator[dict[str, Engine]]:
    """Those that were started so far; each stays until the end, since a run may go back and forth between them."""
    started: dict[str, Engine] = {}
    yield started
    for engine in started.values():
        engine.close()


@pytest.fixture(scope="session")
def engine(
    request: pytest.FixtureRequest, playwright_driver: Callable[[], Playwright], engines: dict[str, Engine]
) -> Engine:
    """The engine of this test; the test is skipped, saying why, where there is none."""
    name = getattr(request, "param", "chromium")
    told = request.config.stash[TOLD]
    if told.get(name, "").startswith(MISSING):
        pytest.skip(f"{TITLES[name]} {told[name]}")
    if name not in engines:
        try:
            engines[name] = start_engine(name, playwright_driver)
        except Missing as missing:
            told[name] = f"{MISSING}{missing}"
            pytest.skip(f"{TITLES[name]} {told[name]}")
        told[name] = engines[name].title
    return engines[name]


@pytest.fixture(scope="session")
def browser(engine: Engine) -> Browser:
    """Playwright's browser, for what `new_page` cannot."""
    return engine.browser  # type: ignore[attr-defined, no-any-return]


@pytest.fixture
def page_errors() -> list[str]:
    """The uncaught errors in pages that `page` and `new_page` opened, as text."""
    return []


@pytest.fixture
def new_page(engine: Engine, page_errors: list[str]) -> Iterator[Callable[..., Page]]:
    """Opens a page in a context of its own: `new_page(viewport={"width": 390, "height": 800}, locale="en")`."""
    pages: list[Page] = []

    def make(**options: Any) -> Page:
        pages.append(engine.open(page_errors, **options))
        return pages[-1]

    yield make
    for page in pages:
        page.context.close()


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """A page in a fresh context, 1280 × 800."""
    return new_page(viewport={"width": 1280, "height": 800})


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if place(item):
        name = engine_name(item)
        report.user_properties.append(("engine", name))
        # With the report, because the engine may have been started in another process (pytest -n).
        report.user_properties.append(("engine told", item.config.stash[TOLD].get(name, "")))
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Which engines ran, in how many tests; which did not; what their drivers cannot do."""
    told = dict(config.stash[TOLD])
    for reports in terminalreporter.stats.values():
        for properties in (dict(getattr(report, "user_properties", ())) for report in reports):
            if properties.get("engine told"):
                told[properties["engine"]] = properties["engine told"]
    if not told:
        return
    counts: Counter[str] = Counter()
    unable: Counter[str] = Counter()
    for outcome in ("passed", "failed", "skipped"):
        for report in terminalreporter.stats.get(outcome, []):
            name = dict(report.user_properties).get("engine", "")
            if outcome == "skipped":
                reason = str(report.longrepr[2]).removeprefix("Skipped: ")
                unable[reason] += reason.startswith(f"{TITLES.get(name)}: ")
            else:
                counts[name] += report.when == "call"
    terminalreporter.section("engines")
    ran = [f"{title} in {counts[name]} tests" for name, title in told.items() if not title.startswith(MISSING)]
    terminalreporter.line(f"Engines: {', '.join(ran) or 'none'}.")
    for name, title in told.items():
        if title.startswith(MISSING):
            terminalreporter.line(f"{TITLES[name]} {title}")
    for reason, count in sorted((+unable).items()):
        terminalreporter.line(f"Skipped in {count} tests, {reason}")
