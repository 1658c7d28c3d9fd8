"""The writer: one commit for many, an answer only after it, and no job spoilt by another."""

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, text

from tidings.errors import Invalid, Unavailable
from tidings.storage.engine import writing_engine
from tidings.storage.writer import Writer


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.db"


@pytest.fixture
def engine(path: Path) -> Iterator[Engine]:
    engine = writing_engine(path, checkpoints=True)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (n INTEGER UNIQUE)")
    yield engine
    engine.dispose()


@pytest.fixture
def writer(engine: Engine) -> Iterator[Writer]:
    writer = Writer(engine, queue_limit=50)
    yield writer
    writer.close()


def numbers(path: Path) -> list[int]:
    """What another connection sees."""
    connection = sqlite3.connect(path)
    try:
        return [row[0] for row in connection.execute("SELECT n FROM t ORDER BY n")]
    finally:
        connection.close()


def insert(number: int, connection: Connection) -> int:
    connection.execute(text("INSERT INTO t VALUES (:n)"), {"n": number})
    return number


class Gate:
    """A job that holds the writer until it is opened, so that others queue behind it."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.opened = threading.Event()

    def __call__(self, _connection: Connection) -> None:
        self.entered.set()
        assert self.opened.wait(10)


async def entered(gate: Gate) -> None:
    assert await asyncio.to_thread(gate.entered.wait, 10)


def test_what_has_queued_shares_a_commit_and_is_there_when_answered(writer: Writer, path: Path) -> None:
    async def play() -> list[int]:
        gate = Gate()
        held = asyncio.create_task(writer.submit(gate))
        await entered(gate)
        batches = writer.batches
        waiting = [asyncio.create_task(writer.submit(lambda c, n=n: insert(n, c))) for n in range(20)]
        await asyncio.sleep(0)
        gate.opened.set()
        await held
        results = await asyncio.gather(*waiting)
        assert numbers(path) == list(range(20))
        assert writer.batches == batches + 1
        return results

    assert asyncio.run(play()) == list(range(20))


def test_nothing_is_visible_before_the_commit_that_answers(writer: Writer, path: Path) -> None:
    async def play() -> None:
        gate = Gate()

        def slow(connection: Connection) -> None:
            insert(1, connection)
            gate(connection)

        waiting = asyncio.create_task(writer.submit(slow))
        await entered(gate)
        assert numbers(path) == []
        assert not waiting.done()
        gate.opened.set()
        await waiting
        assert numbers(path) == [1]

    asyncio.run(play())


def test_a_job_that_fails_spoils_no_other(writer: Writer, path: Path) -> None:
    def refused(connection: Connection) -> None:
        insert(100, connection)
        raise Invalid("no")

    async def play() -> list[object]:
        gate = Gate()
        held = asyncio.create_task(writer.submit(gate))
        await entered(gate)
        jobs = [lambda c: insert(1, c), refused, lambda c: insert(1, c), lambda c: insert(2, c)]
        waiting = [asyncio.create_task(writer.submit(job)) for job in jobs]
        await asyncio.sleep(0)
        gate.opened.set()
        await held
        return list(await asyncio.gather(*waiting, return_exceptions=True))

    first, second, third, fourth = asyncio.run(play())
    assert (first, fourth) == (1, 2)
    assert isinstance(second, Invalid)
    assert "UNIQUE" in str(third)
    assert numbers(path) == [1, 2]


def test_a_full_queue_refuses_at_once(writer: Writer) -> None:
    async def play() -> None:
        gate = Gate()
        held = asyncio.create_task(writer.submit(gate))
        await entered(gate)
        waiting = [asyncio.create_task(writer.submit(lambda c, n=n: insert(n, c))) for n in range(50)]
        await asyncio.sleep(0)
        with pytest.raises(Unavailable) as refusal:
            await writer.submit(lambda c: insert(99, c))
        assert refusal.value.code == "queue_full"
        gate.opened.set()
        await held
        await asyncio.gather(*waiting)

    asyncio.run(play())


def test_closing_commits_what_has_queued_and_refuses_what_comes_after(writer: Writer, path: Path) -> None:
    async def play() -> None:
        gate = Gate()
        held = asyncio.create_task(writer.submit(gate))
        await entered(gate)
        waiting = [asyncio.create_task(writer.submit(lambda c, n=n: insert(n, c))) for n in range(5)]
        await asyncio.sleep(0)
        closing = asyncio.create_task(asyncio.to_thread(writer.close))
        gate.opened.set()
        await asyncio.gather(held, closing, *waiting)
        with pytest.raises(Unavailable):
            await writer.submit(lambda c: insert(9, c))

    asyncio.run(play())
    assert numbers(path) == [0, 1, 2, 3, 4]


def test_a_database_that_refuses_is_unavailable_and_comes_back(writer: Writer, path: Path, engine: Engine) -> None:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("DROP TABLE t")

    async def play() -> None:
        with pytest.raises(Unavailable) as refusal:
            await writer.submit(lambda c: insert(1, c))
        assert refusal.value.retry_after > 0
        assert writer.failure is not None
        other.execute("CREATE TABLE t (n INTEGER UNIQUE)")
        assert await writer.submit(lambda c: insert(1, c)) == 1
        assert writer.failure is None

    asyncio.run(play())
    other.close()


def test_a_file_that_was_swapped_takes_no_more_writes(engine: Engine, path: Path) -> None:
    there = [True]
    writer = Writer(engine, intact=lambda: there[0])

    async def play() -> None:
        await writer.submit(lambda c: insert(1, c))
        there[0] = False
        with pytest.raises(Unavailable):
            await writer.submit(lambda c: insert(2, c))
        assert "removed or replaced" in str(writer.failure)

    asyncio.run(play())
    writer.close()
    assert numbers(path) == [1]


def test_a_lock_that_comes_between_is_waited_for_once(engine: Engine, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = Writer(engine)
    waits: list[int] = []
    whole = writer._transact

    def transact(batch: list[Any]) -> bool:
        if len(batch) > 1:
            return False  # as if a job of it had failed
        waits.append(1)
        writer._refuse(batch, sqlite3.OperationalError("database is locked"))  # type: ignore[arg-type]
        return False

    async def play() -> None:
        gate = Gate()
        held = asyncio.create_task(writer.submit(gate))
        await entered(gate)
        monkeypatch.setattr(writer, "_transact", transact)
        waiting = [asyncio.create_task(writer.submit(lambda c, n=n: insert(n, c))) for n in range(5)]
        await asyncio.sleep(0)
        gate.opened.set()
        await held
        answers = await asyncio.gather(*waiting, return_exceptions=True)
        assert all(isinstance(answer, Unavailable) for answer in answers)
        assert len(waits) == 1
        monkeypatch.setattr(writer, "_transact", whole)

    asyncio.run(play())
    writer.close()


def test_a_caller_who_went_away_stops_nobody(writer: Writer, path: Path) -> None:
    async def play() -> None:
        gate = Gate()
        held = asyncio.create_task(writer.submit(gate))
        await entered(gate)
        gone = asyncio.create_task(writer.submit(lambda c: insert(1, c)))
        stays = asyncio.create_task(writer.submit(lambda c: insert(2, c)))
        await asyncio.sleep(0)
        gone.cancel()
        gate.opened.set()
        await held
        assert await stays == 2

    asyncio.run(play())
    assert numbers(path) == [1, 2]
