"""What is measured: each function returns one `Figure`, with its target and how it was taken.

Speeds are ratios: Tidings and a baseline take turns in one run on one machine, and the median of the rounds' ratios
counts, so that a slow or busy machine changes both sides alike.
"""

from __future__ import annotations

import json
import random
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.bench.wrk import Load, run_wrk
from tests.live import LiveApp, LiveServer

BASELINE = str(Path(__file__).with_name("baseline.py"))
MEBIBYTE = 1 << 20
NAMES = ("Ada", "Zoë", "Mohammed", "Priya", "Jürgen", "María", "Chen", "Olufemi", "Anna", "Kenji", "Ines", "Tom")
CITIES = ("New York", "Zürich", "São Paulo", "Lagos", "Osaka", "Oslo", "Hyderabad", "Kraków", "Lyon", "Quito")
THINGS = ("Enamel mug", "Linen apron", "Beeswax candle", "Wool blanket", "Walnut board", "Copper kettle", "Clay bowl")


@dataclass
class Figure:
    """One line of the table. `value` is held against `target`: at least it, or at most where `at_most`."""

    name: str
    value: float
    target: float
    unit: str
    at_most: bool
    detail: str

    @property
    def met(self) -> bool:
        return self.value <= self.target if self.at_most else self.value >= self.target


def compare(rounds: int, ours: Callable[[], Load], theirs: Callable[[], Load]) -> tuple[float, list[Load], list[Load]]:
    """Take turns, after one unmeasured turn each; return the median of the ratios and all loads, ours and theirs."""
    ours(), theirs()
    mine, others = [], []
    for number in range(rounds):
        # who goes first changes, and turns are short: what else the machine does hits both sides alike
        if number % 2:
            others.append(theirs())
            mine.append(ours())
        else:
            mine.append(ours())
            others.append(theirs())
    for load in (*mine, *others):
        if load.failed:
            raise AssertionError(f"{load.failed} requests failed: the figures mean nothing")
    ratio = statistics.median(a.per_second / b.per_second for a, b in zip(mine, others, strict=True))
    return ratio, mine, others


def shop_events(count: int) -> list[dict[str, str]]:
    """Events as different from each other as those of a real shop, the same in every run."""
    chance = random.Random(count)
    events = []
    for _ in range(count):
        name, city, thing = chance.choice(NAMES), chance.choice(CITIES), chance.choice(THINGS)
        slug = f"{thing.lower().replace(' ', '-')}-{chance.randrange(10**6)}"
        url = f"https://shop.example/products/{slug}"
        events.append({"first_name": name, "city": city, "title": thing, "url": url, "image_url": f"{url}/large.jpg"})
    return events


def told(mine: list[Load], others: list[Load], baseline: str) -> str:
    """The figures behind a ratio, for the table."""
    rate = statistics.median(load.per_second for load in mine)
    against = statistics.median(load.per_second for load in others)
    p99 = statistics.median(load.p99_ms for load in mine)
    return f"{rate:,.0f}/s (p99 {p99:.1f} ms) against {against:,.0f}/s of {baseline}"


def cached(folder: Path, name: str, path_of: Callable[[LiveApp], str], rounds: int, seconds: int) -> Figure:
    """A cached public answer against a bare ASGI app that sends the same bytes and headers."""
    with LiveServer(folder / "tidings") as server:
        application = server.create_application()
        for event in shop_events(30):
            application.post_event(**event)
        url = path_of(application)
        asked = {"Accept-Encoding": "gzip, deflate, br"}
        answer = server.get(url, asked)
        assert answer.status == 200, answer.text
        assert answer.headers.get("content-encoding") == "br", answer.headers
        own = {"server", "date", "connection"}
        headers = [[key, value] for key, value in answer.headers.items() if key not in own]
        folder.joinpath("answer.json").write_text(json.dumps({"headers": headers, "body": answer.body.hex()}))
        bare = LiveServer(folder / "bare", launcher=(BASELINE, "bytes", str(folder / "answer.json")))
        with bare:
            same = bare.get(url, asked)
            assert (same.body, same.headers.get("etag")) == (answer.body, answer.headers.get("etag"))
            ratio, mine, others = compare(
                rounds,
                lambda: run_wrk(server.base_url + url, seconds, 64, asked),
                lambda: run_wrk(bare.base_url + url, seconds, 64, asked),
            )
    detail = told(mine, others, f"a bare ASGI app, the same {len(answer.body):,} B (br)")
    return Figure(name, ratio, 0.85, "x", at_most=False, detail=detail)


def ingestion(folder: Path, rounds: int, seconds: int) -> Figure:
    """Durable events over 64 connections against a Starlette route that reads JSON and sends it back."""
    with (
        LiveServer(folder / "tidings") as server,
        LiveServer(folder / "echo", launcher=(BASELINE, "echo")) as echo,
    ):
        application = server.create_application()
        script = ["post_event.lua", "/api/v1/applications/me/events", application.auth_token, str(application.event_type_id)]
        ratio, mine, others = compare(
            rounds,
            lambda: run_wrk(server.base_url, seconds, 64, {}, script),
            lambda: run_wrk(echo.base_url, seconds, 64, {}, script),
        )
    detail = told(mine, others, "a Starlette route that echoes JSON; 64 connections, synchronous=FULL")
    return Figure("durable events", ratio, 0.4, "x", at_most=False, detail=detail)


def beacons(folder: Path, rounds: int, seconds: int) -> Figure:
    """Durable beacons over 64 connections against a Starlette route that reads JSON and sends it back."""
    with (
        LiveServer(folder / "tidings") as server,
        LiveServer(folder / "echo", launcher=(BASELINE, "echo")) as echo,
    ):
        application = server.create_application()
        script = ["post_beacon.lua", f"/api/v1/{application.client_id}/track", str(application.post_event()["id"])]
        ratio, mine, others = compare(
            rounds,
            lambda: run_wrk(server.base_url, seconds, 64, {}, script),
            lambda: run_wrk(echo.base_url, seconds, 64, {}, script),
        )
        assert application.request("GET", "").json()["stat_application"]["display_count"] > sum(
            load.per_second * seconds * 0.9 for load in mine
        )
    detail = told(mine, others, "a Starlette route that echoes JSON; 64 connections, synchronous=FULL")
    return Figure("durable beacons", ratio, 0.6, "x", at_most=False, detail=detail)


def idle_memory(folder: Path) -> Figure:
    """Resident memory of a server that has answered a few requests of each kind."""
    with LiveServer(folder) as server:
        application = server.create_application()
        application.post_event()
        application.events()
        application.feed()
        assert server.get(f"/api/v1/{application.client_id}/load.js").status == 200
        resident = server.resident_bytes() / MEBIBYTE
    return Figure("idle memory", resident, 120, "MiB", at_most=True, detail="resident, after a few requests of each kind")


def start_time(folder: Path, times: int = 5) -> Figure:
    """Seconds from the start of the process to the first 200 of /readyz, on a database that is there."""
    taken = []
    for number in range(times + 1):
        started = time.monotonic()
        with LiveServer(folder):
            if number:  # the first one makes the database
                taken.append(time.monotonic() - started)
    detail = f"median of {times}, {min(taken):.2f} to {max(taken):.2f} s"
    return Figure("start to ready", statistics.median(taken), 2, "s", at_most=True, detail=detail)
