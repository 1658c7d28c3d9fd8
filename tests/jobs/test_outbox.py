"""The outbox over a real store: who hangs holds nobody up, what was begun is settled, a refusing database is waited for."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection
from tests.webhook_ground import NOW, database, outbox, put, webhook

from tidings.domain import deliveries
from tidings.domain.deliveries import MOST_IN_LANE, MOST_OF_APPLICATION, Done
from tidings.errors import Unavailable
from tidings.jobs import outbox as pumping
from tidings.jobs.outbox import DOUBTFUL_PLACES, PLACES, Outbox, Pace
from tidings.outbound.results import Outcome, Sent
from tidings.records.delivery import Delivery, Outgoing
from tidings.storage.engine import ServerLock
from tidings.storage.store import Store

SENT = Sent(200, b"", 1)
QUICK = Pace(64, 0)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with database(tmp_path / "a.db", count=12):
        store = Store(tmp_path / "a.db", ServerLock(tmp_path / "a.db"))
        yield store
        store.close()


class Sending:
    """What the outbox sends: paths that contain "hang" take until `ending`; notes what was begun, and how much at once."""

    def __init__(self) -> None:
        self.begun: list[Outgoing] = []
        self.at_once = 0
        self.most_at_once = 0
        self.ending = threading.Event()
        self.lock = threading.Lock()

    def __call__(self, outgoing: Outgoing, _now: int) -> Outcome:
        with self.lock:
            self.begun.append(outgoing)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        if "hang" in outgoing.url:
            self.ending.wait(20)
        with self.lock:
            self.at_once -= 1
        return SENT


def play(store: Store, sending: Sending, script: Callable[[Outbox], Coroutine[Any, Any, None]], pace: Pace = QUICK) -> None:
    """Runs an outbox beside `script`, then ends it."""

    async def run() -> None:
        pump = Outbox(store, sending, holder="serve-test", now=lambda: NOW, pace=pace)
        running = asyncio.create_task(pump.run())
        try:
            await script(pump)
        finally:
            sending.ending.set()
            pump.end_soon()
            await asyncio.wait_for(running, 10)

    asyncio.run(run())


async def until(check: Callable[[], bool], within: float = 10.0) -> None:
    async with asyncio.timeout(within):
        while not check():
            await asyncio.sleep(0.005)


async def fill(store: Store, number: int, each: int, **changes: Any) -> None:
    """Webhooks that hang, of ten applications in turn from the third on, each with so many deliveries that are due."""

    def make(connection: Connection) -> None:
        for one in range(number):
            made = webhook(connection, application_id=3 + one % 10, url=f"https://hang-{one}.example/")
            put(connection, made, each, **changes)

    await store.write(make)


def states(store: Store) -> dict[str, int]:
    found: list[Delivery] = store.read_now(outbox)
    return {state: sum(one.state == state for one in found) for state in {one.state for one in found}}


def test_all_that_is_due_goes_out_and_is_settled(store: Store) -> None:
    sending = Sending()

    async def script(pump: Outbox) -> None:
        for number in range(10):
            url = f"https://{number}.example/"
            await store.write(lambda connection, url=url: put(connection, webhook(connection, url=url), 12))
        pump.wake()
        await until(lambda: states(store) == {"delivered": 120})

    play(store, sending, script)
    assert len({one.delivery.id for one in sending.begun}) == len(sending.begun) == 120


def test_receivers_that_hang_hold_up_nothing_but_themselves(store: Store) -> None:
    sending = Sending()

    async def script(pump: Outbox) -> None:
        await fill(store, 14, 9)
        await until(lambda: len(sending.begun) == 14 * MOST_IN_LANE)
        await store.write(
            lambda connection: put(connection, webhook(connection, application_id=2, url="https://quick.example/"), 40)
        )
        pump.wake()
        await until(lambda: states(store).get("delivered") == 40)
        assert states(store) == {"delivered": 40, "sending": 14 * MOST_IN_LANE, "waiting": 14 * 9 - 14 * MOST_IN_LANE}

    play(store, sending, script)


def test_no_more_at_once_than_there_are_places(store: Store) -> None:
    sending = Sending()

    async def script(pump: Outbox) -> None:
        await fill(store, 20, 4)
        pump.wake()
        await until(lambda: len(sending.begun) == PLACES)
        await asyncio.sleep(0.1)
        assert len(sending.begun) == PLACES
        assert states(store) == {"sending": PLACES, "waiting": 80 - PLACES}

    play(store, sending, script)
    assert sending.most_at_once == PLACES


def test_doubtful_receivers_share_half_of_the_places(store: Store) -> None:
    sending = Sending()

    async def script(pump: Outbox) -> None:
        await fill(store, 20, 4, doubtful=True)
        pump.wake()
        await until(lambda: len(sending.begun) == DOUBTFUL_PLACES)
        await store.write(
            lambda connection: put(connection, webhook(connection, application_id=2, url="https://quick.example/"), 4)
        )
        pump.wake()
        await until(lambda: states(store).get("delivered") == 4)
        assert len(sending.begun) == DOUBTFUL_PLACES + 4

    play(store, sending, script)


def test_a_gentle_pace_begins_no_more_than_so_many_a_turn(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    write = pumping.settle_and_claim

    def noted(*args: Any, **kwargs: Any) -> Any:
        asked.append(kwargs["places"])
        return write(*args, **kwargs)

    monkeypatch.setattr(pumping, "settle_and_claim", noted)
    sending = Sending()

    async def script(pump: Outbox) -> None:
        await store.write(lambda connection: put(connection, webhook(connection), 12))
        pump.wake()
        await until(lambda: states(store) == {"delivered": 12})

    play(store, sending, script, Pace(3, 0.01))
    assert max(asked) == 3


def test_what_was_done_is_kept_while_the_database_refuses(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pumping, "REFUSED_SECONDS", 0.01)
    sending = Sending()
    refusals = 0
    write = store.write

    async def refusing(job: Any) -> Any:
        nonlocal refusals
        if sending.begun and refusals < 5:
            refusals += 1
            raise Unavailable("no")
        return await write(job)

    async def script(pump: Outbox) -> None:
        await write(lambda connection: put(connection, webhook(connection)))
        monkeypatch.setattr(store, "write", refusing)
        pump.wake()
        await until(lambda: states(store) == {"delivered": 1})

    play(store, sending, script)
    assert refusals == 5
    assert len(sending.begun) == 1


def test_one_application_leaves_places_to_the_others(store: Store) -> None:
    sending = Sending()

    async def script(pump: Outbox) -> None:
        for number in range(20):
            url = f"https://hang-{number}.example/"
            await store.write(lambda connection, url=url: put(connection, webhook(connection, url=url), 4))
        await until(lambda: len(sending.begun) == MOST_OF_APPLICATION)
        await store.write(
            lambda connection: put(connection, webhook(connection, application_id=2, url="https://quick.example/"), 40)
        )
        pump.wake()
        await until(lambda: states(store).get("delivered") == 40)
        assert len(sending.begun) == MOST_OF_APPLICATION + 40

    play(store, sending, script)


@pytest.mark.parametrize("broken", ["answer", "delivery"])
def test_what_can_not_be_settled_holds_nothing_up(store: Store, monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    """Its answer, or nothing of it at all."""
    monkeypatch.setattr(pumping, "REFUSED_SECONDS", 0.01)
    settle = deliveries.settle

    def breaking(connection: Connection, done: Sequence[Done], **named: Any) -> None:
        settle(connection, done, **named)
        if any(one.outgoing.delivery.id == 1 and (broken == "delivery" or one.outcome == SENT) for one in done):
            raise ValueError("a mistake of ours")

    monkeypatch.setattr(deliveries, "settle", breaking)
    sending = Sending()

    async def script(pump: Outbox) -> None:
        await store.write(lambda connection: put(connection, webhook(connection), 3))
        pump.wake()
        left = {"answer": "waiting", "delivery": "sending"}[broken]
        await until(lambda: states(store) == {"delivered": 2, left: 1})
        await store.write(lambda connection: put(connection, webhook(connection, application_id=2), 3))
        pump.wake()
        await until(lambda: states(store).get("delivered") == 5)

    play(store, sending, script)
    assert len(sending.begun) == 6


def test_a_channel_that_fails_is_a_failed_attempt(store: Store) -> None:
    class Failing(Sending):
        def __call__(self, outgoing: Outgoing, _now: int) -> Outcome:
            super().__call__(outgoing, _now)
            raise RuntimeError("a mistake of ours")

    sending = Failing()

    async def script(pump: Outbox) -> None:
        await store.write(lambda connection: put(connection, webhook(connection)))
        pump.wake()
        await until(lambda: bool(sending.begun) and states(store) == {"waiting": 1})

    play(store, sending, script)


def test_after_the_end_was_asked_for_nothing_begins_and_what_was_begun_is_settled(store: Store) -> None:
    sending = Sending()

    async def script(pump: Outbox) -> None:
        await store.write(lambda connection: put(connection, webhook(connection, url="https://hang.example/"), 9))
        pump.wake()
        await until(lambda: len(sending.begun) == MOST_IN_LANE)
        pump.end_soon()

    play(store, sending, script)
    assert len(sending.begun) == MOST_IN_LANE
    assert states(store) == {"delivered": MOST_IN_LANE, "waiting": 9 - MOST_IN_LANE}
