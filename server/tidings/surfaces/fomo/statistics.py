"""Statistics over REST: the figures of a span, and those of each day."""

from functools import partial
from typing import Any

from tidings.domain import statistics
from tidings.domain.days import day_at
from tidings.domain.statistics import Day, Days
from tidings.errors import Invalid
from tidings.records.statistics import Figures
from tidings.render.stats import stats
from tidings.surfaces.fomo.parameters import DAY, SECONDS, Parameter, day_text, read_query
from tidings.surfaces.kinds import Kind, Member
from tidings.surfaces.plumbing import Call, Read, ok

DAY_SECONDS = 86_400
DEFAULT_DAYS = 30
MOST_DAYS = 400

# In a JSON body a time may also be its digits, and blank means absent.
SENT_SECONDS = {"anyOf": [SECONDS.schema, {"type": "string", "pattern": "^[0-9]{0,11}$"}, {"type": "null"}]}
SPAN = (
    Parameter("from", SECONDS, "Seconds since 1970; 30 days before `to` where it is not sent.", example=1_541_030_400),
    Parameter("to", SECONDS, "Seconds since 1970, not included; now where it is not sent.", example=1_541_116_800),
)
SPAN_MEMBERS = tuple(
    Member(parameter.name, Kind(parameter.kind.parse, SENT_SECONDS), parameter.about, parameter.example)
    for parameter in SPAN
)
DATE_RANGE = (
    Parameter("date_range[from]", DAY, "The first day; 29 days before the last where it is not sent.", example="2018-11-01"),
    Parameter("date_range[to]", DAY, "The last day, included; today where it is not sent.", example="2018-11-02"),
)


def get_statistics(call: Call) -> Read[Figures]:
    """GET …/get_statistics?from=&to=, or both in a JSON body; the query wins."""
    asked, sent = read_query(call.query, SPAN), read_query(call.body, SPAN)
    start, end = (sent[name] if asked[name] is None else asked[name] for name in ("from", "to"))
    start, end = span(start, end, call.now)
    query = partial(statistics.between, application_id=call.entry.application.id, start=start, end=end, now=call.now)
    return Read(query, lambda found: ok({"stats": stats(found, start, end)}))


def span(start: int | None, end: int | None, now: int) -> tuple[int, int]:
    """The span that is asked for, in seconds: the last 30 days where nothing is said. Raises Invalid for a reversed one."""
    end = now // 1_000 if end is None else end
    start = max(0, end - DEFAULT_DAYS * DAY_SECONDS) if start is None else start
    if start > end:
        raise Invalid("from lies after to", field="from", code="range_reversed")
    return start, end


def dashboard(call: Call) -> Read[Days]:
    """GET …/dashboard?date_range[from]=&date_range[to]="""
    sent = read_query(call.query, DATE_RANGE)
    zone = call.entry.application.display.time_zone
    today = day_at(call.now // 1_000, zone)
    last = today if sent["date_range[to]"] is None else sent["date_range[to]"]
    first = max(0, last - DEFAULT_DAYS + 1) if sent["date_range[from]"] is None else sent["date_range[from]"]
    if first > last:
        raise Invalid("date_range[from] lies after date_range[to]", field="date_range[from]", code="range_reversed")
    if last - first >= MOST_DAYS:
        raise Invalid(f"date_range is longer than {MOST_DAYS} days", field="date_range[from]", code="range_too_long")
    of = call.entry.application.id
    query = partial(statistics.by_day, application_id=of, first=first, last=last, now=call.now, time_zone=zone)
    return Read(query, lambda found: ok(dashboard_json(found)))


def dashboard_json(days: Days) -> dict[str, Any]:
    """A row for each day, and the totals that they add up to."""
    total = days.total
    return {
        "graph": [_row(day) for day in days.days],
        "totals": {
            **_sums(total),
            "goal_conversion_count": total.conversions,
            "goal_converted_sale_in_dollars": total.conversion_cents / 100,
        },
        "date_range": {"from": day_text(days.days[0].number), "to": day_text(days.days[-1].number)},
        "has_ga_conversions": False,
    }


def _row(day: Day) -> dict[str, Any]:
    return {"date": day_text(day.number), **_sums(day.figures)}


def _sums(figures: Figures) -> dict[str, int]:
    return {
        "impr_count": figures.displays,
        "click_count": figures.clicks,
        "hover_count": figures.hovers,
        "conversions_count": figures.conversions,
        "converted_sale_in_cents": figures.conversion_cents,
    }
