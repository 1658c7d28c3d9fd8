"""Previews: what has not been saved is shown for a while, to who has the token, and is kept nowhere else."""

import json
from typing import Any

import msgspec
import pytest
from sqlalchemy import Connection, func, select

from tidings.domain import applications, previews
from tidings.domain.directory import Entry, token_hash
from tidings.errors import Invalid
from tidings.records.application import DisplaySettings
from tidings.records.event import EventDraft, NewEvent
from tidings.records.page_rule import PageRule
from tidings.records.preview import PreviewContent, PreviewWording
from tidings.storage import preview_tables
from tidings.storage import previews as stored
from tidings.storage.events import insert_events
from tidings.storage.tables import events

NOW = 1_795_000_000_000
DAY = 86_400_000


@pytest.fixture
def mine(connection: Connection) -> Entry:
    return applications.create(connection, "Shop", "https://a.example", NOW).entry


@pytest.fixture
def other(connection: Connection) -> Entry:
    return applications.create(connection, "Other", "https://b.example", NOW).entry


def keep(connection: Connection, entry: Entry, now: int = NOW, token: str = "", **content: Any) -> previews.Kept:
    wanted = PreviewContent(**content)
    return previews.keep(connection, application_id=entry.application.id, content=wanted, now=now, token=token)


def find(connection: Connection, entry: Entry, token: str, now: int = NOW) -> PreviewContent | None:
    found = previews.find(connection, token=token, application_id=entry.application.id, now=now)
    return None if found is None else found.content


def record(connection: Connection, entry: Entry, title: str, at: int = NOW, event_type_id: int = 0) -> None:
    draft = EventDraft(title=title, first_name="Ada", city="Kent", created_at=at)
    type_id = event_type_id or next(iter(entry.event_types))
    insert_events(connection, [NewEvent(entry.application.id, type_id, draft, None, NOW)])


def wording(entry: Entry, message: str, **values: Any) -> PreviewWording:
    first = next(iter(entry.event_types))
    return PreviewWording(**{"id": first, "name": "New order", "message": message, **values})


def feed(connection: Connection, entry: Entry, limit: int = 30, **content: Any) -> list[str]:
    items = previews.feed_items(connection, entry=entry, content=PreviewContent(**content), limit=limit, now=NOW)
    return [item["message"] for item in json.loads(items)]


def test_a_preview_is_found_by_its_token_until_it_ends(connection: Connection, mine: Entry) -> None:
    kept = keep(connection, mine, display={"theme": "theme2", "page_load": None})
    found = find(connection, mine, kept.token, NOW + previews.LASTS - 1)
    assert found is not None
    assert found.display == {"theme": "theme2", "page_load": None}
    assert kept.expires_at == NOW + previews.LASTS
    assert find(connection, mine, kept.token, NOW + previews.LASTS) is None


@pytest.mark.parametrize("token", ["", "x", "é", "x" * 101, "x" * 10_000])
def test_nothing_is_found_by_another_token(connection: Connection, mine: Entry, token: str) -> None:
    keep(connection, mine)
    assert find(connection, mine, token) is None


def test_the_token_of_one_application_opens_no_other(connection: Connection, mine: Entry, other: Entry) -> None:
    kept = keep(connection, mine, display={"theme": "theme2"})
    assert find(connection, other, kept.token) is None
    # Nor can it be written to from there: the other gets a preview of its own.
    anew = keep(connection, other, token=kept.token, display={"theme": "custom"})
    assert anew.token != kept.token
    found = find(connection, mine, kept.token)
    assert found is not None
    assert found.display == {"theme": "theme2"}


def test_only_the_hash_of_a_token_is_kept(connection: Connection, mine: Entry) -> None:
    kept = keep(connection, mine)
    rows = connection.execute(select(preview_tables.previews)).all()
    assert [row.hash for row in rows] == [token_hash(kept.token)]
    assert kept.token not in repr(rows)


def test_a_token_that_holds_gets_the_new_content(connection: Connection, mine: Entry) -> None:
    first = keep(connection, mine, display={"theme": "theme2"})
    later = NOW + previews.LASTS - 1
    second = keep(connection, mine, now=later, token=first.token, display={"theme": "custom"})
    assert (second.token, second.expires_at) == (first.token, later + previews.LASTS)
    found = find(connection, mine, first.token, later)
    assert found is not None
    assert found.display == {"theme": "custom"}
    # One that has ended does not come back to life.
    assert keep(connection, mine, now=second.expires_at, token=first.token).token != first.token


def test_there_are_not_more_than_so_many(connection: Connection, mine: Entry, other: Entry) -> None:
    theirs = keep(connection, other)
    kept = [keep(connection, mine, now=NOW + number) for number in range(previews.MOST_PREVIEWS + 2)]
    assert stored.previews_of(connection, mine.application.id) == previews.MOST_PREVIEWS
    assert find(connection, mine, kept[1].token, NOW) is None
    assert find(connection, mine, kept[2].token, NOW) is not None
    assert find(connection, other, theirs.token) is not None
    keep(connection, mine, now=NOW + 2 * previews.LASTS)
    assert stored.previews_of(connection, mine.application.id) == 1


def test_previews_go_with_their_application(connection: Connection, mine: Entry) -> None:
    keep(connection, mine)
    applications.stored.delete_application(connection, mine.application.id)
    assert stored.previews_of(connection, mine.application.id) == 0


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ({"display": {"theme": "nowhere"}}, "theme"),
        ({"wording": PreviewWording(1, "A", "{{ 7919*7907 }}")}, "message"),
        ({"wording": PreviewWording(1, "A", "{% for x in y %}{% endfor %}")}, "message"),
    ],
)
def test_what_could_not_be_saved_can_not_be_tried(
    connection: Connection, mine: Entry, content: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        keep(connection, mine, **content)
    assert refused.value.field == field
    assert stored.previews_of(connection, mine.application.id) == 0


def test_the_application_as_it_would_be(mine: Entry) -> None:
    off = msgspec.structs.replace(
        mine.application, display=DisplaySettings(enabled=False, holdout_percent=100, theme="theme2", page_load=9)
    )
    entry = msgspec.structs.replace(mine, application=off)
    rules = [{"match": "include", "path": "/shop/*"}]
    shown = previews.entry_of(entry, PreviewContent(display={"page_load": None, "page_rules": rules}))
    display = shown.application.display
    assert (display.theme, display.page_load, display.page_rules) == ("theme2", 1, (PageRule("include", "/shop/*"),))
    # It is to be seen, whoever is held out and whether or not the application is on.
    assert (display.enabled, display.holdout_percent, shown.goals) == (True, 0, ())


def test_the_last_five_real_events_in_the_new_wording(connection: Connection, mine: Entry) -> None:
    for number in range(7):
        record(connection, mine, f"Lamp {number}", NOW - 400 * DAY + number)
    said = feed(connection, mine, sample=True, wording=wording(mine, "{{ first_name }}: {{ title }}"))
    assert said == [f"Ada: Lamp {number}" for number in (6, 5, 4, 3, 2)]
    # As saved, nobody sees them: they are too old, and have other words.
    assert feed(connection, mine) == []


def test_a_wording_without_events_of_its_own_says_those_of_others(connection: Connection, mine: Entry) -> None:
    record(connection, mine, "Lamp")
    content = PreviewContent(sample=True, wording=PreviewWording(0, "New", "{{ title }}!"))
    found = previews.previewed(connection, mine, content, 5, NOW)
    assert (found.kind, [event.event_type_id for event in found.events]) == ("others", [0])
    assert feed(connection, mine, sample=True, wording=content.wording) == ["Lamp!"]


@pytest.mark.parametrize("sample", [True, False])
def test_without_any_event_there_are_examples_that_say_so(connection: Connection, mine: Entry, sample: bool) -> None:
    content = PreviewContent(sample=sample)
    assert previews.previewed(connection, mine, content, 5, NOW).kind == "examples"
    said = feed(connection, mine, sample=sample)
    assert len(said) == 3
    assert all("Example" in message for message in said)
    assert connection.execute(select(func.count()).select_from(events)).scalar_one() == 0


def test_of_timing_and_limits_the_feed_is_the_real_one(connection: Connection, mine: Entry) -> None:
    record(connection, mine, "Old", NOW - 10 * DAY)
    record(connection, mine, "New", NOW - DAY)
    assert len(feed(connection, mine)) == 2
    assert len(feed(connection, mine, limit=1)) == 1
    within = {"display_threshold": 5, "display_period": 4}
    assert [message.split("bought ")[1] for message in feed(connection, mine, display=within)] == ["New"]
    too_short = {"display_threshold": 5, "display_period": 1}
    assert feed(connection, mine, display=too_short) == []
    found = previews.previewed(connection, mine, PreviewContent(display=too_short), 5, NOW)
    assert found.kind == "too_old"
