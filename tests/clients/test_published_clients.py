"""The requests of the other published clients, byte shapes as they send them: each create and update comes back right.

PHP 1.2.0, Node 1.1.0 and node-fomo, Ruby 0.1.0, a Go client, Pipedream: rebuilt from the contract, none of their code.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.conftest import Live
from tests.live import LiveApp
from tests.wire import Answer

FIELDS = "custom_event_fields_attributes"


class Client:
    """Sends bodies as a client of one language writes them; `agent` and `accept` are its headers."""

    def __init__(self, application: LiveApp, agent: str, **headers: str) -> None:
        self.application = application
        self.headers = {"Authorization": f"Token {application.auth_token}", "User-Agent": agent, **headers}

    def call(self, method: str, path: str, body: str | None = None) -> Any:
        """The decoded answer; the PHP client takes nothing but 200."""
        headers = self.headers | ({"Content-Type": "application/json"} if body is not None else {})
        answer: Answer = self.application.server.request(method, f"/api/v1/applications/me{path}", headers, body)
        assert answer.status == 200, answer.text
        return answer.json()


def compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def php_json(value: Any) -> str:
    """As PHP writes it: slashes escaped, everything beyond ASCII as \\u escapes, no spaces."""
    return json.dumps(value, separators=(",", ":")).replace("/", "\\/")


def fields_of(event: dict[str, Any]) -> dict[str, str]:
    return {field["key"]: field["value"] for field in event[FIELDS]}


def test_php(live_app: LiveApp) -> None:
    """A wrapped object with every member, `external_id` null, `/` escaped, Content-Type on every request."""
    client = Client(live_app, "Fomo/PHP/1.2.0", **{"Content-Type": "application/json", "Accept": "*/*"})
    basic = {
        "event_type_id": str(live_app.event_type_id),
        "event_type_tag": "",
        "external_id": None,
        "url": "https://www.fomo.example/a/b?c=1",
        "first_name": "Ryan/Zoë",
        "email_address": "ryan@fomo.example",
        "ip_address": "128.177.108.102",
        "city": "New York City",
        "province": "",
        "country": "",
        "title": "Test event",
        "image_url": "",
        FIELDS: [{"key": "variable_name", "value": "va/lue"}],
    }
    body = php_json({"event": basic})
    assert "https:\\/\\/www" in body
    created = client.call("POST", "/events", body)
    assert (created["url"], created["first_name"]) == (basic["url"], basic["first_name"])
    assert (created["external_id"], created["province"], created["image_url"]) == (None, None, None)
    assert fields_of(created) == {"variable_name": "va/lue"}
    # Two without an external id are two events.
    assert client.call("POST", "/events", body)["id"] != created["id"]
    fetched = client.call("GET", f"/events/{created['id']}")
    assert fetched == created
    updated = client.call("PATCH", f"/events/{created['id']}", php_json({"event": fetched | {"first_name": "John"}}))
    assert updated == client.call("GET", f"/events/{created['id']}")
    assert updated["first_name"] == "John"
    assert {name for name in created if updated[name] != created[name]} <= {"first_name", "message", "updated_at"}
    assert len(client.call("GET", "/events?per=30&page=1")) == 2
    meta = client.call("GET", "/events?per=1&page=2&show_meta=true")["meta"]
    assert meta == {"per_page": 1, "page": 2, "total_count": 2, "total_pages": 2}
    assert client.call("DELETE", f"/events/{created['id']}") == {"message": "Event successfully deleted"}


def test_node(live_app: LiveApp) -> None:
    """A wrapped object, blank members, custom fields with `id` blank; on update the read-only members along."""
    client = Client(live_app, "Fomo/NodeJS/1.1.0")
    basic = {
        "event_type_id": str(live_app.event_type_id),
        "event_type_tag": "",
        "url": "https://www.usefomo.com",
        "first_name": "Ryan",
        "email_address": "",
        "ip_address": "",
        "city": "San Francisco",
        "province": "",
        "country": "",
        "title": "Test event",
        "image_url": "",
        FIELDS: [{"id": "", "key": "variable_name", "value": "value"}],
    }
    created = client.call("POST", "/events", compact({"event": basic}))
    assert fields_of(created) == {"variable_name": "value"}
    assert isinstance(created[FIELDS][0]["id"], int)
    fetched = client.call("GET", f"/events/{created['id']}")
    fetched["first_name"] = "John"
    fetched[FIELDS][0]["value"] = "changed_value"
    updated = client.call("PATCH", f"/events/{created['id']}", compact({"event": fetched}))
    assert updated["first_name"] == "John"
    assert updated[FIELDS] == [{**created[FIELDS][0], "value": "changed_value"}]
    # Its FomoEvent filled by hand: blank read-only members, and new fields without an id.
    own = basic | dict.fromkeys(("created_at", "updated_at", "message", "link"), "")
    own |= {"id": created["id"], "title": "By hand", FIELDS: [{"id": "", "key": "variable_name", "value": "again"}]}
    by_hand = client.call("PATCH", f"/events/{created['id']}", compact({"event": own}))
    assert (by_hand["title"], by_hand["first_name"], by_hand["created_at"]) == ("By hand", "Ryan", created["created_at"])
    assert by_hand[FIELDS] == [{**created[FIELDS][0], "value": "again"}]


def test_node_fomo(live_app: LiveApp) -> None:
    """Another Node client: only the members that are set, `country` as people write it, and a search."""
    client = Client(live_app, "node-superagent/3.8.2", Accept="application/json")
    event = {
        "event_type_tag": "new_order",
        "external_id": "adf23r",
        "email_address": "g.d+shop@gmail.example",
        "country": "USA",
        "ip_address": "128.177.108.102",
        FIELDS: [{"key": "order_type", "value": "Awesome!!"}],
    }
    created = client.call("POST", "/events", compact({"event": event}))
    assert (created["country"], created["email_address"]) == ("US", None)
    for query in ("field=email_address&q=g.d+shop@gmail.example", "field=external_id&q=adf23r"):
        assert client.call("GET", f"/events/find?{query}") == created


def test_ruby(live_app: LiveApp) -> None:
    """Bare objects; on update with the read-only members, blank ones among them."""
    client = Client(
        live_app, "Fomo/Ruby/0.1.0", **{"Accept": "*/*", "Accept-Encoding": "gzip;q=1.0,deflate;q=0.6,identity;q=0.3"}
    )
    basic = {
        "event_type_id": str(live_app.event_type_id),
        "event_type_tag": "",
        "url": "https://www.usefomo.com",
        "first_name": "Dean",
        "email_address": "",
        "ip_address": "",
        "city": "San Francisco",
        "province": "",
        "country": "",
        "title": "Test event",
        "image_url": "",
        FIELDS: [{"key": "variable_name", "value": "value"}],
    }
    created = client.call("POST", "/events", compact(basic))
    assert (created["first_name"], fields_of(created)) == ("Dean", {"variable_name": "value"})
    # A hash of what is known, the client's second way.
    short = {"event_type_tag": "new-order", "city": "San Francisco", FIELDS: [{"key": "a", "value": "b"}]}
    assert client.call("POST", "/events", compact(short))["event_type_id"] == live_app.event_type_id
    known = ("id", "created_at", "updated_at", "message", "link", *basic)
    fetched: dict[str, Any] = {name: created.get(name) for name in known}
    fetched[FIELDS][0]["value"] = "changed_value"
    updated = client.call("PATCH", f"/events/{created['id']}", compact(fetched | {"first_name": "John"}))
    assert (updated["first_name"], updated["title"], updated["url"]) == ("John", "Test event", basic["url"])
    assert updated[FIELDS] == [{**created[FIELDS][0], "value": "changed_value"}]
    blank = dict.fromkeys(("created_at", "updated_at", "message", "link"), "")
    again = client.call("PATCH", f"/events/{created['id']}", compact(fetched | blank | {"first_name": "Jo"}))
    assert (again["first_name"], again["created_at"]) == ("Jo", created["created_at"])


def test_go(live_app: LiveApp) -> None:
    """Custom fields as a map, empty members left out, `+`, `<`, `>` and `&` as Go escapes them."""
    client = Client(live_app, "Go-http-client/1.1", **{"Accept-Encoding": "gzip"})
    event = {
        "event_type_id": live_app.event_type_id,
        "first_name": "Ada",
        "title": "<Mug> & more",
        "url": "https://shop.example/p?a=1&b=2",
        FIELDS: {"size": "XL", "count": 2, "gift": True},
    }
    text = compact({"event": event})
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    created = client.call("POST", "/events", text)
    assert (created["title"], created["url"]) == (event["title"], event["url"])
    assert fields_of(created) == {"size": "XL", "count": "2", "gift": "true"}
    updated = client.call("PATCH", f"/events/{created['id']}", compact({"event": {FIELDS: {"size": "S", "new": "x"}}}))
    assert fields_of(updated) == {"size": "S", "count": "2", "gift": "true", "new": "x"}
    assert updated[FIELDS][:3] == [created[FIELDS][0] | {"value": "S"}, *created[FIELDS][1:]]


def test_pipedream(live_app: LiveApp) -> None:
    """Bare objects by axios, undefined members left out, the search with its parameters encoded."""
    client = Client(live_app, "axios/0.27.2", Accept="application/json, text/plain, */*")
    event = {
        "event_type_id": live_app.event_type_id,
        "first_name": "Ada",
        "email_address": "a+b@c.example",
        "external_id": "x1",
    }
    created = client.call("POST", "/events", compact(event))
    assert created["first_name"] == "Ada"
    updated = client.call("PATCH", f"/events/{created['id']}", compact({"city": "London", "country": "United Kingdom"}))
    assert (updated["city"], updated["country"], updated["first_name"]) == ("London", "GB", "Ada")
    assert client.call("GET", "/events/find?field=email_address&q=a%2Bb%40c.example") == updated
    assert client.call("GET", "/events?per_page=100&page=1&order_by=created_at&order_direction=desc") == [updated]


@pytest.mark.parametrize("wrap", [True, False], ids=["wrapped", "bare"])
def test_none_of_them_reaches_another_application(live: Live, live_app: LiveApp, wrap: bool) -> None:
    client = Client(live_app, "Fomo/PHP/1.2.0")
    foreign = live.b.post_event(title="of b")
    body = {"event": {"title": "x"}} if wrap else {"title": "x"}
    for method in ("GET", "PATCH", "DELETE"):
        answer = live_app.request(method, f"/events/{foreign['id']}", body if method == "PATCH" else None)
        assert answer.status == 404
    assert client.call("GET", "/events") == []
    assert live.b.request("GET", f"/events/{foreign['id']}").json() == foreign
