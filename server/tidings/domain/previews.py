"""Previews: what an application would look like with settings and a wording that nobody has saved, for half an hour.

A preview is found by a random token, of which only the hash is kept. Nothing that is shown in one is counted, and its
example events are in no table.
"""

import secrets
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal

import msgspec
from msgspec import Struct
from sqlalchemy import Connection

from tidings.domain import feed
from tidings.domain.directory import Entry, token_hash
from tidings.domain.themes import FIRST
from tidings.errors import Invalid
from tidings.records.application import Application, DisplaySettings
from tidings.records.event import Event
from tidings.records.event_type import EventType
from tidings.records.preview import Preview, PreviewContent, PreviewWording
from tidings.render.feed import feed_json
from tidings.render.template import compile_template
from tidings.storage import previews as stored
from tidings.storage.event_counts import Scope
from tidings.storage.event_lists import events_at
from tidings.storage.events import newest_events_since

# Milliseconds.
LASTS = 30 * 60_000
# Of one application: the oldest make room.
MOST_PREVIEWS = 50
# Events that a wording or a look is shown with.
SAMPLE = 5
MOST_TOKEN = 100

# What the events of a preview are: real ones that would show; the last real ones; those of other event types in this
# wording; made-up examples, because there are no real ones; or none, because all real ones are too old to be shown.
Kind = Literal["feed", "last", "others", "examples", "too_old"]

# Milliseconds before now, and what the examples are of: nobody could take them for real ones.
_EXAMPLES = ((2 * 60_000, "1"), (26 * 60_000, "2"), (3 * 3_600_000, "3"))


class Kept(Struct, frozen=True):
    """A preview that was written down. `expires_at`: milliseconds since the epoch."""

    token: str
    expires_at: int


class Previewed(Struct, frozen=True):
    """The events of a preview with what they are shown by."""

    kind: Kind
    events: Sequence[Event]
    entry: Entry


def keep(
    connection: Connection,
    *,
    application_id: int,
    content: PreviewContent,
    now: int,
    token: str = "",
    themes: Collection[str] = FIRST,
) -> Kept:
    """Writes a preview down and returns its token; a `token` that still holds keeps holding, with the new content.

    Raises Invalid for a theme or a message that will not do. `now`: milliseconds.
    """
    if content.display.get("theme") not in (None, *themes):
        raise Invalid(f"Theme is one of {', '.join(themes)}", field="theme")
    if content.wording is not None:
        compile_template(content.wording.message, content.wording.markdown_enabled)
    preview = Preview(application_id, content, now + LASTS)
    if token and len(token) <= MOST_TOKEN and stored.change_preview(connection, token_hash(token), preview, now):
        return Kept(token, preview.expires_at)
    token = secrets.token_urlsafe(32)
    stored.insert_preview(connection, token_hash(token), preview)
    stored.remove_surplus(connection, application_id, now, MOST_PREVIEWS)
    return Kept(token, preview.expires_at)


def find(connection: Connection, *, token: str, application_id: int, now: int) -> Preview | None:
    """The preview of a token, as long as it holds and is this application's."""
    if not 0 < len(token) <= MOST_TOKEN:
        return None
    found = stored.preview_by_hash(connection, token_hash(token))
    return found if found is not None and found.application_id == application_id and found.expires_at > now else None


def entry_of(entry: Entry, content: PreviewContent) -> Entry:
    """The application as it would be: turned on, and without goals or a hold-out, which a preview has no part in."""
    display = changed(entry.application.display, {**content.display, "enabled": True, "holdout_percent": 0})
    application: Application = msgspec.structs.replace(entry.application, display=display)
    event_types = dict(entry.event_types)
    if content.wording is not None:
        event_types[content.wording.id] = _event_type(entry, content.wording)
    return msgspec.structs.replace(entry, application=application, event_types=event_types, goals=())


def changed(display: DisplaySettings, changes: Mapping[str, Any]) -> DisplaySettings:
    """The settings with changes as a preview keeps them: JSON values by name, None for the default."""
    defaults = DisplaySettings()
    named = {name: getattr(display, name) for name in display.__struct_fields__}
    wanted = {name: getattr(defaults, name) if value is None else value for name, value in changes.items()}
    return msgspec.convert(msgspec.to_builtins({**named, **wanted}), DisplaySettings)


def previewed(connection: Connection, entry: Entry, content: PreviewContent, limit: int, now: int) -> Previewed:
    """The events that a preview shows, newest first. `entry`: as saved."""
    shown = entry_of(entry, content)
    application_id = entry.application.id
    if not content.sample:
        display = shown.application.display
        since = now - display.display_seconds * 1_000 if display.display_seconds else 0
        found = newest_events_since(connection, application_id, since, feed.clamped(limit))
        if found:
            return Previewed("feed", _known(found, shown), shown)
        if events_at(connection, Scope(application_id), limit=1):
            return Previewed("too_old", (), shown)
        return Previewed("examples", _examples(shown, content, now), shown)
    wording = content.wording
    if wording is not None and wording.id:
        found = events_at(connection, Scope(application_id, wording.id), limit=SAMPLE)
        if found:
            return Previewed("last", _known(found, shown), shown)
    found = _known(events_at(connection, Scope(application_id), limit=SAMPLE), shown)
    if found and wording is not None:
        return Previewed("others", [msgspec.structs.replace(one, event_type_id=wording.id) for one in found], shown)
    if found:
        return Previewed("last", found, shown)
    return Previewed("examples", _examples(shown, content, now), shown)


def feed_items(connection: Connection, *, entry: Entry, content: PreviewContent, limit: int, now: int) -> str:
    """The feed of a preview, as a JSON array."""
    found = previewed(connection, entry, content, limit, now)
    return feed_json(found.events, found.entry.event_types, found.entry.application, now)


def _known(events: Sequence[Event], entry: Entry) -> list[Event]:
    return [event for event in events if event.event_type_id in entry.event_types]


def _examples(entry: Entry, content: PreviewContent, now: int) -> list[Event]:
    """Made-up events that say so in every word, never stored."""
    first = next(iter(entry.event_types), None)
    event_type_id = content.wording.id if content.wording is not None else first
    if event_type_id is None:
        return []
    return [
        Event(
            id=place + 1,
            application_id=entry.application.id,
            event_type_id=event_type_id,
            external_id=None,
            url=entry.application.url,
            first_name=f"Example {number}",
            city="Example City",
            province="Example Province",
            country="US",
            title=f"Example Product {number}",
            image_url=None,
            custom_fields=(),
            created_at=now - ago,
            updated_at=now - ago,
        )
        for place, (ago, number) in enumerate(_EXAMPLES)
    ]


def _event_type(entry: Entry, wording: PreviewWording) -> EventType:
    before = entry.event_types.get(wording.id)
    changes = {name: getattr(wording, name) for name in ("name", "message", "markdown_enabled", "image_url", "page_rules")}
    if before is not None:
        return msgspec.structs.replace(before, **changes)
    return EventType(
        id=wording.id,
        application_id=entry.application.id,
        tag="",
        use_avatar=False,
        use_ip_mapping=False,
        created_at=0,
        updated_at=0,
        **changes,
    )
