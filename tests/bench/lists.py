"""Lists and searches in a million events against the same in a thousand: what a page costs, wherever it lies."""

from __future__ import annotations

import sqlite3
import statistics
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from tests.bench.figures import Figure, compare
from tests.bench.wrk import Load, run_wrk
from tests.live import LiveApp, LiveServer

from tidings.storage.engine import writing_engine
from tidings.storage.event_counts import Scope, recount

MANY = 1_000_000
FEW = 1_000
EVENTS = "/api/v1/applications/me/events"
# Half a minute apart each; every 40th carries an e-mail address of its own, all of them an external id.
FILL = """
    WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :number)
    INSERT INTO events (application_id, event_type_id, external_id, url, first_name, city, province, country, title,
                        email_hash, custom_fields, created_at, updated_at)
    SELECT :application, :event_type, 'order-' || n, 'https://shop.example/p/' || (n % 500), 'Dean', 'San Francisco',
           'California', 'US', 'Mug number ' || (n % 500), CASE WHEN n % 40 = 0 THEN randomblob(32) END,
           '[[1,"size","XL"]]', :now - (:number - n) * 30000, :now
    FROM numbers
"""


def filled(folder: Path, number: int) -> tuple[LiveServer, LiveApp]:
    """A running server with so many events of one application, put into its file directly; all counted."""
    server = LiveServer(folder).start()
    application = server.create_application()
    # What the search by e-mail address is to find: through the API, which alone knows how the address is kept.
    application.post_event(email_address="dean@shop.example", created_at=1_500_000_000)
    server.stop()
    assert server.database is not None
    now = int(time.time() * 1000)
    with closing(sqlite3.connect(server.database)) as database, database:
        values = {"number": number, "application": application.id, "event_type": application.event_type_id, "now": now}
        database.execute(FILL, values)
    engine = writing_engine(server.database, checkpoints=True)
    with engine.begin() as connection:
        recount(connection, Scope(application.id))
        recount(connection, Scope(application.id, application.event_type_id))
    engine.dispose()
    server.start()
    assert application.count() == number + 1
    return server, application


def lists(folder: Path, rounds: int, seconds: int) -> list[Figure]:
    """The figures of issue 3's "Speed"; both databases are asked in turns, by one connection."""
    many_server, many = filled(folder / "many", MANY)
    few_server, few = filled(folder / "few", FEW)
    with many_server, few_server:

        def load(application: LiveApp, query: str) -> Callable[[], Load]:
            answer = application.server.get(EVENTS + query, application.headers)
            assert answer.status == 200, answer.text
            return lambda: run_wrk(application.base_url + EVENTS + query, seconds, 1, application.headers)

        def tail(name: str, query: str, query_of_few: str | None = None) -> Figure:
            _, mine, others = compare(rounds, load(many, query), load(few, query_of_few or query))
            ratio = statistics.median(a.p99_ms / b.p99_ms for a, b in zip(mine, others, strict=True))
            p99 = [statistics.median(one.p99_ms for one in loads) for loads in (mine, others)]
            detail = f"p99 {p99[0]:.2f} ms against {p99[1]:.2f} ms with {FEW:,} events; {median_rate(mine):,.0f}/s"
            return Figure(name, ratio, 2, "x", at_most=True, detail=detail)

        def cost(name: str, query: str, plain: str, target: float) -> Figure:
            ratio, mine, others = compare(rounds, load(many, query), load(many, plain))
            detail = f"{1000 / median_rate(mine):.2f} ms against {1000 / median_rate(others):.2f} ms of {plain}"
            return Figure(name, 1 / ratio, target, "x", at_most=True, detail=detail)

        return [
            tail(f"list of 30 of {MANY:,}", "?per=30"),
            tail(f"find by external_id in {MANY:,}", "/find?field=external_id&q=order-500"),
            tail(f"find by email_address in {MANY:,}", "/find?field=email_address&q=dean@shop.example"),
            tail(f"list by event type of {MANY:,}", "?per=30&order_by=event_type_id&order_direction=asc"),
            cost("list, page=10000", "?per=30&page=10000", "?per=30&page=1", 10),
            cost("list, page=33000 of one event type", f"?page=33000&event_type_id={many.event_type_id}", "?page=1", 10),
            cost("list, show_meta=true", "?per=30&show_meta=true", "?per=30", 2),
        ]


def median_rate(loads: list[Load]) -> float:
    """Requests a second."""
    return statistics.median(load.per_second for load in loads)
