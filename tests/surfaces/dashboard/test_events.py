"""The list of events: what it shows, how it is searched and filtered, and what it says of how far it looked."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest
from tests.surfaces.dashboard.ground import Client, Dashboard

from tidings.domain import event_search, events
from tidings.domain.directory import read_entry
from tidings.records.event import CustomField, EventDraft, Provenance
from tidings.storage.applications import application_by_id

# 18 November 2026, 11:06:40 UTC.
NOON = 1_795_000_000_000


@pytest.fixture
def viewer(dashboard: Dashboard) -> Client:
    return dashboard.as_role("viewer")


def record(dashboard: Dashboard, provenance: Provenance = "api", **fields: Any) -> int:
    """An event straight into the database; returns its id."""
    with dashboard.connection() as connection:
        application = application_by_id(connection, dashboard.application.id)
        assert application is not None
        draft = EventDraft(**{"event_type_id": dashboard.application.event_type_id, **fields})
        new = events.new_event(read_entry(connection, application), draft, dashboard.secret, NOON, provenance=provenance)
        return events.record(connection, [new])[0].event.id


def ids(text: str) -> list[int]:
    """The events of a page, in its order."""
    return [int(found) for found in re.findall(r'<a href="/dashboard/applications/\d+/events/(\d+)" dir="ltr">', text)]


def plain(text: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", text)).split())


def test_the_newest_come_first_and_each_says_what_it_said(dashboard: Dashboard, viewer: Client) -> None:
    old = record(dashboard, title="Ink", first_name="Ada", city="Lagos", created_at=NOON - 60_000)
    new = record(dashboard, "import", title="Lamp", created_at=NOON)
    page = viewer.get("/events")
    assert page.status == 200
    assert ids(page.text) == [new, old]
    assert "Ada from Lagos" in plain(page.text)
    assert "Ada · Lagos" in plain(page.text)
    rows = re.findall(r"<tr data-place.*?</tr>", page.text, re.DOTALL)
    assert "Import" in plain(rows[0])
    assert "API" in plain(rows[1])
    assert 'datetime="2026-11-18T11:06:40Z"' in rows[0]


def test_what_visitors_wrote_stays_text(dashboard: Dashboard, viewer: Client) -> None:
    record(dashboard, title="<img src=x onerror=alert(1)>", first_name='"><script>alert(2)</script>')
    text = viewer.get("/events").text
    assert "<img" not in text.replace('<img src="/dashboard/', "")
    assert "<script>alert" not in text


@pytest.mark.parametrize(
    ("words", "fields"),
    [
        ("order-77", {"external_id": "order-77"}),
        ("ADA@shop.example", {"email_address": "ada@shop.example"}),
        ("zoë", {"first_name": "ZOË"}),
        ("ZOË", {"first_name": "Zoë"}),
        ("corv", {"title": "Corvette"}),
        ("york", {"city": "New York"}),
        ("100%_!", {"title": "now 100%_! off"}),
        ("xl", {"custom_fields": (CustomField(1, "size", "XL"),)}),
        ('say "hi\\', {"custom_fields": (CustomField(1, "a", 'they say "hi\\'),)}),
    ],
)
def test_an_event_is_found_by_what_it_holds(
    dashboard: Dashboard, viewer: Client, words: str, fields: dict[str, Any]
) -> None:
    wanted = record(dashboard, **fields)
    record(dashboard, title="Another", external_id="order-7", email_address="bob@shop.example", city="Yor")
    assert ids(viewer.get(f"/events?q={quote(words)}").text) == [wanted]


def test_its_number_finds_an_event_of_this_application_only(dashboard: Dashboard, viewer: Client) -> None:
    mine = record(dashboard)
    assert ids(viewer.get(f"/events?q={mine}").text) == [mine]
    page = viewer.get("/events?q=1")
    assert page.status == 200
    assert 1 not in ids(page.text)


def test_the_name_of_a_custom_field_is_no_value_of_it(dashboard: Dashboard, viewer: Client) -> None:
    record(dashboard, custom_fields=(CustomField(1, "modelname", "Clio"),))
    assert ids(viewer.get("/events?q=modelname").text) == []
    assert "No event matches" in viewer.get("/events?q=modelname").text


def test_it_can_be_narrowed_down_by_event_type_and_origin(dashboard: Dashboard, viewer: Client) -> None:
    made = {name: record(dashboard, name) for name in ("api", "import", "manual", "demo")}
    for name, number in made.items():
        assert ids(viewer.get(f"/events?from={name}").text) == [number]
    of_type = f"type={dashboard.application.event_type_id}"
    assert len(ids(viewer.get(f"/events?{of_type}").text)) == 4
    assert ids(viewer.get(f"/events?{of_type}&from=manual").text) == [made["manual"]]
    assert len(ids(viewer.get("/events?type=999999999&from=nowhere").text)) == 4


def test_pages_follow_each_other_without_a_gap(dashboard: Dashboard, viewer: Client) -> None:
    there = [record(dashboard, title=f"Ink {number}", created_at=NOON - number % 7) for number in range(120)]
    newest_first = sorted(there, key=lambda number: (-((number - there[0]) % 7), number), reverse=True)
    for narrowed in ("", "?q=ink", "?from=api"):
        found: list[int] = []
        where = f"/events{narrowed}"
        for _ in range(9):
            text = viewer.get(where).text
            found += ids(text)
            older = re.search(r'href="([^"]*before=[^"]*)"', text)
            if older is None:
                break
            where = unescape(older[1])
        assert found == newest_first, narrowed


def test_it_says_how_far_back_it_looked(dashboard: Dashboard, viewer: Client) -> None:
    with dashboard.connection() as connection:
        application = application_by_id(connection, dashboard.application.id)
        assert application is not None
        entry = read_entry(connection, application)
        drafts = [
            EventDraft(event_type_id=dashboard.application.event_type_id, created_at=NOON - number * 1_000)
            for number in range(event_search.LOOKED_THROUGH + 10)
        ]
        new = [events.new_event(entry, draft, dashboard.secret, NOON) for draft in drafts]
        for start in range(0, len(new), 1_000):
            events.record(connection, new[start : start + 1_000])
    wanted = record(dashboard, title="Needle", created_at=NOON - event_search.LOOKED_THROUGH * 1_000 - 5_000)
    first = viewer.get("/events?q=needle")
    assert ids(first.text) == []
    assert "Looked through 3,000 events, back to 18 Nov 2026, 10:16" in plain(first.text)
    older = re.search(r'href="([^"]*before=[^"]*)"', first.text)
    assert older is not None
    second = viewer.get(unescape(older[1]))
    assert ids(second.text) == [wanted]
    assert "Looked through all events from there on" in plain(second.text)


def live(viewer: Client, query: str = "") -> tuple[str, str]:
    """The address that the list asks, and where it goes on."""
    text = viewer.get(f"/events{query}").text
    address, last = re.findall(r'data-live="([^"]*)" data-last="(\d+)"', text)[0]
    return unescape(address), last


def more(viewer: Client, address: str, last: str) -> tuple[list[int], str]:
    """The events that came, and where it goes on."""
    text = viewer.get(f"{address}{'&' if '?' in address else '?'}after={last}").text
    return ids(text), re.findall(r'data-last="(\d+)"', text)[0]


def test_what_arrives_comes_by_itself_and_nothing_twice(dashboard: Dashboard, viewer: Client) -> None:
    """Whatever its own time: older than what is there, the same, or some minutes ahead."""
    record(dashboard, title="Ink", created_at=NOON + 240_000)
    address, last = live(viewer)
    _, last_import = live(viewer, "?from=import")
    assert more(viewer, address, last) == ([], last)
    same_time = record(dashboard, title="Lamp", created_at=NOON + 240_000)
    older = record(dashboard, "import", title="Older", created_at=NOON - 86_400_000)
    newer = record(dashboard, "import", title="Mug", created_at=NOON + 1)
    found, after = more(viewer, address, last)
    assert found == [same_time, newer, older]
    assert more(viewer, address, after) == ([], after)
    assert more(viewer, f"{address}?from=import", last_import)[0] == [newer, older]
    assert viewer.get("/events/arrived?after=x").status == 200


def test_what_came_from_elsewhere_does_not_hide_what_is_asked_for(dashboard: Dashboard, viewer: Client) -> None:
    first = record(dashboard, "manual")
    address, last = live(viewer, "?from=manual")
    for number in range(60):
        record(dashboard, created_at=NOON + number)
    second = record(dashboard, "manual", created_at=NOON - 5)
    for number in range(60):
        record(dashboard, created_at=NOON + number)
    page = viewer.get(f"{address}&after={last}")
    assert ids(page.text) == [second]
    assert "data-whole" not in page.text
    assert ids(viewer.get("/events?from=manual").text) == [first, second]


def test_when_many_arrive_at_once_it_is_the_first_page_anew(dashboard: Dashboard, viewer: Client) -> None:
    kept = record(dashboard, created_at=NOON + 1_000)
    address, last = live(viewer)
    there = [record(dashboard, created_at=NOON + number) for number in range(60)]
    page = viewer.get(f"{address}?after={last}")
    assert 'data-number="60" data-whole data-has-older' in page.text
    assert ids(page.text) == [kept, *there[:10:-1]]


@pytest.mark.parametrize(
    ("words", "fields"),
    [
        ("PT", {"country": "PT"}),
        ("Portugal", {"country": "PT"}),
        ("jose\u0301", {"first_name": "Jos\u00e9"}),
        ("jos\u00e9", {"first_name": "Jose\u0301"}),
    ],
)
def test_an_event_is_found_by_what_its_row_shows(
    dashboard: Dashboard, viewer: Client, words: str, fields: dict[str, Any]
) -> None:
    wanted = record(dashboard, **fields)
    record(dashboard, title="Another", first_name="Jo", country="PL")
    assert ids(viewer.get(f"/events?q={quote(words)}").text) == [wanted]


def test_what_was_found_exactly_does_not_come_again_on_a_later_page(dashboard: Dashboard, viewer: Client) -> None:
    exact = record(dashboard, external_id="ink", created_at=NOON - 1_000)
    for number in range(60):
        record(dashboard, title="Ink", created_at=NOON - number)
    first = viewer.get("/events?q=ink").text
    assert ids(first)[0] == exact
    older = re.search(r'href="([^"]*before=[^"]*)"', first)
    assert older is not None
    assert exact not in ids(viewer.get(unescape(older[1])).text)


def test_where_there_is_none_it_shows_how_to_send_one(dashboard: Dashboard, viewer: Client) -> None:
    text = viewer.get("/events").text
    assert "No event yet" in text
    assert "Authorization: Token $TOKEN" in unescape(text)
    assert dashboard.application.auth_token not in text
    assert f"{dashboard.server.base_url}/api/v1/applications/me/events" in text
    assert 'data-live="' in text


@pytest.mark.parametrize("query", ["before=x", "before=1.x", "before=-1.1", f"before={'9' * 40}.1", "q=" + "%25" * 300])
def test_any_query_is_answered(dashboard: Dashboard, viewer: Client, query: str) -> None:
    record(dashboard)
    assert viewer.get(f"/events?{query}").status == 200


def test_an_application_of_others_has_no_events_for_me(dashboard: Dashboard) -> None:
    stranger = dashboard.as_role(None)
    for path in ("/events", "/events/arrived", "/events/new", "/why"):
        assert stranger.get(path).status == 404
