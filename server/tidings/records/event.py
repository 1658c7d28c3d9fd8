"""An event: something that really happened on a site."""

from typing import Literal, get_args

from msgspec import UNSET, Struct, UnsetType

# Where an event came from: a client of the API, a file, somebody's own hand in the dashboard, or the demo.
Provenance = Literal["api", "import", "manual", "demo"]
PROVENANCES: tuple[Provenance, ...] = get_args(Provenance)


class CustomField(Struct, frozen=True, array_like=True):
    """A key and a value of the owner's; `number` is unique within its event."""

    number: int
    key: str
    value: str


class EventDraft(Struct, frozen=True):
    """An event as it comes in, checked, before it is stored.

    `email_address` and `ip_address` are on their way only: neither is stored as it came.
    `created_at`: milliseconds since the epoch, None for now.
    """

    event_type_id: int | None = None
    event_type_tag: str | None = None
    external_id: str | None = None
    url: str | None = None
    first_name: str | None = None
    city: str | None = None
    province: str | None = None
    country: str | None = None
    title: str | None = None
    image_url: str | None = None
    email_address: str | None = None
    ip_address: str | None = None
    custom_fields: tuple[CustomField, ...] = ()
    created_at: int | None = None


class FieldChange(Struct, frozen=True):
    """What becomes of one custom field: the one of `number` where that is given, else the one of `key`, or a new one.

    `key` or `value` None: it stays as it is.
    """

    number: int | None
    key: str | None
    value: str | None
    remove: bool = False


class EventChanges(Struct, frozen=True):
    """What an update says: UNSET leaves a value as it is, None clears it.

    `event_type_id` and `event_type_tag` can not be cleared; None leaves them. `custom_fields` None clears all of them.
    """

    event_type_id: int | None = None
    event_type_tag: str | None = None
    external_id: str | UnsetType | None = UNSET
    url: str | UnsetType | None = UNSET
    first_name: str | UnsetType | None = UNSET
    city: str | UnsetType | None = UNSET
    province: str | UnsetType | None = UNSET
    country: str | UnsetType | None = UNSET
    title: str | UnsetType | None = UNSET
    image_url: str | UnsetType | None = UNSET
    email_address: str | UnsetType | None = UNSET
    ip_address: str | None = None
    custom_fields: tuple[FieldChange, ...] | None = ()


class NewEvent(Struct, frozen=True):
    """A draft on its way into storage: whose it is, its event type, all that is kept of the e-mail, when it came and whence.

    `now`: milliseconds since the epoch.
    """

    application_id: int
    event_type_id: int
    draft: EventDraft
    email_hash: bytes | None
    now: int
    provenance: Provenance = "api"


class Event(Struct, frozen=True):
    """An event as stored. Times are milliseconds since the epoch; `country` is an ISO 3166-1 code or text.

    `provenance` stays what it was, whoever changes the event later.
    """

    id: int
    application_id: int
    event_type_id: int
    external_id: str | None
    url: str | None
    first_name: str | None
    city: str | None
    province: str | None
    country: str | None
    title: str | None
    image_url: str | None
    custom_fields: tuple[CustomField, ...]
    created_at: int
    updated_at: int
    provenance: Provenance = "api"
