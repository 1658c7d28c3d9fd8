"""Which events are in a feed right now, and the feed's text."""

from sqlalchemy import Connection

from tidings.domain.directory import Entry
from tidings.render.feed import feed_json
from tidings.storage.events import newest_events_since

# Seconds: how long a feed stands before it is made anew (Fomo's `fomo.cache`); part of the public contract.
BUCKET_SECONDS = 40
MOST_EVENTS = 100


def bucket_of(now: int) -> int:
    """The end of the bucket that a time (milliseconds) lies in, in seconds: ceil(now / 40) * 40."""
    return -(-now // (BUCKET_SECONDS * 1_000)) * BUCKET_SECONDS


def clamped(limit: int) -> int:
    """A number of events that is served: 1 to 100."""
    return min(max(limit, 1), MOST_EVENTS)


def items(connection: Connection, *, entry: Entry, limit: int, now: int) -> str:
    """The newest events that are young enough to be shown, as a JSON array. `now`: milliseconds."""
    display = entry.application.display
    since = now - display.display_seconds * 1_000 if display.display_seconds else 0
    events = newest_events_since(connection, entry.application.id, since, limit) if display.enabled else []
    # An event type that was deleted a moment ago has no wording any more: its events are not shown.
    shown = [event for event in events if event.event_type_id in entry.event_types]
    return feed_json(shown, entry.event_types, entry.application, now)


def picture_urls(connection: Connection, *, application_id: int, limit: int = 30) -> tuple[str, ...]:
    """Where the pictures of the newest events come from, each address once."""
    found = (event.image_url for event in newest_events_since(connection, application_id, 0, limit))
    return tuple(dict.fromkeys(url for url in found if url))
