"""Webhooks over REST: what may be saved, what is refused, what is answered and what is never told."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from tests.cases.ground import assert_refusal
from tests.conftest import Live
from tests.live import LiveApp
from tests.wire import Answer

URL = "https://hooks.shop.example/figures"
MEMBERS = {
    "id", "application_id", "url", "figures", "enabled", "paused_because", "secret", "created_at", "updated_at",
}  # fmt: skip


def secret_of(size: int) -> str:
    return "whsec_" + base64.b64encode(bytes(range(size))).decode()


def create(application: LiveApp, **members: Any) -> dict[str, Any]:
    answer = application.request("POST", "/webhooks", {"url": URL, **members})
    assert answer.status == 200, answer.text
    made: dict[str, Any] = answer.json()
    return made


def refused(answer: Answer, status: int, field: str | None = None) -> str:
    assert answer.status == status, answer.text
    assert_refusal(answer)
    error = answer.json()["error"]
    assert error.get("field") == field
    return str(error["message"])


# -- what is stored and told ----------------------------------------------------------------------------------------


def test_a_webhook_from_its_making_to_its_end(live_app: LiveApp) -> None:
    made = create(live_app)
    assert set(made) == MEMBERS
    assert len(base64.b64decode(made["secret"].removeprefix("whsec_"))) in range(24, 65)
    assert (made["url"], made["figures"], made["enabled"], made["paused_because"]) == (URL, [], True, None)
    assert made["application_id"] == live_app.id
    told = {**made, "secret": None}
    assert live_app.request("GET", f"/webhooks/{made['id']}").json() == told
    assert live_app.request("GET", "/webhooks").json() == [told]
    assert live_app.request("HEAD", "/webhooks").status == 200
    assert live_app.request("DELETE", f"/webhooks/{made['id']}").json() == {"message": "Webhook successfully deleted"}
    assert live_app.request("GET", "/webhooks").json() == []
    refused(live_app.request("DELETE", f"/webhooks/{made['id']}"), 404)


@pytest.mark.parametrize("wrapped", [True, False])
def test_wrapped_or_bare_and_blank_is_absent(live_app: LiveApp, wrapped: bool) -> None:
    body = {"url": URL, "figures": "", "enabled": None, "secret": "", "unknown": 1}
    made = live_app.request("POST", "/webhooks", {"webhook": body} if wrapped else body).json()
    assert (made["figures"], made["enabled"]) == ([], True)
    assert made["secret"].startswith("whsec_")
    change = {"enabled": "0", "figures": ["close", "hover", "hover"]}
    after = live_app.request("PATCH", f"/webhooks/{made['id']}", {"webhook": change} if wrapped else change).json()
    assert (after["enabled"], after["figures"], after["url"], after["secret"]) == (False, ["hover", "close"], URL, None)
    cleared = live_app.request("PUT", f"/webhooks/{made['id']}", {"figures": None}).json()
    assert (cleared["enabled"], cleared["figures"]) == (False, [])


def test_a_fetched_webhook_may_be_sent_back_and_keeps_its_secret(live_app: LiveApp) -> None:
    made = create(live_app, secret=secret_of(32))
    path = f"/webhooks/{made['id']}"
    fetched = live_app.request("GET", path).json()
    assert live_app.request("PATCH", path, fetched).json() == fetched
    assert live_app.request("PATCH", path, {"webhook": {**fetched, "enabled": False}}).json()["secret"] is None
    # A new secret is told once; the same one that is sent again too.
    assert live_app.request("PATCH", path, {"secret": made["secret"]}).json()["secret"] == made["secret"]
    assert live_app.request("PATCH", path, {"secret": secret_of(24)}).json()["secret"] == secret_of(24)
    assert live_app.request("PATCH", path, {"secret": None}).json()["secret"] is None
    # None was lost to that: what is there is told when it is sent again.
    assert live_app.request("PATCH", path, {"secret": secret_of(24)}).json()["secret"] == secret_of(24)
    assert live_app.request("GET", path).json()["secret"] is None


@pytest.mark.parametrize("members", [{"enabled": None}, {"enabled": ""}, {"secret": ""}], ids=str)
def test_a_blank_changes_nothing_that_could_not_be_taken_back(live_app: LiveApp, members: dict[str, Any]) -> None:
    before = create(live_app, enabled=False, secret=secret_of(32))
    path = f"/webhooks/{before['id']}"
    for method in ("PATCH", "PUT"):
        assert "required" in refused(live_app.request(method, path, members), 400, next(iter(members)))
    assert live_app.request("GET", path).json() == {**before, "secret": None}


def test_twenty_and_no_more(live_app: LiveApp) -> None:
    for _ in range(20):
        create(live_app)
    refused(live_app.request("POST", "/webhooks", {"url": URL}), 409)
    assert len(live_app.request("GET", "/webhooks").json()) == 20


# -- what is refused ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://127.0.0.1/", "loopback"),
        ("http://10.0.0.1/", "private"),
        ("http://[::ffff:10.0.0.1]/", "may not be called"),
        ("ftp://shop.example/", "http"),
        ("https://user:pass@shop.example/", "password"),
        ("https://shop.example:8080/", "80 and 443"),
        ("https://shop.example/ hook", "space"),
        ("https://" + "a" * 2_048, "longer"),
        ("", "required"),
        (None, "required"),
        (5, "text"),
        (["https://shop.example/"], "text"),
    ],
)
def test_a_url_is_refused_with_the_reason(live_app: LiveApp, url: Any, why: str) -> None:
    assert why in refused(live_app.request("POST", "/webhooks", {"url": url}), 400, "url")
    made = create(live_app)
    assert why in refused(live_app.request("PATCH", f"/webhooks/{made['id']}", {"url": url}), 400, "url")
    assert live_app.request("GET", "/webhooks").json() == [{**made, "secret": None}]


def test_this_server_itself_is_refused(live: Live, live_app: LiveApp) -> None:
    refused(live_app.request("POST", "/webhooks", {"url": f"{live.base_url}/healthz"}), 400, "url")


@pytest.mark.parametrize(
    "members",
    [
        {"secret": "whsec_" + base64.b64encode(b"0123456789").decode()},
        {"secret": secret_of(23)},
        {"secret": secret_of(65)},
        {"secret": secret_of(32)[:-1]},
        {"secret": secret_of(32) + "\r\n"},
        {"secret": secret_of(32).removeprefix("whsec_")},
        {"secret": 5},
        {"figures": ["display", "sales"]},
        {"figures": "hover"},
        {"figures": [1]},
        {"figures": [["hover"]]},
        {"figures": {"hover": True}},
        {"enabled": "maybe"},
    ],
)
def test_a_member_that_will_not_do_is_named(live_app: LiveApp, members: dict[str, Any]) -> None:
    refused(live_app.request("POST", "/webhooks", {"url": URL, **members}), 400, next(iter(members)))
    assert live_app.request("GET", "/webhooks").json() == []


@pytest.mark.parametrize("size", [24, 25, 26, 63, 64])
def test_a_secret_of_ones_own(live_app: LiveApp, size: int) -> None:
    assert create(live_app, secret=secret_of(size))["secret"] == secret_of(size)


def test_nothing_of_another_application(live: Live, live_app: LiveApp) -> None:
    theirs = create(live.new_application())["id"]
    own = create(live_app)["id"]
    delivery = live_app.request("POST", f"/webhooks/{own}/test").json()["id"]
    for method, path in (
        ("GET", ""),
        ("PATCH", ""),
        ("DELETE", ""),
        ("POST", "/test"),
        ("GET", "/deliveries"),
        ("POST", f"/deliveries/{delivery}/send_again"),
    ):
        body = {"enabled": False} if method == "PATCH" else None
        for number in (theirs, 2**62, "x", 0, "1e3"):
            refused(live_app.request(method, f"/webhooks/{number}{path}", body), 404)
    for number in (2**62, "x", 0):
        refused(live_app.request("POST", f"/webhooks/{own}/deliveries/{number}/send_again"), 404)
    second = create(live_app)["id"]
    refused(live_app.request("POST", f"/webhooks/{second}/deliveries/{delivery}/send_again"), 404)
    assert live_app.request("GET", f"/webhooks/'{own}'").status == 200


def test_other_methods(live_app: LiveApp) -> None:
    own = create(live_app)["id"]
    for method, path in (("DELETE", "/webhooks"), ("GET", f"/webhooks/{own}/test"), ("POST", f"/webhooks/{own}")):
        answer = live_app.request(method, path)
        assert answer.status == 405
        assert answer.headers["allow"]
        assert_refusal(answer)


def test_a_body_that_is_none_is_refused_where_none_is_needed(live_app: LiveApp) -> None:
    own = create(live_app)["id"]
    path, headers = f"/api/v1/applications/me/webhooks/{own}/test", live_app.headers
    assert live_app.server.request("POST", path, headers, b"{}").status == 415
    headers = {**headers, "Content-Type": "application/json"}
    assert live_app.server.request("POST", path, headers, b"{").status == 400
    assert live_app.server.request("POST", path, headers, b" " * 70_000).status == 413
    assert live_app.server.request("POST", path, headers, b"{}").status == 200


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "before=0", "before=-1", "before=x"])
def test_a_page_that_is_none(live_app: LiveApp, query: str) -> None:
    own = create(live_app)["id"]
    refused(live_app.request("GET", f"/webhooks/{own}/deliveries?{query}"), 400, query.partition("=")[0])
