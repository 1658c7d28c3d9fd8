"""Serving: a socket, uvicorn with our protocol, a line when ready, and an end within 12 seconds."""

import asyncio
import contextlib
import errno
import gc
import logging
import resource
import signal
import socket
import sys
from collections.abc import Callable
from types import FrameType

import msgspec
import uvicorn
from starlette.types import ASGIApp

from tidings.config import Settings
from tidings.surfaces.protocol import GuardedProtocol

# Seconds: answers under way may take this long after SIGTERM; the writer is drained after that.
GRACE_SECONDS = 8
# Longer than the minute that proxies keep an idle connection: the proxy, not we, closes first.
IDLE_SECONDS = 65
# Requests make few cycles: the collector may wait for more than the 700 objects of the default.
GC_THRESHOLDS = (20_000, 20, 20)
# Open files and sockets that are asked of the system, and how many of them are kept for files.
DESCRIPTORS = 65_536
DESCRIPTORS_KEPT = 64


class PortTaken(Exception):
    """One sentence that says which address can not be listened on, and why."""


def listening_socket(host: str, port: int) -> socket.socket:
    """A bound socket; port 0 takes a free one. Raises PortTaken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        reason = "is taken" if error.errno == errno.EADDRINUSE else f"can not be used ({error.strerror or error})"
        raise PortTaken(f"Port {port} on {host} {reason}. Choose another: PORT=8001 make demo, or --port 8001.") from None
    listener.set_inheritable(True)
    return listener


def set_up_logging(log_format: str) -> None:
    """Warnings and errors of ours and of the server, to standard error, one line each (tracebacks aside)."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonLines() if log_format == "json" else logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.raiseExceptions = False  # a full disk for the log is no reason to write tracebacks to it


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": self.formatTime(record),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return msgspec.json.encode(line).decode()


def _most_connections() -> int:
    """How many connections there may be, so that files can still be opened; the system's soft limit is raised first."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, DESCRIPTORS)
    if soft < most:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
            soft = most
    return max(soft - DESCRIPTORS_KEPT, 16)


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, when_ready: Callable[[], None], when_ending: Callable[[bool], None]) -> None:
        super().__init__(config)
        self._when_ready = when_ready
        self._when_ending = when_ending
        self._loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        if self.started:
            # What is there now stays: the collector need not look through it again and again, 60 ms a time.
            gc.collect()
            gc.freeze()
            gc.set_threshold(*GC_THRESHOLDS)
            self._when_ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        if self.force_exit and self._loop is not None:
            self._loop.call_soon_threadsafe(self._when_ending, True)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._when_ending(False)
        await super().shutdown(sockets)
        if self.force_exit:
            # A second signal waits for no client; what has queued is still written, and the database closed in order.
            await self.lifespan.shutdown()


def serve(
    app: ASGIApp,
    settings: Settings,
    listener: socket.socket,
    when_ready: Callable[[], None],
    when_ending: Callable[[bool], None] = lambda _at_once: None,
) -> None:
    """Serves until SIGTERM or SIGINT; answers under way are finished, then the app is shut down. Returns after that.

    `when_ending` is called at the first signal, and at a second one with True: end at once.
    """
    proxies = ",".join(str(network) for network in settings.trusted_proxies)
    GuardedProtocol.limits_connections = settings.rate_limits
    GuardedProtocol.trusted_networks = settings.trusted_proxies
    GuardedProtocol.most_connections = _most_connections()
    config = uvicorn.Config(
        app,
        http=GuardedProtocol,
        ws="none",
        loop="auto",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies or None,
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
        lifespan="on",
        backlog=2048,
    )
    # uvicorn raises the signal again when it is done: an orderly end is exit code 0, not death by signal.
    signal.signal(signal.SIGTERM, lambda *_: None)
    signal.signal(signal.SIGINT, lambda *_: None)
    server = _Server(config, when_ready, when_ending)
    with contextlib.suppress(KeyboardInterrupt), asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(server.serve(sockets=[listener]))
