"""Goals and visits in beacons: what counts, once; what is left aside; and that Fomo's figures and ours agree."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from tests.conftest import Live
from tests.live import LiveApp

NOW = int(time.time())
ROBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


@pytest.fixture(scope="module")
def token(live: Live) -> str:
    live.spare = live.server.create_applications(48)
    scopes = [part for one in live.spare for part in ("--scope", f"manage:{one.row['site_id']}")]
    return str(json.loads(live.server.command_line("token", "create", *scopes, "--json").stdout)["token"])


class Page:
    """A page of an application that has a goal and an event; sends beacons and reads figures."""

    def __init__(self, application: LiveApp, token: str) -> None:
        self.application = application
        self.token = token
        self.event_id = application.post_event()["id"]
        self.goal_id = self.goal("Purchase")

    def goal(self, name: str, currency: str = "dollar") -> str:
        url = f"/v1/sites/{self.application.row['site_id']}/events"
        made = self.application.server.request(
            "POST", url, {"Authorization": f"Bearer {self.token}"}, {"name": name, "currency": currency}
        )
        assert made.status == 200, made.text
        return str(made.json()["id"])

    def send(self, *events: Any, n: str | None = None, headers: dict[str, str] | None = None) -> None:
        body = {"v": 1, "events": list(events)} | ({"n": n} if n else {})
        url = f"/api/v1/{self.application.client_id}/track"
        answer = self.application.server.request("POST", url, {"Content-Type": "text/plain", **(headers or {})}, body)
        assert answer.status == 204, answer.text

    def reached(self, **members: Any) -> dict[str, Any]:
        return {"k": "goal", "g": self.goal_id, "c": "nonce-of-one", "v": 1999, "t": NOW} | members

    def figures(self) -> tuple[int, int]:
        """Attributed conversions and their worth, as each of Fomo's answers tells them."""
        ask = self.application.request
        stats = ask("GET", "/get_statistics").json()["stats"]
        totals = ask("GET", "/dashboard").json()["totals"]
        total = ask("GET", "").json()["stat_application"]
        found = (stats["conversions_count"], stats["conversions_sales_sum"])
        assert found == (totals["conversions_count"], totals["converted_sale_in_cents"])
        assert found == (totals["goal_conversion_count"], round(totals["goal_converted_sale_in_dollars"] * 100))
        assert found == (total["conversions_count"], total["conversions_sales_sum"])
        return found

    def all(self) -> list[tuple[str, int, int, int]]:
        """Currency, count, cents and how many were held, of each row of the totals."""
        rows = self.application.request("GET", "/conversions").json()["totals"]
        return [(row["currency"], row["count"], row["cents"], row["held_count"]) for row in rows]

    def arms(self) -> tuple[dict[str, int], dict[str, int]]:
        told = self.application.request("GET", "/lift").json()
        return tuple({name: told[arm][name] for name in ("visitors", "converted", "visits")} for arm in ARMS)  # type: ignore[return-value]


ARMS = ("with_notifications", "without_notifications")


@pytest.fixture
def page(live: Live, token: str) -> Page:
    return Page(live.spare.pop(), token)


def test_a_click_a_display_and_nothing(page: Page) -> None:
    page.send(page.reached(a="click", id=page.event_id))
    page.send(page.reached(c="nonce-of-two", a="display", id=page.event_id, v=1))
    page.send(page.reached(c="nonce-of-three", a="none", v=30))
    assert page.figures() == (2, 2000)
    assert page.all() == [("dollar", 3, 2030, 0)]
    told = page.application.request("GET", "/conversions").json()
    assert told["events"] == [{"event_id": page.event_id, "currency": "dollar", "count": 2, "cents": 2000}]
    of_type = {"event_type_id": page.application.event_type_id, "currency": "dollar", "count": 2, "cents": 2000}
    assert told["event_types"] == [of_type]


def test_it_counts_once_however_often_it_is_sent(page: Page) -> None:
    one = page.reached(a="click", id=page.event_id)
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda _: page.send(one, one, n="page-view"), range(48)))
    page.send(one)
    assert page.figures() == (1, 1999)
    assert page.all() == [("dollar", 1, 1999, 0)]


def test_beside_displays_in_one_beacon(page: Page) -> None:
    display = {"k": "display", "id": page.event_id, "t": NOW}
    page.send(display, page.reached(a="display", id=page.event_id), {"k": "visit", "arm": "shown", "t": NOW}, n="page-view")
    total = page.application.request("GET", "").json()["stat_application"]
    assert (total["display_count"], total["conversions_count"]) == (1, 1)
    assert page.arms()[0]["visits"] == 1


@pytest.mark.parametrize(
    "members",
    [
        {"g": "ZZZZZZZZ"},
        {"g": "abcdefgh"},
        {"g": None},
        {"g": ["ABCDEFGH"]},
        {"c": "short"},
        {"c": None},
        {"c": "x" * 33},
        {"c": "white space"},
        {"v": -1},
        {"v": 19.99},
        {"v": "1999"},
        {"v": True},
        {"v": [1]},
        {"t": NOW + 90_000},
        {"t": NOW - 90_000},
        {"t": None},
        {"t": "now"},
        {"k": "goals"},
        {"k": ["goal"]},
    ],
)
def test_what_is_left_aside(page: Page, members: dict[str, Any]) -> None:
    page.send(page.reached(a="click", id=page.event_id) | members)
    assert (page.figures(), page.all()) == ((0, 0), [])
    page.send(page.reached())
    assert page.all() == [("dollar", 1, 1999, 0)]


@pytest.mark.parametrize(
    "members",
    [
        {"a": "click", "id": None},
        {"a": "click", "id": 987_654_321},
        {"a": "click", "id": 2**63},
        {"a": "click", "id": "1"},
        {"a": "click", "id": True},
        {"a": "click", "id": -1},
        {"a": "clicked"},
        {"a": ["click"]},
        {"a": None},
        {"a": "click", "arm": "held"},
    ],
)
def test_what_counts_but_is_put_down_to_nothing(page: Page, members: dict[str, Any]) -> None:
    page.send(page.reached(id=page.event_id) | members)
    assert page.figures() == (0, 0)
    assert page.all() == [("dollar", 1, 1999, int("arm" in members))]


def test_of_a_foreign_event_or_goal_nothing_is_counted_there(page: Page, live: Live, token: str) -> None:
    other = Page(live.spare.pop(), token)
    page.send(page.reached(a="click", id=other.event_id))
    page.send(page.reached(g=other.goal_id, a="click", id=page.event_id, c="nonce-of-two"))
    assert page.figures() == other.figures() == (0, 0)
    assert (page.all(), other.all()) == ([("dollar", 1, 1999, 0)], [])


def test_robots_and_what_is_off_do_not_count(page: Page) -> None:
    visit = {"k": "visit", "arm": "held", "t": NOW}
    page.send(page.reached(), visit, headers={"User-Agent": ROBOT})
    page.application.request("PATCH", "", {"enabled": False})
    page.send(page.reached(), visit)
    page.application.request("PATCH", "", {"enabled": True})
    assert (page.all(), page.arms()[1]["visits"]) == ([], 0)


@pytest.mark.parametrize(("cents", "worth"), [(10**9, 10**9), (10**9 + 1, 0), (10**12, 0), (10**18, 0)])
def test_what_a_page_may_say_that_it_is_worth(page: Page, cents: int, worth: int) -> None:
    """More is for the owner's server to say: it counts, and is worth nothing."""
    page.send(page.reached(a="click", id=page.event_id, v=cents))
    assert page.figures() == (1, worth)


def test_another_time_makes_no_other_conversion(page: Page) -> None:
    for hours in (0, -23, 23, -7, 0.5):
        page.send(page.reached(a="click", id=page.event_id, t=NOW + hours * 3_600))
    assert page.figures() == (1, 1999)


def test_arms_of_a_hold_out(page: Page) -> None:
    for number in range(3):
        for _ in range(2):
            page.send({"k": "visit", "arm": "shown", "u": int(number > 0), "t": NOW}, n=f"visit-{number:04}")
    page.send({"k": "visit", "arm": "held", "u": 1, "t": NOW}, n="visit-held")
    for arm in ("neither", None, ["held"], 1):
        page.send({"k": "visit", "arm": arm, "u": 1, "t": NOW}, n="visit-neither")
    for number, more in enumerate(({}, {"u": 0}, {"u": "1"}, {"u": [1]}, {"u": None})):
        page.send({"k": "visit", "arm": "held", "t": NOW} | more, n=f"visit-held-{number}")
    page.send({"k": "visit", "arm": "held", "u": 1, "t": NOW - 90_000}, n="visit-too-old")
    page.send(page.reached(arm="held", f=1), n="visit-held")
    page.send(page.reached(c="nonce-of-two", arm="held"), n="visit-held")
    page.send(page.reached(c="nonce-of-three", arm="shown", f=1, a="click", id=page.event_id))
    shown, held = {"visitors": 2, "converted": 1, "visits": 3}, {"visitors": 1, "converted": 1, "visits": 6}
    assert page.arms() == (shown, held)
    assert page.figures() == (1, 1999)
    assert page.all() == [("dollar", 3, 3 * 1999, 2)]


def test_other_currencies_are_counted_and_not_summed(page: Page) -> None:
    euros, nothing = page.goal("Sale", "euro"), page.goal("Sign-up", "none")
    page.send(page.reached(a="click", id=page.event_id), page.reached(g=euros, a="click", id=page.event_id, v=70))
    page.send(page.reached(g=nothing, a="click", id=page.event_id, v=5))
    assert page.figures() == (3, 1999)
    assert page.all() == [("dollar", 1, 1999, 0), ("euro", 1, 70, 0), ("none", 1, 0, 0)]
    page.application.request("PATCH", "", {"currency": "euro"})
    assert page.figures() == (3, 70)


def test_the_page_and_the_server_tell_of_one_order(page: Page) -> None:
    page.send(page.reached(a="click", id=page.event_id, v=1, x="order-1"))
    url = f"/v1/sites/{page.application.row['site_id']}/events/{page.goal_id}/conversions"
    headers = {"Authorization": f"Bearer {page.token}"}
    told = page.application.server.request("POST", url, headers, {"value": 2500, "external_id": "order-1"})
    assert (told.status, told.json()["value"]) == (200, 2500)
    assert page.figures() == (1, 2500)
    assert page.application.server.request("DELETE", f"{url}/order-1", headers).status == 200
    assert (page.figures(), page.all()) == ((0, 0), [])
