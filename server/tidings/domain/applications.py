"""Applications: making one with its keys and a first event type, changing and listing them, and their end."""

import re
import secrets
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from typing import Any

import msgspec
from msgspec import UNSET, Struct
from sqlalchemy import Connection

from tidings.domain import event_types
from tidings.domain.directory import Entry, read_entry, token_hash
from tidings.domain.themes import FIRST
from tidings.errors import Invalid, NotFound
from tidings.records.application import Application, ApplicationChanges, DisplaySettings, NewApplication
from tidings.records.event_type import EventTypeDraft
from tidings.render.links import is_web_url
from tidings.storage import applications as stored
from tidings.storage.goal_figures import count_worth_anew
from tidings.storage.tokens import forget_site

NAME_LIMIT = 255
# Control characters, and the halves of surrogate pairs that a command line makes of bytes that are no text.
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
# Capital letters that are not taken for one another when read aloud or copied by hand.
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
SITE_ID_LETTERS = 7

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


def random_letters(number: int) -> str:
    """So many capital letters: an id that people read aloud."""
    return "".join(secrets.choice(LETTERS) for _ in range(number))


def checked_name(name: str) -> str:
    """The name of an application without the spaces around it. Raises Invalid for one that will not do."""
    name = name.strip()
    if not name or len(name) > NAME_LIMIT or _UNPRINTABLE.search(name):
        raise Invalid(f"Name is 1 to {NAME_LIMIT} characters, without control characters", field="name")
    return name


def create(connection: Connection, name: str, url: str, now: int, display: DisplaySettings | None = None) -> Created:
    """Makes an application with its keys and the event type `new_order`. `now`: milliseconds.

    Raises Invalid for a name or URL that will not do.
    """
    name = checked_name(name)
    if not is_web_url(url):
        raise Invalid("Url is not valid", field="url")
    token = new_token()
    application = stored.insert_application(
        connection,
        NewApplication(
            name=name,
            url=url,
            site_id=random_letters(SITE_ID_LETTERS),
            client_id=secrets.token_urlsafe(16),
            client_secret=secrets.token_urlsafe(32),
            token_hash=token_hash(token),
            display=display or DisplaySettings(),
            created_at=now,
        ),
    )
    event_types.create(connection, application_id=application.id, draft=FIRST_EVENT_TYPE, now=now)
    return Created(read_entry(connection, application), token)


def update(
    connection: Connection,
    *,
    application_id: int,
    changes: ApplicationChanges,
    now: int,
    themes: Collection[str] = FIRST,
) -> Entry:
    """Changes an application and its event types: all that `changes` says or, on a refusal, nothing. `now`: milliseconds.

    Read and written in one transaction, so that two updates of different settings both hold. `themes`: those that there are.
    Raises NotFound; Invalid for an unknown theme; for an event type Invalid or Conflict, which names it.
    """
    before = retrieve(connection, application_id)
    defaults = DisplaySettings()
    display: dict[str, Any] = {
        name: getattr(defaults, name) if value is None else value for name, value in changes.display.items()
    }
    if display.get("holdout_percent", before.display.holdout_percent) != before.display.holdout_percent:
        display["holdout_changed_at"] = -(-now // 1_000)
    # One whose folder was taken away may stay, so that what was fetched can be sent back.
    if display.get("theme", before.display.theme) not in (before.display.theme, *themes):
        raise Invalid(f"Theme is one of {', '.join(themes)}", field="theme")
    after = msgspec.structs.replace(
        before,
        name=before.name if changes.name is UNSET else changes.name,
        url=before.url if changes.url is UNSET else changes.url,
        display=msgspec.structs.replace(before.display, **display),
    )
    if after != before:
        after = msgspec.structs.replace(after, updated_at=now)
        stored.update_application(connection, after)
    if after.display.currency != before.display.currency:
        count_worth_anew(connection, application_id, after.display.currency)
    event_types.perform(
        connection, application_id=application_id, deeds=changes.event_types, field="event_types_attributes", now=now
    )
    return read_entry(connection, after)


def retrieve(connection: Connection, application_id: int) -> Application:
    """One application. Raises NotFound."""
    found = stored.application_by_id(connection, application_id)
    if found is None:
        raise NotFound(f"There is no application {application_id}.", code="application_not_found")
    return found


def rotate_token(connection: Connection, application_id: int) -> str:
    """Gives an application a new token; the old one stops working with this transaction. Raises NotFound."""
    retrieve(connection, application_id)
    token = new_token()
    stored.set_token_hash(connection, application_id, token_hash(token))
    return token


def _close(connection: Connection, application_id: int) -> bool:
    forget_site(connection, retrieve(connection, application_id).site_id)
    # What has no token and no public id takes in and shows nothing from here on.
    stored.close_application(connection, application_id, secrets.token_bytes(32), secrets.token_urlsafe(16))
    return False


def _remove(connection: Connection, application_id: int) -> bool:
    stored.delete_application(connection, application_id)
    return False


# How an application ends: each step in order, in short transactions of its own, as long as it says that there is more.
# Others' events need not wait for it, and an end that is cut short can be begun again. The first raises NotFound.
ENDING: tuple[Callable[[Connection, int], bool], ...] = (
    _close,
    stored.delete_some_events,
    stored.delete_some_others,
    _remove,
)


def delete(transaction: Callable[[], AbstractContextManager[Connection]], application_id: int) -> None:
    """Removes an application with all that is its own, in many short `transaction`s (ENDING). Raises NotFound."""
    for step in ENDING:
        more = True
        while more:
            with transaction() as connection:
                more = step(connection, application_id)


def every(connection: Connection) -> list[Application]:
    """All applications, oldest first."""
    return stored.all_applications(connection)


def snippet(application: Application, base_url: str) -> str:
    """The script tag that a site owner pastes into the pages."""
    return f'<script src="{base_url}/api/v1/{application.client_id}/load.js" async></script>'
