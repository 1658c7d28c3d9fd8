"""An order becomes one event, told over the REST API with the shop's token; what came of it is said plainly."""

import json
import time

import pytest
from starlette.testclient import TestClient
from tests.surfaces.demo.conftest import TOKEN, StubApi

ORDER = {"product": "garden-twine", "first_name": "Ada", "city": "Lisbon", "country": "Portugal"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def test_an_order_is_told_to_tidings_and_the_answer_shows_the_call(shop: TestClient, api: StubApi) -> None:
    answer = shop.post("/demo/orders", json={**ORDER, "order": "IO-7K2M9QPA"})

    assert answer.status_code == 200
    [(headers, event)] = api.told
    assert headers["authorization"] == f"Token {TOKEN}"
    assert headers["content-type"] == "application/json"
    assert event == {
        "event_type_id": 1,
        "first_name": "Ada",
        "city": "Lisbon",
        "country": "Portugal",
        "title": "Garden twine",
        "url": f"{api.base_url}/demo/#garden-twine",
        "image_url": f"{api.base_url}/demo/assets/products/garden-twine.svg",
        "external_id": "IO-7K2M9QPA",
    }
    said = answer.json()
    assert said["order"] == "IO-7K2M9QPA"
    assert said["request"]["method"] == "POST"
    assert said["request"]["url"] == f"{api.base_url}/api/v1/applications/me/events"
    assert said["request"]["body"] == event
    assert said["response"]["status"] == 200
    assert said["response"]["body"]["id"] == 7
    assert said["reason"] is None
    assert 0 <= said["feed"]["at"] - time.time() + 1 <= 41
    assert said["feed"]["at"] % 40 == 0


def test_the_token_is_never_shown(shop: TestClient) -> None:
    answer = shop.post("/demo/orders", json=ORDER)
    assert answer.json()["request"]["headers"]["Authorization"] == "Token tok_••••••••"
    assert TOKEN not in answer.text
    assert TOKEN not in shop.get("/demo/").text


def test_a_plain_form_is_sent_on_to_a_page_with_the_result(shop: TestClient, api: StubApi) -> None:
    sent = shop.post("/demo/orders", data={**ORDER, "first_name": "Zoë <b>", "order": "IO-7K2M9QPA"})
    assert sent.status_code == 303
    assert sent.headers["location"] == "./?order=IO-7K2M9QPA#happening"

    page = shop.get("/demo/?order=IO-7K2M9QPA").text
    assert "Order IO-7K2M9QPA: Zoë &lt;b&gt; from Lisbon bought Garden twine." in page
    assert "<b>" not in page
    assert "On disk. Event 7." in page
    assert "Goes in within" in page
    assert "IO-7K2M9QPA" in api.told[0][1]["external_id"]
    assert len(api.told) == 1, "reading the page orders nothing"


def test_a_form_sent_twice_is_one_order(shop: TestClient, api: StubApi) -> None:
    for _ in range(2):
        shop.post("/demo/orders", data={**ORDER, "order": "IO-AAAAAAAA"})
    assert {event["external_id"] for _, event in api.told} == {"IO-AAAAAAAA"}

    api.headers = {"Idempotent-Replayed": "true"}
    assert shop.post("/demo/orders", json={**ORDER, "order": "IO-AAAAAAAA"}).json()["response"]["replayed"] is True
    assert "one order, one event" in shop.get("/demo/?order=IO-AAAAAAAA").text


def test_an_order_without_a_number_gets_one(shop: TestClient, api: StubApi) -> None:
    numbers = {shop.post("/demo/orders", json=ORDER).json()["order"] for _ in range(5)}
    assert len(numbers) == 5
    assert {event["external_id"] for _, event in api.told} == numbers


def test_words_may_be_missing(shop: TestClient, api: StubApi) -> None:
    assert shop.post("/demo/orders", json={"product": "clay-pots"}).status_code == 200
    assert [api.told[0][1][name] for name in ("first_name", "city", "country")] == ["", "", ""]


def test_a_refusal_of_the_api_is_told_with_its_reason(shop: TestClient, api: StubApi) -> None:
    api.status, api.answer = 401, {"message": "Token is required.", "success": False}
    said = shop.post("/demo/orders", json={**ORDER, "order": "IO-BBBBBBBB"}).json()
    assert said["response"]["status"] == 401
    assert said["reason"] == "Refused with 401: Token is required."
    assert said["feed"] is None

    page = shop.get("/demo/?order=IO-BBBBBBBB").text
    assert "Refused with 401: Token is required." in page
    assert 'data-step="api" data-state="failed"' in page
    assert "Not reached." in page


def test_an_answer_that_can_not_be_read_is_said_so(shop: TestClient, api: StubApi) -> None:
    api.answer = b"<html>"
    answer = shop.post("/demo/orders", json={**ORDER, "order": "IO-CCCCCCCC"})
    assert answer.status_code == 200, "the order was taken; only the telling failed"
    assert answer.json()["response"] == {"status": None, "body": None}
    assert "is not JSON" in answer.json()["reason"]
    assert "is not JSON" in shop.get("/demo/?order=IO-CCCCCCCC").text


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "product"),
        ({"product": "moon"}, "product"),
        ({"product": 7}, "product"),
        ({**ORDER, "first_name": "x" * 81}, "first_name"),
        ({**ORDER, "city": 7}, "city"),
        ({**ORDER, "city": ["Lisbon"]}, "city"),
        ({**ORDER, "country": "Port\x00ugal"}, "country"),
        ({**ORDER, "country": "\ud800"}, "country"),
        ({**ORDER, "city": "a\nb"}, "city"),
        ({**ORDER, "order": "7"}, "order"),
        ({**ORDER, "order": "IO-7K2M9QPA\n"}, "order"),
        ({**ORDER, "order": ["IO-7K2M9QPA"]}, "order"),
    ],
)
def test_a_wrong_order_is_refused_with_the_field_to_blame(
    shop: TestClient, api: StubApi, given: dict[str, object], field: str
) -> None:
    answer = shop.post("/demo/orders", content=json.dumps(given), headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["field"] == field
    assert not api.told


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", "application/json", 400),
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b'"garden-twine"', "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"[" * 8000, "application/json", 400),
        (b'{"product": ' + b"1" * 8000 + b"}", "application/json", 400),
        (b"{" + b" " * 9000 + b"}", "application/json", 413),
        (b"product=garden-twine&city=%FF", "application/x-www-form-urlencoded", 400),
        (b"product=\xff", "application/x-www-form-urlencoded", 400),
        (b"&".join([b"a=b"] * 50), "application/x-www-form-urlencoded", 400),
        (b"a=" + b"b" * 9000, "application/x-www-form-urlencoded", 413),
        (b"product=garden-twine", "text/plain", 415),
        (b"product=garden-twine", "", 415),
    ],
)
def test_a_body_that_is_no_order_is_refused(shop: TestClient, api: StubApi, body: bytes, kind: str, status: int) -> None:
    for accept in ("application/json", "text/html"):
        answer = shop.post("/demo/orders", content=body, headers={"Content-Type": kind, "Accept": accept})
        assert answer.status_code == status
    assert not api.told


def test_a_refused_form_comes_back_as_it_was_filled_in(shop: TestClient, api: StubApi) -> None:
    long = "x" * 81
    answer = shop.post("/demo/orders", data={**ORDER, "first_name": long, "city": '"><script>'})
    assert answer.status_code == 400
    assert "The first name is longer than 80 characters." in answer.text
    assert f'value="{long}"' in answer.text
    assert "&#34;&gt;&lt;script&gt;" in answer.text
    assert '<dialog id="order" aria-labelledby="order-title" open>' in answer.text
    assert not api.told


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": "http://["},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site", "Origin": "https://elsewhere.example"},
    ],
)
def test_another_site_can_not_order(shop: TestClient, api: StubApi, headers: dict[str, str]) -> None:
    assert shop.post("/demo/orders", data=ORDER, headers=headers).status_code == 403
    assert shop.post("/demo/orders", json=ORDER, headers=headers).status_code == 403
    assert not api.told


def test_the_shop_s_own_page_can(shop: TestClient, api: StubApi) -> None:
    for headers in ({"Sec-Fetch-Site": "same-origin"}, {"Origin": api.base_url}, {}):
        assert shop.post("/demo/orders", json=ORDER, headers=headers).status_code == 200


def test_orders_are_posted(shop: TestClient) -> None:
    assert shop.get("/demo/orders").status_code == 405
