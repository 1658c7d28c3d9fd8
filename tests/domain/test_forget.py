"""Forgetting a person: by external id, by e-mail address, nobody else, and nothing of it left in the file."""

from __future__ import annotations

import hashlib
import hmac
import sqlite3
import unicodedata
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, Literal

import pytest
from sqlalchemy import Connection, Engine
from tests.new_database import new_database

from tidings.domain import applications, conversions, goals
from tidings.domain.events import email_hash, find_by_email
from tidings.domain.forget import forget_some
from tidings.errors import NotFound
from tidings.records.conversion import ConversionDraft
from tidings.records.event import CustomField, EventDraft, NewEvent
from tidings.records.goal import GoalDraft
from tidings.storage import engine as engine_module
from tidings.storage.engine import writing_engine
from tidings.storage.event_counts import Scope, total
from tidings.storage.event_lists import newest_events
from tidings.storage.event_removal import REMOVED_AT_ONCE
from tidings.storage.events import insert_events

NOW = 1_795_000_000_000
SECRET = b"s" * 32


@pytest.fixture
def path(tmp_path: Path) -> Path:
    new_database(tmp_path / "a.db")
    return tmp_path / "a.db"


@pytest.fixture
def engine(path: Path) -> Iterator[Engine]:
    engine = writing_engine(path, checkpoints=True)
    with engine.begin() as connection:
        for name in ("A", "B"):
            applications.create(connection, name, "https://a.example", NOW)
    yield engine
    engine.dispose()


def add(connection: Connection, application_id: int, **fields: object) -> int:
    email = fields.pop("email", None)
    hashed = email_hash(str(email), SECRET) if email else None
    draft = EventDraft(**fields)  # type: ignore[arg-type]
    ((event, _),) = insert_events(connection, [NewEvent(application_id, application_id, draft, hashed, NOW)])
    return event.id


def checkpoint(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0


def test_by_external_id(engine: Engine) -> None:
    with engine.begin() as connection:
        mine = add(connection, 1, external_id="order-1")
        others = [add(connection, 1, external_id="order-10"), add(connection, 1), add(connection, 2, external_id="order-1")]
        found = forget_some(connection, application_id=1, secret=SECRET, external_id="order-1")
        assert (found.event_ids, found.more) == ([mine], False)
        left = [one.id for number in (1, 2) for one in newest_events(connection, number, 10)]
        assert sorted(left) == sorted(others)
        assert total(connection, Scope(1)) == total(connection, Scope(1, 1)) == 2
        assert forget_some(connection, application_id=1, secret=SECRET, external_id="order-1").event_ids == []


def test_by_email_as_the_search_finds_it(engine: Engine) -> None:
    with engine.begin() as connection:
        mine = [add(connection, 1, email="Ada@Shop.example") for _ in range(3)]
        add(connection, 1, email="bob@shop.example")
        add(connection, 2, email="ada@shop.example")
        found = forget_some(connection, application_id=1, secret=SECRET, email=" ada@shop.EXAMPLE ")
        assert (found.event_ids, found.more) == (mine, True)
        assert not forget_some(connection, application_id=1, secret=SECRET, email="ada@shop.example").more
        assert (total(connection, Scope(1)), total(connection, Scope(2))) == (1, 1)


def test_nobody_is_named_by_nothing(engine: Engine) -> None:
    with engine.begin() as connection:
        add(connection, 1)
        assert forget_some(connection, application_id=1, secret=SECRET).event_ids == []
        with pytest.raises(NotFound):
            forget_some(connection, application_id=3, secret=SECRET, external_id="x")


def test_an_address_of_blanks_names_nobody_beside_an_id(engine: Engine) -> None:
    """Events whose address is blanks share a hash: they are not this person's."""
    with engine.begin() as connection:
        mine, other = add(connection, 1, external_id="order-1"), add(connection, 1, email=" ")
        found = forget_some(connection, application_id=1, secret=SECRET, external_id="order-1", email="  ")
        assert (found.event_ids, found.more) == ([mine], False)
        assert [one.id for one in newest_events(connection, 1, 10)] == [other]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_both_spellings_of_an_address_are_one_person(engine: Engine, form: Literal["NFC", "NFD"]) -> None:
    """New events are hashed alike; those of versions that did not are found in either spelling."""
    spellings = [unicodedata.normalize(one, "josé@shop.example") for one in ("NFC", "NFD")]
    assert len({*spellings}) == 2
    assert len({email_hash(one, SECRET) for one in spellings}) == 1
    asked = unicodedata.normalize(form, "JOSÉ@shop.example")
    with engine.begin() as connection:
        numbers = [add(connection, 1, email=one) for one in spellings]
        for spelling in spellings:
            earlier = hmac.digest(SECRET, spelling.encode(), hashlib.sha256)
            ((event, _),) = insert_events(connection, [NewEvent(1, 1, EventDraft(), earlier, NOW)])
            numbers.append(event.id)
        assert find_by_email(connection, application_id=1, address=asked, secret=SECRET).id == numbers[-1]
        found = forget_some(connection, application_id=1, secret=SECRET, email=asked)
        assert sorted(found.event_ids) == numbers


def test_conversions_of_the_same_external_id_go_too(engine: Engine) -> None:
    with engine.begin() as connection:
        goals_of = {
            number: goals.create(connection, application_id=number, draft=GoalDraft(name="Purchase"), now=NOW).id
            for number in (1, 2)
        }

        def convert(application_id: int, external_id: str) -> None:
            draft = ConversionDraft(external_id=external_id)
            goal_id = goals_of[application_id]
            conversions.record(connection, application_id=application_id, goal_id=goal_id, draft=draft, now=NOW)

        def forget(**names: str) -> int:
            return forget_some(connection, application_id=1, secret=SECRET, **names).conversions

        for name in ("order-1", "order-2", "order-3"):
            convert(1, name)
            convert(2, name)
        add(connection, 1, external_id="order-2", email="ada@shop.example")
        assert forget(external_id="order-1") == 1  # there was no event of it
        assert forget(email="ada@shop.example") == 1
        assert forget(external_id="order-2", email="ada@shop.example") == 0
        assert forget(external_id="order-3") == 1


def test_many_events_go_in_batches(engine: Engine) -> None:
    with engine.begin() as connection:
        for _ in range(REMOVED_AT_ONCE + 1):
            add(connection, 1, email="ada@shop.example")
        first = forget_some(connection, application_id=1, secret=SECRET, email="ada@shop.example")
        second = forget_some(connection, application_id=1, secret=SECRET, email="ada@shop.example")
        assert (len(first.event_ids), len(second.event_ids)) == (REMOVED_AT_ONCE, 1)


class ForgetfulConnection(sqlite3.Connection):
    """A connection as builds of SQLite open it that only mark what is deleted as free."""

    def __init__(self, *values: Any, **options: Any) -> None:
        super().__init__(*values, **options)
        self.execute("PRAGMA secure_delete=OFF")


def test_nothing_of_it_is_left_in_the_file(engine: Engine, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither in the table, nor in its indexes, nor in pages that became free."""
    traces = (b"order-secret", b"Grace Hopper", b"compiler", email_hash("grace@shop.example", SECRET))
    monkeypatch.setattr(engine_module.sqlite3, "connect", partial(sqlite3.connect, factory=ForgetfulConnection))
    with engine.begin() as connection:
        for number in range(400):
            add(
                connection,
                1,
                external_id=f"order-secret-{number}",
                first_name="Grace Hopper",
                email="grace@shop.example",
                custom_fields=(CustomField(1, "what", "compiler" * 20),),
            )
        add(connection, 1, first_name="Ada")
    checkpoint(path)
    assert all(trace in path.read_bytes() for trace in traces)
    with engine.begin() as connection:
        while forget_some(connection, application_id=1, secret=SECRET, email="grace@shop.example").more:
            pass
    checkpoint(path)
    contents = path.read_bytes()
    assert b"Ada" in contents
    assert not [trace for trace in traces if trace in contents]
