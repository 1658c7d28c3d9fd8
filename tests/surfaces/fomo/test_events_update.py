"""PATCH, PUT and POST of an event over a real server: what changes, what stays, what is refused."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from tests.conftest import Live
from tests.live import LiveApp

FIELDS = "custom_event_fields_attributes"


def update(app: LiveApp, number: object, body: Any, method: str = "PATCH", status: int = 200) -> dict[str, Any]:
    answer = app.request(method, f"/events/{number}", body)
    assert answer.status == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


def stored(app: LiveApp, number: int) -> dict[str, Any]:
    answer = app.request("GET", f"/events/{number}")
    assert answer.status == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def pairs(event: dict[str, Any]) -> list[tuple[str, str]]:
    return [(field["key"], field["value"]) for field in event[FIELDS]]


@pytest.mark.parametrize("method", ["PATCH", "PUT", "POST"])
@pytest.mark.parametrize("wrapped", [True, False], ids=["wrapped", "bare"])
def test_each_method_changes_what_is_sent_and_keeps_the_rest(live_app: LiveApp, method: str, wrapped: bool) -> None:
    before = live_app.post_event(title="Mug", external_id="a", province="NY", custom_event_fields_attributes={"k": "v"})
    change = {"title": "Cup", "country": "Germany"}
    after = update(live_app, before["id"], {"event": change} if wrapped else change, method)
    assert after["updated_at"] >= before["updated_at"]
    assert after == stored(live_app, before["id"])
    different = {name for name in before if before[name] != after[name]}
    assert different - {"updated_at"} == {"title", "country", "message"}
    assert (after["title"], after["country"]) == ("Cup", "DE")
    assert live_app.count() == 1


@pytest.mark.parametrize("written", ["{}", "'{}'", '"{}"', "%27{}%27"])
def test_the_id_may_come_in_quotes(live_app: LiveApp, written: str) -> None:
    number = live_app.post_event()["id"]
    assert update(live_app, written.format(number), {"title": "Cup"})["id"] == number


def test_a_fetched_event_comes_back_unharmed(live_app: LiveApp) -> None:
    created = live_app.post_event(
        external_id="x", email_address="a@b.example", first_name=" Zoë ", custom_event_fields_attributes={"a": "1", "b": ""}
    )
    sent = created | {"message": "hacked", "link": "javascript:1", "application_id": 99, "created_at": "2000-01-01"}
    sent |= {"created_at_to_seconds_from_epoch": 1, "updated_at": "never", "id": 5, "template_vars": ["x"]}
    assert update(live_app, created["id"], {"event": sent}) == created
    # The e-mail address is still known, though the API never tells it.
    assert live_app.request("GET", "/events/find?field=email_address&q=a@b.example").json() == created


def test_nothing_sent_changes_nothing(live_app: LiveApp) -> None:
    created = live_app.post_event()
    for body in ({"event": {}}, {}, {"event": {"title": created["title"], "unknown": 1}}):
        assert update(live_app, created["id"], body) == created


@pytest.mark.parametrize("blank", ["", None])
def test_blank_clears_what_is_optional(live_app: LiveApp, blank: object) -> None:
    names = ("url", "first_name", "city", "province", "country", "title", "image_url", "external_id")
    full = dict.fromkeys(names, "x") | {"url": "https://a.example", "image_url": "https://a.example/i.png"}
    created = live_app.post_event(**full, email_address="a@b.example", custom_event_fields_attributes={"k": "v"})
    body = dict.fromkeys((*names, "email_address", FIELDS, "event_type_id", "event_type_tag", "id", "created_at"), blank)
    del body["id"]
    cleared = update(live_app, created["id"], {"event": body})
    assert [cleared[name] for name in names] == [None] * len(names)
    assert cleared[FIELDS] == []
    assert cleared["event_type_id"] == live_app.event_type_id
    assert cleared["created_at"] == created["created_at"]
    assert live_app.request("GET", "/events/find?field=email_address&q=a@b.example").status == 404


def test_email_is_replaced_and_never_told(live_app: LiveApp) -> None:
    created = live_app.post_event(email_address="old@b.example")
    changed = update(live_app, created["id"], {"email_address": "New@B.example"})
    assert changed["email_address"] is None
    assert live_app.request("GET", "/events/find?field=email_address&q=old@b.example").status == 404
    assert live_app.request("GET", "/events/find?field=email_address&q=new@b.example").json()["id"] == created["id"]


def test_custom_fields_change_in_place(live_app: LiveApp) -> None:
    created = live_app.post_event(custom_event_fields_attributes=[{"key": k, "value": k} for k in "abcd"])
    number = created["id"]
    ids = {field["key"]: field["id"] for field in created[FIELDS]}
    changes = [
        {"id": ids["b"], "key": "B", "value": "by id"},
        {"id": str(ids["d"]), "value": "only the value"},
        {"key": "a", "value": "by key", "id": ""},
        {"key": "c", "_destroy": 1},
        {"key": "new", "value": 5, "id": None},
        {"key": "not there", "_destroy": True},
    ]
    changed = update(live_app, number, {"event": {FIELDS: changes}})
    assert pairs(changed) == [("a", "by key"), ("B", "by id"), ("d", "only the value"), ("new", "5")]
    assert [field["id"] for field in changed[FIELDS]][:3] == [ids["a"], ids["b"], ids["d"]]
    assert changed[FIELDS][3]["id"] not in ids.values()
    assert update(live_app, number, {FIELDS: []}) == changed
    assert pairs(update(live_app, number, {FIELDS: {"a": None, "map": True}}))[0] == ("a", "")
    assert pairs(update(live_app, number, {FIELDS: [{"id": ids["b"], "_destroy": "true"}]}))[1][0] == "d"
    assert stored(live_app, number)[FIELDS][-1]["value"] == "true"


def test_a_key_stays_unique(live_app: LiveApp) -> None:
    created = live_app.post_event(custom_event_fields_attributes={"a": "1", "b": "2"})
    renamed = update(live_app, created["id"], {FIELDS: [{"id": created[FIELDS][1]["id"], "key": "a"}]})
    assert pairs(renamed) == [("a", "2")]


def test_custom_fields_that_are_refused_change_nothing(live: Live, live_app: LiveApp) -> None:
    created = live_app.post_event(custom_event_fields_attributes={"a": "1"})
    other = live_app.post_event(custom_event_fields_attributes={"a": "1"})
    foreign = live.b.post_event(custom_event_fields_attributes={"a": "1"})
    wrong: list[Any] = [
        [{"id": other[FIELDS][0]["id"], "key": "a", "value": "2"}],
        [{"id": foreign[FIELDS][0]["id"], "value": "2"}],
        [{"id": 1, "key": "a"}],
        [{"id": created["id"] * 1000 + 7, "key": "a"}],
        [{"id": True, "key": "a"}],
        [{"value": "x"}],
        [{"key": "a", "_destroy": "maybe"}],
        {str(number): "x" for number in range(51)},
        {str(number): "x" for number in range(50)},  # 51 with the one that is there
        "text",
        [1],
    ]
    for fields in wrong:
        refusal = update(live_app, created["id"], {"event": {"title": "half", FIELDS: fields}}, status=400)
        assert refusal["error"]["field"] == FIELDS
        assert stored(live_app, created["id"]) == created
    assert live.b.request("GET", f"/events/{foreign['id']}").json() == foreign


def test_external_ids_stay_unique(live: Live, live_app: LiveApp) -> None:
    first, second = live_app.post_event(external_id="one"), live_app.post_event(external_id="two")
    live.b.post_event(external_id="only-of-b")
    refusal = update(live_app, second["id"], {"external_id": "one", "title": "half"}, status=409)
    assert refusal["error"]["field"] == "external_id"
    assert stored(live_app, second["id"]) == second
    assert update(live_app, first["id"], {"external_id": "one"})["external_id"] == "one"
    assert update(live_app, second["id"], {"external_id": "only-of-b"})["external_id"] == "only-of-b"
    assert update(live_app, first["id"], {"external_id": "two"})["external_id"] == "two"
    again = live_app.request("POST", "/events", {"event_type_id": live_app.event_type_id, "external_id": "two"})
    assert again.json()["id"] == first["id"]
    assert again.headers["idempotent-replayed"] == "true"


def test_the_event_type_changes_by_id_or_tag(live: Live, live_app: LiveApp) -> None:
    number = live_app.post_event()["id"]
    assert update(live_app, number, {"event_type_tag": "NEW-order"})["event_type_id"] == live_app.event_type_id
    for body, field in (
        ({"event_type_id": live.b.event_type_id}, "event_type_id"),
        ({"event_type_id": 2**62}, "event_type_id"),
        ({"event_type_tag": "nothing"}, "event_type_tag"),
    ):
        assert update(live_app, number, body, status=400)["error"]["field"] == field


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("url", "javascript:alert(1)"),
        ("image_url", "//x"),
        ("title", "x" * 256),
        ("first_name", True),
        ("event_type_id", "x"),
        ("email_address", {}),
        ("country", []),
        ("ip_address", ["203.0.113.9"]),
        ("external_id", "x" * 256),
    ],
)
def test_a_bad_value_is_named_and_changes_nothing(live_app: LiveApp, field: str, value: object) -> None:
    created = live_app.post_event()
    refusal = update(live_app, created["id"], {"event": {"city": "Rome", field: value}}, status=400)
    assert refusal["error"]["field"] == field
    assert stored(live_app, created["id"]) == created


def test_anothers_event_is_not_there(live: Live, live_app: LiveApp) -> None:
    for number in (live.event_b["id"], 2**63 - 1, 0, "x", "find"):
        for method in ("PATCH", "PUT", "POST"):
            if number != "find":
                assert update(live_app, number, {"title": "x"}, method, status=404)["error"]["code"] == "event_not_found"
    assert live.b.request("GET", f"/events/{live.event_b['id']}").json() == live.event_b


def test_an_update_never_brings_a_deleted_event_back(live_app: LiveApp) -> None:
    with ThreadPoolExecutor(6) as pool:
        for _ in range(25):
            number = live_app.post_event(external_id="again")["id"]
            updates = [pool.submit(live_app.request, "PATCH", f"/events/{number}", {"title": "x"}) for _ in range(3)]
            deletes = [pool.submit(live_app.request, "DELETE", f"/events/{number}") for _ in range(2)]
            assert {job.result().status for job in updates} <= {200, 404}
            assert sorted(job.result().status for job in deletes) == [200, 404]
            assert live_app.request("GET", f"/events/{number}").status == 404
    assert live_app.count() == 0


def test_an_event_may_show_the_picture_of_its_type_and_stay_without_one(live_app: LiveApp) -> None:
    """A fetched event carries its type's picture; coming back it does not become the event's own."""
    created = live_app.post_event()
    path = f"/event_types/{live_app.event_type_id}"
    assert live_app.request("PATCH", path, {"image_url": "https://a.example/type.png"}).status == 200
    fetched = stored(live_app, created["id"])
    assert fetched["image_url"] == "https://a.example/type.png"
    update(live_app, created["id"], fetched | {"title": "Cup"})
    assert live_app.request("PATCH", path, {"image_url": None}).status == 200
    assert stored(live_app, created["id"])["image_url"] is None
    assert update(live_app, created["id"], {"image_url": "https://a.example/own.png"})["image_url"].endswith("own.png")
