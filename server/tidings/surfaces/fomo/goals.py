"""What goals brought, over REST: conversions by day, goal, event type and event, and the lift of a hold-out."""

from functools import partial
from typing import Any

from tidings.domain import goal_statistics, lift
from tidings.domain.goal_statistics import Found
from tidings.domain.lift import Arm, Lift
from tidings.records.statistics import Reach
from tidings.surfaces.fomo.parameters import Parameter, day_text, read_query, text
from tidings.surfaces.fomo.statistics import SPAN, span
from tidings.surfaces.plumbing import Call, Read, ok

GOAL_ID_LIMIT = 8
CONVERSIONS = (*SPAN, Parameter("goal", text(GOAL_ID_LIMIT), "One goal alone, by its id.", example="ABCDEFGH"))


def conversions(call: Call) -> Read[Found]:
    """GET …/conversions?from=&to=&goal="""
    asked = read_query(call.query, CONVERSIONS)
    start, end = span(asked["from"], asked["to"], call.now)
    application = call.entry.application
    query = partial(
        goal_statistics.reached,
        application_id=application.id,
        start=start,
        end=end,
        time_zone=application.display.time_zone,
        goal_id=asked["goal"],
    )
    names = {goal.id: goal.name for goal in call.entry.goals}
    return Read(query, lambda found: ok(conversions_json(found, names, start, end)))


def lift_between(call: Call) -> Read[Lift]:
    """GET …/lift?from=&to="""
    asked = read_query(call.query, SPAN)
    start, end = span(asked["from"], asked["to"], call.now)
    query = partial(lift.between, application_id=call.entry.application.id, start=start, end=end)
    return Read(query, lambda found: ok(lift_json(found, end)))


def conversions_json(found: Found, names: dict[str, str], start: int, end: int) -> dict[str, Any]:
    """Conversions of a span (seconds since the epoch). `names`: of goals, by id."""
    return {
        "timeframe_from": start,
        "timeframe_to": end,
        "totals": [_reach(currency, reach) for currency, reach in found.totals],
        "days": [{"date": day_text(day), **_reach(currency, reach)} for day, currency, reach in found.days],
        "goals": [
            {"goal_id": goal_id, "name": names.get(goal_id, ""), **_reach(currency, reach)}
            for goal_id, currency, reach in found.goals
        ],
        "event_types": [
            {"event_type_id": number, **_attributed(currency, reach)} for number, currency, reach in found.event_types
        ],
        "events": [{"event_id": number, **_attributed(currency, reach)} for number, currency, reach in found.events],
    }


def _reach(currency: str, reach: Reach) -> dict[str, Any]:
    return {
        "currency": currency,
        "count": reach.number,
        "cents": reach.cents,
        "attributed_count": reach.attributed,
        "attributed_cents": reach.attributed_cents,
        "held_count": reach.held,
        "held_cents": reach.held_cents,
    }


def _attributed(currency: str, reach: Reach) -> dict[str, Any]:
    return {"currency": currency, "count": reach.attributed, "cents": reach.attributed_cents}


def lift_json(found: Lift, end: int) -> dict[str, Any]:
    """The lift over a span that ends at `end` (seconds since the epoch); rates and lift as fractions."""
    return {
        "timeframe_from": found.start,
        "timeframe_to": end,
        "with_notifications": _arm(found.shown),
        "without_notifications": _arm(found.held),
        "lift": found.lift,
        "interval": None if found.interval is None else list(found.interval),
        "verdict": found.verdict,
    }


def _arm(arm: Arm) -> dict[str, Any]:
    return {"visitors": arm.visitors, "converted": arm.converted, "rate": arm.rate, "visits": arm.visits}
