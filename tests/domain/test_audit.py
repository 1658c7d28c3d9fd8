"""The audit log: a line a deed, in the order of the deeds, readable when who and what are gone."""

from __future__ import annotations

import re
from contextlib import nullcontext

import pytest
from sqlalchemy import Connection

from tidings.domain import applications, audit
from tidings.records.user import Actor

NOW = 1_795_000_000_000
ADA = Actor(7, "ada@shop.example")


def test_every_deed_has_a_sentence() -> None:
    for deed, words in audit.DEEDS.items():
        assert re.fullmatch(r"[a-z_]+\.[a-z_]+", deed), deed
        assert words
        assert not words.endswith(".")


def test_a_deed_that_nobody_knows_is_not_written(connection: Connection) -> None:
    with pytest.raises(LookupError):
        audit.note(connection, ADA, "user.eaten", application_id=None, now=NOW)
    assert audit.page(connection, None, None, 9) == []


def test_the_newest_first_and_page_by_page(connection: Connection) -> None:
    for number in range(5):
        audit.note(connection, ADA, "event.deleted", application_id=None, subject=f"event {number}", now=NOW)
    first = audit.page(connection, None, None, 3)
    assert [entry.subject for entry in first] == ["event 4", "event 3", "event 2"]
    second = audit.page(connection, None, first[-1].id, 3)
    assert [entry.subject for entry in second] == ["event 1", "event 0"]


def test_an_application_sees_its_own(connection: Connection) -> None:
    a, b = (applications.create(connection, name, "https://x.example", NOW).entry.application for name in "AB")
    for one in (a, b):
        audit.note(connection, ADA, "application.updated", application_id=one.id, detail={"name": [1, "x"]}, now=NOW)
    found = audit.page(connection, a.id, None, 9)
    assert [(entry.application_id, entry.application_name, entry.detail) for entry in found] == [
        (a.id, "A", {"name": [1, "x"]})
    ]
    assert len(audit.page(connection, None, None, 9)) == 2


def test_the_name_is_that_of_the_day(connection: Connection) -> None:
    made = applications.create(connection, "Shop", "https://x.example", NOW).entry.application
    audit.note(connection, ADA, "application.updated", application_id=made.id, now=NOW)
    applications.delete(lambda: nullcontext(connection), made.id)
    assert [entry.application_name for entry in audit.page(connection, made.id, None, 9)] == ["Shop"]


def test_long_subjects_are_cut(connection: Connection) -> None:
    audit.note(connection, ADA, "event.deleted", application_id=None, subject="x" * 9_999, now=NOW)
    assert len(audit.page(connection, None, None, 1)[0].subject) == 300
