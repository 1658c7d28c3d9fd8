"""A shop for the tests, and in place of Tidings a small server that notes what it is told and answers as bidden."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from tidings.assets import demo_site, themes
from tidings.domain.themes import read_themes
from tidings.surfaces.demo.routes import demo_app
from tidings.surfaces.demo.shop import Branch, DemoShop

TOKEN = "tok_a-token-that-nobody-may-see"


@dataclass
class StubApi:
    """`told` holds (headers, body) of each call; the answer is `status` and `answer` (bytes, or a dict as JSON)."""

    base_url: str = ""
    told: list[tuple[dict[str, str], dict[str, Any]]] = field(default_factory=list)
    status: int = 200
    answer: bytes | dict[str, Any] | None = None
    headers: dict[str, str] = field(default_factory=dict)
    gate: threading.Event = field(default_factory=threading.Event)


@pytest.fixture
def api() -> Iterator[StubApi]:
    """Unless told otherwise it answers 200 with an event whose id counts up from 7."""
    stub = StubApi()
    stub.gate.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            stub.told.append(({name.lower(): value for name, value in self.headers.items()}, body))
            stub.gate.wait(5)
            message = f"{body['first_name']} just bought {body['title']}"
            answer = {"id": 6 + len(stub.told), **body, "message": message} if stub.answer is None else stub.answer
            content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(stub.status)
            for name, value in {**stub.headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet: what was told is in `told`."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    stub.base_url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield stub
    stub.gate.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def demo(api: StubApi) -> DemoShop:
    """A shop whose branch in Arabic is application `arabic-36K9pUyuj8sukckF`, event type 2."""
    branch = Branch("arabic-36K9pUyuj8sukckF", 2, "var/demo-arabic.token")
    return DemoShop(
        api.base_url,
        "36K9pUyuj8sukckFW66iCg",
        TOKEN,
        1,
        "ABCDEFGH",
        "var/demo.token",
        demo_site(),
        branch,
        read_themes(themes()),
    )


@pytest.fixture
def shop(demo: DemoShop) -> Iterator[TestClient]:
    """The shop under /demo, as the demo server mounts it."""
    app = Starlette(routes=[Mount("/demo", demo_app(demo))])
    with TestClient(app, base_url=demo.base_url, follow_redirects=False) as client:
        yield client
