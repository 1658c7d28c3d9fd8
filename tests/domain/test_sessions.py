"""Sessions: found by their cookie, ended by time, by hand and everywhere; nothing of the cookie is kept."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, select

from tidings.domain import sessions, users
from tidings.domain.sessions import ABSOLUTE, IDLE, NOTED_EVERY
from tidings.errors import NotFound
from tidings.records.statistics import DAY
from tidings.records.user import User
from tidings.storage.user_tables import sessions as table

NOW = 1_795_000_000_000


@pytest.fixture
def user(connection: Connection) -> User:
    return make_user(connection, "ada@shop.example")


def make_user(connection: Connection, email: str) -> User:
    return users.create(connection, None, email=email, name="Ada", password_hash="x", role="owner", now=NOW)


def begin(connection: Connection, user: User, now: int = NOW, address: str = "192.0.2.1") -> str:
    return sessions.begin(connection, user.id, address=address, user_agent="Browser", now=now)


def test_a_cookie_opens_its_session(connection: Connection, user: User) -> None:
    cookie = begin(connection, user)
    found = sessions.find(connection, cookie, NOW)
    assert found is not None
    assert found.user == user
    assert (found.session.user_id, found.session.address, found.session.user_agent) == (user.id, "192.0.2.1", "Browser")
    assert sessions.find(connection, cookie[:-1], NOW) is None
    assert sessions.find(connection, cookie.swapcase(), NOW) is None
    assert sessions.find(connection, "", NOW) is None


def test_each_log_in_has_another_id_of_256_bits(connection: Connection, user: User) -> None:
    cookies = {begin(connection, user) for _ in range(20)}
    assert len(cookies) == 20
    assert all(len(cookie) == 43 for cookie in cookies)


def test_nothing_of_the_cookie_is_kept(connection: Connection, user: User) -> None:
    cookie = begin(connection, user)
    row = connection.execute(select(table)).one()
    assert cookie not in repr(row)
    assert cookie.encode() not in row.hash


def test_it_ends_when_nobody_uses_it(connection: Connection, user: User) -> None:
    cookie = begin(connection, user)
    assert sessions.find(connection, cookie, NOW + IDLE - 1) is not None
    assert sessions.find(connection, cookie, NOW + IDLE) is None


def test_it_ends_in_the_end_whoever_uses_it(connection: Connection, user: User) -> None:
    cookie = begin(connection, user)
    for day in range(1, ABSOLUTE // DAY):
        found = sessions.find(connection, cookie, NOW + day * DAY)
        assert found is not None, day
        sessions.note_seen(connection, found.session, NOW + day * DAY)
    assert sessions.find(connection, cookie, NOW + ABSOLUTE - 1) is not None
    assert sessions.find(connection, cookie, NOW + ABSOLUTE) is None


def test_a_use_is_noted_now_and_then_and_never_backwards(connection: Connection, user: User) -> None:
    cookie = begin(connection, user)

    def session() -> sessions.Session:
        found = sessions.find(connection, cookie, NOW)
        assert found is not None
        return found.session

    assert not sessions.is_news(session(), NOW + NOTED_EVERY - 1)
    assert sessions.is_news(session(), NOW + NOTED_EVERY)
    sessions.note_seen(connection, session(), NOW + NOTED_EVERY)
    assert session().last_seen_at == NOW + NOTED_EVERY
    sessions.note_seen(connection, session(), NOW + 1)
    assert session().last_seen_at == NOW + NOTED_EVERY


def test_after_its_end_a_cookie_opens_nothing(connection: Connection, user: User) -> None:
    cookie, other = begin(connection, user), begin(connection, user)
    sessions.end(connection, cookie)
    assert sessions.find(connection, cookie, NOW) is None
    assert sessions.find(connection, other, NOW) is not None
    sessions.end(connection, cookie)


def test_everywhere_but_here(connection: Connection, user: User) -> None:
    here, there = begin(connection, user), begin(connection, user)
    strangers = begin(connection, make_user(connection, "bob@shop.example"))
    assert sessions.end_all(connection, user.id, here) == 1
    assert sessions.find(connection, there, NOW) is None
    assert sessions.find(connection, here, NOW) is not None
    assert sessions.end_all(connection, user.id) == 1
    assert sessions.find(connection, here, NOW) is None
    assert sessions.find(connection, strangers, NOW) is not None


def test_nobody_ends_the_session_of_another(connection: Connection, user: User) -> None:
    other = make_user(connection, "bob@shop.example")
    begin(connection, other)
    number = sessions.of_user(connection, other.id, NOW)[0].id
    with pytest.raises(NotFound):
        sessions.end_one(connection, user.id, number)
    sessions.end_one(connection, other.id, number)
    assert sessions.of_user(connection, other.id, NOW) == []


def test_the_list_holds_what_lasts(connection: Connection, user: User) -> None:
    begin(connection, user, NOW - IDLE, "192.0.2.9")
    begin(connection, user, NOW - DAY, "192.0.2.1")
    begin(connection, user, NOW, "192.0.2.2")
    assert [one.address for one in sessions.of_user(connection, user.id, NOW)] == ["192.0.2.2", "192.0.2.1"]


def test_what_has_ended_is_removed_and_nothing_else(connection: Connection, user: User) -> None:
    idle, lasting = begin(connection, user, NOW - IDLE - 1), begin(connection, user, NOW - DAY)
    old = begin(connection, user, NOW - ABSOLUTE - 1)
    used = sessions.stored.session_by_hash(connection, sessions.token_hash(old))
    assert used is not None
    sessions.note_seen(connection, used[1], NOW - 1)
    assert not sessions.remove_ended(connection, NOW)
    assert len(connection.execute(select(table)).all()) == 1
    assert sessions.find(connection, lasting, NOW) is not None
    assert sessions.find(connection, idle, NOW) is None


def test_long_texts_of_browsers_are_cut(connection: Connection, user: User) -> None:
    sessions.begin(connection, user.id, address="x" * 5_000, user_agent="y" * 5_000, now=NOW)
    kept = sessions.of_user(connection, user.id, NOW)[0]
    assert (len(kept.address), len(kept.user_agent)) == (100, 300)


def test_a_form_is_bound_to_its_cookie_and_to_the_server() -> None:
    token = sessions.csrf_token("cookie", b"s" * 32)
    assert token == sessions.csrf_token("cookie", b"s" * 32)
    assert token not in (sessions.csrf_token("other", b"s" * 32), sessions.csrf_token("cookie", b"t" * 32))
