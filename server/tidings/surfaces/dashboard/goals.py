"""Goals: the list with what each brought, and one goal with its chart and how it is reported."""

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from msgspec import Struct
from sqlalchemy import Connection

from tidings.domain import goal_statistics, goals
from tidings.domain.goal_statistics import OfGoal
from tidings.records.goal import NO_VALUE, Goal
from tidings.surfaces.dashboard.charts import Chart, Line, spots_of
from tidings.surfaces.dashboard.overview import change_of
from tidings.surfaces.dashboard.plumbing import Page, Read, Route, Visit, Work
from tidings.surfaces.dashboard.ranges import NAMED, Choice, choice_of


class Named(TypedDict):
    """Which goal a path names."""

    application_id: int
    goal_id: str


class Row(Struct, frozen=True):
    """A goal and what it brought, in each currency."""

    goal: Goal
    figures: list[OfGoal]

    @property
    def number(self) -> int:
        """How often it was reached."""
        return sum(one.reach.number for one in self.figures)

    @property
    def clicked(self) -> int:
        """How often after a notification was clicked."""
        return sum(one.clicked for one in self.figures)

    @property
    def displayed(self) -> int:
        """How often after one was only shown."""
        return sum(one.reach.attributed for one in self.figures) - self.clicked

    @property
    def worth(self) -> list[tuple[int, str]]:
        """What that was worth, in each currency that has a worth."""
        return [(one.reach.cents, one.currency) for one in self.figures if one.currency != NO_VALUE]


# -- the list -------------------------------------------------------------------------------------------------------


def list_page(visit: Visit) -> Work:
    """GET …/goals?range=30"""
    choice = _choice(visit)

    def query(connection: Connection) -> list[Row]:
        start, end = choice.period.seconds(visit.now)
        found: dict[str, list[OfGoal]] = {}
        for one in goal_statistics.by_goal(connection, application_id=visit.application.id, start=start, end=end):
            found.setdefault(one.goal_id, []).append(one)
        return [Row(goal, found.get(goal.id, [])) for goal in goals.every(connection, application_id=visit.application.id)]

    def page(rows: list[Row]) -> Page:
        values = {"rows": rows, "choice": choice, "ranges_named": NAMED, "most": goals.MOST_GOALS}
        return Page("goals.html", values, 422 if choice.errors else 200)

    return Read(query, page)


def named(visit: Visit) -> Named:
    """The goal of the path."""
    return {"application_id": visit.application.id, "goal_id": visit.path["goal_id"]}


def _choice(visit: Visit) -> Choice:
    return choice_of(visit.query, visit.now, visit.application.display.time_zone)


# -- one goal -------------------------------------------------------------------------------------------------------


def goal_page(visit: Visit) -> Work:
    """GET …/goals/{goal_id}?range=30"""
    choice, application = _choice(visit), visit.application
    which = named(visit)

    def query(connection: Connection) -> Mapping[str, Any]:
        goal = goals.retrieve(connection, **which)
        spans = (choice.period.seconds(visit.now), choice.period.seconds_before(visit.now))
        now, before = (Row(goal, goal_statistics.by_goal(connection, start=start, end=end, **which)) for start, end in spans)
        points = goal_statistics.points_of(connection, period=choice.period, now=visit.now, **which)
        return {
            "goal": goal,
            "row": now,
            "before": before,
            "chart": _chart(choice, goal, points, visit.now),
            "worth": _worth(goal, now, before),
            "ever": goal_statistics.number_of_all_time(connection, **which) > 0,
        }

    def page(found: Mapping[str, Any]) -> Page:
        values = {
            **found,
            "choice": choice,
            "ranges_named": NAMED,
            "change_of": change_of,
            "base_url": visit.context.settings.base_url,
            "site_id": application.site_id,
        }
        return Page("goal.html", values, 422 if choice.errors else 200)

    return Read(query, page)


def _worth(goal: Goal, now: Row, before: Row) -> list[tuple[int, str, int]]:
    """What it was worth, and before, in each currency; the goal's own is always there."""
    currencies = {currency for row in (now, before) for _, currency in row.worth} | ({goal.currency} - {NO_VALUE})
    return [
        (
            sum(cents for cents, of in now.worth if of == currency),
            currency,
            sum(cents for cents, of in before.worth if of == currency),
        )
        for currency in sorted(currencies, key=lambda one: (one != goal.currency, one))
    ]


def _chart(choice: Choice, goal: Goal, points: Sequence[goal_statistics.Point], now: int) -> Chart:
    spots, title = spots_of(choice.period, [(point.day, point.hour) for point in points], now)
    both = [[point.now for point in points], [point.before for point in points]]

    def line(name: str, label: str, what: str, currency: str = "") -> Line:
        mine, others = (
            [sum(getattr(reach, what) for of, reach in one.items() if not currency or of == currency) for one in some]
            for some in both
        )
        return Line(name, label, mine, others, currency)

    lines = [line("number", "Conversions", "number"), line("attributed", "After notifications", "attributed")]
    if goal.currency != NO_VALUE:
        lines.append(line("cents", "Worth", "cents", goal.currency))
    return Chart(spots, lines, title)


OF_ONE = "/applications/{application_id}/goals/{goal_id}"
ROUTES = (
    Route("/applications/{application_id}/goals", {"GET": list_page}, {"GET": "viewer"}),
    Route(OF_ONE, {"GET": goal_page}, {"GET": "viewer"}),
)
