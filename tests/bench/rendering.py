"""What it costs to render a feed: in milliseconds on one core, and against Jinja2 rendering the same messages."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable

from jinja2 import Environment
from tests.bench.figures import Figure, shop_events

from tidings.domain.applications import FIRST_EVENT_TYPE
from tidings.records.application import Application, DisplaySettings
from tidings.records.event import Event
from tidings.records.event_type import EventType
from tidings.render.feed import feed_item, feed_json

EVENTS = 30
NOW = 1_795_000_000_000


def ready(count: int) -> tuple[list[Event], dict[int, EventType], Application]:
    """Events of a shop, their event type and its application, as they come from storage."""
    application = Application(1, "Shop", "https://a.example", "ABCDEF", "client", "secret", DisplaySettings(), 0, 0)
    event_type = EventType(1, 1, "New order", "new_order", FIRST_EVENT_TYPE.message, False, None, False, False, 0, 0)
    events = [
        Event(
            id=number,
            application_id=1,
            event_type_id=1,
            external_id=None,
            url=sent["url"],
            first_name=sent["first_name"],
            city=sent["city"],
            province=None,
            country="DE",
            title=sent["title"],
            image_url=sent["image_url"],
            custom_fields=(),
            created_at=NOW - number * 61_000,
            updated_at=NOW,
        )
        for number, sent in enumerate(shop_events(count), 1)
    ]
    return events, {1: event_type}, application


def milliseconds(work: Callable[[], object], times: int = 20) -> float:
    """Of this process, for one call: the least of some, which is what it costs when nothing else disturbs it."""
    least = float("inf")
    for _ in range(times):
        began = time.process_time()
        work()
        least = min(least, time.process_time() - began)
    return least * 1_000


def rendering(rounds: int) -> list[Figure]:
    """A feed of 30 events with a warm cache of templates. Both sides take turns; the median over the rounds counts."""
    events, event_types, application = ready(EVENTS)
    items = [feed_item(event, event_types[1], application, NOW) for event in events]
    template = Environment(autoescape=True).from_string(FIRST_EVENT_TYPE.message)

    def ours() -> str:
        return feed_json(events, event_types, application, NOW)

    def theirs() -> str:
        said = [
            template.render(
                first_name=item["first_name"], city=item["city"], linked_title=item["title"], time_ago=item["time_ago"]
            )
            for item in items
        ]
        return json.dumps([{**item, "message": message} for item, message in zip(items, said, strict=True)])

    ours(), theirs()
    mine, others = [], []
    for _ in range(rounds):
        mine.append(milliseconds(ours))
        others.append(milliseconds(theirs))
    cost, baseline = statistics.median(mine), statistics.median(others)
    ratio = statistics.median(a / b for a, b in zip(mine, others, strict=True))
    detail = f"{cost:.2f} ms against {baseline:.2f} ms of Jinja2 and json, without links, isolates, holes and campaigns"
    told = f"{len(ours()):,} B; the processor's time, parts and plain text of each message"
    return [
        Figure(f"feed of {EVENTS}, rendered", cost, 1.5, "ms", at_most=True, detail=told),
        Figure(f"feed of {EVENTS}, rendered, to Jinja2", ratio, 3, "x", at_most=True, detail=detail),
    ]
