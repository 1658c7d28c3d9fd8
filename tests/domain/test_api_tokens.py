"""API tokens: what a scope opens, and a use that is noted once an hour."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection

from tidings.domain import api_tokens, applications
from tidings.domain.api_tokens import NOTED_EVERY, Tokens
from tidings.domain.directory import token_hash
from tidings.errors import Invalid, NotFound
from tidings.records.token import ApiToken
from tidings.storage.tables import revision

NOW = 1_795_000_000_000


def number(connection: Connection) -> int:
    return connection.execute(revision.select()).scalar_one()


@pytest.mark.parametrize(
    ("scopes", "reads", "manages"),
    [
        (("all-sites-readonly",), "AB", ""),
        (("read:AAAAAAA",), "A", ""),
        (("manage:AAAAAAA",), "A", "A"),
        (("read:AAAAAAA", "manage:BBBBBBB"), "AB", "B"),
        ((), "", ""),
    ],
)
def test_what_a_scope_opens(scopes: tuple[str, ...], reads: str, manages: str) -> None:
    token = ApiToken(1, scopes, NOW, None)
    assert "".join(letter for letter in "AB" if token.may_read(letter * 7)) == reads
    assert "".join(letter for letter in "AB" if token.may_manage(letter * 7)) == manages


def test_a_token_is_known_until_it_is_revoked(connection: Connection) -> None:
    site_id = applications.create(connection, "A", "https://a.example", NOW).entry.application.site_id
    created = api_tokens.create(connection, scopes=[f"read:{site_id}"] * 2, now=NOW)
    assert created.token.scopes == (f"read:{site_id}",)
    tokens, key = Tokens(), token_hash(created.text)
    before = number(connection)
    assert tokens.known(key, before) == (False, None)
    assert tokens.look_up(connection, key, before) == created.token
    assert tokens.known(key, before) == (True, created.token)
    api_tokens.revoke(connection, created.token.id)
    after = number(connection)
    assert after > before
    assert tokens.known(key, after) == (False, None)
    assert tokens.look_up(connection, key, after) is None
    assert tokens.known(key, after) == (True, None)
    with pytest.raises(NotFound):
        api_tokens.revoke(connection, created.token.id)


def test_a_use_is_news_once_an_hour(connection: Connection) -> None:
    token = api_tokens.create(connection, scopes=["all-sites-readonly"], now=NOW).token
    tokens = Tokens()
    moments = (NOW, NOW + 1, NOW + NOTED_EVERY - 1, NOW + NOTED_EVERY, NOW + NOTED_EVERY + 1)
    assert [tokens.is_news(token, now) for now in moments] == [True, False, False, True, False]
    before = number(connection)
    for now in (NOW + 5, NOW + 3):  # of another process, late
        api_tokens.note_use(connection, token_id=token.id, now=now)
    (stored,) = api_tokens.every(connection)
    assert stored.last_used_at == NOW + 5
    assert number(connection) == before
    # What another process noted is no news to one that reads it.
    assert [Tokens().is_news(stored, NOW + late) for late in (NOTED_EVERY, NOTED_EVERY + 5)] == [False, True]


@pytest.mark.parametrize(
    "scope", ["", "manage", "manage:", "read:ABCDE", "read:abcdefg", "write:ABCDEFG", "read:ABCDEFG\n", "x"]
)
def test_what_is_no_scope(connection: Connection, scope: str) -> None:
    with pytest.raises(Invalid):
        api_tokens.create(connection, scopes=[scope], now=NOW)
    assert api_tokens.every(connection) == []
