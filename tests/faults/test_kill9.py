"""kill -9 in the middle of ingestion: every event that was answered 200 is there afterwards, once."""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from tests.faults.load import Writers, lost_or_doubled
from tests.live import LiveServer

READY_AGAIN_WITHIN = 5.0
SABOTAGED = str(Path(__file__).with_name("sabotaged.py"))
NewServer = Callable[..., LiveServer]


def kill_in_the_middle(server: LiveServer, seconds: float) -> Writers:
    """One round: post from many connections, kill -9 after `seconds`, start again on the same file."""
    writers = Writers(server.create_application(), count=12).start()
    time.sleep(seconds)  # the moment of the kill is the round's random figure; nothing is waited for
    server.kill()
    writers.join()
    started = time.monotonic()
    server.start()
    assert time.monotonic() - started < READY_AGAIN_WITHIN
    return writers


def assert_nothing_lost(server: LiveServer, rounds: int, longest: float) -> None:
    chance = random.Random(rounds)
    for _ in range(rounds):
        writers = kill_in_the_middle(server, chance.uniform(0.1, longest))
        assert lost_or_doubled(writers) == ([], [])
        with closing(sqlite3.connect(f"file:{server.database}?mode=ro", uri=True)) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_nothing_acknowledged_is_lost(new_server: NewServer) -> None:
    assert_nothing_lost(new_server(), rounds=5, longest=1.5)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_nothing_acknowledged_is_lost_in_fifty_rounds(new_server: NewServer) -> None:
    assert_nothing_lost(new_server(), rounds=50, longest=3.0)


def test_this_test_sees_an_answer_before_the_commit(new_server: NewServer) -> None:
    server = new_server(launcher=(SABOTAGED, "ack-before-commit"))
    lost: list[str] = []
    for _ in range(4):  # a kill may fall between two commits; four in a row do not
        lost += lost_or_doubled(kill_in_the_middle(server, 0.3))[0]
        if lost:
            return
    pytest.fail("the kill -9 test does not notice a server that answers before it commits")
