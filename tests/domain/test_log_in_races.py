"""Passwords that are changed by two at once, and texts that would take long to compare: neither gets anywhere."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import Connection

from tidings.domain import log_in, passwords, sessions, users
from tidings.domain.log_in import Attempt
from tidings.errors import Invalid, Unauthenticated
from tidings.records.user import User
from tidings.storage.users import set_password_hash

NOW = 1_795_000_000_000
ADA = "ada@shop.example"
# What the composing of Unicode sorts by insertion: of 60 kB it takes a third of a second.
SLOW = "a" + "\u0345" * 15_000 + "\u0316" * 15_000


@pytest.fixture
def ada(connection: Connection) -> User:
    return users.create(connection, None, email=ADA, name="Ada", password_hash="her hash", role="owner", now=NOW)


def attempt(connection: Connection, email: str = ADA) -> Attempt:
    return log_in.attempt(connection, email=email, household="192.0.2.1", secret=b"s" * 32, now=NOW)


def begin(connection: Connection, user: User) -> str:
    return sessions.begin(connection, user.id, address="", user_agent="", now=NOW)


def exchange(connection: Connection, tried: Attempt, cookie: str, new_hash: str) -> str | None:
    return log_in.exchange(connection, tried, new_hash=new_hash, cookie=cookie, address="", user_agent="", now=NOW)


def hash_now(connection: Connection) -> str:
    found = users.find(connection, ADA)
    assert found is not None
    return found[1]


def test_of_two_who_change_the_password_at_once_one_does(connection: Connection, ada: User) -> None:
    owner, thief = begin(connection, ada), begin(connection, ada)
    first, second = attempt(connection), attempt(connection)
    new = exchange(connection, first, owner, "the owner's")
    assert new is not None
    with pytest.raises(Unauthenticated):
        exchange(connection, second, thief, "the thief's")
    assert hash_now(connection) == "the owner's"
    assert sessions.find(connection, new, NOW) is not None


def test_a_password_that_was_changed_meanwhile_is_the_present_one_no_more(connection: Connection, ada: User) -> None:
    cookie, tried = begin(connection, ada), attempt(connection)
    set_password_hash(connection, ada.id, "of the same, made anew", NOW)
    assert exchange(connection, tried, cookie, "another") is None
    assert hash_now(connection) == "of the same, made anew"


def test_a_session_that_was_ended_meanwhile_changes_nothing(connection: Connection, ada: User) -> None:
    cookie, tried = begin(connection, ada), attempt(connection)
    sessions.end(connection, cookie)
    with pytest.raises(Unauthenticated):
        exchange(connection, tried, cookie, "another")
    bob = users.create(connection, None, email="bob@shop.example", name="Bob", password_hash="b", role=None, now=NOW)
    with pytest.raises(Unauthenticated):
        exchange(connection, tried, begin(connection, bob), "another")
    assert hash_now(connection) == "her hash"


def test_long_texts_cost_nothing(connection: Connection, ada: User) -> None:
    """They come from anybody: none is composed before it is known to be short."""
    started = time.process_time()
    assert attempt(connection, SLOW).user is None
    assert users.find(connection, SLOW) is None
    for check in (
        lambda: users.check_email(SLOW),
        lambda: users.check_name(SLOW),
        lambda: passwords.check_new(SLOW, ADA),
        lambda: passwords.check_new("correct horse", SLOW[: passwords.MOST_BYTES] + SLOW),
    ):
        try:
            check()
        except Invalid:
            continue
    assert not passwords.is_right(SLOW, "her hash")
    assert time.process_time() - started < 0.5, "one alone would take longer"
