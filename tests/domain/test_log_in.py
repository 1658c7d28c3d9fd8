"""Log-in delays, with the clock as an argument: who guesses waits, and nobody locks an owner out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, select
from tests.new_database import new_database

from tidings.domain import audit, log_in, sessions, users
from tidings.domain.log_in import BY_ACCOUNT, BY_ADDRESS, Attempt
from tidings.domain.slowing import KNOWN_FOR
from tidings.errors import TooMany
from tidings.records.statistics import DAY
from tidings.records.user import User
from tidings.storage.engine import writing_engine
from tidings.storage.user_tables import audit_log, log_in_failures
from tidings.storage.users import delete_user

NOW = 1_795_000_000_000
SECRET = b"s" * 32
HOME, ELSEWHERE = "192.0.2.1", "198.51.100.7"
ADA = "ada@shop.example"


@pytest.fixture
def ada(connection: Connection) -> User:
    return users.create(connection, None, email=ADA, name="Ada", password_hash="her hash", role="owner", now=NOW)


def attempt(
    connection: Connection, now: int, email: str = ADA, household: str = HOME, *, by_address: bool = True
) -> Attempt:
    return log_in.attempt(connection, email=email, household=household, secret=SECRET, now=now, by_address=by_address)


def succeed(connection: Connection, tried: Attempt, now: int, cookie: str = "", new_hash: str | None = None) -> str | None:
    return log_in.succeed(connection, tried, new_hash=new_hash, cookie=cookie, address=HOME, user_agent="Browser", now=now)


def wait_after(connection: Connection, now: int, **whose: str) -> int:
    """How many seconds the next one has to wait; 0: it may try, and that counts as another failure."""
    try:
        attempt(connection, now, **whose)  # type: ignore[arg-type]
    except TooMany as error:
        return error.retry_after
    return 0


def test_the_ladder() -> None:
    assert [BY_ADDRESS.wait(number) for number in range(17)] == [
        *(0, 0, 0, 0, 0),
        *(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900),
    ]
    assert BY_ADDRESS.wait(10**9) == 900
    assert [BY_ACCOUNT.wait(number) for number in (9, 10, 11, 16, 17, 10**9)] == [0, 1, 2, 60, 60, 60]


def test_it_grows_from_the_fifth_failure_on(connection: Connection, ada: User) -> None:
    now = NOW
    waited = []
    for _ in range(12):
        seconds = wait_after(connection, now)
        waited.append(seconds)
        if seconds:
            now += seconds * 1_000
            attempt(connection, now)  # who waits gets in
    assert waited == [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64]


def test_a_refused_attempt_is_not_counted(connection: Connection, ada: User) -> None:
    for _ in range(5):
        attempt(connection, NOW)
    assert [wait_after(connection, NOW) for _ in range(50)] == [1] * 50
    assert wait_after(connection, NOW + 999) == 1
    attempt(connection, NOW + 1_000)


def test_many_at_once_are_many(connection: Connection, ada: User) -> None:
    """Each is counted before its password is looked at."""
    let_in = 0
    for _ in range(100):
        try:
            attempt(connection, NOW)
            let_in += 1
        except TooMany:
            pass
    assert let_in == 5


def test_accounts_that_are_not_there_are_no_different(connection: Connection, ada: User) -> None:
    first = [wait_after(connection, NOW, email="nobody@shop.example", household="192.0.2.3") for _ in range(8)]
    second = [wait_after(connection, NOW, household="192.0.2.4") for _ in range(8)]
    assert first == second


def test_one_address_that_tries_many_accounts_waits(connection: Connection, ada: User) -> None:
    waited = [wait_after(connection, NOW, email=f"{number}@shop.example") for number in range(7)]
    assert waited == [0, 0, 0, 0, 0, 1, 1]
    assert wait_after(connection, NOW, email="7@shop.example", household=ELSEWHERE) == 0


def test_addresses_that_mean_nothing_are_not_counted(connection: Connection, ada: User) -> None:
    for number in range(30):
        attempt(connection, NOW, f"{number}@shop.example", by_address=False)
    for _ in range(5):
        attempt(connection, NOW, by_address=False)
    with pytest.raises(TooMany):
        attempt(connection, NOW, by_address=False)


def test_an_account_that_is_tried_from_everywhere_waits_a_little(connection: Connection, ada: User) -> None:
    waited = [wait_after(connection, NOW, household=f"198.51.100.{number}") for number in range(12)]
    assert waited == [0] * 10 + [1, 1]


def test_nobody_locks_an_owner_out(connection: Connection, ada: User) -> None:
    """An owner has logged in from home; somebody else tries for a day, from many addresses and from one."""
    assert succeed(connection, attempt(connection, NOW), NOW)
    now = NOW
    for number in range(500):
        now += 120_000
        wait_after(connection, now, household=f"198.51.{number % 200}.1")
    assert wait_after(connection, now, household="203.0.113.1") > 0
    assert succeed(connection, attempt(connection, now), now)
    # A neighbour behind the same address has used up its share.
    for number in range(20):
        wait_after(connection, now, email=f"{number}@shop.example")
    assert succeed(connection, attempt(connection, now), now)


@pytest.mark.parametrize("by_address", [True, False])
def test_nobody_locks_an_owner_out_from_their_own_address(connection: Connection, ada: User, by_address: bool) -> None:
    """A neighbour behind the same address; and where addresses mean nothing, anybody at all."""
    now = NOW
    assert succeed(connection, attempt(connection, now, by_address=by_address), now)
    for _ in range(30):
        try:
            attempt(connection, now, by_address=by_address)
        except TooMany as error:
            now += error.retry_after * 1_000
            attempt(connection, now, by_address=by_address)
    assert succeed(connection, attempt(connection, now + 60_000, by_address=by_address), now + 60_000)


def test_what_an_address_is_known_for_is_forgotten(connection: Connection, ada: User) -> None:
    assert succeed(connection, attempt(connection, NOW), NOW)
    later = NOW + KNOWN_FOR
    for number in range(10):
        attempt(connection, later, household=f"198.51.100.{number}")
    assert wait_after(connection, later) == 1


def test_even_at_home_who_guesses_waits(connection: Connection, ada: User) -> None:
    assert succeed(connection, attempt(connection, NOW), NOW)
    assert [wait_after(connection, NOW) for _ in range(6)] == [0, 0, 0, 0, 0, 1]


def test_slips_before_the_right_password_count_against_nobody(connection: Connection, ada: User) -> None:
    for _ in range(4):
        attempt(connection, NOW)
    assert succeed(connection, attempt(connection, NOW), NOW)
    assert wait_after(connection, NOW, email="bob@shop.example") == 0
    rows = connection.execute(select(log_in_failures.c.failures)).scalars().all()
    assert sorted(rows) == [0, 0, 1, 1, 1]


def test_an_account_of_ones_own_does_not_wash_an_address_clean(connection: Connection, ada: User) -> None:
    users.create(connection, None, email="eve@shop.example", name="Eve", password_hash="e", role=None, now=NOW)
    for number in range(4):
        attempt(connection, NOW, f"{number}@shop.example")
    eve = attempt(connection, NOW, "eve@shop.example")
    assert log_in.succeed(connection, eve, new_hash=None, cookie="", address=HOME, user_agent="", now=NOW)
    attempt(connection, NOW, "4@shop.example")
    assert wait_after(connection, NOW, email="5@shop.example") == 1


def test_failures_are_forgotten_after_a_day(connection: Connection, ada: User) -> None:
    for _ in range(5):
        attempt(connection, NOW)
    assert not log_in.remove_forgotten(connection, NOW + DAY - 1)
    assert len(connection.execute(select(log_in_failures)).all()) == 3
    assert wait_after(connection, NOW + DAY) == 0
    log_in.remove_forgotten(connection, NOW + DAY + DAY)
    assert connection.execute(select(log_in_failures)).all() == []


def test_a_clock_that_was_set_back_locks_nobody_out(connection: Connection, ada: User) -> None:
    for _ in range(5):
        attempt(connection, NOW)
    assert wait_after(connection, NOW - 30 * DAY) == 1
    assert wait_after(connection, NOW - 30 * DAY + 1_000) <= 1


def test_a_restart_forgets_nothing(tmp_path: Path) -> None:
    new_database(tmp_path / "a.db")
    for number in range(6):
        engine = writing_engine(tmp_path / "a.db", checkpoints=False)
        with engine.begin() as connection:
            assert wait_after(connection, NOW) == (1 if number == 5 else 0)
        engine.dispose()


def test_what_was_typed_is_not_kept(connection: Connection) -> None:
    attempt(connection, NOW, "my secret password")
    kept = repr(connection.execute(select(log_in_failures)).all())
    assert "secret" not in kept
    assert HOME not in kept


def test_the_session_of_before_ends(connection: Connection, ada: User) -> None:
    first = succeed(connection, attempt(connection, NOW), NOW)
    assert first is not None
    second = succeed(connection, attempt(connection, NOW), NOW, cookie=first)
    assert second not in (None, first)
    assert sessions.find(connection, first, NOW) is None
    entries = connection.execute(select(audit_log.c.deed).where(audit_log.c.deed == "user.logged_in")).all()
    assert len(entries) == 2


@pytest.mark.parametrize("meanwhile", ["changed", "deleted"])
def test_a_password_that_was_changed_meanwhile_opens_nothing(connection: Connection, ada: User, meanwhile: str) -> None:
    tried = attempt(connection, NOW)
    change: Callable[[], None] = {
        "changed": lambda: users.change_password(connection, audit.COMMAND_LINE, ada, "another", NOW),
        "deleted": lambda: delete_user(connection, ada.id),
    }[meanwhile]
    change()
    assert succeed(connection, tried, NOW) is None


def test_a_hash_under_old_parameters_is_exchanged(connection: Connection, ada: User) -> None:
    assert succeed(connection, attempt(connection, NOW), NOW, new_hash="a newer hash")
    found = users.find(connection, ADA)
    assert found is not None
    assert found[1] == "a newer hash"
    assert found[0].last_log_in_at == NOW


def test_refusals_say_how_long(connection: Connection, ada: User) -> None:
    for _ in range(5):
        attempt(connection, NOW)
    with pytest.raises(TooMany, match=r"Please try again in a second\.$"):
        attempt(connection, NOW)
