"""Event types over a real server: create, retrieve, list, update, delete, and what old events say afterwards."""

from typing import Any

import pytest
from tests.cases.ground import assert_refusal
from tests.conftest import Live
from tests.live import LiveApp

ALL = {
    "id", "name", "message", "event_type_tag", "markdown_enabled", "image_url", "use_avatar", "use_ip_mapping",
    "page_rules", "created_at", "updated_at",
}  # fmt: skip


def ask(app: LiveApp, method: str, path: str, body: Any = None, status: int = 200) -> Any:
    answer = app.request(method, f"/event_types{path}", body)
    assert answer.status == status, answer.text
    if status != 200:
        assert_refusal(answer)
        return answer.json()["error"]
    return answer.json()


def create(app: LiveApp, **members: Any) -> dict[str, Any]:
    created: dict[str, Any] = ask(app, "POST", "", {"event_type": {"name": "Refund", "message": "{{ title }}", **members}})
    return created


@pytest.mark.parametrize("wrapped", [True, False], ids=["wrapped", "bare"])
@pytest.mark.parametrize(
    "prefix", ["applications/me", "applications/{}", "users/me/applications/{}", "users/me/applications/me"]
)
def test_create_retrieve_list_update_delete(live_app: LiveApp, prefix: str, wrapped: bool) -> None:
    path = f"/api/v1/{prefix.format(live_app.id)}/event_types"

    def call(method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        answer = live_app.server.request(method, path, live_app.headers, {"event_type": body} if wrapped and body else body)
        assert answer.status == 200, answer.text
        return answer.json()

    made = call("POST", path, {"name": "Money back", "message": "{{ first_name }} got {{ title }} back"})
    assert set(made) == ALL
    assert made["event_type_tag"] == "money_back"
    assert (made["markdown_enabled"], made["image_url"], made["use_avatar"], made["use_ip_mapping"]) == (
        False,
        None,
        False,
        False,
    )
    assert call("GET", f"{path}/{made['id']}") == made
    assert call("GET", f"{path}/'{made['id']}'") == made
    assert [one["id"] for one in call("GET", path)] == [live_app.event_type_id, made["id"]]
    for method, name in (("PATCH", "Refund"), ("PUT", "Repaid")):
        after = call(method, f"{path}/{made['id']}", {"name": name})
        assert {**after, "updated_at": ""} == {**made, "name": name, "updated_at": ""}
    assert call("PATCH", f"{path}/{made['id']}", after) == after
    assert call("DELETE", f"{path}/{made['id']}") == {"message": "Event type successfully deleted"}
    assert [one["id"] for one in call("GET", path)] == [live_app.event_type_id]
    ask(live_app, "GET", f"/{made['id']}", status=404)


@pytest.mark.parametrize("name", ["markdown_enabled", "use_avatar", "use_ip_mapping"])
def test_switches_come_in_many_spellings(live_app: LiveApp, name: str) -> None:
    number = create(live_app)["id"]
    for value, wanted in ((1, True), (0, False), ("1", True), ("0", False), (True, True), (False, False), ("true", True),
                          ("false", False), (True, True), (None, False), (True, True), ("", False)):  # fmt: skip
        assert ask(live_app, "PATCH", f"/{number}", {name: value})[name] is wanted
    for value in (2, "yes", "True ", -1, 0.5, [], {}):
        assert ask(live_app, "PATCH", f"/{number}", {name: value}, 400)["field"] == name


@pytest.mark.parametrize(
    ("members", "field", "code"),
    [
        ({"name": None}, "name", "required"),
        ({"name": "  "}, "name", "invalid_value"),
        ({"name": "x" * 256}, "name", "too_long"),
        ({"name": ["x"]}, "name", "invalid_value"),
        ({"message": ""}, "message", "required"),
        ({"message": "x" * 2_049}, "message", "too_long"),
        ({"message": "{{ a.b }}"}, "message", "invalid_message"),
        ({"message": "[a](javascript:x)", "markdown_enabled": "1"}, "message", "invalid_message"),
        ({"image_url": "javascript:x"}, "image_url", "invalid_url"),
        ({"event_type_tag": "x" * 256}, "event_type_tag", "too_long"),
        ({"event_type_tag": " "}, "event_type_tag", "invalid_value"),
        ({"page_rules": {}}, "page_rules", "invalid_value"),
        ({"page_rules": [{"match": "include", "path": "/"}] * 51}, "page_rules", "too_many"),
        ({"page_rules": [{"match": "exclude", "path": "shop"}]}, "page_rules[0].path", "invalid_value"),
    ],
)
def test_refusals_name_the_member_and_change_nothing(
    live_app: LiveApp, members: dict[str, Any], field: str, code: str
) -> None:
    before = ask(live_app, "GET", "")
    refused = ask(live_app, "POST", "", {"name": "Refund", "message": "x", **members}, 400)
    assert (refused["field"], refused["code"]) == (field, code)
    refused = ask(live_app, "PATCH", f"/{live_app.event_type_id}", members, 400)
    assert (refused["field"], refused["code"]) == (field, code)
    assert ask(live_app, "GET", "") == before


def test_a_wording_is_refused_with_line_column_and_reason(live_app: LiveApp) -> None:
    refused = ask(live_app, "POST", "", {"name": "x", "message": "Hello\n  {{ city | shout }}"}, 400)
    assert refused["message"].startswith("Message can not be read at line 2, column 13: there is no filter 'shout'")


def test_names_and_tags_that_are_taken_are_a_conflict(live_app: LiveApp) -> None:
    assert ask(live_app, "POST", "", {"name": "New order", "message": "x"}, 409)["field"] == "name"
    refused = ask(live_app, "POST", "", {"name": "x", "message": "x", "event_type_tag": "New-Order"}, 409)
    assert (refused["field"], refused["code"]) == ("event_type_tag", "taken")
    assert create(live_app, name="New  order!")["event_type_tag"] == "new_order_2"


def test_an_edit_changes_what_old_events_say_and_the_feed_at_once(live_app: LiveApp) -> None:
    old = live_app.post_event(first_name="*Ada*", title="<b>ink</b>", url=None, image_url=None)
    assert live_app.feed()[0]["message"] == "*Ada* from New York just bought <b>ink</b>"
    wording = {
        "message": "**{{ first_name }}** bought [{{ title }}](https://shop.example/?a=1&b=2)",
        "markdown_enabled": True,
    }
    ask(live_app, "PATCH", f"/{live_app.event_type_id}", {**wording, "image_url": "https://shop.example/t.png"})
    said = live_app.request("GET", f"/events/{old['id']}").json()
    assert said["message"] == (
        '<strong>*Ada*</strong> bought <a href="https://shop.example/?a=1&amp;b=2">&lt;b&gt;ink&lt;/b&gt;</a>'
    )
    assert said["image_url"] == "https://shop.example/t.png"
    shown = live_app.feed()[0]
    assert shown["parts"] == [["b", "*Ada*"], " bought ", ["a", "<b>ink</b>", "https://shop.example/?a=1&b=2"]]
    assert shown["image_url"] == "https://shop.example/t.png"
    ask(live_app, "PATCH", f"/{live_app.event_type_id}", {"markdown_enabled": 0, "image_url": None})
    assert live_app.feed()[0]["message"].startswith("***Ada*** bought [<b>ink</b>](")
    assert live_app.feed()[0]["image_url"] is None


def test_page_rules_are_kept_cleared_and_told_to_the_widget(live: Live, live_app: LiveApp) -> None:
    def told() -> dict[str, Any]:
        found: dict[str, Any] = live.server.get(f"/api/v1/{live_app.client_id}/settings.json").json()
        return found

    rules = [{"match": "include", "path": "/shop/*"}, {"match": "exclude", "path": "*?cart=*"}]
    assert "eventTypeRules" not in told()
    made = create(live_app, page_rules=rules)
    assert made["page_rules"] == rules == ask(live_app, "GET", f"/{made['id']}")["page_rules"]
    assert ask(live_app, "PATCH", f"/{made['id']}", made)["page_rules"] == rules
    assert ask(live_app, "PATCH", f"/{made['id']}", {"name": "Paid back"})["page_rules"] == rules
    assert told()["eventTypeRules"] == {str(made["id"]): rules}
    for blank in (None, "", []):
        assert ask(live_app, "PATCH", f"/{made['id']}", {"page_rules": blank})["page_rules"] == []
        assert "eventTypeRules" not in told()
        attributes = [{"id": made["id"], "page_rules": rules[:1]}]
        answer = live_app.request("PATCH", "", {"event_types_attributes": attributes})
        assert [one["page_rules"] for one in answer.json()["event_types_attributes"]] == [[], rules[:1]]


def test_events_find_a_type_by_its_tag_while_it_is_there(live_app: LiveApp) -> None:
    number = create(live_app, event_type_tag="Money-Back")["id"]
    assert live_app.post_event(event_type_id=None, event_type_tag="money_back")["event_type_id"] == number
    ask(live_app, "PATCH", f"/{number}", {"event_type_tag": ""})
    assert live_app.post_event(event_type_id=None, event_type_tag="refund")["event_type_id"] == number
    assert ask(live_app, "DELETE", f"/{number}", status=409)["code"] == "has_events"
    assert ask(live_app, "DELETE", f"/{number}?with_events=false", status=409)["code"] == "has_events"
    assert ask(live_app, "DELETE", f"/{number}?with_events=maybe", status=400)["field"] == "with_events"
    kept = live_app.post_event()["id"]
    assert live_app.count() == 3
    ask(live_app, "DELETE", f"/{number}?with_events=true")
    assert [event["id"] for event in live_app.events()] == [kept]
    assert live_app.count() == 1
    refused = live_app.request("POST", "/events", {"event_type_tag": "refund"})
    assert refused.json()["error"]["field"] == "event_type_tag"
    ask(live_app, "DELETE", f"/{number}?with_events=true", status=404)


def test_another_applications_event_types_are_unknown(live: Live, live_app: LiveApp) -> None:
    theirs = live.b.event_type_id
    before = live.b.request("GET", "/event_types").json()
    unknown = ask(live_app, "GET", "/987654321", status=404)
    for method, path, body in (
        ("GET", f"/{theirs}", None),
        ("PATCH", f"/{theirs}", {"name": "Mine"}),
        ("PUT", f"/{theirs}", {"name": "Mine"}),
        ("DELETE", f"/{theirs}?with_events=true", None),
    ):
        assert ask(live_app, method, path, body, 404) == unknown
    assert live_app.server.request("GET", f"/api/v1/applications/{live.b.id}/event_types", live_app.headers).status == 403
    assert live.b.request("GET", "/event_types").json() == before


@pytest.mark.parametrize("written", ["0", "-1", "x", "1.0", "9223372036854775808", "''", "%31%00"])
def test_what_is_no_id_is_unknown(live_app: LiveApp, written: str) -> None:
    ask(live_app, "GET", f"/{written}", status=404)


def test_methods_that_are_not_there(live_app: LiveApp) -> None:
    for method, path, allowed in (
        ("DELETE", "", "GET, HEAD, POST"),
        ("POST", f"/{live_app.event_type_id}", "DELETE, GET, HEAD, PATCH, PUT"),
    ):
        answer = live_app.request(method, f"/event_types{path}", {})
        assert (answer.status, answer.headers["allow"]) == (405, allowed)
