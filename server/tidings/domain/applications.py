"""Applications: making one with its keys and a first event type, and listing them."""

import secrets
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct
from sqlalchemy import Connection

from tidings.domain.directory import Entry, read_entry, token_hash
from tidings.errors import Invalid
from tidings.records.application import Application, DisplaySettings, NewApplication
from tidings.records.event_type import EventTypeDraft
from tidings.render.links import is_web_url
from tidings.storage.applications import all_applications, insert_application, set_token_hash
from tidings.storage.event_types import insert_event_type

NAME_LIMIT = 255
# Capital letters that are not taken for one another when read aloud or copied by hand.
_SITE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"

FIRST_EVENT_TYPE = EventTypeDraft(
    name="New order",
    tag="new_order",
    message="{{ first_name }} from {{ city }} just bought {{ linked_title }} {{ time_ago }}",
)


class Created(Struct, frozen=True):
    """A new application, and its token in clear: the only time that it is seen."""

    entry: Entry
    auth_token: str


def new_token() -> str:
    """256 random bits, in 43 characters that need no escaping anywhere."""
    return secrets.token_urlsafe(32)


def create(connection: Connection, name: str, url: str, now: int, display: DisplaySettings | None = None) -> Created:
    """Makes an application with its keys and the event type `new_order`. `now`: milliseconds.

    Raises Invalid for a name or URL that will not do.
    """
    name = name.strip()
    if not name or len(name) > NAME_LIMIT or any(ord(character) < 32 or ord(character) == 127 for character in name):
        raise Invalid(f"Name is 1 to {NAME_LIMIT} characters, without control characters", field="name")
    if not is_web_url(url):
        raise Invalid("Url is not valid", field="url")
    token = new_token()
    application = insert_application(
        connection,
        NewApplication(
            name=name,
            url=url,
            site_id="".join(secrets.choice(_SITE_LETTERS) for _ in range(7)),
            client_id=secrets.token_urlsafe(16),
            client_secret=secrets.token_urlsafe(32),
            token_hash=token_hash(token),
            display=display or DisplaySettings(),
            created_at=now,
        ),
    )
    insert_event_type(connection, application.id, FIRST_EVENT_TYPE, now)
    return Created(read_entry(connection, application), token)


def rotate_token(connection: Connection, application_id: int) -> str:
    """Gives an application a new token; the old one stops working with this transaction."""
    token = new_token()
    set_token_hash(connection, application_id, token_hash(token))
    return token


def every(connection: Connection) -> list[Application]:
    """All applications, oldest first."""
    return all_applications(connection)


def snippet(application: Application, base_url: str) -> str:
    """The script tag that a site owner pastes into the pages."""
    return f'<script src="{base_url}/api/v1/{application.client_id}/load.js" async></script>'


def host_of(application: Application) -> str:
    """The host name of the site, for people."""
    return urlsplit(application.url).hostname or application.url


def display_with(display: DisplaySettings, **changes: object) -> DisplaySettings:
    """A copy of the settings with some of them changed."""
    return msgspec.structs.replace(display, **changes)
