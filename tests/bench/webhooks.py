"""Webhooks: whether ingestion suffers while they go out, and how long the windows of many applications take to leave."""

from __future__ import annotations

import http.client
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.figures import Figure
from tests.bench.wrk import Load, run_wrk
from tests.commands import free_port, wait_until
from tests.live import LiveServer
from tests.webhook_ground import LOOPBACK

from tidings.domain import windows
from tidings.domain.windows import WINDOW
from tidings.records.webhook import WebhookDraft
from tidings.storage.deliveries import insert_deliveries
from tidings.storage.engine import writing_engine
from tidings.storage.webhooks import insert_webhook, webhooks_of

RECEIVERS = str(Path(__file__).with_name("receivers.py"))
ALLOWED = {"TIDINGS_OUTBOUND_ALLOWED_NETWORKS": LOOPBACK}
APPLICATIONS = 5_500
WITHIN = 300.0
# The part of both that is measured: places are what is short, so that time goes with the number.
PART = 5
SECRET = "whsec_" + "A" * 44


@contextmanager
def receivers() -> Iterator[int]:
    """Receivers in a process of their own; their port."""
    port = free_port()
    with subprocess.Popen([sys.executable, RECEIVERS, str(port)]) as process:
        wait_until("receivers", lambda: answered(port) is not None)
        yield port
        process.kill()


def answered(port: int) -> tuple[int, float] | None:
    """How many messages the receivers answered, and over how many seconds."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/")
        number, seconds = connection.getresponse().read().split()
        return int(number), float(seconds)
    except OSError:
        return None
    finally:
        connection.close()


def make_webhooks(server: LiveServer, application_ids: list[int], port: int, next_window: int) -> int:
    """A webhook for each application, each tenth to a receiver that hangs; how many answer."""
    assert server.database is not None
    engine = writing_engine(server.database, checkpoints=False)
    with engine.begin() as connection:
        for number, application_id in enumerate(application_ids):
            path = f"hang/{number}" if number % 10 == 0 else str(number)
            draft = WebhookDraft(f"http://127.0.0.1:{port}/{path}", secret=SECRET)
            insert_webhook(connection, application_id, draft, next_window, next_window)
    engine.dispose()
    return len(application_ids) - len(range(0, len(application_ids), 10))


def all_windows(folder: Path) -> Figure:
    """Until the windows of many applications, that end at one moment, have left; each tenth receiver hangs."""
    count = APPLICATIONS // PART
    with receivers() as port, LiveServer(folder, env=ALLOWED) as server:
        ids = [application.id for application in server.create_applications(count)]
        now = int(time.time() * 1_000)
        # The window before this one: it is late, and late ones are spread over minutes.
        answering = make_webhooks(server, ids, port, (now // WINDOW + 9) * WINDOW)
        assert server.database is not None
        engine = writing_engine(server.database, checkpoints=False)
        with engine.begin() as connection:
            connection.exec_driver_sql("UPDATE webhooks SET next_window = ?", ((now // WINDOW - 1) * WINDOW,))
            while windows.close_windows(connection, now):
                pass
            connection.exec_driver_sql("UPDATE deliveries SET due_at = ?", (now,))
        engine.dispose()
        started = time.monotonic()
        wait_until("all windows", lambda: (answered(port) or (0, 0))[0] >= answering, within=WITHIN / PART * 2)
        taken = time.monotonic() - started
    detail = f"{count} applications ({APPLICATIONS:,} in {WITHIN:.0f} s, a {PART}th of both), each tenth receiver hangs"
    return Figure("webhooks leave", taken, WITHIN / PART, "s", at_most=True, detail=detail)


def ingestion_beside_webhooks(folder: Path, rounds: int, seconds: int) -> Figure:
    """The 99th percentile of ingestion while webhooks go out as fast as they do, against that of a server without any."""
    with (
        receivers() as port,
        LiveServer(folder / "busy", env=ALLOWED) as busy,
        LiveServer(folder / "idle") as idle,
    ):
        ids = [application.id for application in busy.create_applications(200)]
        make_webhooks(busy, ids, port, 2**52)
        scripts = {}
        for server in (busy, idle):
            application = server.create_application()
            path = "/api/v1/applications/me/events"
            scripts[server.port] = ["post_event.lua", path, application.auth_token, str(application.event_type_id)]
        mine, others = [], []
        for number in range(rounds + 1):
            for server in (busy, idle) if number % 2 else (idle, busy):
                if server is busy:
                    fill_outbox(busy, ids)
                load = run_wrk(server.base_url, seconds, 64, {}, scripts[server.port])
                assert not load.failed, f"{load.failed} requests failed: the figures mean nothing"
                (mine if server is busy else others).append(load)
        sent, _ = answered(port) or (0, 0)
    assert sent > 40 * seconds * rounds, f"only {sent} webhooks went out beside"
    del mine[0], others[0]
    ratio = statistics.median(one.p99_ms / other.p99_ms for one, other in zip(mine, others, strict=True))
    detail = (
        f"p99 {_p99(mine):.1f} ms against {_p99(others):.1f} ms without; {_rate(mine):,.0f}/s against {_rate(others):,.0f}/s"
    )
    return Figure("ingestion beside webhooks", ratio, 1.1, "x", at_most=True, detail=f"{detail}; {sent:,} webhooks went out")


def fill_outbox(server: LiveServer, application_ids: list[int]) -> None:
    """Puts a delivery of each webhook into the outbox, due now; those that hang are under way from the time before."""
    assert server.database is not None
    now = int(time.time() * 1_000)
    start, end = windows.last_window(now)
    engine = writing_engine(server.database, checkpoints=False)
    with engine.begin() as connection:
        found = [one for number in application_ids for one in webhooks_of(connection, number)]
        figures = windows.counted(connection, found, start, end)
        rows = windows.new_delivery(found, start, end, figures, now=now, due_at=[now] * len(found))
        insert_deliveries(connection, rows)
    engine.dispose()


def _p99(loads: list[Load]) -> float:
    return statistics.median(load.p99_ms for load in loads)


def _rate(loads: list[Load]) -> float:
    return statistics.median(load.per_second for load in loads)
