"""The runner: all jobs go on when one fails, the outbox is woken, and it can be told whether it is alive."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Connection
from tests.webhook_ground import GUARD, NOW, database, outbox, put, webhook

from tidings.domain.windows import WINDOW
from tidings.jobs import runner as running
from tidings.jobs.runner import Runner
from tidings.jobs.table import TABLE, Job, Moment
from tidings.outbound.results import Sent
from tidings.storage import deliveries as stored
from tidings.storage.engine import ServerLock
from tidings.storage.store import Store

SETTINGS: Any = SimpleNamespace(retention_days=0)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with database(tmp_path / "a.db"):
        store = Store(tmp_path / "a.db", ServerLock(tmp_path / "a.db"))
        yield store
        store.close()


def play(store: Store, script: Callable[[Runner], Coroutine[Any, Any, None]], **fields: Any) -> Runner:
    async def run() -> Runner:
        runner = Runner(store, SETTINGS, GUARD, fields.pop("now", lambda: NOW), alone=True, **fields)
        assert runner.problems() == ["The jobs were not started."]
        runner.start()
        try:
            await script(runner)
        finally:
            await runner.end()
        return runner

    return asyncio.run(run())


async def until(check: Callable[[], bool], within: float = 10.0) -> None:
    async with asyncio.timeout(within):
        while not check():
            await asyncio.sleep(0.01)


def test_a_job_that_fails_stops_no_other_and_is_not_tried_without_pause(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "LOOK_SECONDS", 0.01)
    ran: list[str] = []

    def failing(_connection: Connection, _at: Moment) -> bool:
        ran.append("failing")
        raise ValueError("no")

    def counting(_connection: Connection, _at: Moment) -> bool:
        ran.append("counting")
        return False

    async def script(runner: Runner) -> None:
        await until(lambda: ran.count("counting") >= 20)
        assert runner.problems() == []

    play(store, script, table=(Job("failing", 60, failing), Job("counting", 0, counting)))
    # Once, and once more alone: the writer gives each job of a batch that failed a transaction of its own.
    assert ran.count("failing") <= 2


def test_a_job_with_very_much_to_do_leaves_the_others_their_turn(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "BETWEEN_STEPS", 0)
    monkeypatch.setattr(running, "LOOK_SECONDS", 0.01)
    ran: list[str] = []

    def endless(_connection: Connection, _at: Moment) -> bool:
        ran.append("endless")
        return True

    def other(_connection: Connection, _at: Moment) -> bool:
        ran.append("other")
        return False

    async def script(_runner: Runner) -> None:
        await until(lambda: "other" in ran and ran[-1] == "endless")

    play(store, script, table=(Job("endless", 60, endless), Job("other", 60, other)))


def test_a_closed_window_leaves_at_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running.webhook, "send", lambda _guard, _message: Sent(200, b"", 1))

    async def script(_runner: Runner) -> None:
        await store.write(webhook)
        await until(lambda: [one.state for one in store.read_now(outbox)] == ["delivered"])

    play(store, script, table=TABLE, now=lambda: NOW + WINDOW)


def test_the_one_server_takes_over_what_the_one_before_left(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []

    def send(_guard: object, message: Any) -> Sent:
        sent.append(message.id)
        return Sent(200, b"", 1)

    monkeypatch.setattr(running.webhook, "send", send)
    names: list[str] = []

    def leave_behind(connection: Connection) -> None:
        [made] = put(connection, webhook(connection))
        names.append(made.message_id)
        stored.claim(connection, [made.id], holder="serve-before", until=NOW + 120_000)

    async def script(_runner: Runner) -> None:
        await until(lambda: bool(sent))

    asyncio.run(store.write(leave_behind))
    play(store, script)
    assert sent == names


def test_it_says_when_it_has_ended_or_does_not_move(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    async def script(runner: Runner) -> None:
        assert runner.problems() == []
        monkeypatch.setattr(running, "DEAD_SECONDS", -1)
        assert runner.problems() == ["The jobs have not moved for 0 s."]
        monkeypatch.undo()
        runner._tasks[0].cancel()
        await until(lambda: runner._tasks[0].done())
        assert runner.problems() == ["The task tidings-jobs has ended."]

    play(store, script)


def test_the_end_comes_though_nothing_answers(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "GRACE_SECONDS", 0.2)
    hanging = threading.Event()
    seen: list[str] = []

    def send(_guard: object, message: Any) -> Sent:
        seen.append(message.id)
        hanging.wait(20)
        return Sent(200, b"", 1)

    monkeypatch.setattr(running.webhook, "send", send)

    async def script(_runner: Runner) -> None:
        await store.write(lambda connection: put(connection, webhook(connection)))
        await until(lambda: bool(seen))

    started = time.monotonic()
    play(store, script)
    assert time.monotonic() - started < 5
    hanging.set()
    assert [one.state for one in store.read_now(outbox)] == ["sending"]
