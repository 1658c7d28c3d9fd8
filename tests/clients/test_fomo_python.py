"""The official Python SDK, unmodified but for the address it calls: every one of its methods."""

from __future__ import annotations

import json

import pytest
from tests.conftest import Live
from tests.live import LiveApp

fomo = pytest.importorskip("Fomo", reason="the SDK is not installed (pip install fomo==1.2.2)")


@pytest.fixture
def client(live_app: LiveApp) -> fomo.FomoClient:
    client = fomo.FomoClient(live_app.auth_token)
    client._FomoClient__endpoint = live_app.base_url  # it has no setting for this
    return client


def test_version() -> None:
    assert fomo.__version__ == "1.2.2"


def test_create_by_id_with_custom_field(client: fomo.FomoClient, live_app: LiveApp) -> None:
    event = fomo.FomoEventBasic(
        event_type_id=str(live_app.event_type_id),
        url="https://shop.example/p/1",
        first_name="Zoë",
        city="San Francisco",
        province="California",
        country="US",
        title="Test event",
        image_url="https://shop.example/p/1.jpg",
        email_address="zoe@example.com",
        ip_address="203.0.113.9",
    )
    event.add_custom_event_field("custom_title", "Custom & <title>")
    created = client.create_event(event)
    assert created["event_type_id"] == live_app.event_type_id
    assert (created["first_name"], created["title"], created["country"]) == ("Zoë", "Test event", "US")
    assert created["email_address"] is None
    assert [(field["key"], field["value"]) for field in created["custom_event_fields_attributes"]] == [
        ("custom_title", "Custom & <title>")
    ]
    assert client.get_event(created["id"]) == created
    assert client.get_event(str(created["id"])) == created  # it puts quotes around a string id
    assert "zoe@example.com" not in json.dumps(created)


def test_create_by_tag(client: fomo.FomoClient, live_app: LiveApp) -> None:
    created = client.create_event(fomo.FomoEventBasic(event_type_tag="new_order", title="By tag"))
    assert created["event_type_id"] == live_app.event_type_id
    assert created["event_type_tag"] == "new_order"


def test_list(client: fomo.FomoClient) -> None:
    numbers = [client.create_event(fomo.FomoEventBasic(event_type_tag="new_order", title=t))["id"] for t in "abc"]
    assert [event["id"] for event in client.get_events()] == numbers[::-1]
    assert [event["id"] for event in client.get_events(2, 2)] == numbers[:1]
    assert client.get_events(30, 5) == []
    with_meta = client.get_events_with_meta(2, 1)
    assert [event["id"] for event in with_meta["events"]] == numbers[:0:-1]
    assert with_meta["meta"] == {"per_page": 2, "page": 1, "total_count": 3, "total_pages": 2}


def test_update_sends_the_whole_event_back(client: fomo.FomoClient, live: Live) -> None:
    event = fomo.FomoEventBasic(event_type_tag="new-order", title="Before", email_address="zoe@example.com")
    event.external_id = "order-1"
    event.add_custom_event_field("size", "L")
    event.add_custom_event_field("colour", "red")
    created = client.create_event(event)
    assert client.update_event(created) == created
    changed = client.get_event(created["id"])
    changed["title"] = "After"
    changed["custom_event_fields_attributes"][0]["value"] = "XL"
    changed["custom_event_fields_attributes"].append({"key": "new", "value": "field"})
    updated = client.update_event(changed)
    assert updated == client.get_event(created["id"])
    assert updated["title"] == "After"
    assert updated["external_id"] == "order-1"
    assert [(field["key"], field["value"]) for field in updated["custom_event_fields_attributes"]] == [
        ("size", "XL"),
        ("colour", "red"),
        ("new", "field"),
    ]
    assert updated["custom_event_fields_attributes"][:2] == [
        created["custom_event_fields_attributes"][0] | {"value": "XL"},
        created["custom_event_fields_attributes"][1],
    ]
    foreign = live.b.post_event(title="of b")
    assert client.update_event(foreign | {"title": "x"})["success"] is False
    assert live.b.request("GET", f"/events/{foreign['id']}").json() == foreign


def test_delete(client: fomo.FomoClient) -> None:
    event = client.create_event(fomo.FomoEventBasic(event_type_tag="new_order", title="Short-lived"))
    assert client.delete_event(event["id"]) == {"message": "Event successfully deleted"}
    assert client.get_events() == []
    assert client.get_event(event["id"])["success"] is False
    assert client.delete_event(str(event["id"]))["success"] is False


def test_refusals_are_readable(client: fomo.FomoClient, live_app: LiveApp) -> None:
    refused = client.create_event(fomo.FomoEventBasic(event_type_tag="new_order", url="no url"))
    assert refused["message"] == refused["error"]["message"] == "Url is not valid"
    assert "id" not in refused
    stranger = fomo.FomoClient("no token")
    stranger._FomoClient__endpoint = live_app.base_url
    assert stranger.get_events()["message"] == "Token is required."
