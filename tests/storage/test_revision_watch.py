"""The look at the revision: of the last commit of any process, and of the last known one when nothing can be read."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.new_database import new_database

from tidings.storage.engine import ServerLock, writing_engine
from tidings.storage.revision_watch import RevisionWatch
from tidings.storage.store import Store, bump_revision, probe


@pytest.fixture
def path(tmp_path: Path) -> Path:
    new_database(tmp_path / "a.db")
    return tmp_path / "a.db"


@pytest.fixture
def bump(path: Path) -> Iterator[Callable[[], None]]:
    engine = writing_engine(path, checkpoints=False)

    def once() -> None:
        with engine.begin() as connection:
            bump_revision(connection)

    yield once
    engine.dispose()


def test_every_commit_is_seen_at_the_next_look(path: Path, bump: Callable[[], None]) -> None:
    watch = RevisionWatch(path)
    first = watch.number()
    for step in range(1, 20):
        bump()
        assert watch.number() == watch.number() == first + step
    engine = writing_engine(path, checkpoints=True)
    with engine.begin() as connection:
        probe(connection)
        bump_revision(connection)
        # Not committed yet: nobody else sees it.
        assert watch.number() == first + 19
    assert watch.number() == first + 20
    engine.dispose()
    watch.close()


def test_it_never_waits_and_never_fails(path: Path, bump: Callable[[], None]) -> None:
    watch = RevisionWatch(path)
    number = watch.number()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert watch.number() == number
        other.execute("ROLLBACK")
    bump()
    assert watch.number() == number + 1
    watch.close()
    assert watch.number() == number + 1


def test_one_look_a_turn_of_the_loop(path: Path, bump: Callable[[], None]) -> None:
    store = Store(path, ServerLock(path))

    async def look() -> None:
        number = store.revision()
        for _ in range(3):
            bump()
            assert store.revision() == number  # what this turn has begun with
            await asyncio.sleep(0)
            number += 1
            assert store.revision() == number

    asyncio.run(look())
    store.close()
