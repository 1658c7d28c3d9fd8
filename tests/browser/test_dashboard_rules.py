"""Rules about showing: what the pages say of them is what the widget does."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from tests.surfaces.dashboard.ground import Dashboard

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from tests.conftest import Live
    from tests.host_pages import HostPages

pytestmark = pytest.mark.browser
CARD = "[part=card]:not([data-state])"

# What is set so that it stops, the viewport, and the rule that the page names; "" for nothing stops.
STOPS: list[tuple[dict[str, Any], int, str]] = [
    ({}, 1280, ""),
    ({"hide_mobile": True}, 1280, ""),
    ({"page_rules": [{"match": "include", "path": "/*"}]}, 1280, ""),
    ({"enabled": False}, 1280, "off"),
    ({"consent_required": True}, 1280, "consent"),
    ({"hide_mobile": True}, 390, "mobile"),
    ({"page_rules": [{"match": "exclude", "path": "*"}]}, 1280, "page_rule"),
    ({"page_rules": [{"match": "include", "path": "/not-here"}]}, 1280, "page_rule"),
    ({"feed_mode": True}, 1280, "feed"),
    ({"manual_trigger": True}, 1280, "manual"),
    ({"display_threshold": 1, "display_period": 3}, 1280, "no_events"),
    ({"event_type": {"page_rules": [{"match": "exclude", "path": "*"}]}}, 1280, "type_rules"),
    ({"event_type": {"message": "{{ absent }}"}}, 1280, "message"),
    ({"hide_mobile": True, "enabled": False, "manual_trigger": True}, 390, "off"),
    ({"hide_mobile": True, "page_rules": [{"match": "exclude", "path": "*"}]}, 390, "mobile"),
]


@pytest.fixture
def shop(live: Live) -> Dashboard:
    """A new application, by another name than that of the filled dashboard's fixture."""
    return Dashboard(live.server, live.new_application())


@pytest.mark.parametrize(("settings", "width", "stop"), STOPS)
def test_the_rule_that_is_named_is_the_one_that_stops_the_widget(
    shop: Dashboard, host_page: HostPages, new_page: Callable[..., Page], settings: dict[str, Any], width: int, stop: str
) -> None:
    configure(shop, {"page_load": 0, **settings})
    number = int(shop.application.post_event(title="Ink", created_at=int(time.time()) - 2 * 3_600)["id"])
    tag = f'<script src="{shop.application.load_js}" async></script>'
    url = host_page(f"<!doctype html><title>Shop</title><h1>Shop</h1>{tag}")
    visitor = new_page(viewport={"width": width, "height": 800})
    visitor.goto(url)
    visitor.wait_for_function("!!(window.fomo && fomo.whyDisabled)")
    rows = visitor.evaluate("fomo.explain()")
    if stop:
        assert not any(row["event"] == number and row["shows"] for row in rows)
        # As long as it takes a card that is free to show, several times over.
        visitor.wait_for_timeout(700)
        assert visitor.locator(CARD).count() == 0
    else:
        visitor.locator(CARD).wait_for(timeout=10_000)
    word = visitor.evaluate("fomo.whyDisabled()")
    if stop in ("off", "consent", "mobile", "page_rule", "feed"):
        assert word == stop
    client = shop.as_role("viewer")
    asked = f"url={quote(url)}&device={'phone' if width < 768 else 'desktop'}"
    why = client.get(f"/why?{asked}").text
    assert first_stop(why) == stop
    event = client.get(f"/events/{number}?{asked}").text
    assert first_stop(event) == {"no_events": "age"}.get(stop, stop)


def configure(shop: Dashboard, settings: dict[str, Any]) -> None:
    of_type = settings.pop("event_type", None)
    answer = shop.application.request("PATCH", "", {"application": settings})
    assert answer.status == 200, answer.text
    if of_type:
        path = f"/event_types/{shop.application.event_type_id}"
        answer = shop.application.request("PATCH", path, {"event_type": of_type})
        assert answer.status == 200, answer.text


def first_stop(text: str) -> str:
    found = re.search(r'data-stop="(\w+)">', text)
    return found[1] if found else ""
