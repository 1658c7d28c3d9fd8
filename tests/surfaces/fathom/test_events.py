"""Goals over REST: made, changed and listed, both cursors, JSON and forms, and what is refused how."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from tests.conftest import Live
from tests.surfaces.fathom.conftest import Site, refused

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
CURRENCIES = [
    "dollar",
    "pound",
    "euro",
    "yuan",
    "peso",
    "shekel",
    "yen",
    "won",
    "hryvnia",
    "franc",
    "rupee",
    "integer",
    "none",
]


def names(site: Site, query: str = "") -> tuple[list[str], bool]:
    answer = site.ask("GET", query)
    assert answer.status == 200, answer.text
    told = answer.json()
    assert (told["object"], told["url"]) == ("list", site.url)
    return [goal["name"] for goal in told["data"]], told["has_more"]


@pytest.mark.parametrize("currency", CURRENCIES)
def test_currencies_are_told_when_made_and_changed_only(site: Site, currency: str) -> None:
    made = site.goal(currency=currency)
    assert made["currency"] == currency
    assert site.ask("GET", f"/{made['id']}").json() == made | {"currency": None}
    assert site.ask("GET").json()["data"] == [made | {"currency": None}]
    assert site.ask("POST", f"/{made['id']}", {"name": "Other"}).json() == made | {"name": "Other"}


def test_only_what_is_sent_changes(site: Site) -> None:
    made = site.goal(currency="euro")
    fetched = site.ask("GET", f"/{made['id']}").json()
    assert site.ask("POST", f"/{made['id']}", fetched).json() == made
    assert site.ask("POST", f"/{made['id']}", {"currency": "yen"}).json() == made | {"currency": "yen"}
    assert site.ask("POST", f"/{made['id']}", "").json()["currency"] == "yen"


@pytest.mark.parametrize(
    "body",
    [
        "name=Caf%C3%A9+%26+Tea&currency=pound",
        "currency=pound&name=Caf\u00e9+%26%20Tea&unknown=1",
    ],
)
def test_a_form_does_as_well(site: Site, body: str) -> None:
    answer = site.ask("POST", "", body, FORM)
    assert answer.status == 200, answer.text
    assert (answer.json()["name"], answer.json()["currency"]) == ("Caf\u00e9 & Tea", "pound")
    changed = site.ask(
        "POST", f"/{answer.json()['id']}", "name=B", FORM | {"Content-Type": FORM["Content-Type"] + "; charset=utf-8"}
    )
    assert changed.json() == answer.json() | {"name": "B"}


@pytest.mark.parametrize(
    ("body", "headers", "status", "about"),
    [
        ("{}", {}, 422, "name"),
        ("", {}, 422, "name"),
        ("name=", FORM, 422, "name"),
        ("currency=dollar", FORM, 422, "name"),
        ('{"name": null}', {}, 422, "name"),
        ('{"name": "  "}', {}, 422, "name"),
        ('{"name": 5}', {}, 422, "name"),
        ('{"name": ["a"]}', {}, 422, "name"),
        ('{"name": "' + "x" * 256 + '"}', {}, 422, "name"),
        ('{"name": "a", "currency": "DOLLAR"}', {}, 422, "currency"),
        ('{"name": "a", "currency": ""}', {}, 422, "currency"),
        ('{"name": "a", "currency": ["dollar"]}', {}, 422, "currency"),
        ('{"name": "a", "page_rules": "/thanks"}', {}, 422, "page_rules is"),
        ('{"name": "a", "page_rules": [{"match": "include", "path": "thanks"}]}', {}, 422, "page_rules[0].path is"),
        ("[]", {}, 400, "object"),
        ("{", {}, 400, "JSON"),
        ('{"name": "a", "name": "b"}', {}, 400, "twice"),
        ("name=a&name=b", FORM, 400, "twice"),
        ("name=%FF", FORM, 400, "UTF-8"),
        ("name=a%00", FORM, 400, "NUL"),
        ("&".join(f"a{number}=" for number in range(101)), FORM, 400, "members"),
        ("name=a", {"Content-Type": "text/plain"}, 415, "json or a form"),
        ("name=a", FORM | {"Content-Encoding": "gzip"}, 415, "json or a form"),
        ("name=" + "x" * 70_000, FORM, 413, "larger"),
    ],
)
def test_what_is_no_goal(site: Site, body: str, headers: dict[str, str], status: int, about: str) -> None:
    refused(site.ask("POST", "", body, headers), status, about)
    assert names(site) == ([], False)
    if status == 422 and "name" not in about:
        goal = site.goal("Purchase")
        refused(site.ask("POST", f"/{goal['id']}", body, headers), 422, about)
        assert names(site) == (["Purchase"], False)


def test_a_name_of_255_characters_comes_back_as_sent(site: Site) -> None:
    name = "\U0001f6d2<b>é" + "x" * 250
    assert site.goal(name)["name"] == name
    assert names(site) == ([name], False)


def test_both_cursors_go_through_all_of_them(site: Site) -> None:
    made = [site.goal(f"{number:02}") for number in range(13)]
    all_names = [goal["name"] for goal in made]
    ids = [goal["id"] for goal in made]
    assert names(site) == (all_names[:10], True)
    assert names(site, "?limit=100") == (all_names, False)
    assert names(site, "?limit=13") == (all_names, False)
    assert names(site, f"?limit=5&starting_after={ids[4]}") == (all_names[5:10], True)
    assert names(site, f"?limit=3&starting_after={ids[9]}") == (all_names[10:], False)
    assert names(site, f"?starting_after={ids[12]}") == ([], False)
    assert names(site, f"?limit=5&ending_before={ids[10]}") == (all_names[5:10], True)
    assert names(site, f"?limit=5&ending_before={ids[5]}") == (all_names[:5], False)
    assert names(site, f"?ending_before={ids[0]}") == ([], False)
    assert names(site, "?starting_after=&ending_before=&limit=&unknown=1") == (all_names[:10], True)
    site.ask("DELETE", f"/{ids[3]}")
    assert names(site, "?limit=4") == (["00", "01", "02", "04"], True)


@pytest.mark.parametrize(
    ("query", "about"),
    [
        *((f"?limit={limit}", "limit") for limit in ("0", "101", "-1", "1.5", "ten", "%D9%A1", "9" * 30)),
        ("?starting_after=ZZZZZZZZ", "starting_after"),
        ("?ending_before=ZZZZZZZZ", "ending_before"),
        ("?starting_after={id}&ending_before={id}", "both"),
        ("?starting_after={other}", "starting_after"),
        ("?ending_before=" + "A" * 500, "ending_before"),
    ],
)
def test_what_is_no_page(site: Site, sites: list[Site], query: str, about: str) -> None:
    goal, other = site.goal(), sites[0].goal()
    refused(site.ask("GET", query.format(id=goal["id"], other=other["id"])), 422, about)


def test_page_rules_are_told_to_who_asks(site: Site) -> None:
    rules = [{"match": "include", "path": "/thank-you*"}]
    made = site.goal(page_rules=rules)
    assert made.pop("page_rules") == rules
    fetched = site.ask("GET", f"/{made['id']}").json()
    assert fetched == made | {"currency": None}
    assert site.ask("GET", f"/{made['id']}?expand=page_rules").json() == fetched | {"page_rules": rules}
    assert site.ask("GET", "?expand=page_rules").json()["data"] == [fetched | {"page_rules": rules}]
    assert "page_rules" not in site.ask("POST", f"/{made['id']}", {"name": "B"}).json()
    assert site.ask("POST", f"/{made['id']}", {"page_rules": []}).json()["page_rules"] == []


def test_the_widget_is_told_of_goals_at_once(site: Site) -> None:
    application = site.application
    settings = lambda: application.server.get(f"/api/v1/{application.client_id}/settings.json").json()  # noqa: E731
    assert not {"goals", "holdout", "attribution"} & set(settings())
    rules = [{"match": "include", "path": "/thank-you*"}]
    first, second = site.goal(), site.goal(page_rules=rules)
    assert settings()["goals"] == [{"id": second["id"], "paths": rules}]
    assert settings()["attribution"] == [7 * 86_400, 86_400]
    assert "holdout" not in settings()
    change = {"holdout_percent": 10, "attribution_click_days": 0, "attribution_display_days": 30}
    assert application.request("PATCH", "", {"application": change}).status == 200
    assert (settings()["holdout"], settings()["attribution"]) == (10, [0, 30 * 86_400])
    for goal in (first, second):
        site.ask("DELETE", f"/{goal['id']}")
    assert (settings()["goals"], settings()["holdout"]) == ([], 10)


def test_another_sites_goal_is_not_there(site: Site, sites: list[Site]) -> None:
    other = sites[0].goal()
    for method, body in (("GET", None), ("POST", {"name": "Mine"}), ("DELETE", None)):
        refused(site.ask(method, f"/{other['id']}", body), 404, "Event not found")
    refused(site.ask("POST", f"/{other['id']}/conversions", {"value": 1}), 404)
    assert sites[0].ask("GET", f"/{other['id']}").json()["name"] == "Purchase"
    sites[0].ask("DELETE", f"/{other['id']}")


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("PUT", "", "GET, HEAD, POST"),
        ("DELETE", "", "GET, HEAD, POST"),
        ("PATCH", "/{id}", "DELETE, GET, HEAD, POST"),
        ("GET", "/{id}/data", "DELETE"),
        ("GET", "/{id}/conversions", "POST"),
        ("GET", "/{id}/conversions/order-1", "DELETE"),
    ],
)
def test_another_method_is_not_allowed(site: Site, method: str, path: str, allow: str) -> None:
    answer = site.ask(method, path.format(id=site.goal()["id"]), {} if method in ("PUT", "PATCH") else None)
    refused(answer, 405)
    assert answer.headers["allow"] == allow


def test_head_is_get_without_the_body(site: Site) -> None:
    goal = site.goal()
    for path in ("", f"/{goal['id']}"):
        head, get = site.ask("HEAD", path), site.ask("GET", path)
        assert (head.status, head.body) == (200, b"")
        assert {name: head.headers[name] for name in ("content-type", "content-length")} == {
            name: get.headers[name] for name in ("content-type", "content-length")
        }


@pytest.mark.parametrize("path", ["/v1", "/v1/", "/v1/sites", "/v1/sites/CDBUGS", "/v1/sites/CDBUGS/events/A/B", "/v1x"])
def test_nothing_is_at_other_addresses(live: Live, path: str) -> None:
    answer = live.server.get(path)
    assert answer.status == 404
    if path != "/v1x":
        refused(answer, 404, "nothing at this address")


def test_a_slash_at_the_end_is_another_address(site: Site) -> None:
    refused(site.ask("GET", "/"), 404)


@pytest.mark.parametrize("external_id", ["order-1", "a/b", "ä ö", "100%", "x" * 255])
def test_an_external_id_may_be_any_text(site: Site, external_id: str) -> None:
    goal = site.goal()
    told: dict[str, Any] = site.convert(goal["id"], value=5, external_id=external_id)
    assert told["external_id"] == external_id
    gone = site.ask("DELETE", f"/{goal['id']}/conversions/{quote(external_id, safe='')}")
    assert gone.json() == {"id": external_id, "object": "conversion", "deleted": True}
    assert site.found()["totals"] == []
