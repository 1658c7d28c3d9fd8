"""Forgetting a person: what is known by an external id or by an e-mail address is taken out of the database.

Events, and the conversions that carry the same external id as was named or as one of those events has.

What stays are figures, which count and name nobody: those of hours and days, and the webhook deliveries made of them.
"""

from msgspec import Struct
from sqlalchemy import Connection

from tidings.domain import conversions
from tidings.domain.applications import retrieve
from tidings.domain.events import email_hashes
from tidings.storage.event_removal import remove_with_email, remove_with_external_id


class Forgotten(Struct, frozen=True):
    """What one call took out: the ids of events, how many conversions, and whether to call again."""

    event_ids: list[int]
    conversions: int
    more: bool


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
    named = {external_id, *(one.external_id for one in by_email)} - {"", None}
    taken = sum(conversions.forget(connection, application_id=application_id, external_id=one) for one in named if one)
    return Forgotten([one.id for one in gone + by_email], taken, more=bool(by_email))
