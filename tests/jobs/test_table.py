"""Jobs under their leases: each once in its time, by whichever process, and not at all by two."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Connection, Engine
from tests.webhook_ground import NOW, database, outbox, webhook

from tidings.domain.windows import WINDOW
from tidings.jobs.table import TABLE, Job, Moment, run_step
from tidings.storage.leases import free_leases, make_leases

SETTINGS: Any = SimpleNamespace(retention_days=30)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with database(tmp_path / "a.db") as engine:
        yield engine


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with engine.begin() as connection:
        yield connection


class Counted:
    """A job that notes who ran it when; `more` says what its steps answer."""

    def __init__(self, connection: Connection, more: bool = False) -> None:
        self.ran: list[tuple[str, int]] = []
        self.more = more
        self.job = Job("counted", 10, self.step)
        make_leases(connection, ["counted"])

    def step(self, _connection: Connection, at: Moment) -> bool:
        self.ran.append((at.holder, at.now))
        return self.more


def test_of_many_processes_one_runs_it_in_its_time(connection: Connection) -> None:
    counted = Counted(connection)
    for now in range(NOW, NOW + 30_000, 1_000):
        for holder in ("one", "two", "three"):
            assert not run_step(connection, counted.job, Moment(now, SETTINGS, holder))
    assert [now - NOW for _, now in counted.ran] == [0, 10_000, 20_000]


def test_with_more_to_do_it_is_free_at_once(connection: Connection) -> None:
    counted = Counted(connection, more=True)
    assert run_step(connection, counted.job, Moment(NOW, SETTINGS, "one"))
    assert free_leases(connection, NOW) == {"counted"}
    assert run_step(connection, counted.job, Moment(NOW, SETTINGS, "two"))
    assert len(counted.ran) == 2


def test_a_clock_that_is_set_back_holds_no_job_up(connection: Connection) -> None:
    counted = Counted(connection)
    for now in (NOW, NOW - 10**10, NOW - 10**10 + 9_999, NOW - 10**10 + 10_000):
        run_step(connection, counted.job, Moment(now, SETTINGS, "one"))
    assert [now - NOW for _, now in counted.ran] == [0, -(10**10), -(10**10) + 10_000]


def test_a_step_that_fails_has_taken_no_lease_and_done_nothing(engine: Engine) -> None:
    def step(connection: Connection, _at: Moment) -> bool:
        webhook(connection)
        raise ValueError("no")

    with engine.begin() as connection:
        make_leases(connection, ["failing"])
    with pytest.raises(ValueError, match="no"), engine.begin() as connection:
        run_step(connection, Job("failing", 10, step), Moment(NOW, SETTINGS, "one"))
    with engine.begin() as connection:
        assert free_leases(connection, NOW) == {"failing"}
        assert connection.exec_driver_sql("SELECT count(*) FROM webhooks").scalar_one() == 0


def test_leases_are_made_once(connection: Connection) -> None:
    make_leases(connection, ["one"])
    run_step(connection, Job("one", 10, lambda _connection, _at: False), Moment(NOW, SETTINGS, "me"))
    make_leases(connection, ["one", "two"])
    assert free_leases(connection, NOW) == {"two"}


def test_every_job_of_the_table_comes_to_an_end(connection: Connection) -> None:
    make_leases(connection, [job.name for job in TABLE])
    assert len({job.name for job in TABLE}) == len(TABLE)
    for job in TABLE:
        for _ in range(20):
            if not run_step(connection, job, Moment(NOW, SETTINGS, "me")):
                break
    assert free_leases(connection, NOW) == set()


def test_the_table_closes_windows(connection: Connection) -> None:
    webhook(connection)
    make_leases(connection, [job.name for job in TABLE])
    for job in TABLE:
        run_step(connection, job, Moment(NOW + WINDOW, SETTINGS, "me"))
    assert len(outbox(connection)) == 1
