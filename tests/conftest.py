"""What the tests share: live servers with applications, the demo, and pages of another origin. Browsers: engines/plugin.py.

fixture        scope      is
`connection`   test       a new database at the newest revision, in one transaction
`live`         session    a running `tidings serve` with `live.a` and `live.b`: two applications with one event each
`live_app`     test       a fresh application on that server: base_url, client_id, auth_token, event_type_id, id,
                          load_js, `post_event(**fields)`, `delete_event(id)`, `events()`, `feed()`, `request(…)`
`new_server`   test       a function that starts one more server in a folder of the test's own (options, env)
`clocked`      session    a server whose wall clock a test moves on: `clocked.move_clock(41)` makes feeds anew at once
`demo`         session    a running `tidings demo`: `shop_url`, `token`, `folder`, `log`, all of `LiveServer`
`host_page`    test       a function: HTML (and headers) in, the URL of that page on another origin out

The feed of an application is kept for 40 s by the server: post events before the first page or feed request of a
fresh `live_app`, and they are in it. Browser tests run last, since Playwright keeps an event loop in the main thread.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection
from tests.commands import wait_until
from tests.engines.start import CHROMIUM_ARGUMENTS as CHROMIUM_ARGUMENTS  # a test starts a Chromium of its own
from tests.host_pages import HostPages, serve_host_pages
from tests.live import MOVED_CLOCK, LiveApp, LiveServer
from tests.moved_clock import write_offset
from tests.new_database import new_database

from tidings.storage.engine import writing_engine

pytest_plugins = ["tests.engines.plugin"]

# Where tests put their files: memory, if there is enough of it, since a disk takes milliseconds for each commit, and no test
# pulls the plug. What bench/ measures is on the disk.
_MEMORY = Path("/dev/shm")
_ENOUGH = 6 * 1024**3
if _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free >= _ENOUGH:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))


# -- a database -----------------------------------------------------------------------------------------------------


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    """A new database at the newest revision, in one transaction."""
    new_database(tmp_path / "a.db")
    engine = writing_engine(tmp_path / "a.db", checkpoints=False)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


# -- servers ------------------------------------------------------------------------------------------------------


@dataclass
class Live:
    """A running server and the applications that tests of many requests share. `a` and `b` hold one event each."""

    server: LiveServer
    a: LiveApp
    b: LiveApp
    event_a: dict[str, Any]
    event_b: dict[str, Any]
    spare: list[LiveApp] = field(default_factory=list)

    @property
    def base_url(self) -> str:
        return self.server.base_url

    def new_application(self) -> LiveApp:
        """An application that no other test has or gets."""
        if not self.spare:
            self.spare = self.server.create_applications(16)
        return self.spare.pop()


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """One server for all tests that do no harm to it; per-address limits are off in it."""
    with LiveServer(tmp_path_factory.mktemp("live")) as server:
        a = server.create_application("Shop A", "https://a.example")
        b = server.create_application("Shop B", "https://b.example")
        yield Live(server, a, b, a.post_event(title="Event of A"), b.post_event(title="Event of B"))


@pytest.fixture
def live_app(live: Live) -> LiveApp:
    """An application of this test's own, without events, on the shared server."""
    return live.new_application()


@pytest.fixture
def new_server(tmp_path: Path) -> Iterator[Callable[..., LiveServer]]:
    """Starts servers that a test may harm: `new_server(name="server", **LiveServer's fields)`; killed afterwards."""
    servers: list[LiveServer] = []

    def make(name: str = "server", start: bool = True, **fields: Any) -> LiveServer:
        server = LiveServer(tmp_path / name, **fields)
        servers.append(server)
        return server.start() if start else server

    yield make
    for server in servers:
        server.kill()


@dataclass
class ClockedServer(LiveServer):
    """A server with a wall clock that can be moved (`tests/moved_clock.py`), off by `offset` seconds."""

    offset: float = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        self.launcher = (MOVED_CLOCK, str(self.folder / "clock"))
        self.move_clock(self.offset)

    @property
    def now(self) -> int:
        return super().now + int(self.offset * 1_000)

    def move_clock(self, seconds: float) -> None:
        """Move the wall clock on (or back) by so many seconds."""
        self.offset = seconds if self.process is None else self.offset + seconds
        write_offset(self.folder / "clock", self.offset)


@pytest.fixture(scope="session")
def clocked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClockedServer]:
    """A server for tests of what the passing of time does; make an application of your own on it."""
    with ClockedServer(tmp_path_factory.mktemp("clocked")) as server:
        yield server


@dataclass
class DemoServer(LiveServer):
    """A running `tidings demo` in an empty folder."""

    command: str = "demo"

    @property
    def shop_url(self) -> str:
        """The shop's first page."""
        return f"{self.base_url}/demo/"

    @property
    def token(self) -> str:
        """The auth token of the demo application, from the file that the demo writes."""
        path = self.folder / "var" / "demo.token"
        return str(wait_until("demo.token", lambda: path.exists() and path.read_text().strip()))


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoServer]:
    """The demo as a visitor of the README starts it, on a free port, its files in an empty temporary folder."""
    with DemoServer(tmp_path_factory.mktemp("demo")) as server:
        yield server


# -- other people's pages -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def host_server() -> Iterator[HostPages]:
    pages = serve_host_pages()
    yield pages
    pages.server.shutdown()
    pages.server.server_close()


@pytest.fixture
def host_page(host_server: HostPages) -> Iterator[HostPages]:
    """`host_page(html, headers=None, path=None)` → URL on `http://localhost:…`, another site than the server's."""
    host_server.clear()
    yield host_server
    host_server.clear()
