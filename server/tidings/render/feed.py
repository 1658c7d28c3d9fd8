"""The feed: what of each event goes out to browsers, built from an allow-list, as JSON that is also safe inside a script."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from tidings.records.application import Application
from tidings.records.event import Event
from tidings.records.event_type import EventType
from tidings.records.part import Break, Link, Part, Text, Time
from tidings.render.labels import direction_of, locale_of
from tidings.render.message import message_parts, plain_text
from tidings.render.time_ago import time_ago
from tidings.render.values import event_image, event_link, shown_name, template_values, wording

# ASCII: harmless also inside JavaScript before ES2019, which took U+2028 for the end of a line.
_encode = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode
_MARKS = {"strong": "b", "emphasis": "i"}


def script_json(value: Any) -> str:
    """JSON in ASCII that can stand in a script: no `</script>`, no `<!--`, no line separator."""
    return _encode(value).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def feed_item(event: Event, event_type: EventType, application: Application, now: int) -> dict[str, Any]:
    """One event as browsers get it. `now`: milliseconds since the epoch."""
    display = application.display
    locale = locale_of(display.language)
    age = max(now - event.created_at, 0) // 1_000
    with_time = not display.time_ago_seconds or age <= display.time_ago_seconds
    values = template_values(event, event_type, display, locale, with_time=with_time)
    parts = message_parts(wording(event_type), values, direction_of(locale))
    return {
        "id": event.id,
        "event_type_id": event.event_type_id,
        "first_name": shown_name(event.first_name, display.name_display),
        "city": event.city,
        "province": event.province,
        "country": event.country,
        "title": event.title,
        "url": event.url,
        "link": event_link(event, display),
        "image_url": event_image(event, event_type, display),
        "created_at_to_seconds_from_epoch": event.created_at // 1_000,
        "time_ago": time_ago(age, locale) if with_time else None,
        "message": plain_text(parts),
        "parts": [part_json(part) for part in parts],
    }


def part_json(part: Part) -> str | list[str]:
    """A part for the wire: text is a string; ["a", text(, href)], ["b", text], ["i", text], ["br"], ["time"]."""
    match part:
        case Text(text, ""):
            return text
        case Text(text, mark):
            return [_MARKS[mark], text]
        case Link(text, None):
            return ["a", text]
        case Link(text, str() as href):
            return ["a", text, href]
        case Break():
            return ["br"]
        case Time():
            return ["time"]
    raise TypeError(f"no such part: {part!r}")


def feed_json(events: Iterable[Event], event_types: Mapping[int, EventType], application: Application, now: int) -> str:
    """The feed as a JSON array, in the order of `events`."""
    return script_json([feed_item(event, event_types[event.event_type_id], application, now) for event in events])


def feed_script(items: str) -> str:
    """The same array as a script for pages whose policy forbids fetching."""
    return f"fomo.setup({items});\n"
