"""Conversions that the owner's server tells of: their worth, one of each external id, and taken back; the figures follow."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.surfaces.fathom.conftest import Site, refused

# Further ahead than two clocks may differ.
SOON = int(time.time()) + 999
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def totals(site: Site) -> dict[str, tuple[int, int]]:
    """Count and cents by currency."""
    return {row["currency"]: (row["count"], row["cents"]) for row in site.found()["totals"]}


def test_a_conversion_and_what_is_answered(site: Site) -> None:
    goal = site.goal(currency="euro")
    told = site.convert(goal["id"], value=1999, external_id="order-1", occurred_at="2026-01-31 10:45:43")
    assert told == {
        "object": "conversion",
        "event": goal["id"],
        "external_id": "order-1",
        "value": 1999,
        "currency": "euro",
        "occurred_at": "2026-01-31 10:45:43",
        "refunded": False,
    }
    when = int(datetime(2026, 1, 31, tzinfo=UTC).timestamp())
    found = site.found(f"?from={when}&to={when + 86_400}&goal={goal['id']}")
    row = {"currency": "euro", "count": 1, "cents": 1999, "attributed_count": 0, "attributed_cents": 0}
    row |= {"held_count": 0, "held_cents": 0}
    assert found["totals"] == [row]
    assert found["days"] == [{"date": "2026-01-31", **row}]
    assert found["goals"] == [{"goal_id": goal["id"], "name": "Purchase", **row}]
    assert (found["event_types"], found["events"]) == ([], [])


@pytest.mark.parametrize("occurred_at", ["2026-01-31T10:45:43Z", "2026-01-31T11:45:43+01:00", 1_769_856_343, "1769856343"])
def test_times_in_other_forms(site: Site, occurred_at: Any) -> None:
    assert site.convert(site.goal()["id"], occurred_at=occurred_at)["occurred_at"] == "2026-01-31 10:45:43"


@pytest.mark.parametrize(("sent", "cents"), [(0, 0), (10**12, 10**12), ("1999", 1999), (None, None), ("", None)])
def test_what_a_value_may_be(site: Site, sent: Any, cents: int | None) -> None:
    goal = site.goal()
    assert site.convert(goal["id"], value=sent)["value"] == cents
    answer = site.ask("POST", f"/{goal['id']}/conversions", f"value={'' if sent is None else sent}", FORM)
    assert answer.json()["value"] == cents
    assert totals(site) == {"dollar": (2, 2 * (cents or 0))}


@pytest.mark.parametrize(
    ("members", "about"),
    [
        *(
            ({"value": value}, "value")
            for value in (-1, 10**12 + 1, 19.99, 1999.0, True, "19.99", "-1", "1e3", "٣", [1], {"a": 1}, "9" * 19)
        ),
        *(({"external_id": value}, "external_id") for value in ("x" * 256, True, 1.5, ["a"], {})),
        *(
            ({"occurred_at": value}, "occurred_at")
            for value in (
                "yesterday",
                "20210810",
                20_210_810,
                "2021",
                0,
                "2026-13-01",
                -1,
                True,
                1.5,
                [1],
                "1969-01-01",
                10**13,
                "9999-12-31",
                int(time.time()) + 999,
            )
        ),
    ],
)
def test_what_is_no_conversion(site: Site, members: dict[str, Any], about: str) -> None:
    goal = site.goal()
    refused(site.ask("POST", f"/{goal['id']}/conversions", members), 422, about)
    assert totals(site) == {}


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 21])
def test_what_is_no_json_is_no_value_either(site: Site, value: str) -> None:
    goal = site.goal()
    refused(site.ask("POST", f"/{goal['id']}/conversions", f'{{"value": {value}}}'), 400)
    assert totals(site) == {}


def test_a_goal_without_a_currency_takes_no_value(site: Site) -> None:
    goal = site.goal(currency="none")
    refused(site.ask("POST", f"/{goal['id']}/conversions", {"value": 0}), 422, "value")
    assert site.convert(goal["id"])["value"] is None
    assert totals(site) == {"none": (1, 0)}


def test_one_external_id_is_one_conversion_whoever_comes_at_once(site: Site) -> None:
    goal = site.goal()

    def create(number: int) -> tuple[Any, str | None]:
        answer = site.ask("POST", f"/{goal['id']}/conversions", {"value": number, "external_id": "order-1"})
        assert answer.status == 200, answer.text
        return answer.json(), answer.headers.get("idempotent-replayed")

    with ThreadPoolExecutor(16) as pool:
        came = list(pool.map(create, range(48)))
    assert len({str(told) for told, _ in came}) == 1
    assert sorted(replayed or "" for _, replayed in came) == ["", *["true"] * 47]
    assert totals(site) == {"dollar": (1, came[0][0]["value"])}


def test_a_refund_takes_back_conversion_and_event(site: Site) -> None:
    goal = site.goal()
    event = site.application.post_event(external_id="order-1")
    site.application.post_event(external_id="order-2")
    for number in (1, 2):
        site.convert(goal["id"], value=1999, external_id=f"order-{number}")
    gone = site.ask("DELETE", f"/{goal['id']}/conversions/order-1")
    assert gone.json() == {"id": "order-1", "object": "conversion", "deleted": True}
    assert totals(site) == {"dollar": (1, 1999)}
    assert site.application.request("GET", f"/events/{event['id']}").status == 404
    assert [one["external_id"] for one in site.application.events()] == ["order-2"]
    refused(site.ask("DELETE", f"/{goal['id']}/conversions/order-1"), 404, "Conversion not found")
    # What was taken back stays so when it is told again, and says so.
    again = site.ask("POST", f"/{goal['id']}/conversions", {"value": 1, "external_id": "order-1"})
    assert (again.status, again.headers.get("idempotent-replayed"), again.json()["refunded"]) == (200, "true", True)
    assert totals(site) == {"dollar": (1, 1999)}


def test_an_event_deleted_by_itself_leaves_the_conversion(site: Site) -> None:
    goal = site.goal()
    event = site.application.post_event(external_id="order-1")
    site.convert(goal["id"], value=5, external_id="order-1")
    site.application.delete_event(event["id"])
    assert totals(site) == {"dollar": (1, 5)}


def test_a_deleted_goal_takes_its_figures_along(site: Site) -> None:
    first, second = site.goal(), site.goal(currency="yen")
    site.convert(first["id"], value=5, external_id="order-1")
    site.convert(second["id"], value=7)
    site.ask("DELETE", f"/{first['id']}")
    assert totals(site) == {"yen": (1, 7)}
    refused(site.ask("DELETE", f"/{first['id']}/conversions/order-1"), 404, "Event not found")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("?from=x", "from"),
        ("?to=-1", "to"),
        ("?from=2&to=1", "from"),
        ("?from=0&to=253402300799", "from"),
        ("?goal=ZZZZZZZZ", "goal"),
        ("?goal=ABCDEFGHI", "goal"),
    ],
)
def test_what_is_no_span(site: Site, query: str, field: str) -> None:
    answer = site.application.request("GET", f"/conversions{query}")
    assert (answer.status, answer.json()["error"]["field"]) == (400, field)
    if field != "goal" and "253402300799" not in query:
        answer = site.application.request("GET", f"/lift{query}")
        assert (answer.status, answer.json()["error"]["field"]) == (400, field)


def test_the_last_days_that_there_are(site: Site) -> None:
    assert site.application.request("PATCH", "", {"time_zone": "Pacific/Kiritimati"}).status == 200
    assert site.found("?from=253402200000&to=253402300799")["days"] == []
    assert site.found("?from=0&to=3600")["days"] == []


def test_a_lift_of_nothing(site: Site) -> None:
    answer = site.application.request("GET", "/lift?from=0&to=3600")
    none = {"visitors": 0, "converted": 0, "rate": None, "visits": 0}
    assert answer.json() == {
        "timeframe_from": 0,
        "timeframe_to": 3600,
        "with_notifications": none,
        "without_notifications": none,
        "lift": None,
        "interval": None,
        "verdict": "not_enough_data",
    }


def test_a_lift_begins_when_the_hold_out_last_changed(site: Site) -> None:
    begun = int(time.time())
    changed = site.application.request("PATCH", "", {"holdout_percent": 10, "holdout_changed_at": 5})
    assert (changed.status, "holdout_changed_at" in changed.json()) == (200, False)
    hours = {-(-moment // 3_600) * 3_600 for moment in (begun, int(time.time()) + 1)}
    told = site.application.request("GET", "/lift").json()
    assert told["timeframe_from"] in hours
    assert site.application.request("PATCH", "", {"holdout_percent": 10}).status == 200
    assert site.application.request("GET", "/lift").json()["timeframe_from"] == told["timeframe_from"]
    later = told["timeframe_from"] + 60
    assert site.application.request("GET", f"/lift?from={later}&to={later}").json()["timeframe_from"] == later


@pytest.mark.parametrize(
    ("setting", "good", "bad"),
    [
        ("currency", ["euro", "integer"], ["none", "EUR", 1]),
        ("holdout_percent", [0, 100, "10"], [-1, 101, 1.5, "x"]),
        ("attribution_click_days", [0, 30], [31, -1]),
        ("attribution_display_days", [0, 30], [31, -1]),
    ],
)
def test_settings(site: Site, setting: str, good: list[Any], bad: list[Any]) -> None:
    default = site.application.request("GET", "").json()[setting]
    assert default == {"currency": "dollar", "holdout_percent": 0, "attribution_click_days": 7}.get(setting, 1)
    for value in good:
        told = site.application.request("PATCH", "", {"application": {setting: value}}).json()
        assert str(told[setting]) == str(value)
    for value in bad:
        answer = site.application.request("PATCH", "", {"application": {setting: value}})
        assert (answer.status, answer.json()["error"]["field"]) == (400, setting)
    assert site.application.request("PATCH", "", {setting: None}).json()[setting] == default
