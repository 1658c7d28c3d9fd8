"""kill -9 in the middle of ingestion: every event answered 200 and every beacon answered 204 is there afterwards, once."""

from __future__ import annotations

import json
import random
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from tests.faults.load import Buyers, Visitors, Writers, lost_or_doubled
from tests.live import LiveServer

pytestmark = pytest.mark.alone  # how long a start takes is measured
READY_AGAIN_WITHIN = 5.0
SABOTAGED = str(Path(__file__).with_name("sabotaged.py"))
NewServer = Callable[..., LiveServer]


def kill_in_the_middle(server: LiveServer, seconds: float) -> Writers:
    """One round: post from many connections, kill -9 after `seconds`, start again on the same file."""
    writers = Writers(server.create_application(), count=12).start()
    kill(server, writers, seconds)
    return writers


def kill(server: LiveServer, writers: Writers, seconds: float) -> None:
    time.sleep(seconds)  # the moment of the kill is the round's random figure; nothing is waited for
    server.kill()
    writers.join()
    started = time.monotonic()
    server.start()
    assert time.monotonic() - started < READY_AGAIN_WITHIN


def assert_nothing_lost(server: LiveServer, rounds: int, longest: float) -> None:
    chance = random.Random(rounds)
    for _ in range(rounds):
        writers = kill_in_the_middle(server, chance.uniform(0.1, longest))
        assert lost_or_doubled(writers) == ([], [])
        with closing(sqlite3.connect(f"file:{server.database}?mode=ro", uri=True)) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_nothing_acknowledged_is_lost(new_server: NewServer) -> None:
    assert_nothing_lost(new_server(), rounds=3, longest=1.0)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_nothing_acknowledged_is_lost_in_fifty_rounds(new_server: NewServer) -> None:
    assert_nothing_lost(new_server(), rounds=50, longest=3.0)


def assert_beacons_are_counted_once(server: LiveServer, rounds: int, longest: float) -> None:
    """TR-038: at each moment all that is acknowledged is counted; and nothing twice, though a page may send it again."""
    chance = random.Random(rounds)
    for _ in range(rounds):
        application = server.create_application()
        visitors = Visitors(application, count=12, event_id=application.post_event()["id"])
        visitors.start()
        kill(server, visitors, chance.uniform(0.1, longest))
        unanswered = len(visitors.sent) - len(visitors.acknowledged)
        assert unanswered <= visitors.count
        displays, clicks = visitors.counted()
        assert len(visitors.acknowledged) <= displays == clicks <= len(visitors.sent)
        visitors.send_again()
        assert visitors.counted() == (len(visitors.sent), len(visitors.sent))


def test_every_acknowledged_beacon_is_counted_once(new_server: NewServer) -> None:
    assert_beacons_are_counted_once(new_server(), rounds=3, longest=1.0)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_acknowledged_beacon_is_counted_once_in_thirty_rounds(new_server: NewServer) -> None:
    assert_beacons_are_counted_once(new_server(), rounds=30, longest=3.0)


def buyers_of(server: LiveServer) -> Buyers:
    application = server.create_application()
    made = server.command_line("token", "create", "--app", str(application.id), "--json")
    headers = {"Authorization": f"Bearer {json.loads(made.stdout)['token']}"}
    url = f"/v1/sites/{application.row['site_id']}/events"
    goal_id = server.request("POST", url, headers, {"name": "Purchase"}).json()["id"]
    return Buyers(application, count=12, event_id=application.post_event()["id"], goal_id=goal_id)


def assert_conversions_are_counted_once(server: LiveServer, rounds: int, longest: float) -> None:
    chance = random.Random(rounds)
    for _ in range(rounds):
        buyers = buyers_of(server)
        buyers.start()
        kill(server, buyers, chance.uniform(0.1, longest))
        conversions, cents = buyers.counted()
        assert len(buyers.acknowledged) <= conversions == cents <= len(buyers.sent)
        buyers.send_again()
        assert buyers.counted() == (len(buyers.sent), len(buyers.sent))


def test_every_acknowledged_conversion_is_counted_once(new_server: NewServer) -> None:
    assert_conversions_are_counted_once(new_server(), rounds=2, longest=0.7)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_acknowledged_conversion_is_counted_once_in_ten_rounds(new_server: NewServer) -> None:
    assert_conversions_are_counted_once(new_server(), rounds=10, longest=3.0)


@pytest.mark.slow
def test_the_conversions_test_sees_an_answer_before_the_commit(new_server: NewServer) -> None:
    server = new_server(launcher=(SABOTAGED, "ack-before-commit"))
    for _ in range(4):
        buyers = buyers_of(server)
        buyers.start()
        kill(server, buyers, 0.3)
        if buyers.counted()[0] < len(buyers.acknowledged):
            return
    pytest.fail("the kill -9 test of conversions does not notice a server that answers before it commits")


@pytest.mark.slow
def test_the_beacons_test_sees_an_answer_before_the_commit(new_server: NewServer) -> None:
    server = new_server(launcher=(SABOTAGED, "ack-before-commit"))
    for _ in range(4):
        application = server.create_application()
        visitors = Visitors(application, count=12, event_id=application.post_event()["id"])
        visitors.start()
        kill(server, visitors, 0.3)
        if visitors.counted()[0] < len(visitors.acknowledged):
            return
    pytest.fail("the kill -9 test of beacons does not notice a server that answers before it commits")


def test_this_test_sees_an_answer_before_the_commit(new_server: NewServer) -> None:
    server = new_server(launcher=(SABOTAGED, "ack-before-commit"))
    lost: list[str] = []
    for _ in range(4):  # a kill may fall between two commits; four in a row do not
        lost += lost_or_doubled(kill_in_the_middle(server, 0.3))[0]
        if lost:
            return
    pytest.fail("the kill -9 test does not notice a server that answers before it commits")
