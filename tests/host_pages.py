"""A web server for other people's pages: the sites that carry the widget, on an origin that is not the server's.

It listens on loopback under the name `localhost`, where Tidings is `127.0.0.1`: another origin and another site, as in
life. A test gives it HTML and headers and gets an address.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class SeenRequest:
    """A request that reached the host pages' own server."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class HostPages:
    """Call it with HTML to get the page's URL; `add` puts up anything else. `requests` is all that was asked of it."""

    server: ThreadingHTTPServer
    pages: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    requests: list[SeenRequest] = field(default_factory=list)

    @property
    def origin(self) -> str:
        """`http://localhost:PORT`."""
        return f"http://localhost:{self.server.server_address[1]}"

    def __call__(self, html: str, headers: Mapping[str, str] | None = None, path: str | None = None) -> str:
        """Put up an HTML page (a path of its own where none is given) and return its absolute URL.

        headers: sent with it, for example `{"Content-Security-Policy": "…"}`; they win over the page's own.
        """
        path = path or f"/page-{len(self.pages) + 1}.html"
        return self.add(path, html.encode(), {"Content-Type": "text/html; charset=utf-8", **(headers or {})})

    def add(self, path: str, body: bytes, headers: Mapping[str, str], status: int = 200) -> str:
        """Put up any bytes under a path and return the absolute URL. A path that is taken is replaced."""
        self.pages[path] = (status, {"Cache-Control": "no-store", **headers}, body)
        return self.origin + path

    def clear(self) -> None:
        """Forget pages and requests (done between two tests)."""
        self.pages.clear()
        self.requests.clear()


def serve_host_pages() -> HostPages:
    """Start the server in a thread of its own; `pages.server.shutdown()` ends it."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            pages.requests.append(SeenRequest(self.command, self.path, headers, body))
            missing = (404, {"Content-Type": "text/plain"}, b"no such page")
            status, sent, content = pages.pages.get(self.path.partition("?")[0], missing)
            self.send_response(status)
            for name, value in sent.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        do_GET = do_HEAD = do_POST = do_OPTIONS = handle_any  # noqa: N815 (http.server asks for these names)

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet: what was asked is in `requests`."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    pages = HostPages(server)
    threading.Thread(target=server.serve_forever, daemon=True, name="host-pages").start()
    return pages
