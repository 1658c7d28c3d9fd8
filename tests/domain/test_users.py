"""Users: what an address and a name may be, one user an address, and a set-up link that makes exactly one owner."""

from __future__ import annotations

from contextlib import suppress

import pytest
from sqlalchemy import Connection, select

from tidings.domain import audit, sessions, users
from tidings.errors import Conflict, Gone, Invalid, NotFound, TooMany
from tidings.records.user import Actor, User
from tidings.storage.user_tables import set_up_links

NOW = 1_795_000_000_000


def make(connection: Connection, email: str = "ada@shop.example", name: str = "Ada") -> User:
    return users.create(connection, None, email=email, name=name, password_hash="x", role=None, now=NOW)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("ada@shop.example", "ada@shop.example"),
        ("  Ada.L+x@Shop.Example ", "Ada.L+x@Shop.Example"),
        ("cafe\u0301@shop.example", "caf\u00e9@shop.example"),
        ("имя@пример.example", "имя@пример.example"),
        ("root@localhost", "root@localhost"),
    ],
)
def test_addresses_that_do(typed: str, kept: str) -> None:
    assert users.check_email(typed) == kept


@pytest.mark.parametrize(
    "typed",
    ["", "  ", "ada", "@", "ada@", "@shop.example", "a b@c.d", "a@b@c", "a@b\nc", "a\0@b.c", "a" * 250 + "@b.example"],
)
def test_addresses_that_do_not(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        users.check_email(typed)
    assert refused.value.field == "email"


@pytest.mark.parametrize("typed", ["", "   ", "x" * 101, "A\x00da", "A\x1bda"])
def test_names_that_do_not(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        users.check_name(typed)
    assert refused.value.field == "name"


def test_names_are_kept_as_they_are_said() -> None:
    assert users.check_name("  Ada \n  Lovelace ") == "Ada Lovelace"
    assert users.check_name("<b>محمد</b>") == "<b>محمد</b>"


def test_one_user_an_address_whatever_the_case(connection: Connection) -> None:
    user = make(connection)
    for other in ("ADA@shop.example", " ada@SHOP.example "):
        with pytest.raises(Conflict):
            make(connection, other)
        found = users.find(connection, other)
        assert found is not None
        assert found[0] == user
    assert users.named(connection, "Ada@Shop.example") == user
    with pytest.raises(NotFound):
        users.named(connection, "bob@shop.example")


def test_a_name_is_changed_and_written_down(connection: Connection) -> None:
    user = make(connection)
    users.rename(connection, Actor(user.id, user.email), user, " Ada  L. ", NOW + 1)
    assert users.retrieve(connection, user.id).name == "Ada L."
    newest = audit.page(connection, None, None, 1)[0]
    assert (newest.deed, newest.email, newest.detail, newest.at) == ("user.renamed", user.email, {"name": "Ada L."}, NOW + 1)


def test_renaming_oneself_does_not_fill_the_log(connection: Connection) -> None:
    """It is kept for ever, and owners want to see what else is in it."""
    user = make(connection)
    me = Actor(user.id, user.email)
    for number in range(200):
        with suppress(TooMany):
            users.rename(connection, me, user, f"Ada {number}", NOW)
        users.rename(connection, me, user, users.retrieve(connection, user.id).name, NOW)
    deeds = [entry.deed for entry in audit.page(connection, None, None, 100)]
    assert deeds.count("user.renamed") == 10
    users.rename(connection, me, user, "Ada again", NOW + 1_000)


def test_a_new_password_signs_out_but_here(connection: Connection) -> None:
    user = make(connection)
    here, there = (sessions.begin(connection, user.id, address="", user_agent="", now=NOW) for _ in range(2))
    me = Actor(user.id, user.email)
    users.change_password(connection, me, user, "new hash", NOW, except_cookie=here)
    assert sessions.find(connection, here, NOW) is not None
    assert sessions.find(connection, there, NOW) is None
    users.change_password(connection, audit.COMMAND_LINE, user, "newer hash", NOW)
    assert sessions.find(connection, here, NOW) is None
    assert [entry.deed for entry in audit.page(connection, None, None, 2)] == ["password.reset", "password.changed"]


def test_who_is_deleted_is_logged_out_and_stays_in_the_log(connection: Connection) -> None:
    user = make(connection)
    cookie = sessions.begin(connection, user.id, address="", user_agent="", now=NOW)
    users.delete(connection, audit.COMMAND_LINE, user, NOW)
    assert sessions.find(connection, cookie, NOW) is None
    with pytest.raises(NotFound):
        users.retrieve(connection, user.id)
    entries = audit.page(connection, None, None, 9)
    assert [(entry.deed, entry.user_id, entry.email, entry.subject) for entry in entries] == [
        ("user.deleted", None, "command line", user.email),
        ("user.created", user.id, user.email, user.email),
    ]
    assert make(connection).id > user.id, "a number is never given twice"


# -- the set-up link ------------------------------------------------------------------------------------------------


def set_up(connection: Connection, token: str, email: str = "ada@shop.example") -> User:
    return users.set_up(connection, token, email=email, name="Ada", password_hash="x", now=NOW)


def test_the_link_makes_one_owner_of_everything(connection: Connection) -> None:
    token = users.new_set_up_token(connection, NOW)
    assert token is not None
    assert token not in repr(connection.execute(select(set_up_links)).all())
    for _ in range(3):
        users.check_set_up_token(connection, token)
    assert set_up(connection, token).role_everywhere == "owner"
    with pytest.raises(Gone):
        users.check_set_up_token(connection, token)
    with pytest.raises(Gone):
        set_up(connection, token, "eve@shop.example")
    assert len(users.every(connection)) == 1
    assert users.new_set_up_token(connection, NOW) is None


def test_a_new_link_ends_the_older_one(connection: Connection) -> None:
    first, second = users.new_set_up_token(connection, NOW), users.new_set_up_token(connection, NOW)
    assert first is not None
    assert second is not None
    with pytest.raises(NotFound):
        set_up(connection, first)
    with pytest.raises(NotFound):
        set_up(connection, "")
    set_up(connection, second)


def test_a_user_of_the_command_line_ends_the_link(connection: Connection) -> None:
    token = users.new_set_up_token(connection, NOW)
    assert token is not None
    make(connection)
    with pytest.raises(Gone):
        set_up(connection, token, "eve@shop.example")


def test_a_form_that_is_wrong_uses_nothing_up(connection: Connection) -> None:
    token = users.new_set_up_token(connection, NOW)
    assert token is not None
    with pytest.raises(Invalid):
        set_up(connection, token, "nonsense")
    set_up(connection, token)
