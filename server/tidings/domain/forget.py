"""Forgetting a person: what is known by an external id or by an e-mail address is taken out of the database.

Events, and the conversions that carry the same external id as was named or as one of those events has; and rows of imports
that were refused, or still wait, with either in a cell.

What stays are figures, which count and name nobody: those of hours and days, and the webhook deliveries made of them.
"""

from msgspec import Struct
from sqlalchemy import Connection

from tidings.domain import conversions
from tidings.domain.applications import retrieve
from tidings.domain.events import email_hashes
from tidings.records.event import Event
from tidings.storage.event_removal import number_with_email, remove_with_email, remove_with_external_id
from tidings.storage.events import event_by_external_id, newest_by_email
from tidings.storage.imports import remove_rows_with
from tidings.storage.secret_key import count_other_keys


class Forgotten(Struct, frozen=True):
    """What one call took out: the ids of events, how many conversions, and whether to call again."""

    event_ids: list[int]
    conversions: int
    more: bool


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
    connection: Connection, *, application_id: int, secret: bytes, external_id: str = "", email: str = ""
) -> Forgotten:
    """Takes some hundred events of a person out, overwritten in the file; an empty id and a blank address name nobody.

    `secret` keys the hashes of e-mail addresses. Raises NotFound for an unknown application.
    """
    retrieve(connection, application_id)
    gone = remove_with_external_id(connection, application_id, external_id) if external_id else []
    hashes = email_hashes(email, secret) if email.strip() else set()
    by_email = [one for hashed in hashes for one in remove_with_email(connection, application_id, hashed)]
    for text in {external_id.strip(), email.strip()} - {""}:
        remove_rows_with(connection, application_id, text)
    named = {external_id, *(one.external_id for one in by_email)} - {"", None}
    taken = sum(conversions.forget(connection, application_id=application_id, external_id=one) for one in named if one)
    return Forgotten([one.id for one in gone + by_email], taken, more=bool(by_email))
