"""`fomo.explain()`: why is nothing showing, for the page and for each event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.browser.visits import event

if TYPE_CHECKING:
    from tests.browser.visits import Visits

pytestmark = pytest.mark.browser

EVENTS = [event(2, event_type_id=7), event(1)]


def explained(visit: Visits, settings: dict[str, Any], call: str = "", **options: Any) -> list[dict[str, Any]]:
    v = visit(EVENTS, {"pageLoad": 60, **settings}, **options)
    v.page.wait_for_function("window.told.length")
    if call:
        v.js(call)
    rows: list[dict[str, Any]] = v.js("fomo.explain()")
    assert any(line.startswith("table:") for line in v.console)
    return rows


@pytest.mark.parametrize(
    ("settings", "call", "words"),
    [
        ({"enabled": False}, "", "turned off"),
        ({"consentRequired": True}, "", "fomo.consent(true)"),
        ({}, "fomo.trigger('mute')", "Stop showing these"),
        ({"hideMobile": True}, "", "768 px"),
        ({"pageRules": [{"match": "exclude", "path": "*"}]}, "", "page rules"),
        ({"manualTrigger": True}, "", "manual_trigger"),
        ({"feedMode": True}, "", "#fomo_feed"),
        ({}, "fomo.trigger('stop')", "trigger('stop')"),
        ({}, "fomo.trigger('close')", "closed"),
        ({}, "fomo.pause()", "fomo.pause()"),
        (
            {},
            "document.body.append(document.createElement('dialog')); document.querySelector('dialog').showModal()",
            "dialog",
        ),
    ],
)
def test_the_first_row_says_what_stands_in_the_way(visit: Visits, settings: dict[str, Any], call: str, words: str) -> None:
    rows = explained(visit, settings, call, viewport={"width": 760, "height": 700})
    assert rows[0]["shows"] is False
    assert words in rows[0]["because"]


def test_each_event_has_its_reason(visit: Visits) -> None:
    """One that has its turn, one that was shown, one without a place here."""
    rules = {"eventTypeRules": {"7": [{"match": "exclude", "path": "*"}]}}
    rows = explained(visit, rules)
    assert [(row["event"], row["shows"]) for row in rows] == [(None, True), (2, False), (1, True)]
    assert "event type" in rows[1]["because"]
    assert rows[2]["message"] == "John from New York just bought a Mug 1 2 minutes ago"
    v = visit(EVENTS, {"displayFor": 60})
    v.see()
    rows = v.js("fomo.explain()")
    assert [row["shows"] for row in rows] == [True, False, True]
    assert "restartOrder" in rows[1]["because"]


def test_an_empty_feed_is_said(visit: Visits) -> None:
    v = visit([], {})
    v.page.wait_for_function("told.some(([type]) => type === 'end')")
    rows = v.js("fomo.explain()")
    assert [row["shows"] for row in rows] == [False, False]
    assert "no event was reported" in rows[1]["because"]


def test_nothing_is_asked_of_the_server_before_consent(visit: Visits) -> None:
    """The table comes without the feed."""
    v = visit(EVENTS, {"consentRequired": True})
    v.page.wait_for_function("window.told.length")
    assert len(v.js("fomo.explain()")) == 2
    assert not [path for path in v.widget_requests if path.startswith("js-obj")]


def test_where_the_part_is_not_to_be_had_it_warns(visit: Visits) -> None:
    """A policy or a proxy in between: one warning, no uncaught error."""
    v = visit(EVENTS, before=lambda page: page.route("**/explain.js", lambda route: route.abort()))
    v.see()
    assert v.js("fomo.explain()") is False
    assert [line for line in v.console if line.startswith("warning: fomo:")]


def test_a_goal_that_would_be_reached_has_its_row(visit: Visits) -> None:
    """Whether it would be counted, and what it would be credited to; where there are goals."""
    goals = {"goals": [], "attribution": [604_800, 86_400], "displayFor": 60}
    v = visit(EVENTS, goals)
    v.see()
    v.js("(key) => localStorage.setItem(key, `0,2,;;2.${Math.round(Date.now() / 1000)};`)", f"fomo:{visit.live.a.client_id}")
    row = v.js("fomo.explain()")[-1]
    assert (row["shows"], row["because"]) == (True, "would be counted; its credit: the click of event 2")
    private = visit(EVENTS, goals, init="Object.defineProperty(navigator, 'globalPrivacyControl', {value: true});")
    private.see()
    assert private.js("fomo.explain()")[-1]["shows"] is False
