"""Each example of Fomo's public API page, as it stands there: its curl, the members of its answer, its refusals.

Only what must differ is put in its place: the ids and the token. Two samples there are no JSON; they get their 400.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.conftest import Live
from tests.live import LiveApp
from tests.wire import Answer

JSON = {"Content-Type": "application/json"}

CREATE = """{"event": {"event_type_id":"123", "external_id": "adf23r",
               "first_name": "John", "city": "New York", "country":"US",
               "title":"San Francisco Dealership",
               "image_url":"http://some-image-url.png",
               "url":"http://usefomo.com/some-awesome-link",
               "custom_event_fields_attributes": [
                 {"key":"model", "value":"Corvette"}
             ]}}"""
CREATED = """{
    "id": 1,
    "external_id": "adf23r",
    "event_type_id": "123",
    "url": "http://usefomo.com",
    "first_name": "John",
    "city": "New York",
    "country": "US",
    "title": "San Francisco Dealership",
    "image_url": "http://newevent.com",
    "created_at_to_seconds_from_epoch": 1123123123,
    "message": "John from New York just got a new Corvette at our San Francisco Dealership",
    "link": "http://usefomo.com/some-awesome-link?utm_source=fomo&utm_medium=notification",
    "custom_event_fields_attributes": [
        {
            "key": "model",
            "value": "Corvette"
        }
    ]
}"""
UPDATE = """ { "event_type_id":"123", "external_id":"fdsa23423",
               "first_name": "john", "city": "New York", "country":"US",
               "title":"New event", "image_url":"http://newevent.com",
               "message":"John from New York just got a New event",
               "url":"http://usefomo.com",
               "custom_event_fields_attributes": [
                 {"id":1, "key":"Model", "value":"Clio"}
               ] }"""
SETTINGS_NO_JSON = """{"application": {"name":"Fomo app", "url":"http://usefomo.com",
        "page_load":1, "maximum_per_page":30, "display_for":1,
        "display_interval":1, "randomize":1", "closable":1,
        "display_period":4, "display_threshold":5, "time_ago_period":1,
        "time_ago_threshold":1, "hide_mobile":false, "loop_notification":true,
        "position":"bottom_left", "theme":"theme1", "utm_source":"fomo",
        "utm_medium":"notification", "event_types_attributes": [ {"id":1, name": "Fomo",
        "message": "Someone in {{ city }}, {{ country }} just purchased
        a {{ linked_title }}", "_destroy":0} ]}}"""
# Its quotes mended, and the line break inside a text taken out.
SETTINGS = (
    SETTINGS_NO_JSON.replace('"randomize":1"', '"randomize":1')
    .replace(' name": "Fomo"', ' "name": "Fomo"')
    .replace("purchased\n        a", "purchased a")
)


class Curl:
    """The page's curl for one application."""

    def __init__(self, application: LiveApp) -> None:
        self.application = application

    def __call__(self, method: str, path: str, data: str | None = None, headers: dict[str, str] | None = None) -> Answer:
        headers = JSON | self.application.headers if headers is None else headers
        return self.application.server.request(method, f"/api/v1{path}", headers, data)

    def create(self) -> dict[str, Any]:
        """The page's first example."""
        answer = self("POST", "/applications/me/events", self.own(CREATE))
        assert answer.status == 200, answer.text
        created: dict[str, Any] = answer.json()
        return created

    def own(self, text: str) -> str:
        """An example with this application's event type."""
        return text.replace('"event_type_id":"123"', f'"event_type_id":"{self.application.event_type_id}"')


@pytest.fixture
def curl(live_app: LiveApp) -> Curl:
    return Curl(live_app)


def with_message(curl: Curl, message: str) -> None:
    """Gives the event type the wording that the page's messages have."""
    change = {"event_types_attributes": [{"id": curl.application.event_type_id, "message": message}]}
    answer = curl("PATCH", "/applications/me", json.dumps({"application": change}))
    assert answer.status == 200, answer.text


def test_create_an_event(curl: Curl) -> None:
    created = curl.create()
    sample = json.loads(CREATED)
    assert set(sample) <= set(created)
    for name in ("external_id", "first_name", "city", "country", "title", "link"):
        assert created[name] == sample[name]
    # Sent and answered differ in the page itself; what was sent is what comes back.
    assert created["url"] == "http://usefomo.com/some-awesome-link"
    assert created["image_url"] == "http://some-image-url.png"
    assert created["event_type_id"] == curl.application.event_type_id
    assert isinstance(created["created_at_to_seconds_from_epoch"], int)
    (field,) = created["custom_event_fields_attributes"]
    assert {"key": field["key"], "value": field["value"]} == sample["custom_event_fields_attributes"][0]


def test_its_message(curl: Curl) -> None:
    with_message(curl, "{{ first_name }} from {{ city }} just got a new {{ model }} at our {{ title }}")
    assert curl.create()["message"] == json.loads(CREATED)["message"]


def test_create_with_a_wrong_url(curl: Curl) -> None:
    """The page prints "404 BadRequest"; the status is 400 here, the body is as there."""
    answer = curl(
        "POST", "/applications/me/events", curl.own(CREATE).replace("http://usefomo.com/some-awesome-link", "fomo")
    )
    assert answer.status == 400
    assert answer.json()["error"]["message"] == "Url is not valid"
    assert curl.application.count() == 0


@pytest.mark.parametrize("path", ["/applications/me/event/{}", "/applications/me/events/{}"])
def test_retrieve_an_event(curl: Curl, path: str) -> None:
    created = curl.create()
    answer = curl("GET", path.format(created["id"]))
    assert answer.status == 200
    assert answer.json() == created


def test_retrieve_all_events(curl: Curl) -> None:
    created = curl.create()
    answer = curl("GET", "/applications/me/events")
    assert answer.status == 200
    assert answer.json() == [created]


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_update_an_event(curl: Curl, method: str) -> None:
    """The page's heading says PATCH, its curl POST; a bare object with a read-only `message`, a field with its id."""
    with_message(curl, "{{ first_name | capitalize }} from {{ city }} just got a {{ title }}")
    created = curl.create()
    field = created["custom_event_fields_attributes"][0]
    body = curl.own(UPDATE).replace('{"id":1,', f'{{"id":{field["id"]},')
    answer = curl(method, f"/applications/me/events/{created['id']}", body)
    assert answer.status == 200, answer.text
    updated = answer.json()
    sample = {
        "external_id": "fdsa23423",
        "url": "http://usefomo.com",
        "first_name": "john",
        "city": "New York",
        "country": "US",
        "title": "New event",
        "image_url": "http://newevent.com",
        "message": "John from New York just got a New event",
        "link": "http://usefomo.com?utm_source=fomo&utm_medium=notification",
        "custom_event_fields_attributes": [{"id": field["id"], "key": "Model", "value": "Clio"}],
        "created_at_to_seconds_from_epoch": created["created_at_to_seconds_from_epoch"],
    }
    assert {name: updated[name] for name in sample} == sample


def test_delete_an_event(curl: Curl) -> None:
    created = curl.create()
    answer = curl("DELETE", f"/applications/me/events/{created['id']}")
    assert (answer.status, answer.json()) == (200, {"message": "Event successfully deleted"})
    assert curl("GET", "/applications/me/events").json() == []


def test_its_refusals(curl: Curl, live: Live) -> None:
    created = curl.create()
    path = f"/applications/me/events/{created['id']}"
    for headers in (JSON, JSON | {"Authorization": "Token {your_auth_token}"}):
        answer = curl("DELETE", path, headers=headers)
        assert (answer.status, answer.json()["message"]) == (401, "Token is required.")
    answer = curl("POST", "/applications/me/events", "<event/>", {"Content-Type": "text/xml", **curl.application.headers})
    assert (answer.status, answer.json()["message"]) == (415, "Wrong format (only json allowed).")
    for other in (live.b.id, "you", 0):
        for number in (created["id"], live.event_b["id"]):
            answer = curl("DELETE", f"/applications/{other}/events/{number}")
            assert answer.status == 403
            assert answer.json()["message"] == "Token does not give access to this application."
    assert curl("GET", path).json() == created


def test_get_statistics(curl: Curl) -> None:
    """The heading says GET; the curl's `-X DELETE` and its "Subscription successfully deleted" are of another page."""
    data = '{"from": 123123123, "to": 123432123}'
    answer = curl("GET", "/applications/me/get_statistics", data)
    assert answer.status == 200, answer.text
    stats = answer.json()["stats"]
    assert (stats["timeframe_from"], stats["timeframe_to"]) == (123123123, 123432123)
    assert {"click", "display"} <= set(stats)
    assert curl("DELETE", "/applications/me/get_statistics", data).status == 405
    answer = curl("GET", "/applications/me/get_statistics", data, headers=JSON)
    assert (answer.status, answer.json()["message"]) == (401, "Token is required.")


@pytest.mark.parametrize("path", ["/users/me/applications/{}", "/applications/me/{}"])
def test_update_application_settings(curl: Curl, path: str) -> None:
    """Under the address of the curl and under that of the heading."""
    body = SETTINGS.replace('"id":1', f'"id":{curl.application.event_type_id}')
    answer = curl("PATCH", path.format(curl.application.id), body)
    assert answer.status == 200, answer.text
    changed = answer.json()
    sample = json.loads(SETTINGS)["application"]
    event_types = changed.pop("event_types_attributes")
    (sent,) = sample.pop("event_types_attributes")
    assert {name: str(changed[name]) for name in sample} == {
        name: str(bool(value) if name in ("randomize", "closable") else value) for name, value in sample.items()
    }
    assert (event_types[0]["name"], event_types[0]["message"]) == (sent["name"], sent["message"])
    assert {"id", "client_id", "client_secret", "stat_application"} <= set(changed)
    statistics = {"click_count", "display_count", "conversions_count", "conversions_sales_sum"}
    assert statistics <= set(changed["stat_application"])


@pytest.mark.parametrize("body", [SETTINGS_NO_JSON, SETTINGS_NO_JSON.replace('"randomize":1"', '"randomize":1')])
def test_settings_that_are_no_json(curl: Curl, body: str) -> None:
    answer = curl("PATCH", f"/users/me/applications/{curl.application.id}", body)
    assert answer.status == 400
    assert answer.json()["error"]["code"] == "malformed_json"


def test_settings_with_a_wrong_url(curl: Curl) -> None:
    answer = curl("PATCH", "/applications/me", '{"application": {"url": "fomo"}}')
    assert answer.status == 400
    assert answer.json()["error"]["message"] == "Url is not valid"


def test_the_script_tag_and_the_feed(curl: Curl) -> None:
    client_id = curl.application.client_id
    script = curl("GET", f"/{client_id}/load.js", headers={})
    assert script.status == 200
    assert script.headers["content-type"].startswith("text/javascript")
    feed = curl.application.server.get(f"/js-obj/{client_id}/30/1474604200.js")
    assert feed.status == 200
    assert feed.text.startswith("fomo.setup([")
