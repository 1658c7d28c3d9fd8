"""The settings of an application over a real server: every member, its range, its spellings, and what changes at once."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from tests.cases.ground import assert_refusal
from tests.conftest import Live
from tests.live import LiveApp

ALL = {
    "id", "name", "url", "enabled", "language", "page_load", "display_for", "display_interval", "maximum_per_page", "limit",
    "randomize", "closable", "hide_mobile", "loop_notification", "display_threshold", "display_period", "time_ago_threshold",
    "time_ago_period", "position", "theme", "custom_css", "utm_source", "utm_medium", "manual_trigger", "feed_mode",
    "name_display", "page_rules", "storage", "consent_required", "image_url", "installed", "client_id", "client_secret",
    "event_types_attributes", "stat_application", "created_at", "updated_at", "time_zone", "currency", "holdout_percent",
    "attribution_click_days", "attribution_display_days",
}  # fmt: skip
WHOLE = {
    "page_load": (0, 3_600, 1), "display_for": (1, 600, 7), "display_interval": (0, 3_600, 4), "limit": (1, 100, 30),
    "maximum_per_page": (1, 1_000, "30"), "display_threshold": (0, 10_000, 30), "display_period": (1, 4, 4),
    "time_ago_threshold": (0, 10_000, 7), "time_ago_period": (1, 4, 4),
}  # fmt: skip
SWITCHES = {
    "enabled": True, "randomize": False, "closable": True, "hide_mobile": False, "loop_notification": False,
    "manual_trigger": False, "feed_mode": False, "consent_required": False, "installed": False,
}  # fmt: skip
RULES = [
    {"match": "include", "path": "/shop/*"},
    {"match": "exclude", "path": "*/checkout"},
    {"match": "exclude", "path": "/?preview=*"},
    {"match": "include", "path": "https://shop.example/größe *"},
    {"match": "include", "path": "http://*"},
]


def retrieve(app: LiveApp) -> dict[str, Any]:
    answer = app.request("GET", "")
    assert answer.status == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def change(app: LiveApp, status: int = 200, **members: Any) -> dict[str, Any]:
    answer = app.request("PATCH", "", {"application": members})
    assert answer.status == status, answer.text
    if status != 200:
        assert_refusal(answer)
    found: dict[str, Any] = answer.json() if status == 200 else answer.json()["error"]
    return found


def test_an_application_is_told_whole_and_without_its_token(live_app: LiveApp) -> None:
    found = retrieve(live_app)
    assert set(found) == ALL
    for name, (_least, _most, default) in WHOLE.items():
        assert found[name] == default
    assert {name: found[name] for name in SWITCHES} == SWITCHES
    assert (found["client_id"], found["client_secret"]) == (live_app.client_id, live_app.row["client_secret"])
    assert found["stat_application"] == dict.fromkeys(
        ("click_count", "display_count", "conversions_count", "conversions_sales_sum"), 0
    )
    assert [one["id"] for one in found["event_types_attributes"]] == [live_app.event_type_id]
    assert live_app.auth_token not in json.dumps(found)


@pytest.mark.parametrize("wrapped", [True, False], ids=["wrapped", "bare"])
@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_every_address_takes_it(live_app: LiveApp, method: str, wrapped: bool) -> None:
    paths = (
        "applications/me",
        "applications/{}",
        "applications/me/{}",
        "users/me/applications/{}",
        "users/me/applications/me",
    )
    for number, path in enumerate(paths, 1):
        body = {"page_load": number, "client_id": "x", "id": 7, "auth_token": "x", "unknown": {"a": 1}, "created_at": "x"}
        sent = {"application": body} if wrapped else body
        address = f"/api/v1/{path.format(live_app.id)}"
        answer = live_app.server.request(method, address, live_app.headers, sent)
        assert answer.status == 200, answer.text
        assert (answer.json()["page_load"], answer.json()["client_id"]) == (number, live_app.client_id)
        assert live_app.server.request("GET", address, live_app.headers).json() == answer.json() == retrieve(live_app)


@pytest.mark.parametrize("name", WHOLE)
def test_numbers_and_their_ranges(live_app: LiveApp, name: str) -> None:
    least, most, default = WHOLE[name]
    told = str if name == "maximum_per_page" else int
    for value in (least, most, str(least), str(most), float(most), (least + most) // 2, str((least + most) // 2)):
        assert change(live_app, **{name: value})[name] == told(int(value))
    before = retrieve(live_app)
    for value in (
        least - 1,
        most + 1,
        str(most + 1),
        "-1",
        "1.0",
        "x",
        f"0{most}",
        f" {most}",
        1.5,
        True,
        [1],
        {},
        2**63,
        1e308,
    ):
        assert change(live_app, 400, name="Changed", **{name: value})["field"] == name
    assert retrieve(live_app) == before
    for blank in ("", None):
        change(live_app, **{name: least})
        assert change(live_app, **{name: blank})[name] == default


@pytest.mark.parametrize("name", SWITCHES)
def test_switches(live_app: LiveApp, name: str) -> None:
    for value, wanted in ((1, True), (0, False), ("1", True), ("0", False), ("true", True), ("false", False), (True, True)):
        assert change(live_app, **{name: value})[name] is wanted
    for value in ("maybe", "yes", 2, [], {}):
        assert change(live_app, 400, **{name: value})["field"] == name
    change(live_app, **{name: not SWITCHES[name]})
    assert change(live_app, **{name: None})[name] is SWITCHES[name]


@pytest.mark.parametrize(
    ("name", "value", "default"),
    [
        ("name", "Shöp <b>", ""),
        ("language", "de", "en"),
        ("language", "pt-BR", "en"),
        ("language", "zh-Hant-TW", "en"),
        ("time_zone", "Europe/Berlin", "UTC"),
        ("position", "top_right", "bottom_left"),
        ("theme", "theme2", "theme1"),
        ("theme", "custom", "theme1"),
        ("custom_css", ".card { color: red }", ""),
        ("utm_source", "a&b=c d", "fomo"),
        ("utm_medium", "x" * 255, "notification"),
        ("name_display", "initial", "full"),
        ("page_rules", RULES, []),
        ("page_rules", [{"match": "include", "path": "/" + "x" * 254}], []),
        ("storage", "session", "local"),
        ("storage", "none", "local"),
        ("image_url", "https://shop.example/a.png", None),
    ],
)
def test_words_and_texts(live_app: LiveApp, name: str, value: Any, default: Any) -> None:
    assert change(live_app, **{name: value})[name] == value == retrieve(live_app)[name]
    assert change(live_app, **{name: ""})[name] == default
    change(live_app, **{name: value})
    assert change(live_app, **{name: None})[name] == default == retrieve(live_app)[name]


@pytest.mark.parametrize(
    ("name", "value", "field"),
    [
        ("name", "x" * 256, ""),
        ("name", {"a": 1}, ""),
        ("url", "javascript:alert(1)", ""),
        ("url", "//shop.example", ""),
        ("url", "", ""),
        ("url", None, ""),
        ("language", "xx", ""),
        ("language", "english", ""),
        ("language", "en_US.UTF-8", ""),
        ("language", "en-u-ca-buddhist", ""),
        ("language", 5, ""),
        ("position", "BOTTOM_LEFT", ""),
        ("position", ["bottom_left"], ""),
        ("theme", "theme9", ""),
        ("theme", "../theme1", ""),
        ("custom_css", "a{background:url(https://evil.example)}", ""),
        ("custom_css", "x" * 32_769, ""),
        ("utm_source", "x" * 256, ""),
        ("name_display", "all", ""),
        ("image_url", "data:image/png;base64,AAAA", ""),
        ("page_rules", "/*", ""),
        ("page_rules", [RULES[0]] * 51, ""),
        ("page_rules", [RULES[0], "/*"], "page_rules[1]"),
        ("page_rules", [{"match": "only", "path": "/"}], "page_rules[0].match"),
        ("page_rules", [{"match": "include", "path": "shop"}], "page_rules[0].path"),
        ("page_rules", [{"match": "include"}], "page_rules[0].path"),
        ("page_rules", [RULES[0], {"match": "include", "path": ""}], "page_rules[1].path"),
        ("page_rules", [{"match": "include", "path": "/" + "x" * 255}], "page_rules[0].path"),
        ("page_rules", [{"match": "include", "path": "/a\n"}], "page_rules[0].path"),
        ("page_rules", [{"match": "include", "path": "/a\x7f"}], "page_rules[0].path"),
        ("page_rules", [{"match": "include", "path": "ftp://shop.example/"}], "page_rules[0].path"),
        ("page_rules", [{"match": "include", "path": "javascript:x"}], "page_rules[0].path"),
        ("page_rules", [{"match": "include", "path": ["/"]}], "page_rules[0].path"),
        ("storage", "cookie", ""),
        ("storage", True, ""),
        ("consent_required", "yes", ""),
        ("event_types_attributes", {"0": {}}, ""),
        ("event_types_attributes", [{"name": "x", "message": "x"}] * 101, ""),
        ("event_types_attributes", [5], "event_types_attributes[0]"),
        ("event_types_attributes", [{"message": "x"}], "event_types_attributes[0].name"),
        ("event_types_attributes", [{"name": "x", "message": "{{ a.b }}"}], "event_types_attributes[0].message"),
        ("event_types_attributes", [{"id": "x"}], "event_types_attributes[0].id"),
        ("event_types_attributes", [{"id": 1, "_destroy": "maybe"}], "event_types_attributes[0]._destroy"),
        ("event_types_attributes", [{"id": 2**62, "name": "x"}], "event_types_attributes[0].id"),
    ],
)
def test_one_invalid_member_refuses_all(live_app: LiveApp, name: str, value: Any, field: str) -> None:
    before = retrieve(live_app)
    members = {"page_load": 9, "event_types_attributes": [{"name": "Extra", "message": "x"}], name: value}
    assert change(live_app, 400, **members)["field"] == (field or name)
    assert retrieve(live_app) == before


def test_a_fetched_application_goes_back_as_it_came(live_app: LiveApp) -> None:
    change(
        live_app, page_rules=RULES, custom_css="a{}", language="he", event_types_attributes=[{"name": "x y", "message": "z"}]
    )
    found = retrieve(live_app)
    assert change(live_app, **found) == found
    assert live_app.request("PUT", f"/{live_app.id}", found).json() == found


def test_event_types_are_made_changed_and_deleted_together(live_app: LiveApp) -> None:
    first = live_app.event_type_id
    deeds = [
        {"id": str(first), "name": "Sale", "message": "{{ title }} sold", "_destroy": 0},
        {"id": "", "name": "Visit", "message": "{{ city }}", "use_avatar": "1"},
        {"name": "Nothing", "_destroy": "1"},
    ]
    found = change(live_app, name="Shop 2", event_types_attributes=deeds)["event_types_attributes"]
    assert [(one["name"], one["event_type_tag"]) for one in found] == [("Sale", "new_order"), ("Visit", "visit")]
    visit = found[1]["id"]
    assert live_app.request("GET", f"/event_types/{visit}").json()["use_avatar"] is True
    live_app.post_event(event_type_id=visit)
    before = retrieve(live_app)
    refused = change(
        live_app, 409, name="x", event_types_attributes=[{"id": first, "name": "y"}, {"id": visit, "_destroy": True}]
    )
    assert (refused["field"], refused["code"]) == ("event_types_attributes[1]", "has_events")
    refused = change(live_app, 409, event_types_attributes=[{"id": first, "name": "Visit"}])
    assert (refused["field"], refused["code"]) == ("event_types_attributes[0].name", "taken")
    assert retrieve(live_app) == before
    found = change(live_app, event_types_attributes=[{"id": first, "_destroy": "true"}])["event_types_attributes"]
    assert [one["id"] for one in found] == [visit]


def test_another_application_is_out_of_reach(live: Live, live_app: LiveApp) -> None:
    before, theirs = retrieve(live_app), live.b.request("GET", "").json()
    for deed in ({"name": "pwn"}, {"_destroy": 1}, {"message": "pwn"}):
        refused = change(live_app, 400, name="x", event_types_attributes=[{"id": live.b.event_type_id, **deed}])
        assert refused["field"] == "event_types_attributes[0].id"
    for path in ("applications/{}", "applications/me/{}", "users/me/applications/{}"):
        for method in ("GET", "PATCH", "PUT"):
            address = f"/api/v1/{path.format(live.b.id)}"
            answer = live_app.server.request(method, address, live_app.headers, {"name": "pwn"} if method != "GET" else None)
            assert answer.status == 403
            assert_refusal(answer)
    assert retrieve(live_app) == before
    assert live.b.request("GET", "").json() == theirs


def test_settings_reach_load_js_and_the_feed_at_once(live_app: LiveApp) -> None:
    event = live_app.post_event(first_name="Ada Lovelace", url="https://shop.example/p")
    server = live_app.server
    assert '"position":"bottom_left"' in server.get(f"/api/v1/{live_app.client_id}/load.js").text
    assert live_app.feed()[0]["first_name"] == "Ada Lovelace"
    for position in ("top_left", "top_right", "bottom_right"):
        change(live_app, position=position, custom_css=f".{position}{{}}")
        assert f'"position":"{position}"' in server.get(f"/api/v1/{live_app.client_id}/load.js").text
        settings = server.get(f"/api/v1/{live_app.client_id}/settings.json").json()
        assert (settings["position"], settings["themeCss"]) == (position, f".{position}{{}}")
    change(live_app, name_display="initial", utm_source="x y", image_url="https://shop.example/a.png", limit=5)
    shown = live_app.feed()[0]
    assert (shown["first_name"], shown["image_url"]) == ("A.", "https://shop.example/a.png")
    assert "utm_source=x+y" in shown["link"]
    assert live_app.request("GET", f"/events/{event['id']}").json()["image_url"] == "https://shop.example/a.png"
    change(live_app, enabled=0)
    assert live_app.feed() == []


def test_what_an_absent_name_reads_as(live_app: LiveApp) -> None:
    message = "{{ first_name }}, {{ first_name | default: 'a guest' }}, {% if first_name %}known{% else %}unknown{% endif %}"
    change(live_app, language="de", event_types_attributes=[{"id": live_app.event_type_id, "message": message}])
    assert live_app.post_event(first_name=None)["message"] == "Jemand, a guest, unknown"
    assert live_app.post_event(first_name="Ada")["message"] == "Ada, Ada, known"


def test_two_updates_at_once_both_hold(live_app: LiveApp) -> None:
    members = [
        {"page_load": 9},
        {"display_for": 9},
        {"limit": 9},
        {"name": "9"},
        {"event_types_attributes": [{"name": "9", "message": "9"}]},
    ]
    with ThreadPoolExecutor(len(members)) as pool:
        assert all(pool.map(lambda one: change(live_app, **one), members))
    found = retrieve(live_app)
    assert [found[name] for name in ("page_load", "display_for", "limit", "name")] == [9, 9, 9, "9"]
    assert len(found["event_types_attributes"]) == 2
