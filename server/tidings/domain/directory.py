"""Who is who: applications with what is theirs, by token, public id and short code, in memory until one of them changes."""

import hashlib
from collections.abc import Mapping
from typing import Any, NamedTuple

from msgspec import Struct
from sqlalchemy import Connection

from tidings.errors import Invalid
from tidings.records.application import Application
from tidings.records.event_type import EventType
from tidings.records.goal import Goal
from tidings.storage.applications import (
    application_by_client_id,
    application_by_id,
    application_by_site_id,
    application_by_token_hash,
)
from tidings.storage.event_types import event_types_of
from tidings.storage.goals import goals_of

# Unknown tokens and ids are remembered too, so that a repeated one costs no query; apart from the known ones, which a flood
# of unknown ones can not push out.
CAPACITY = 20_000


class SiteId(NamedTuple):
    """The short code of an application."""

    letters: str


class ApplicationId(NamedTuple):
    """The id of an application, for those who may know it."""

    number: int


# What an application is found by: the hash of its token, its client id, its short code, its id.
Key = bytes | str | SiteId | ApplicationId


class Entry(Struct, frozen=True):
    """An application, its event types by id and by tag (in the form of `tag_key`), and its goals, oldest first."""

    application: Application
    event_types: Mapping[int, EventType]
    tags: Mapping[str, EventType]
    goals: tuple[Goal, ...] = ()

    def event_type(self, event_type_id: int | None, tag: str | None) -> EventType:
        """The event type that a draft names, by id where both are given. Raises Invalid, naming the member to blame."""
        if event_type_id is not None:
            found = self.event_types.get(event_type_id)
            if found is None:
                raise Invalid("Event type is unknown", field="event_type_id", code="unknown_event_type")
            return found
        if tag is None:
            raise Invalid("Event type id or event type tag is required", field="event_type_id", code="required")
        by_tag = self.tags.get(tag_key(tag))
        if by_tag is None:
            raise Invalid("Event type tag is unknown", field="event_type_tag", code="unknown_event_type")
        return by_tag


def tag_key(tag: str) -> str:
    """Tags are told apart without case, and "-" reads as "_"."""
    return tag.strip().lower().replace("-", "_")


def token_hash(token: str) -> bytes:
    """What is kept of a token. It is 256 random bits, so that a plain hash tells nothing of it."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()


class Directory:
    """The cache. `revision` is the storage's: what was read under another one is not known."""

    def __init__(self) -> None:
        # Each with the revision that it was read under: a look-up in a thread may end after the next change.
        self._found: dict[Key, tuple[int, Entry]] = {}
        self._unknown: dict[Key, int] = {}

    def known(self, key: Key, revision: int) -> tuple[bool, Entry | None]:
        """Whether the answer for a key is in memory, and the answer."""
        found = self._found.get(key)
        if found is not None and found[0] == revision:
            return True, found[1]
        return self._unknown.get(key) == revision, None

    def look_up(self, connection: Connection, key: Key, revision: int) -> Entry | None:
        """Reads the application of a key, and remembers the answer for `revision`."""
        if isinstance(key, bytes):
            application = application_by_token_hash(connection, key)
        elif isinstance(key, SiteId):
            application = application_by_site_id(connection, key.letters)
        elif isinstance(key, ApplicationId):
            application = application_by_id(connection, key.number)
        else:
            application = application_by_client_id(connection, key)
        if application is None:
            _make_room(self._unknown)
            self._unknown[key] = revision
            return None
        entry = read_entry(connection, application)
        _make_room(self._found)
        self._found[key] = (revision, entry)
        return entry


def _make_room(kept: dict[Any, Any]) -> None:
    if len(kept) >= CAPACITY:
        kept.clear()


def read_entry(connection: Connection, application: Application) -> Entry:
    """An application with its event types and goals, fresh from storage."""
    event_types = event_types_of(connection, application.id)
    return Entry(
        application=application,
        event_types={event_type.id: event_type for event_type in event_types},
        tags={tag_key(event_type.tag): event_type for event_type in reversed(event_types)},
        goals=tuple(goals_of(connection, application.id)),
    )
