"""Why something shows or not: each rule says what server and widget do, in the order in which they do it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import Connection
from tests.commands import ROOT

from tidings.domain import applications, events, feed, showing
from tidings.domain.directory import Entry, read_entry
from tidings.domain.showing import Situation
from tidings.records.application import Application, ApplicationChanges, DisplaySettings
from tidings.records.event import Event, EventDraft
from tidings.records.event_type import EventTypeDraft
from tidings.records.page_rule import PageRule
from tidings.records.showing import Device, Rule
from tidings.render.page_rules import address_of
from tidings.storage.event_types import insert_event_type

NOW = 1_795_000_000_000
SITE = "https://shop.example"


@pytest.fixture
def entry(connection: Connection) -> Entry:
    created = applications.create(connection, "Shop", SITE, NOW - 3_600_000).entry
    shut = EventTypeDraft("Refund", "refund", "{{ title }}", page_rules=(PageRule("include", "/refunds/*"),))
    for draft in (shut, EventTypeDraft("Silent", "silent", "{{ absent }}"), EventTypeDraft("Age", "age", "{{ time_ago }}")):
        insert_event_type(connection, created.application.id, draft, NOW - 3_600_000)
    return read_entry(connection, created.application)


def with_settings(entry: Entry, **display: Any) -> Entry:
    application = entry.application
    return replace(entry, application=replace(application, display=replace(application.display, **display)))


def record(connection: Connection, entry: Entry, tag: str = "new_order", now: int = NOW - 60_000, **fields: Any) -> Event:
    draft = EventDraft(event_type_tag=tag, **fields)
    return events.record(connection, [events.new_event(entry, draft, b"", now)])[0].event


def at(url: str = "", device: Device | None = None, now: int = NOW) -> Situation:
    return Situation(now, address_of(url, SITE) if url else None, device)


def said_of(connection: Connection, entry: Entry, event: Event, where: Situation) -> dict[str, Rule]:
    rules = showing.of_event(entry, event, showing.in_feed(connection, entry=entry, now=where.now), where)
    assert len({rule.name for rule in rules}) == len(rules)
    return {rule.name: rule for rule in rules}


@pytest.mark.parametrize(
    ("settings", "url", "device", "name", "verdict"),
    [
        ({}, "/", "phone", None, None),
        ({"enabled": False}, "/", "desktop", "off", "stops"),
        ({"consent_required": True}, "/", "desktop", "consent", "stops"),
        ({"holdout_percent": 20}, "/", "desktop", "held_out", "depends"),
        ({"holdout_percent": 100}, "/", "desktop", "held_out", "stops"),
        ({"hide_mobile": True}, "/", "phone", "mobile", "stops"),
        ({"hide_mobile": True}, "/", "desktop", "mobile", "passes"),
        ({"hide_mobile": True}, "/", None, "mobile", "depends"),
        ({"page_rules": (PageRule("exclude", "/cart"),)}, "/cart", "desktop", "page_rule", "stops"),
        ({"page_rules": (PageRule("include", "/blog/*"),)}, "/cart", "desktop", "page_rule", "stops"),
        ({"page_rules": (PageRule("include", "/cart"),)}, "/cart", "desktop", "page_rule", "passes"),
        ({"page_rules": (PageRule("include", "/cart"),)}, "", "desktop", "page_rule", "depends"),
        ({"feed_mode": True}, "/", "desktop", "feed", "stops"),
        ({"manual_trigger": True}, "/", "desktop", "manual", "stops"),
    ],
)
def test_a_setting_stops_it_and_the_rule_says_so(
    connection: Connection, entry: Entry, settings: Any, url: str, device: Any, name: str | None, verdict: str | None
) -> None:
    entry = with_settings(entry, **settings)
    event = record(connection, entry, title="Ink")
    said = said_of(connection, entry, event, at(url, device))
    stops = [rule.name for rule in said.values() if rule.verdict == "stops"]
    assert stops == ([name] if verdict == "stops" else [])
    if name:
        assert said[name].verdict == verdict
        assert said[name].where
    page = showing.of_page(entry, showing.in_feed(connection, entry=entry, now=NOW), at(url, device))
    stop = showing.first_stop(page)
    assert (stop and stop.name) == (name if verdict == "stops" else None)


def test_they_are_asked_in_the_order_of_the_widget() -> None:
    """That of `obstacle` in config.ts, then what series.ts asks."""
    source = (ROOT / "widget/src/config.ts").read_text("utf-8").split("export const obstacle")[1].split("export const")[0]
    widget = re.findall(r"'(\w+)'|refusal\(\)", source.split("): string =>")[1])
    order = [name or "stopped" for name in widget]
    assert order == ["off", "consent", "stopped", "mobile", "meta", "page_rule"]
    entry = Entry(an_application(), {}, {})
    ours = [rule.name for rule in showing.about_page(entry, at())]
    assert [name for name in ours if name in order] == order
    assert ours[ours.index("page_rule") + 1 :][:2] == ["feed", "manual"]


def an_application() -> Application:
    return Application(1, "Shop", SITE, "AB", "c", "s", DisplaySettings(), 0, 0)


def test_an_event_that_is_too_old_is_in_no_feed(connection: Connection, entry: Entry) -> None:
    entry = with_settings(entry, display_threshold=2, display_period=3)
    two_hours = 2 * 3_600_000
    old = record(connection, entry, title="Ink", created_at=NOW - two_hours - 1)
    young = record(connection, entry, title="Ink", created_at=NOW - two_hours)
    assert said_of(connection, entry, old, at())["age"].verdict == "stops"
    assert "2 hours" in said_of(connection, entry, old, at())["age"].sentence
    assert said_of(connection, entry, young, at())["age"].verdict == "passes"
    assert ids_in_feed(connection, entry) == [young.id]


def test_only_so_many_of_the_newest_are_in_it(connection: Connection, entry: Entry) -> None:
    entry = with_settings(entry, limit=3)
    there = [record(connection, entry, title="Ink", created_at=NOW - 60_000) for _ in range(5)]
    verdicts = [said_of(connection, entry, one, at())["limit"].verdict for one in there]
    assert verdicts == ["stops", "stops", "passes", "passes", "passes"]
    assert ids_in_feed(connection, entry) == [one.id for one in there[:1:-1]]
    assert "number 1 of the newest; pages get 3" in said_of(connection, entry, there[-1], at())["limit"].sentence


def test_the_place_in_the_feed_is_that_of_the_feed(connection: Connection, entry: Entry) -> None:
    """Over a limit that pages can not ask for, too."""
    entry = with_settings(entry, limit=500)
    there = [record(connection, entry, title="Ink", created_at=NOW - number) for number in range(120)]
    shown = set(ids_in_feed(connection, entry))
    for one in there:
        assert (said_of(connection, entry, one, at())["limit"].verdict == "passes") == (one.id in shown)


@pytest.mark.parametrize(("tag", "shows"), [("new_order", True), ("silent", False), ("age", True)])
def test_what_says_nothing_has_no_card(connection: Connection, entry: Entry, tag: str, shows: bool) -> None:
    event = record(connection, entry, tag)
    assert (said_of(connection, entry, event, at())["message"].verdict == "passes") is shows
    if not shows:
        page = showing.of_page(entry, showing.in_feed(connection, entry=entry, now=NOW), at("/"))
        assert [rule.name for rule in page if rule.verdict == "stops"] == ["message"]


def test_an_event_type_that_is_gone_takes_the_wording_along(connection: Connection, entry: Entry) -> None:
    event = record(connection, entry, title="Ink")
    without = replace(entry, event_types={}, tags={})
    said = said_of(connection, without, event, at())
    assert (said["event_type"].verdict, said["message"].verdict) == ("stops", "stops")
    assert feed.items(connection, entry=without, limit=30, now=NOW) == "[]"


def test_the_rules_of_an_event_type_are_for_its_events(connection: Connection, entry: Entry) -> None:
    event = record(connection, entry, "refund", title="Ink")
    assert said_of(connection, entry, event, at("/refunds/1"))["type_rules"].verdict == "passes"
    assert said_of(connection, entry, event, at("/cart"))["type_rules"].verdict == "stops"
    assert said_of(connection, entry, event, at())["type_rules"].verdict == "depends"
    page = showing.of_page(entry, showing.in_feed(connection, entry=entry, now=NOW), at("/cart"))
    assert [rule.name for rule in page if rule.verdict == "stops"] == ["type_rules"]


def test_what_came_a_moment_ago_is_in_the_next_feed(connection: Connection, entry: Entry) -> None:
    end = feed.bucket_of(NOW) * 1_000
    event = record(connection, entry, title="Ink", now=end - 9_000)
    said = said_of(connection, entry, event, at(now=end - 8_000))["bucket"]
    assert (said.verdict, "within 8 seconds" in said.sentence) == ("depends", True)
    assert said_of(connection, entry, event, at(now=end + 1))["bucket"].verdict == "passes"


def test_without_events_that_is_what_stops_it(connection: Connection, entry: Entry) -> None:
    def stop(of: Entry) -> str:
        rule = showing.first_stop(showing.of_page(of, showing.in_feed(connection, entry=of, now=NOW), at("/")))
        return rule.sentence if rule else ""

    assert stop(entry) == "No event is younger than 30 days."
    assert stop(with_settings(entry, display_threshold=0)) == "There is no event yet."
    record(connection, entry, title="Ink", created_at=NOW - 31 * 86_400_000)
    assert stop(entry) == "No event is younger than 30 days."
    assert stop(with_settings(entry, display_threshold=0)) == ""


@pytest.mark.parametrize(
    ("settings", "verdicts"),
    [
        ({"maximum_per_page": 3}, ["passes", "passes", "passes"]),
        ({"maximum_per_page": 2}, ["depends", "passes", "passes"]),
        ({"maximum_per_page": 2, "randomize": True}, ["depends", "depends", "depends"]),
        ({"maximum_per_page": 2, "storage": "none"}, ["stops", "passes", "passes"]),
    ],
)
def test_a_page_view_has_so_many_cards(connection: Connection, entry: Entry, settings: Any, verdicts: list[str]) -> None:
    entry = with_settings(entry, **settings)
    there = [record(connection, entry, title="Ink") for _ in range(3)]
    record(connection, entry, "silent")
    assert [said_of(connection, entry, one, at("/"))["maximum"].verdict for one in there] == verdicts


@pytest.mark.parametrize(
    ("settings", "verdict"),
    [
        ({}, "depends"),
        ({"storage": "session"}, "depends"),
        ({"storage": "none"}, "passes"),
        ({"loop_notification": True}, "passes"),
    ],
)
def test_what_was_seen_is_not_seen_again(connection: Connection, entry: Entry, settings: Any, verdict: str) -> None:
    entry = with_settings(entry, **settings)
    event = record(connection, entry, title="Ink")
    assert said_of(connection, entry, event, at())["seen"].verdict == verdict


def test_settings_take_a_minute_to_reach_pages(connection: Connection, entry: Entry) -> None:
    event = record(connection, entry, title="Ink")
    own = entry.application.id
    applications.update(
        connection, application_id=own, changes=ApplicationChanges(display={"page_load": 3}), now=NOW - 20_000
    )
    changed = read_entry(connection, applications.retrieve(connection, own))
    said = said_of(connection, changed, event, at())["new_settings"]
    assert (said.verdict, "another 40 seconds" in said.sentence) == ("depends", True)
    assert said_of(connection, changed, event, at(now=NOW + 41_000))["new_settings"].verdict == "passes"


def ids_in_feed(connection: Connection, entry: Entry) -> list[int]:
    limit = feed.clamped(entry.application.display.limit)
    return [int(found) for found in re.findall(r'"id":(\d+)', feed.items(connection, entry=entry, limit=limit, now=NOW))]
