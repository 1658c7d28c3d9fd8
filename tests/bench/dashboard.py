"""Every page of the dashboard, over a year of figures and a million events: how long the server takes for it.

`python tests/bench/run.py --only dashboard`; the table of single pages goes to the error stream.
"""

from __future__ import annotations

import http.client
import re
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Connection
from tests.bench.figures import Figure
from tests.bench.year import Size, fill
from tests.live import LiveApp, LiveServer

from tidings.domain import members, previews, sessions, users
from tidings.records.preview import PreviewContent
from tidings.records.user import Actor
from tidings.storage.engine import writing_engine
from tidings.surfaces.dashboard.plumbing import PREFIX
from tidings.surfaces.dashboard.ranges import NAMED
from tidings.surfaces.dashboard.routes import TABLE

# Milliseconds: what a page may take at the 95th percentile.
TARGET = 50
TIMES = 40
OTHER_APPLICATIONS = 200
NO_PASSWORD = "$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAA$AAAAAAAAAAA"  # no password has this hash
_OF_ONE = "/applications/{application_id}"
# What else is asked of some pages, beside the plain address: ranges, searches, lists further on.
_RANGES = tuple(f"?range={name}" for name, *_ in NAMED)
QUERIES: dict[str, tuple[str, ...]] = {
    "": ("?search=Shop", "?page=2"),
    _OF_ONE: _RANGES,
    f"{_OF_ONE}/goals": _RANGES,
    f"{_OF_ONE}/goals/{{goal_id}}": _RANGES,
    f"{_OF_ONE}/events": (
        "?q=order-500",
        "?q=Zürich",
        "?q=nowhere",
        "?type={event_type_id}",
        "?from=import",
        "?before={far}",
    ),
    f"{_OF_ONE}/audit": ("?before=500",),
    "/audit": ("?before=500",),
    f"{_OF_ONE}/webhooks/{{webhook_id}}": ("?before=500",),
    f"{_OF_ONE}/why": ("?url=https%3A%2F%2Fshop.example%2F&device=phone",),
}


def people(connection: Connection, application_id: int, now: int) -> dict[str, str]:
    """An owner of everything with a session; an invitation and a preview that hold. What stands in paths for it."""
    owner = users.create(
        connection, None, email="owner@shop.example", name="Owner", password_hash=NO_PASSWORD, role="owner", now=now
    )
    cookie = sessions.begin(connection, owner.id, address="127.0.0.1", user_agent="bench", now=now)
    by = Actor(owner.id, owner.email)
    member = users.create(connection, by, email="mo@shop.example", name="Mo", password_hash=NO_PASSWORD, role=None, now=now)
    members.add(connection, by, application_id=application_id, user=member, role="viewer", now=now)
    invited = members.invite(connection, by, application_id=application_id, role="viewer", now=now)
    kept = previews.keep(connection, application_id=application_id, content=PreviewContent(), now=now)
    rows = {
        "event_id": "SELECT max(id) FROM events",
        "goal_id": "SELECT id FROM goals LIMIT 1",
        "webhook_id": "SELECT max(id) FROM webhooks",
        "import_id": "SELECT max(id) FROM imports",
        "token_id": "SELECT max(id) FROM api_tokens",
        "event_type_id": "SELECT max(id) FROM event_types WHERE application_id = 1",
        "far": "SELECT created_at || '-' || id FROM events ORDER BY id LIMIT 1 OFFSET 500",
    }
    found = {name: str(connection.exec_driver_sql(text).scalar_one()) for name, text in rows.items()}
    tokens = {"/invitation/{token}": invited.token, f"{_OF_ONE}/preview/{{token}}": kept.token}
    return {
        **found,
        "application_id": str(application_id),
        "cookie": cookie,
        "theme": "theme1",
        "user_id": str(member.id),
        **tokens,
    }


def paths_of_pages(known: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Every page that is got, with its queries: how it is called in the table, and its address."""
    for route in TABLE:
        if "GET" not in route.handlers:
            continue
        # What no link leads to has its page too, which says so.
        values = {**known, "token": known.get(route.path, "x" * 43)}
        for query in ("", *QUERIES.get(route.path, ())):
            name = route.path + query
            address = re.sub(r"\{(\w+)\}", lambda found, values=values: values[found[1]], name)  # type: ignore[misc]
            yield name or "/", PREFIX + "".join(one if one.isascii() else _quoted(one) for one in address)


def _quoted(letter: str) -> str:
    return "".join(f"%{byte:02X}" for byte in letter.encode())


def _worked(pid: int) -> int:
    """How long the processor has worked for a process, all of its threads, in nanoseconds (Linux)."""
    return sum(int(one.read_text().split()[0]) for one in Path(f"/proc/{pid}/task").glob("*/schedstat"))


def times_of_pages(server: LiveServer, cookie: str, paths: list[tuple[str, str]]) -> dict[str, list[tuple[float, float]]]:
    """Milliseconds of each page, TIMES times: as the client sees it, and of the processor's work for the server.

    The pages come in turns, so that a busy moment hits all alike.
    """
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name, _ in paths}
    headers = {"Cookie": f"tidings_session={cookie}"}
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)) as connection:
        for turn in range(TIMES + 1):
            for name, path in paths:
                worked, began = _worked(server.pid), time.perf_counter()
                connection.request("GET", path, headers=headers)
                answer = connection.getresponse()
                body = answer.read()
                lasted = (time.perf_counter() - began) * 1_000
                if answer.status >= 500 or (turn == 0 and answer.status not in (200, 303, 404, 410)):
                    raise AssertionError(f"{path}: {answer.status}\n{body[:500]!r}\n{server.log[-2_000:]}")
                if turn:  # the first one of each fills caches
                    taken[name].append((lasted, (_worked(server.pid) - worked) / 1e6))
    return taken


def dashboard(folder: Path, size: Size | None = None) -> list[Figure]:
    """The slowest page of all by its 95th percentile: as the client sees it, and by the processor's work alone."""
    size = size or Size()
    server, known = filled(folder, size)
    with server.start():
        taken = times_of_pages(server, known["cookie"], list(paths_of_pages(known)))
    return figures_of(taken, size)


def filled(folder: Path, size: Size) -> tuple[LiveServer, dict[str, str]]:
    """A server that is stopped, its database filled, and what stands in its paths."""
    server = LiveServer(folder).start()
    application: LiveApp = server.create_application()
    server.create_applications(OTHER_APPLICATIONS)
    server.stop()
    assert server.database is not None
    now = int(time.time() * 1_000)
    fill(server.database, application.id, now, size)
    engine: Any = writing_engine(server.database, checkpoints=True)
    with engine.begin() as connection:
        known = people(connection, application.id, now)
    engine.dispose()
    return server, known


def figures_of(taken: dict[str, list[tuple[float, float]]], size: Size) -> list[Figure]:
    """Both figures, and every page on the error stream."""
    told = []
    for which, what in ((0, "as the client sees it"), (1, "of the processor's work for the server")):
        times = {name: [one[which] for one in some] for name, some in taken.items()}
        rows = sorted(((_tail(some), statistics.median(some), name) for name, some in times.items()), reverse=True)
        for p95, p50, name in rows:
            print(f"{p50:8.1f} ms {p95:8.1f} ms at the 95th percentile, {what}: {name}", file=sys.stderr)
        p95, p50, name = rows[0]
        middle = statistics.median(row[1] for row in rows)
        detail = (
            f"the slowest of {len(rows)} pages, `{name}`, at the 95th percentile of {TIMES} (median {p50:.1f} ms), {what};"
            f" the middle page takes {middle:.1f} ms; {size.events:,} events and a year of figures of"
            f" {size.event_types:,} types"
        )
        name = "pages of the dashboard" + (", processor" if which else "")
        told.append(Figure(name, p95, TARGET, "ms", at_most=True, detail=detail))
    return told


def _tail(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]
