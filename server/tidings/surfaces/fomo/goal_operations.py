"""What the routes of goals do, in words, and what they answer: a part of the tables of `operations.py` and `answers.py`."""

from typing import Any

from tidings.domain import goal_statistics
from tidings.records.goal import CURRENCIES
from tidings.surfaces.fomo import goals
from tidings.surfaces.fomo.answers import COUNT, INTEGER, TEXT, Schema, answer, array_of, ref, shape
from tidings.surfaces.fomo.operation import Operation
from tidings.surfaces.fomo.statistics import SPAN

_FRACTION: Schema = {"type": "number"}
_CURRENCY: Schema = {"enum": list(CURRENCIES)}
_ATTRIBUTED_EXAMPLE = {"currency": "dollar", "count": 2, "cents": 3998}
_ATTRIBUTED: dict[str, Schema] = {"currency": _CURRENCY, "count": COUNT, "cents": INTEGER}
_REACH_EXAMPLE: dict[str, Any] = {
    "currency": "dollar",
    "count": 5,
    "cents": 9995,
    "attributed_count": 2,
    "attributed_cents": 3998,
    "held_count": 1,
    "held_cents": 1999,
}
_REACH: dict[str, Schema] = {
    **_ATTRIBUTED,
    "attributed_count": COUNT,
    "attributed_cents": INTEGER,
    "held_count": COUNT,
    "held_cents": INTEGER,
}
_SPAN_EXAMPLE = {"timeframe_from": 1541030400, "timeframe_to": 1541116800}

CONVERSIONS = answer(
    "Conversions of a span, each row in one currency: all, those put down to a notification, those of the held-out arm.",
    {
        **_SPAN_EXAMPLE,
        "totals": [_REACH_EXAMPLE],
        "days": [{"date": "2018-11-01", **_REACH_EXAMPLE}],
        "goals": [{"goal_id": "ABCDEFGH", "name": "Purchase", **_REACH_EXAMPLE}],
        "event_types": [{"event_type_id": 123, **_ATTRIBUTED_EXAMPLE}],
        "events": [{"event_id": 1, **_ATTRIBUTED_EXAMPLE}],
    },
    timeframe_from=INTEGER,
    timeframe_to=INTEGER,
    totals=array_of(shape(**_REACH)),
    days=array_of(shape(date={"type": "string", "format": "date"}, **_REACH)),
    goals=array_of(shape(goal_id=TEXT, name=TEXT, **_REACH)),
    event_types=array_of(shape(event_type_id=INTEGER, **_ATTRIBUTED)),
    events=array_of(shape(event_id=INTEGER, **_ATTRIBUTED)),
)

_ARM = shape(visitors=COUNT, converted=COUNT, rate={"type": ["number", "null"]}, visits=COUNT)
LIFT = answer(
    "Conversion rates with and without notifications, of a hold-out.",
    {
        **_SPAN_EXAMPLE,
        "with_notifications": {"visitors": 9000, "converted": 450, "rate": 0.05, "visits": 13200},
        "without_notifications": {"visitors": 1000, "converted": 30, "rate": 0.03, "visits": 1480},
        "lift": 0.6666666666666667,
        "interval": [0.1492, 1.3744],
        "verdict": "difference",
    },
    timeframe_from=INTEGER,
    timeframe_to=INTEGER,
    with_notifications=_ARM,
    without_notifications=_ARM,
    lift={"type": ["number", "null"]},
    interval={"anyOf": [{"type": "array", "items": _FRACTION, "minItems": 2, "maxItems": 2}, {"type": "null"}]},
    verdict={"enum": ["not_enough_data", "no_difference", "difference"]},
)

SCHEMAS: dict[str, Schema] = {"Conversions": CONVERSIONS, "Lift": LIFT}
OPERATIONS: dict[tuple[str, str], Operation] = {
    ("GET", "/conversions"): Operation(
        "conversions",
        "Statistics",
        "What goals brought",
        "Conversions by currency, by the day of the application's time zone, by goal; and what is put down to event types "
        f"and to single events of the newest 30 days, the {goal_statistics.MOST_EVENTS} with the most. At most "
        f"{goal_statistics.MOST_DAYS} days. Sums are in hundredths and never mix currencies. Goals are made under `/v1`.",
        ref("Conversions"),
        {"A day": CONVERSIONS["examples"][0]},
        query=goals.CONVERSIONS,
    ),
    ("GET", "/lift"): Operation(
        "lift",
        "Statistics",
        "The lift of notifications",
        "With `holdout_percent` set: how many visitors reached a goal with and without notifications, the lift of one over "
        "the other as a fraction with its 95 % interval, and one of three words. `not_enough_data` says nothing either way. "
        "`timeframe_from` is the hour after `holdout_percent` last changed where that is later than what was asked for.",
        ref("Lift"),
        {"A day": LIFT["examples"][0]},
        query=SPAN,
    ),
}
