"""An event: something that really happened on a site."""

from msgspec import Struct


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
    custom_fields: tuple[CustomField, ...] = ()
    created_at: int | None = None


class NewEvent(Struct, frozen=True):
    """A draft on its way into storage: whose it is, its event type, all that is kept of the e-mail, and when it came.

    `now`: milliseconds since the epoch.
    """

    application_id: int
    event_type_id: int
    draft: EventDraft
    email_hash: bytes | None
    now: int


class Event(Struct, frozen=True):
    """An event as stored. Times are milliseconds since the epoch; `country` is an ISO 3166-1 code or text."""

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
