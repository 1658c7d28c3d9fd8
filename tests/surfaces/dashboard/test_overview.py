"""The overview's page: its range, its figures, its states, and that nothing of another application is in it."""

from __future__ import annotations

import re

import pytest
from tests.surfaces.dashboard.figures_ground import big_numbers, chart, seen, text_of
from tests.surfaces.dashboard.ground import Dashboard

from tidings.domain import applications, beacons, conversions, goals
from tidings.records.application import ApplicationChanges
from tidings.records.beacon import Beacon
from tidings.records.conversion import CLICKED, HELD, SHOWN, Reached
from tidings.records.goal import GoalDraft
from tidings.records.statistics import HOUR
from tidings.surfaces.context import clock

DAY = 24 * HOUR


def test_before_anything_was_shown_it_says_what_to_do(dashboard: Dashboard) -> None:
    dashboard.application.post_event()
    page = dashboard.as_role("viewer").get()
    assert page.status == 200
    assert "Nothing has been shown yet" in page.text
    assert f"/api/v1/{dashboard.application.client_id}/load.js" in page.text
    assert f'href="{dashboard.base}/install"' in page.text
    assert "data-chart" not in page.text


def test_the_steps_before_that_are_ticked_off(dashboard: Dashboard) -> None:
    viewer = dashboard.as_role("viewer")
    page = text_of(viewer.get())
    assert "not seen yet" in page
    assert "no event yet" in page
    dashboard.application.post_event()
    page = text_of(viewer.get())
    assert "no event yet" not in page
    assert "1 event , the newest just now" in page
    with dashboard.connection() as connection:
        beacons.count(connection, [Beacon(dashboard.application.id, "", (), clock(), visit=SHOWN, visitor=True)])
    page = text_of(viewer.get())
    assert "not seen yet" not in page
    assert "Both are there" in page


def test_figures_against_the_period_before(dashboard: Dashboard) -> None:
    event = dashboard.application.post_event(title="Enamel mug", first_name="Ada", city="Oslo")
    other = dashboard.application.post_event(title="<b>Apron</b>")
    seen(dashboard, int(event["id"]), 6, 3)
    seen(dashboard, int(other["id"]), 2)
    seen(dashboard, int(event["id"]), 4, 1, ago=8 * DAY)
    page = dashboard.as_role("viewer").get("?range=7")
    assert page.status == 200
    numbers = big_numbers(page)
    assert (numbers["Displays"], numbers["Clicks"], numbers["Click rate"]) == ("8", "3", "37.5%")
    assert re.search(r"\+100%\s*<span[^>]*>from 4<", page.text)
    lines = {line["id"]: line for line in chart(page)["lines"]}
    assert sum(lines["displays"]["now"]) == 8
    assert sum(lines["displays"]["before"]) == 4
    assert len(chart(page)["names"]) == 7
    assert "Enamel mug: Ada from Oslo" in text_of(page)
    assert "<b>Apron</b>" not in page.text
    assert dashboard.application.row["name"] in page.text


def test_the_table_says_what_the_chart_says(dashboard: Dashboard) -> None:
    event = dashboard.application.post_event()
    for ago in range(5):
        seen(dashboard, int(event["id"]), ago + 1, 1, ago=ago * DAY)
    page = dashboard.as_role("viewer").get("?range=7")
    data = chart(page)
    rows = re.findall(r"<tr><th scope=\"row\">([^<]+)<span[^>]*>before: ([^<]+)</span></th>(.*?)</tr>", page.text)
    told = [
        (name, before, re.findall(r'<td class="number">([^<]*)<span class="under">([^<]*)</span></td>', cells))
        for name, before, cells in rows
    ]
    wanted = [
        (
            data["names"][place],
            data["namesBefore"][place],
            [(line["texts"][place], line["textsBefore"][place]) for line in data["lines"]],
        )
        for place in reversed(range(7))
    ]
    assert told == wanted
    assert told[0][0].endswith("so far")


@pytest.mark.parametrize(
    ("name", "points"), [("1", (23, 24, 25)), ("7", (7,)), ("30", (30,)), ("90", (90,)), ("365", (52,))]
)
def test_ranges(dashboard: Dashboard, name: str, points: tuple[int, ...]) -> None:
    seen(dashboard, int(dashboard.application.post_event()["id"]), 1)
    page = dashboard.as_role("viewer").get(f"?range={name}")
    assert page.status == 200
    assert len(chart(page)["names"]) in points
    assert re.search(rf'range={name}" aria-current="true"', page.text)
    # Points still to come are no zeros.
    assert sum(value or 0 for value in chart(page)["lines"][0]["now"]) == 1


def test_days_of_ones_own(dashboard: Dashboard) -> None:
    seen(dashboard, int(dashboard.application.post_event()["id"]), 1)
    page = dashboard.as_role("viewer").get("?from=2025-01-01&to=2025-01-31")
    assert page.status == 200
    assert "1 to 31 Jan 2025" in page.text
    assert chart(page)["names"][0] == "Wed 1 Jan"
    assert 'value="2025-01-01"' in page.text


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("?from=2025-02-01&to=2025-01-31", "lies after the last"),
        ("?from=2020-01-01&to=2025-01-31", "400 days at most"),
        ("?from=2999-01-01&to=2999-01-31", "still to come"),
        ("?from=1970-01-01&to=1970-01-02", "so long ago"),
        ("?from=soon", "This is no day"),
        ("?from=%3Cscript%3E", "This is no day"),
        ("?to=0000-00-00", "This is no day"),
    ],
)
def test_days_that_will_not_do_are_said_at_the_field(dashboard: Dashboard, query: str, words: str) -> None:
    seen(dashboard, int(dashboard.application.post_event()["id"]), 1)
    page = dashboard.as_role("viewer").get(query)
    assert page.status == 422
    assert words in page.text
    assert 'aria-invalid="true"' in page.text
    assert "<script>" not in page.text
    assert len(chart(page)["names"]) == 30


@pytest.mark.parametrize("query", ["?range=nonsense", "?range=", "?range=30&from=x", "?range=1&range=7"])
def test_any_other_range_is_thirty_days_or_what_is_named(dashboard: Dashboard, query: str) -> None:
    assert dashboard.as_role("viewer").get(query).status == 200


def test_shown_in_the_last_minutes(dashboard: Dashboard) -> None:
    event = dashboard.application.post_event(title="Clay bowl")
    viewer = dashboard.as_role("viewer")
    assert "Nothing in the last 15 minutes" in viewer.get("/lately").text
    seen(dashboard, int(event["id"]), 1)
    part = viewer.get("/lately", {"HX-Request": "true"})
    assert part.status == 200
    assert "Clay bowl" in part.text
    assert "<html" not in part.text
    dashboard.application.delete_event(int(event["id"]))
    assert "An event that was deleted" in viewer.get("/lately").text


def test_nothing_of_another_application(dashboard: Dashboard) -> None:
    server = dashboard.application.server
    other = Dashboard(server, server.create_application("Other"))
    seen(other, int(other.application.post_event(title="Secret")["id"]), 5, 5)
    page = dashboard.as_role("owner").get()
    assert "Secret" not in page.text
    assert "Nothing has been shown yet" in page.text


# -- the lift -------------------------------------------------------------------------------------------------------


def tried(dashboard: Dashboard, shown: tuple[int, int], held: tuple[int, int], percent: int = 10) -> str:
    """The panel of the lift, after so many visitors of each arm of whom so many reached a goal."""
    seen(dashboard, int(dashboard.application.post_event()["id"]), 1)
    number, now = dashboard.application.id, clock()
    with dashboard.connection() as connection:
        changes = ApplicationChanges(display={"holdout_percent": percent})
        applications.update(connection, application_id=number, changes=changes, now=now - 20 * DAY)
        goal = goals.create(connection, application_id=number, draft=GoalDraft("Order"), now=now)
        for arm, (visitors, reached) in ((SHOWN, shown), (HELD, held)):
            came = [
                Beacon(
                    number,
                    "",
                    (),
                    now - DAY,
                    (Reached(goal.id, f"{arm}-{n}", now - DAY, arm=arm, first=True),) if n < reached else (),
                    arm,
                    visitor=True,
                )
                for n in range(visitors)
            ]
            if came:
                beacons.count(connection, came)
    text = text_of(dashboard.as_role("viewer").get())
    return text[text.index("What notifications are worth") :]


def test_no_hold_out_yet(dashboard: Dashboard) -> None:
    assert "Begin a hold-out" in tried(dashboard, (0, 0), (0, 0), percent=0)


def test_no_visitor_of_an_arm_yet(dashboard: Dashboard) -> None:
    told = tried(dashboard, (40, 4), (0, 0))
    assert "Not enough data yet" in told
    assert "no visitor from whom notifications are held" in told


def test_not_enough_data_says_how_many_more(dashboard: Dashboard) -> None:
    told = tried(dashboard, (90, 9), (10, 1))
    assert "Not enough data yet" in told
    found = re.search(r"About ([\d,]+) more visitors", told)
    # At 10 % in both arms, nine to one: (1 / 0.9 + 1 / 0.1) * 7.849 * 0.9 / (0.04 * 0.1) visitors in all.
    assert found
    assert abs(int(found[1].replace(",", "")) - 19_500) < 200


def test_a_difference(dashboard: Dashboard) -> None:
    told = tried(dashboard, (400, 80), (400, 40))
    assert "A difference" in told
    assert "100% more often" in told
    assert "+100%" in told
    assert "With notifications 400 80 20%" in told


def test_a_difference_the_wrong_way(dashboard: Dashboard) -> None:
    assert "50% less often" in tried(dashboard, (400, 40), (400, 80))


def test_no_difference(dashboard: Dashboard) -> None:
    told = tried(dashboard, (1_000, 500), (1_000, 500))
    assert "No difference" in told
    assert "no more often" in told


# -- conversions ----------------------------------------------------------------------------------------------------


def test_conversions_and_revenue_in_the_applications_currency(dashboard: Dashboard) -> None:
    event = int(dashboard.application.post_event()["id"])
    seen(dashboard, event, 1)
    number, now = dashboard.application.id, clock()
    with dashboard.connection() as connection:
        changes = ApplicationChanges(display={"currency": "euro"})
        applications.update(connection, application_id=number, changes=changes, now=now)
        for currency in ("euro", "dollar"):
            goal = goals.create(connection, application_id=number, draft=GoalDraft("Order", currency=currency), now=now)
            reached = Reached(goal.id, f"one-{currency}", now, 1_999, CLICKED, event)
            beacons.count(connection, [Beacon(number, "", (), now, (reached,))])
        conversions.record(
            connection, application_id=number, goal_id=goal.id, draft=conversions.ConversionDraft(cents=5), now=now
        )
    numbers = big_numbers(dashboard.as_role("viewer").get())
    assert (numbers["Conversions"], numbers["Revenue"]) == ("2", "€19.99")
