"""Forgetting a person: what is known by an external id or by an e-mail address is taken out of the database.

Events, and the conversions that carry the same external id as was named or as one of those events has; and rows of imports
that were refused, or still wait, with the address in any cell or the id where ids stand (import_people.py).

What stays are figures, which count and name nobody: those of hours and days, and the webhook deliveries made of them.
"""

from msgspec import Struct
from sqlalchemy import Connection

from tidings.domain import conversions, import_people
from tidings.domain.applications import retrieve
from tidings.domain.events import email_hashes
from tidings.domain.import_people import START, Sought
from tidings.records.event import Event
from tidings.storage.event_removal import number_with_email, remove_with_email, remove_with_external_id
from tidings.storage.events import event_by_external_id, newest_by_email
from tidings.storage.import_cells import Place
from tidings.storage.secret_key import count_other_keys


class Forgotten(Struct, frozen=True):
    """What one call took out: the ids of events, how many conversions and rows of imports, and whether to call again.

    `place`: what to call again with.
    """

    event_ids: list[int]
    conversions: int
    rows: int
    more: bool
    place: Place = START


class Known(Struct, frozen=True):
    """What there is of a person: the newest event, how many, and how many other keys addresses were hashed with."""

    events: int
    newest: Event | None
    other_keys: int


def known(connection: Connection, *, application_id: int, secret: bytes, external_id: str = "", email: str = "") -> Known:
    """What `forget_some` would take out of the events, without taking anything. Raises NotFound, DatabaseError."""
    retrieve(connection, application_id)
    found = [event_by_external_id(connection, application_id, external_id)] if external_id else []
    number = sum(one is not None for one in found)
    hashes = email_hashes(email, secret) if email.strip() else set()
    for hashed in hashes:
        number += number_with_email(connection, application_id, hashed)
        found.append(newest_by_email(connection, application_id, hashed))
    events = [one for one in found if one is not None]
    newest = max(events, key=lambda one: one.created_at, default=None)
    return Known(number, newest, count_other_keys(connection, secret) if hashes else 0)


def forget_some(
    connection: Connection,
    *,
    application_id: int,
    secret: bytes,
    external_id: str = "",
    email: str = "",
    place: Place = START,
) -> Forgotten:
    """Takes some hundred events of a person out, overwritten in the file, and rows of imports once no event is left.

    An empty id and a blank address name nobody. `secret` keys the hashes of e-mail addresses; `place` is what the call
    before gave back. Raises NotFound for an unknown application.
    """
    retrieve(connection, application_id)
    gone = remove_with_external_id(connection, application_id, external_id) if external_id else []
    hashes = email_hashes(email, secret) if email.strip() else set()
    by_email = [one for hashed in hashes for one in remove_with_email(connection, application_id, hashed)]
    named = {external_id, *(one.external_id for one in by_email)} - {"", None}
    taken = sum(conversions.forget(connection, application_id=application_id, external_id=one) for one in named if one)
    ids = [one.id for one in gone + by_email]
    person = Sought(external_id, email)
    if by_email or not person.is_named:
        return Forgotten(ids, taken, 0, more=bool(by_email))
    rows, end = import_people.remove_some(connection, application_id, person, place)
    return Forgotten(ids, taken, rows, more=end is not None, place=end or START)
