"""A proxy between a browser and everything it asks for: tells each request, answers some, and puts scripts into pages.

It gives an engine whose driver has neither routes nor init scripts (WebKitGTK) what Playwright gives the others: `route`,
the requests as they come, a script that runs before all others. Addresses of `https` are answered with a certificate made
for the day, which the browser has to be told to accept. What no route answers and is not on loopback, fails.
"""

from __future__ import annotations

import http.client
import json
import re
import socketserver
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import trustme
from tests.engines.init_scripts import into_page

LOOPBACK = ("127.0.0.1", "localhost")
# What a connection may not carry on to the other side of a proxy, and lengths that are counted anew.
HOP = {"connection", "proxy-connection", "keep-alive", "transfer-encoding", "content-length"}
Reply = tuple[int, list[tuple[str, str]], bytes] | None  # None: the connection is cut


@cache
def certificate() -> ssl.SSLContext:
    """A server's certificate for the hosts that tests make up."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("*.example").configure_cert(context)
    return context


@dataclass
class Request:
    """A request as Playwright shows it: `url`, `method`, `headers` (names in lower case), `post_data`, `resource_type`."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes

    @property
    def post_data(self) -> str | None:
        return self.body.decode("utf-8", "replace") if self.body else None

    @property
    def resource_type(self) -> str:
        """`document`, `script`, `image`…, in the words of the browser's own Sec-Fetch-Dest; `fetch` for what has none."""
        return self.headers.get("sec-fetch-dest", "empty").replace("empty", "fetch").replace("iframe", "document")


@dataclass
class Route:
    """A request that waits for its answer. What is never answered stays open until the page is closed."""

    request: Request
    decided: threading.Event = field(default_factory=threading.Event)
    reply: Reply = None
    passed_on: bool = False

    def fulfill(
        self,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        body: str | bytes = b"",
        content_type: str = "",
        json: Any = None,
    ) -> None:
        """Answer it, with a type of `text/plain` unless one is given."""
        sent = {name.lower(): value for name, value in (headers or {}).items()}
        if json is not None:
            body, content_type = _json(json), content_type or "application/json"
        if content_type or "content-type" not in sent:
            sent["content-type"] = content_type or "text/plain"
        self._decide((status, list(sent.items()), body.encode() if isinstance(body, str) else body))

    def abort(self, code: str = "failed") -> None:
        """Fail it, as a network does; `code` makes no difference here."""
        self._decide(None)

    def continue_(self) -> None:
        """Let it go on to where it was sent."""
        self.passed_on = True
        self.decided.set()

    def _decide(self, reply: Reply) -> None:
        self.reply = reply
        self.decided.set()


@dataclass
class Proxy:
    """A proxy for one browser. `routes`: the newest is asked first; `tell`: called with each request, and with its end."""

    server: ThreadingHTTPServer
    routes: list[tuple[str, re.Pattern[str], Callable[[Route], object]]] = field(default_factory=list)
    tell: Callable[[str, Request], object] = lambda event, request: None
    init_script: Callable[[], str] = lambda: ""
    closed: threading.Event = field(default_factory=threading.Event)
    failures: list[Exception] = field(default_factory=list)  # of what tests gave: routes, listeners, scripts

    @property
    def address(self) -> str:
        """`127.0.0.1:PORT`."""
        return f"127.0.0.1:{self.server.server_address[1]}"

    def route(self, pattern: str, handler: Callable[[Route], object]) -> None:
        """Have requests of this address (a glob of Playwright's) answered by `handler`, which runs in another thread."""
        self.routes.append((pattern, re.compile(glob_expression(pattern)), handler))

    def unroute(self, pattern: str) -> None:
        self.routes = [row for row in self.routes if row[0] != pattern]

    def close(self) -> None:
        self.closed.set()
        self.server.shutdown()
        self.server.server_close()

    def answer(self, request: Request) -> Reply:
        """What the browser gets; blocks while a route holds it."""
        try:
            self.tell("request", request)
            return self._answer(request)
        except Exception as error:
            self.failures.append(error)
            return None

    def _answer(self, request: Request) -> Reply:
        for _, expression, handler in reversed(self.routes):
            if not expression.fullmatch(request.url):
                continue
            route = Route(request)
            handler(route)
            while not route.decided.wait(0.05):
                if self.closed.is_set():
                    return None
            if not route.passed_on:
                return self._prepared(request, route.reply)
            break
        return self._prepared(request, forwarded(request))

    def _prepared(self, request: Request, reply: Reply) -> Reply:
        """The reply with the page's init script in it, if it is a page."""
        if reply is None or request.resource_type != "document":
            return reply
        script = self.init_script()
        return into_page(script, *reply) if script else reply


def _json(value: Any) -> str:
    return json.dumps(value)


def glob_expression(pattern: str) -> str:
    """A regular expression for a glob of Playwright's: `**` is anything, `*` anything but a slash."""
    steps = {"**": ".*", "*": "[^/]*"}
    return "".join(steps.get(step) or re.escape(step) for step in re.split(r"(\*\*|\*)", pattern))


def forwarded(request: Request) -> Reply:
    """The answer of the server that was meant, untouched; none from anywhere but this machine."""
    address = urlsplit(request.url)
    if address.hostname not in LOOPBACK or address.scheme != "http":
        return None
    connection = http.client.HTTPConnection("127.0.0.1", address.port or 80, timeout=30)
    headers = {name: value for name, value in request.headers.items() if name not in HOP}
    try:
        target = address.path + (f"?{address.query}" if address.query else "")
        connection.request(request.method, target or "/", request.body or None, headers | {"Connection": "close"})
        answer = connection.getresponse()
        return answer.status, answer.getheaders(), answer.read()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def serve_proxy() -> Proxy:
    """Start a proxy in threads of its own."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        origin = ""

        def do_CONNECT(self) -> None:
            """From here on the browser speaks TLS."""
            self.send_response(200)
            self.end_headers()
            self.connection = certificate().wrap_socket(self.connection, server_side=True)
            self.rfile = self.connection.makefile("rb")
            self.wfile = socketserver._SocketWriter(self.connection)  # type: ignore[attr-defined]
            self.origin = f"https://{self.path.removesuffix(':443')}"
            self.close_connection = False

        def handle_any(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(int(headers.get("content-length") or 0))
            url = self.origin + self.path
            if not urlsplit(url).path.endswith("/favicon.ico"):
                request = Request(self.command, url, headers, body)
                reply = proxy.answer(request)
                self.send(reply)
                proxy.tell("requestfinished" if reply else "requestfailed", request)
            else:  # MiniBrowser's own wish, not the page's
                self.send((404, [], b""))

        def send(self, reply: Reply) -> None:
            # One request a connection: a browser would try again on its own where a kept one is cut.
            self.close_connection = True
            if reply is None:
                return
            status, headers, body = reply
            self.send_response_only(status)
            for name, value in headers:
                if name.lower() not in HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Connection", "close")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_HEAD = do_POST = do_OPTIONS = handle_any  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet: what was asked is told to the page."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            """Quiet: a browser that leaves in the middle is what some tests are about."""

    proxy = Proxy(Server(("127.0.0.1", 0), Handler))
    threading.Thread(target=proxy.server.serve_forever, args=(0.05,), daemon=True, name="proxy").start()
    return proxy
