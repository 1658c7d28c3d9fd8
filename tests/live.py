"""Real Tidings servers for the tests: started, asked, stopped and killed as an operator would do it.

A `LiveServer` is a `python -m tidings serve` in a process group of its own, on a free port, over a SQLite file of its
own. Nothing here imports the product: what these tests know about it is what its commands and its sockets say.
Seconds everywhere; every wait is for something to happen and ends in an error that quotes the server's log.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from tests.commands import ROOT, clean_environment, fork, free_port, run_python, tidings
from tests.forking import ForkedProcess
from tests.wire import Answer, Exchange, read_answer, request_bytes, send_and_read

TIDINGS = ("-m", "tidings")
MOVED_CLOCK = str(ROOT / "tests" / "moved_clock.py")
# Whether servers are forked from a process that has the imports behind it: what is measured is started as an operator would.
FORKED = "pytest" in sys.modules
READY_WITHIN = 20.0
STOPPED_WITHIN = 14.0  # the promise is 12 s; the rest is the machine's


@dataclass
class LiveServer:
    """A server process. `start()` returns when it is ready; use it as a context manager, or `stop()` it yourself.

    folder: where its files go (made when missing): the database, `server.log`.
    options: further arguments of `serve`. env: further environment. launcher: what to run in place of
    `python -m tidings` (the fault tests put a sabotaged server there).
    """

    folder: Path
    options: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    launcher: tuple[str, ...] = TIDINGS
    command: str = "serve"
    database: Path | None = None
    port: int = 0
    process: subprocess.Popen[bytes] | ForkedProcess | None = None

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.database = self.database or self.folder / "tidings.db"
        self.port = self.port or free_port()

    # -- life ---------------------------------------------------------------------------------------------------

    @property
    def base_url(self) -> str:
        """`http://127.0.0.1:PORT`, no slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def database_url(self) -> str:
        return f"sqlite:///{self.database}"

    @property
    def pid(self) -> int:
        assert self.process is not None, "the server was never started"
        return self.process.pid

    @property
    def now(self) -> int:
        """The wall clock as the server sees it, in milliseconds."""
        return int(time.time() * 1_000)

    @property
    def log(self) -> str:
        """Everything the server has written so far, both streams."""
        path = self.folder / "server.log"
        return path.read_text("utf-8", "replace") if path.exists() else ""

    def spawn(self) -> Self:
        """Start the process and return at once; `wait_ready` or `wait_exit` tells what became of it."""
        arguments = [self.command, "--host", "127.0.0.1", "--port", str(self.port), *self.options]
        if self.command == "serve":
            arguments += ["--database", self.database_url]
            arguments += [] if "--base-url" in self.options else ["--base-url", self.base_url]
        env, written = {"TIDINGS_RATE_LIMITS": "off", **self.env}, self.folder / "server.log"
        if FORKED and self.launcher[0] in (TIDINGS[0], MOVED_CLOCK):
            self.process = fork([*self.launcher, *arguments], cwd=self.folder, env=env, out=written)
            return self
        with written.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *self.launcher, *arguments],
                cwd=self.folder,
                env=clean_environment(env),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self

    def start(self) -> Self:
        return self.spawn().wait_ready()

    def wait_ready(self, within: float = READY_WITHIN) -> Self:
        """Return when /readyz answers 200; AssertionError with the log when the process ends or time runs out."""
        assert self.process is not None
        deadline = time.monotonic() + within
        while not self.is_ready():
            if self.process.poll() is not None:
                raise AssertionError(f"the server ended with code {self.process.returncode}:\n{self.log[-4000:]}")
            if time.monotonic() > deadline:
                raise AssertionError(f"the server was not ready within {within} s:\n{self.log[-4000:]}")
            time.sleep(0.02)
        return self

    def is_ready(self) -> bool:
        """Whether /readyz answers 200 now."""
        try:
            return self.get("/readyz", timeout=6).status == 200
        except (OSError, http.client.HTTPException):
            return False

    def alive(self) -> bool:
        """Whether the process runs."""
        return self.process is not None and self.process.poll() is None

    def wait_exit(self, within: float = STOPPED_WITHIN) -> int:
        """The exit code; AssertionError with the log when the process still runs after `within` s."""
        assert self.process is not None
        try:
            return self.process.wait(within)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"the server still runs after {within} s:\n{self.log[-4000:]}") from None

    def stop(self, number: int = signal.SIGTERM, within: float = STOPPED_WITHIN) -> int:
        """Send a signal to this very process and return its exit code (that of an ended one at once)."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.wait_exit(within)

    def kill(self) -> None:
        """kill -9, the process and what it may have started; nothing is flushed, nothing is finished."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)

    def __enter__(self) -> Self:
        return self if self.alive() else self.start()

    def __exit__(self, *_: object) -> None:
        try:
            self.stop()
        finally:
            self.kill()

    def resident_bytes(self) -> int:
        """Resident memory of the process now, in bytes (Linux)."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:"))

    # -- talk ---------------------------------------------------------------------------------------------------

    def connect(self, timeout: float = 15.0) -> socket.socket:
        """A fresh TCP connection to the server."""
        return socket.create_connection(("127.0.0.1", self.port), timeout)

    def request(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | str | Mapping[str, Any] | None = None,
        timeout: float = 15.0,
    ) -> Answer:
        """One request over a connection of its own. A mapping as body goes out as JSON; a given Host header stands."""
        sent = dict(headers or {})
        if isinstance(body, Mapping):
            body = json.dumps(body)
            sent.setdefault("Content-Type", "application/json")
        data = body.encode() if isinstance(body, str) else body
        names = {name.lower() for name in sent}
        pairs = [] if "host" in names else [("Host", f"127.0.0.1:{self.port}")]
        pairs += sent.items()
        if "connection" not in names:
            pairs.append(("Connection", "close"))
        with self.connect(timeout) as connection:
            connection.sendall(request_bytes(method, path, pairs, data))
            return read_answer(connection, method)

    def get(self, path: str, headers: Mapping[str, str] | None = None, timeout: float = 15.0) -> Answer:
        return self.request("GET", path, headers, timeout=timeout)

    def exchange(self, data: bytes, timeout: float = 15.0, enough: int = 1, half_close: bool = False) -> Exchange:
        """Send raw bytes over a connection of their own and read what comes (see `wire.send_and_read`)."""
        with self.connect(timeout) as connection:
            return send_and_read(connection, data, enough, half_close)

    # -- applications -------------------------------------------------------------------------------------------

    def command_line(self, *arguments: str, timeout: float = 60.0) -> Any:
        """Run a `tidings` command on this server's database, beside it."""
        env = {"TIDINGS_BASE_URL": self.base_url, **self.env}
        return tidings(*arguments, "--database", self.database_url, cwd=self.folder, env=env, timeout=timeout)

    def create_application(self, name: str = "Shop", url: str = "https://shop.example") -> LiveApp:
        """Make an application with `tidings app create --json`, beside the running server."""
        made = self.command_line("app", "create", "--name", name, "--url", url, "--json")
        assert made.returncode == 0, made.stderr
        return LiveApp.from_row(self, json.loads(made.stdout))

    def create_applications(self, count: int) -> list[LiveApp]:
        """Make many at once, by the same command in one process."""
        script, env = str(ROOT / "tests" / "many_applications.py"), {"TIDINGS_BASE_URL": self.base_url, **self.env}
        made = run_python(script, str(count), self.database_url, cwd=self.folder, env=env)
        assert made.returncode == 0, made.stderr
        return [LiveApp.from_row(self, json.loads(line)) for line in made.stdout.splitlines()]


@dataclass
class LiveApp:
    """One application on a live server, with what `tidings app create --json` said of it."""

    server: LiveServer
    id: int
    client_id: str
    auth_token: str
    event_type_id: int
    row: dict[str, Any]

    @classmethod
    def from_row(cls, server: LiveServer, row: dict[str, Any]) -> LiveApp:
        return cls(server, row["id"], row["client_id"], row["auth_token"], row["event_type_id"], row)

    @property
    def base_url(self) -> str:
        return self.server.base_url

    @property
    def headers(self) -> dict[str, str]:
        """The Authorization header of this application."""
        return {"Authorization": f"Token {self.auth_token}"}

    @property
    def load_js(self) -> str:
        """The absolute URL of this application's script tag."""
        return f"{self.base_url}/api/v1/{self.client_id}/load.js"

    def request(self, method: str, path: str, body: Any = None) -> Answer:
        """One call of the REST API with this application's token; `path` is below `/api/v1/applications/me`."""
        return self.server.request(method, f"/api/v1/applications/me{path}", self.headers, body)

    def post_event(self, **fields: Any) -> dict[str, Any]:
        """Create an event (type and a few fields are filled in where absent) and return the API's answer to it.

        Post before the first feed request of the application: the server keeps a feed for 40 s.
        """
        event = {"event_type_id": self.event_type_id, "first_name": "John", "city": "New York", "title": "Mug"}
        event |= {"url": "https://shop.example/p/1"} | fields
        answer = self.request("POST", "/events", {"event": event})
        assert answer.status == 200, f"{answer.status}: {answer.text}"
        created: dict[str, Any] = answer.json()
        return created

    def delete_event(self, number: int) -> None:
        answer = self.request("DELETE", f"/events/{number}")
        assert answer.status == 200, f"{answer.status}: {answer.text}"

    def events(self) -> list[dict[str, Any]]:
        """Every stored event of this application, newest first, through the API, page by page."""
        found: list[dict[str, Any]] = []
        page = 1
        while True:
            answer = self.request("GET", f"/events?per=100&page={page}")
            assert answer.status == 200, f"{answer.status}: {answer.text}"
            rows = answer.json()
            found += rows
            if len(rows) < 100:
                return found
            page += 1

    def count(self) -> int:
        """How many events are stored, by the API's own count."""
        answer = self.request("GET", "/events?per=1&show_meta=true")
        assert answer.status == 200, f"{answer.status}: {answer.text}"
        return int(answer.json()["meta"]["total_count"])

    def feed(self, limit: int = 30) -> list[dict[str, Any]]:
        """The public feed as a browser gets it, newest first."""
        bucket = -(-int(time.time()) // 40) * 40
        answer = self.server.get(f"/js-obj/{self.client_id}/{limit}/{bucket}.json")
        assert answer.status == 200, f"{answer.status}: {answer.text}"
        rows: list[dict[str, Any]] = answer.json()
        return rows
