"""GET …/events over a real server: order, filter, pages, counts, cursors, and parameters that are refused by name."""

import re
from typing import Any

import pytest
from tests.conftest import Live
from tests.live import LiveApp


def ids(app: LiveApp, query: str = "") -> list[int]:
    answer = app.request("GET", f"/events?{query}")
    assert answer.status == 200, answer.text
    return [event["id"] for event in answer.json()]


@pytest.fixture
def posted(live: Live, live_app: LiveApp) -> list[int]:
    """Seven events, from the oldest to the newest by created_at, not in the order of their ids; b has others."""
    live.b.post_event(title="of b")
    made = {at: live_app.post_event(created_at=1_600_000_000 + at)["id"] for at in (3, 1, 2, 7, 5, 6, 4)}
    return [made[at] for at in sorted(made)]


def test_order(live_app: LiveApp, posted: list[int]) -> None:
    newest = posted[::-1]
    assert ids(live_app) == newest
    assert ids(live_app, "order_by=created_at") == newest
    assert ids(live_app, "order_by=created_at&order_direction=desc") == newest
    assert ids(live_app, "order_direction=asc") == posted
    assert ids(live_app, "order_by=&order_direction=&event_type_id=&after=&show_meta=&per=&page=") == newest
    # One event type alone: newest first, whatever the order of the types.
    assert ids(live_app, "order_by=event_type_id&order_direction=asc") == newest
    assert ids(live_app, f"event_type_id={live_app.event_type_id}&order_direction=asc") == posted


def test_order_by_event_type(live_app: LiveApp) -> None:
    """The types in the order of their ids, newest first within each; deleting a type takes its events along."""
    made = live_app.request("POST", "/event_types", {"name": "Refund", "message": "{{ title }}"})
    assert made.status == 200, made.text
    types = [live_app.event_type_id, made.json()["id"]]
    a1, b1, a2, b2 = (live_app.post_event(event_type_id=types[n % 2])["id"] for n in range(4))
    assert ids(live_app, "order_by=event_type_id&order_direction=asc") == [a2, a1, b2, b1]
    assert ids(live_app, "order_by=event_type_id") == [b2, b1, a2, a1]
    assert ids(live_app, "order_by=event_type_id&per=3&page=2") == [a1]
    assert ids(live_app, f"event_type_id={types[1]}&order_direction=asc") == [b1, b2]
    meta = live_app.request("GET", f"/events?show_meta=1&event_type_id={types[1]}").json()["meta"]
    assert meta["total_count"] == 2
    assert live_app.request("PATCH", f"/events/{b1}", {"event_type_tag": "new_order"}).status == 200
    assert live_app.request("DELETE", f"/event_types/{types[1]}?with_events=true").status == 200
    assert ids(live_app) == [a2, b1, a1]
    assert live_app.count() == 3


def test_pages(live_app: LiveApp, posted: list[int]) -> None:
    newest = posted[::-1]
    assert ids(live_app, "per=3&page=2") == newest[3:6]
    assert ids(live_app, "per_page=3&page=3") == newest[6:]
    assert ids(live_app, "per=3&page=4") == []
    assert ids(live_app, "per=3&page=999999999999&order_direction=asc") == []
    assert ids(live_app, "per=2&per_page=5") == newest[:2]


def test_meta_counts_exactly(live_app: LiveApp, posted: list[int]) -> None:
    def meta(query: str) -> dict[str, Any]:
        answer = live_app.request("GET", f"/events?show_meta=true&{query}").json()
        assert set(answer) == {"events", "meta"}
        found: dict[str, Any] = answer["meta"]
        return found

    assert meta("per=3&page=2") == {"per_page": 3, "page": 2, "total_count": 7, "total_pages": 3}
    assert meta(f"event_type_id={live_app.event_type_id}&per=7")["total_pages"] == 1
    live_app.delete_event(posted[0])
    assert meta("page=9") == {"per_page": 30, "page": 9, "total_count": 6, "total_pages": 1}
    for number in posted[1:]:
        live_app.delete_event(number)
    assert meta("")["total_count"] == 0
    assert meta("")["total_pages"] == 0
    live_app.post_event(external_id="one")
    live_app.post_event(external_id="one")
    assert meta("")["total_count"] == 1


@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_the_cursor_goes_through_all_of_them(live_app: LiveApp, posted: list[int], direction: str) -> None:
    found: list[int] = []
    path = f"/api/v1/applications/me/events?per=2&order_direction={direction}&event_type_id={live_app.event_type_id}"
    while path:
        answer = live_app.server.request("GET", path, live_app.headers)
        assert answer.status == 200, answer.text
        found += [event["id"] for event in answer.json()]
        live_app.post_event(created_at=1_500_000_000 if direction == "asc" else None)  # moves the pages, not the cursor
        link = re.fullmatch(rf'<{re.escape(live_app.base_url)}(/api/v1/\S+)>; rel="next"', answer.headers.get("link", ""))
        path = link[1] if link and len(found) < len(posted) else ""
    assert found[: len(posted)] == (posted if direction == "asc" else posted[::-1])


def test_all_can_be_deleted_page_by_page(live_app: LiveApp, posted: list[int]) -> None:
    """The cursor holds when the event that it names is gone."""
    path, gone = "/api/v1/applications/me/events?per=3&show_meta=true", []
    while path:
        answer = live_app.server.request("GET", path, live_app.headers)
        assert answer.status == 200, answer.text
        for event in answer.json()["events"]:
            live_app.delete_event(event["id"])
            gone.append(event["id"])
        path = answer.headers.get("link", "").partition(">")[0].removeprefix(f"<{live_app.base_url}")
    assert gone == posted[::-1]
    assert live_app.count() == 0


def test_the_last_page_has_no_next(live_app: LiveApp, posted: list[int]) -> None:
    assert "link" not in live_app.request("GET", "/events?per=7").headers
    assert "link" in live_app.request("GET", "/events?per=6").headers
    last = live_app.request("GET", f"/events?per=6&after={posted[1]}&show_meta=true")
    assert "link" not in last.headers
    assert [event["id"] for event in last.json()["events"]] == posted[:1]
    assert last.json()["meta"] == {"per_page": 6, "page": 1, "total_count": 7, "total_pages": 2}


@pytest.mark.parametrize(
    ("query", "blamed"),
    [
        ("per=0", "per"),
        ("per=101", "per"),
        ("per=1e1", "per"),
        ("per_page=-1", "per_page"),
        ("page=0", "page"),
        ("page=x", "page"),
        ("page=%D9%A1", "page"),
        ("show_meta=2", "show_meta"),
        ("order_by=title", "order_by"),
        ("order_by=created_at;drop", "order_by"),
        ("order_direction=up", "order_direction"),
        ("order_direction=DESC", "order_direction"),
        ("event_type_id=x", "event_type_id"),
        ("event_type_id=0", "event_type_id"),
        ("event_type_id=9223372036854775807", "event_type_id"),
        ("after=x", "after"),
        ("after=1&after_time=x", "after_time"),
        ("after=9223372036854775807", "after"),
        ("after=1&order_by=event_type_id", "after"),
        ("after=1&page=2", "page"),
    ],
)
def test_refusals_name_the_parameter(live_app: LiveApp, query: str, blamed: str) -> None:
    answer = live_app.request("GET", f"/events?{query}")
    assert answer.status == 400, answer.text
    assert answer.json()["error"]["field"] == blamed


def test_nothing_of_another_application(live: Live, live_app: LiveApp, posted: list[int]) -> None:
    assert set(ids(live_app, "per=100")) == set(posted)
    for query, blamed in (
        (f"event_type_id={live.b.event_type_id}", "event_type_id"),
        (f"after={live.event_b['id']}", "after"),
    ):
        answer = live_app.request("GET", f"/events?{query}")
        assert answer.status == 400
        assert answer.json()["error"]["field"] == blamed
