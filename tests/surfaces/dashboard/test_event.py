"""One event: its page, and adding, changing and deleting one by hand."""

from __future__ import annotations

from typing import Any

import pytest
from tests.surfaces.dashboard.ground import Client, Dashboard
from tests.surfaces.dashboard.test_events import NOON, ids, plain, record

from tidings.records.event import CustomField, Event
from tidings.storage.event_lists import newest_events
from tidings.surfaces.context import clock


@pytest.fixture
def editor(dashboard: Dashboard) -> Client:
    return dashboard.as_role("editor")


def stored(dashboard: Dashboard) -> list[Event]:
    with dashboard.connection() as connection:
        return newest_events(connection, dashboard.application.id, 100)


def fields(dashboard: Dashboard, **typed: str) -> dict[str, str]:
    return {"event_type_id": str(dashboard.application.event_type_id), **typed}


def set_zone(dashboard: Dashboard, zone: str) -> None:
    answer = dashboard.application.request("PATCH", "", {"application": {"time_zone": zone}})
    assert answer.status == 200, answer.text


def test_its_page_says_all_that_is_known(dashboard: Dashboard) -> None:
    number = record(
        dashboard,
        "manual",
        title="Ink <b>",
        first_name="Ada",
        country="NG",
        external_id="order-1",
        url="https://shop.example/ink",
        image_url="https://pictures.example/ink.png",
        custom_fields=(CustomField(1, "colour", "blue"),),
        created_at=clock() - 90_000,
    )
    page = dashboard.as_role("viewer").get(f"/events/{number}")
    text = plain(page.text)
    assert page.status == 200
    for part in ("Ada", "Ink <b>", "NG", "order-1", "https://shop.example/ink", "colour blue", "By hand", "1 minute ago"):
        assert part in text, part
    assert "Yes" in text
    assert "pictures.example" not in page.text.replace(">https://pictures.example/ink.png<", "")
    assert "/edit" not in page.text.split("<main")[1].split('class="verdicts"')[0]


def test_its_figures_are_those_of_its_beacons(dashboard: Dashboard) -> None:
    event = dashboard.application.post_event(title="Ink")
    body = f'{{"v":1,"n":"abcdefghij","events":[{{"k":"click","id":{event["id"]},"t":{clock() // 1_000}}}]}}'
    path = f"/api/v1/{dashboard.application.client_id}/track"
    assert dashboard.server.request("POST", path, {"Content-Type": "text/plain"}, body).status == 204
    text = plain(dashboard.as_role("viewer").get(f"/events/{event['id']}").text)
    assert "Displays 1 Clicks 1 100% of the displays" in text


def test_another_applications_event_is_not_there(dashboard: Dashboard, editor: Client) -> None:
    number = record(dashboard)
    other = Dashboard(dashboard.server, dashboard.server.create_application())
    foreign = record(other)
    for path in (f"/events/{foreign}", f"/events/{foreign}/edit", f"/events/{foreign}/delete", "/events/0", "/events/x"):
        assert editor.get(path).status == 404, path
    assert editor.post(f"/events/{foreign}/delete").status == 404
    assert editor.post(f"/events/{foreign}/edit", fields(dashboard, title="Mine")).status == 404
    assert editor.get(f"/events/{number}").status == 200
    assert [one.title for one in stored(other)] == [None]


def test_one_is_added_by_hand_with_its_own_time(dashboard: Dashboard, editor: Client) -> None:
    set_zone(dashboard, "Asia/Tokyo")
    typed = fields(
        dashboard, title=" Ink ", first_name="Ada", email_address="ada@shop.example", created_at="2026-11-18T20:06:40"
    )
    page = editor.post(
        "/events/new", [*typed.items(), ("field_key", "size"), ("field_value", "XL"), ("field_key", ""), ("field_value", "")]
    )
    assert page.status == 303, plain(page.text)
    (event,) = stored(dashboard)
    assert (event.provenance, event.title, event.created_at) == ("manual", "Ink", NOON)
    assert event.custom_fields == (CustomField(1, "size", "XL"),)
    assert "It is there now" in plain(editor.follow(page).text)
    assert ids(editor.get("/events?q=ada@shop.example").text) == [event.id]
    (entry,) = (one for one in dashboard.audit() if one.deed == "event.created")
    assert (entry.email, entry.subject) == (editor.user.email if editor.user else "", f"event {event.id}")


def test_without_a_time_it_is_now(dashboard: Dashboard, editor: Client) -> None:
    before = clock()
    assert editor.post("/events/new", fields(dashboard, title="Ink")).status == 303
    (event,) = stored(dashboard)
    assert before <= event.created_at <= clock()


def test_what_was_added_by_hand_is_never_shown_as_newer_than_it_is(dashboard: Dashboard, editor: Client) -> None:
    """In the feed of browsers, also after it was changed."""
    two_days_ago = clock() - 2 * 86_400_000 - 60_000
    number = record(dashboard, "manual", title="Ink", created_at=two_days_ago)
    imported = record(dashboard, "import", title="Lamp", created_at=two_days_ago - 1)
    page = editor.post(f"/events/{number}/edit", fields(dashboard, title="Better ink"))
    assert page.status == 303, plain(page.text)
    feed = dashboard.application.feed()
    assert [(one["id"], one["title"]) for one in feed] == [(number, "Better ink"), (imported, "Lamp")]
    for one in feed:
        assert (one["time_ago"], one["created_at_to_seconds_from_epoch"]) == (
            "2 days ago",
            (two_days_ago - (one["id"] == imported)) // 1_000,
        )
    (event, _) = stored(dashboard)
    assert (event.provenance, event.created_at) == ("manual", two_days_ago)
    assert event.updated_at > two_days_ago


@pytest.mark.parametrize(
    ("typed", "name", "sentence"),
    [
        ({"created_at": "2999-01-01T00:00"}, "created_at", "That is still to come"),
        ({"created_at": "yesterday"}, "created_at", "This is no time"),
        ({"created_at": "1969-12-31T23:59"}, "created_at", "since 1970"),
        ({"created_at": "1970-01-01T00:30"}, "created_at", "before 1970 began"),
        ({"title": " "}, "title", "What was it? The wording of “New order” says it"),
        ({"created_at": "2026-01-01T00:00+01:00"}, "created_at", "time zone"),
        ({"created_at": "2026-03-29T02:30"}, "created_at", "There was no such time"),
        ({"url": "javascript:alert(1)"}, "url", "Link: give the whole address, beginning with https://"),
        ({"image_url": "//x"}, "image_url", "Picture: give the whole address, beginning with https://"),
        ({"title": "a" * 256}, "title", "longer than 255"),
        ({"event_type_id": ""}, "event_type_id", "Choose an event type"),
        ({"event_type_id": "999999999"}, "event_type_id", "Event type is unknown"),
        ({"event_type_id": "x"}, "event_type_id", "not valid"),
        ({"field_value": "XL"}, "custom_fields", "has no key"),
    ],
)
def test_what_will_not_do_is_said_beside_its_field(
    dashboard: Dashboard, editor: Client, typed: dict[str, str], name: str, sentence: str
) -> None:
    set_zone(dashboard, "Europe/Berlin")
    sent = fields(dashboard, first_name="Ada & Co", field_key="", field_value="") | typed
    page = editor.post("/events/new", sent)
    assert page.status == 422
    assert sentence in plain(page.text)
    assert f'href="#f-{name}"' in page.text
    assert f'id="f-{name}"' in page.text
    assert "Ada &amp; Co" in page.text
    assert stored(dashboard) == []
    assert [one for one in dashboard.audit() if one.deed.startswith("event.")] == []


def test_everything_that_is_wrong_is_said_at_once(dashboard: Dashboard, editor: Client) -> None:
    page = editor.post("/events/new", {"url": "x", "image_url": "y", "created_at": "z"})
    for name in ("url", "image_url", "created_at", "event_type_id"):
        assert f'href="#f-{name}"' in page.text


def test_two_events_have_no_one_external_id(dashboard: Dashboard, editor: Client) -> None:
    record(dashboard, external_id="order-1")
    other = record(dashboard, title="Lamp")
    for path in ("/events/new", f"/events/{other}/edit"):
        page = editor.post(path, fields(dashboard, external_id="order-1", title="Mug"))
        assert page.status == 409
        assert 'href="#f-external_id"' in page.text
    assert [one.title for one in stored(dashboard)] == ["Lamp", None]


def test_one_more_custom_field_needs_no_script(dashboard: Dashboard, editor: Client) -> None:
    sent = [*fields(dashboard, title="Ink").items(), ("field_key", "size"), ("field_value", "XL"), ("add_field", "1")]
    page = editor.post("/events/new", sent)
    assert page.status == 200
    assert page.text.count('name="field_key"') == 3
    assert 'value="XL"' in page.text
    assert 'value="Ink"' in page.text
    assert stored(dashboard) == []


def test_a_change_keeps_what_it_does_not_speak_of(dashboard: Dashboard, editor: Client) -> None:
    number = record(
        dashboard, title="Ink", city="Lagos", email_address="ada@shop.example", external_id="o1", created_at=NOON,
        custom_fields=(CustomField(1, "size", "XL"), CustomField(2, "colour", "blue")),
    )  # fmt: skip
    form = editor.get(f"/events/{number}/edit").text
    for value in ("Ink", "Lagos", "XL", "colour"):
        assert f'value="{value}"' in form
    assert "ada@shop.example" not in form
    sent = fields(dashboard, title="Lamp", city="", external_id="o1")
    rows = [("field_key", "colour"), ("field_value", "red"), ("field_key", "shape"), ("field_value", "round")]
    page = editor.post(f"/events/{number}/edit", [*sent.items(), *rows])
    assert page.status == 303, plain(page.text)
    (event,) = stored(dashboard)
    assert (event.title, event.city, event.external_id, event.created_at) == ("Lamp", None, "o1", NOON)
    assert event.custom_fields == (CustomField(2, "colour", "red"), CustomField(3, "shape", "round"))
    assert ids(editor.get("/events?q=ada@shop.example").text) == [number]
    assert [one.deed for one in dashboard.audit() if one.deed.startswith("event.")] == ["event.updated"]


def test_an_e_mail_address_is_replaced_or_forgotten_only_when_it_is_said(dashboard: Dashboard, editor: Client) -> None:
    number = record(dashboard, email_address="ada@shop.example")

    def found(address: str) -> list[int]:
        return ids(editor.get(f"/events?q={address}").text)

    editor.post(f"/events/{number}/edit", fields(dashboard, email_address="bob@shop.example"))
    assert (found("ada@shop.example"), found("bob@shop.example")) == ([], [number])
    editor.post(f"/events/{number}/edit", fields(dashboard, forget_email="on"))
    assert found("bob@shop.example") == []


def test_saving_without_a_change_changes_nothing(dashboard: Dashboard, editor: Client) -> None:
    number = record(dashboard, title="Ink", created_at=NOON)
    (before,) = stored(dashboard)
    assert editor.post(f"/events/{number}/edit", fields(dashboard, title="Ink")).status == 303
    assert stored(dashboard) == [before]
    assert [one for one in dashboard.audit() if one.deed.startswith("event.")] == []


def test_one_is_deleted_after_a_question(dashboard: Dashboard, editor: Client) -> None:
    number, other = record(dashboard, title="Ink"), record(dashboard, title="Lamp")
    question = editor.get(f"/events/{number}/delete")
    assert "It can not be had back" in plain(question.text)
    assert len(stored(dashboard)) == 2
    page = editor.post(f"/events/{number}/delete")
    assert "It is gone" in plain(editor.follow(page).text)
    assert [one.id for one in stored(dashboard)] == [other]
    assert editor.get(f"/events/{number}").status == 404
    assert [one.subject for one in dashboard.audit() if one.deed == "event.deleted"] == [f"event {number}"]


def test_the_demo_and_the_api_say_where_events_come_from(dashboard: Dashboard) -> None:
    """And no client of the API can say otherwise."""
    sent: dict[str, Any] = {"title": "Ink", "provenance": "manual", "event": None}
    del sent["event"]
    dashboard.application.post_event(**sent)
    assert [one.provenance for one in stored(dashboard)] == ["api"]
    number = stored(dashboard)[0].id
    dashboard.application.request("PATCH", f"/events/{number}", {"provenance": "demo", "title": "x"})
    assert [(one.provenance, one.title) for one in stored(dashboard)] == [("api", "x")]
