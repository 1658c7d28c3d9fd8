"""Looking for events in SQL: a stretch of the newest ones is read through an index, never more of them than it is told."""

import unicodedata
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, bindparam, select, text

from tidings.records.event import Event, Provenance
from tidings.storage.event_counts import Place
from tidings.storage.events import EVENT_COLUMNS, event_of
from tidings.storage.tables import events

# Events that are looked at before it is known whether more have to be.
FIRST_LOOK = 500
# Newer than any event.
NEWEST: Place = (2**63 - 1, 2**63 - 1)

# Of one scope, those before a place, newest first: two searches, merged, as event_lists.py has it.
_STRETCH = """
    SELECT created_at, id FROM events WHERE {scope} AND created_at = :at AND id < :event_id
    UNION ALL SELECT created_at, id FROM events WHERE {scope} AND created_at < :at
    ORDER BY created_at DESC, id DESC LIMIT :most
"""
_COLUMNS = ", ".join(f"events.{column.name}" for column in EVENT_COLUMNS)
_encode = msgspec.json.Encoder().encode
_SEARCHED = ("first_name", "title", "city", "province", "country", "external_id")


_by_email = (
    select(*EVENT_COLUMNS)
    .where(events.c.application_id == bindparam("application_id"), events.c.email_hash == bindparam("email_hash"))
    .order_by(events.c.created_at.desc(), events.c.id.desc())
    .limit(bindparam("limit"))
)


class Filter(Struct, frozen=True):
    """Which events are looked for; None and "" leave it open. `words`: a text that one of their members holds.

    `country`: the code of the country that goes by those words; its events are wanted too.
    """

    event_type_id: int | None = None
    provenance: Provenance | None = None
    words: str = ""
    country: str = ""

    @property
    def is_scope(self) -> bool:
        """Whether an index has just these, one after the other."""
        alone = self.event_type_id is None or self.provenance is None
        return alone and not self.words and self.provenance != "api"


class Looked(Struct, frozen=True):
    """What was found, newest first. `until`: the last event that was looked at, None when it was the very last one."""

    events: list[Event]
    looked_at: int
    until: Place | None


def look(connection: Connection, application_id: int, wanted: Filter, place: Place, *, limit: int, most: int) -> Looked:
    """The first `limit` of what is wanted that come after a place, among the next `most` events there."""
    scope, condition, values = _parts(application_id, wanted)
    values |= {"at": place[0], "event_id": place[1], "limit": limit + 1}
    if wanted.is_scope:
        found = _found(connection, scope, condition, values | {"most": limit + 1})
        more = len(found) > limit
        return Looked(found[:limit], min(len(found), limit), _place(found[limit - 1]) if more else None)
    # What many events hold is found among the first of them, so most of them need not be looked at.
    for most_now in (min(FIRST_LOOK, most), most):
        found = _found(connection, scope, condition, values | {"most": most_now})
        if len(found) > limit:
            last = _place(found[limit - 1])
            return Looked(found[:limit], _passed(connection, scope, values | {"most": most_now}, last), last)
    end = connection.execute(text(_end_text(scope)), values | {"most": most, "last": most - 1}).one_or_none()
    return Looked(found, 0, None) if end is None else Looked(found, most, (end[0], end[1]))


def _found(connection: Connection, scope: str, condition: str, values: dict[str, Any]) -> list[Event]:
    return [event_of(row) for row in connection.execute(text(_text(scope, condition)), values)]


def _place(event: Event) -> Place:
    return event.created_at, event.id


def events_by_email(connection: Connection, application_id: int, email_hash: bytes, limit: int) -> list[Event]:
    """The newest events of an application with this e-mail address."""
    values = {"application_id": application_id, "email_hash": email_hash, "limit": limit}
    return [event_of(row) for row in connection.execute(_by_email, values)]


def _passed(connection: Connection, scope: str, values: dict[str, Any], last: Place) -> int:
    """How many of the stretch were looked at up to and with the last one found."""
    sql = f"SELECT count(*) FROM ({_STRETCH.format(scope=scope)}) WHERE (created_at, id) >= (:last_at, :last_id)"  # noqa: S608
    return int(connection.execute(text(sql), values | {"last_at": last[0], "last_id": last[1]}).scalar_one())


def _parts(application_id: int, wanted: Filter) -> tuple[str, str, dict[str, Any]]:
    """The condition that an index answers, that which is asked of each event, and their values."""
    values: dict[str, Any] = {}
    conditions: list[str] = []
    if wanted.event_type_id is not None:
        scope, values["scope"] = "event_type_id = :scope", wanted.event_type_id
    elif wanted.provenance not in (None, "api"):
        # Said in so many words, so that SQLite knows that the index has them all.
        scope = "application_id = :scope AND provenance = :provenance AND provenance <> 'api'"
        values["scope"] = application_id
    else:
        scope, values["scope"] = "application_id = :scope", application_id
    if wanted.provenance is not None:
        values["provenance"] = wanted.provenance
        if "provenance" not in scope:
            conditions.append("events.provenance = :provenance")
    if wanted.words:
        patterns = _patterns(wanted.words)
        names = [f"word{number}" for number in range(len(patterns))]
        values |= dict(zip(names, patterns, strict=True))
        values |= {f"{name}_json": _as_json(pattern) for name, pattern in zip(names, patterns, strict=True)}
        like = [f"events.{column} LIKE :{name} ESCAPE '!'" for column in _SEARCHED for name in names]
        like += [_in_custom_fields(name) for name in names]
        if wanted.country:
            values["country"] = wanted.country
            like.append("events.country = :country")
        conditions.append(f"({' OR '.join(like)})")
    return scope, " AND ".join(conditions), values


def _in_custom_fields(name: str) -> str:
    """In the value of a custom field. Few events have the words in all of the JSON: only those are taken apart."""
    return (
        f"(events.custom_fields LIKE :{name}_json ESCAPE '!' AND EXISTS "  # noqa: S608 - our own names
        f"(SELECT 1 FROM json_each(events.custom_fields) WHERE json_extract(value, '$[2]') LIKE :{name} ESCAPE '!'))"
    )


def _as_json(pattern: str) -> str:
    return _encode(pattern).decode()[1:-1]


def _patterns(words: str) -> list[str]:
    """LIKE knows no case of ASCII letters; of others it does, so they are looked for as people write them.

    And as computers do: é is one sign to most, and two, e and its accent, in the names of files of a Mac.
    """
    forms = [unicodedata.normalize(form, words) for form in ("NFC", "NFD")]
    ways = [way for form in forms for way in (form, form.lower(), form.upper(), form.title())]
    if words.isascii():
        ways = [words]
    return [f"%{_escaped(one)}%" for one in dict.fromkeys(ways)]


def _escaped(words: str) -> str:
    return words.replace("!", "!!").replace("%", "!%").replace("_", "!_")


@lru_cache(maxsize=64)
def _text(scope: str, condition: str) -> str:
    where = f"WHERE {condition}" if condition else ""
    return (
        f"SELECT {_COLUMNS} FROM ({_STRETCH.format(scope=scope)}) AS stretch CROSS JOIN events ON events.id = stretch.id "  # noqa: S608
        f"{where} ORDER BY stretch.created_at DESC, stretch.id DESC LIMIT :limit"
    )


@lru_cache(maxsize=8)
def _end_text(scope: str) -> str:
    return f"SELECT created_at, id FROM ({_STRETCH.format(scope=scope)}) LIMIT 1 OFFSET :last"  # noqa: S608
