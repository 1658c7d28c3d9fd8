"""kill -9, SIGTERM, workers beside each other and steps of the clock: every window is told, under one id."""

from __future__ import annotations

import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from tests.faults.delivering import Delivering, stop
from tests.webhook_ground import Receiver

from tidings.domain.windows import WINDOW

PROMISED = 12.0
DAY = 24 * 3_600


@pytest.fixture
def receivers() -> Iterator[Callable[..., Receiver]]:
    made: list[Receiver] = []

    def make(answer: Callable[[str], int | None] = lambda _path: 200) -> Receiver:
        made.append(Receiver(answer))
        return made[-1]

    yield make
    for receiver in made:
        receiver.close()


def slowly(_path: str) -> int:
    """Some answer at once, some after a while, some with a failure: all ends of an attempt fall around a kill."""
    time.sleep(random.choice([0, 0.2, 0.5]))
    return random.choice([200, 200, 200, 503])


def assert_nothing_is_lost_by_kills(folder: Path, receiver: Receiver, rounds: int) -> None:
    ground = Delivering(folder, receiver, count=12).start()
    try:
        for number in range(rounds):
            receiver.wait_for(len(receiver.taken) + 1)
            time.sleep(random.uniform(0, 0.4))
            ground.server.kill()
            if number % 2:
                ground.next_window()  # which ends while nothing runs
                ground.server.start()
            else:
                ground.server.start()
                ground.next_window()
        receiver.wait_for(len(receiver.taken) + 1)
        told = 1 + rounds
        for minutes in (0, 1, 2, 6, 17, 45, 66):  # what was answered with a failure is due again up the ladder
            ground.clock.move(60 * minutes)
            with suppress(AssertionError):
                ground.assert_told(told, within=3)
                break
        ground.assert_told(told, within=5)
    finally:
        ground.server.kill()


def test_kill_9_in_the_middle_of_deliveries(tmp_path: Path, receivers: Callable[..., Receiver]) -> None:
    assert_nothing_is_lost_by_kills(tmp_path, receivers(slowly), rounds=2)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_kill_9_in_the_middle_of_deliveries_in_twelve_rounds(tmp_path: Path, receivers: Callable[..., Receiver]) -> None:
    assert_nothing_is_lost_by_kills(tmp_path, receivers(slowly), rounds=12)


def test_two_workers_beside_a_server_without_jobs_tell_each_window_once(
    tmp_path: Path, receivers: Callable[..., Receiver]
) -> None:
    receiver = receivers()
    ground = Delivering(tmp_path, receiver, count=10, options=("--no-jobs",)).start()
    assert receiver.taken == []
    workers = [ground.worker(), ground.worker()]
    try:
        for told in range(1, 4):
            again = ground.assert_told(told)
            assert again == 0
            ground.wait_until_settled()
            ground.next_window()
        # One dies, with what it has under way; the other does the rest.
        workers[0].kill()
        ground.clock.move(121)  # its leases run out
        ground.assert_told(4)
        assert ground.server.is_ready()
        assert stop(workers[1]) == 0
    finally:
        for worker in workers:
            worker.kill()
            worker.wait(10)
        ground.server.kill()


slow = pytest.mark.slow


@pytest.mark.parametrize(
    "seconds",
    [pytest.param(-3_600, marks=slow), 7 * 3_600, pytest.param(-20 * 3_600, marks=slow), pytest.param(3 * DAY, marks=slow)],
    ids=str,
)
def test_a_step_of_the_clock_skips_nothing_and_repeats_nothing(
    tmp_path: Path, receivers: Callable[..., Receiver], seconds: int
) -> None:
    receiver = receivers()
    ground = Delivering(tmp_path, receiver, count=5).start()
    try:
        ground.assert_told(1)
        ground.wait_until_settled()
        ground.clock.move(seconds)
        # To the end of a window that nobody was told of yet; late ones of a step forward go within five minutes.
        passed = max(seconds * 1_000 // WINDOW, 0) + 1
        ground.clock.move((ground.clock.start + passed * WINDOW + 5_000 - ground.clock.now) / 1_000)
        for _ in range(3):
            with suppress(AssertionError):
                ground.assert_told(1 + passed, within=2 if seconds > 0 else 9)
                break
            ground.wait_until_settled()
            ground.clock.move(150)
        assert ground.assert_told(1 + passed) == 0
    finally:
        ground.server.kill()


def test_sigterm_lets_deliveries_under_way_get_their_answer(tmp_path: Path, receivers: Callable[..., Receiver]) -> None:
    def answer(_path: str) -> int:
        time.sleep(1.5)
        return 200

    receiver = receivers(answer)
    ground = Delivering(tmp_path, receiver, count=4).start()
    try:
        receiver.wait_for(4)
        started = time.monotonic()
        assert ground.server.stop() == 0
        assert time.monotonic() - started < 5
        ground.server.start()
        ground.next_window()
        assert ground.assert_told(2) == 0
    finally:
        ground.server.kill()


@pytest.mark.parametrize(
    ("signals", "within"), [pytest.param(1, PROMISED, id="one signal"), pytest.param(2, 3.0, id="two signals", marks=slow)]
)
def test_the_end_waits_for_no_receiver_that_hangs(
    tmp_path: Path, receivers: Callable[..., Receiver], signals: int, within: float
) -> None:
    hangs = threading.Event()
    hangs.set()
    receiver = receivers(lambda _path: None if hangs.is_set() else 200)
    ground = Delivering(tmp_path, receiver, count=6).start()
    try:
        receiver.wait_for(6)
        started = time.monotonic()
        if signals == 2:
            assert ground.server.process is not None
            ground.server.process.send_signal(signal.SIGINT)
            time.sleep(0.3)  # two signals at the same moment are one to a process
        assert ground.server.stop(signal.SIGINT) == 0
        assert time.monotonic() - started < within
        assert "Traceback" not in ground.server.log
        hangs.clear()
        ground.server.start()
        receiver.wait_for(12)
        assert ground.assert_told(1) == 0
    finally:
        ground.server.kill()


@slow
def test_a_worker_ends_in_time_too(tmp_path: Path, receivers: Callable[..., Receiver]) -> None:
    receiver = receivers(lambda _path: None)
    ground = Delivering(tmp_path, receiver, count=3, options=("--no-jobs",)).start()
    worker = ground.worker()
    try:
        receiver.wait_for(3)
        started = time.monotonic()
        assert stop(worker) == 0
        assert time.monotonic() - started < PROMISED
        assert "Traceback" not in (tmp_path / "worker.log").read_text()
    finally:
        worker.kill()
        worker.wait(10)
        ground.server.kill()
