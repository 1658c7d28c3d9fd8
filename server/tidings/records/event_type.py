"""An event type: the name of what happened and the wording of its message."""

from msgspec import Struct


class EventType(Struct, frozen=True):
    """`message` is a template of `render/template.py`; times are milliseconds since the epoch."""

    id: int
    application_id: int
    name: str
    tag: str
    message: str
    image_url: str | None
    created_at: int
    updated_at: int


class EventTypeDraft(Struct, frozen=True):
    """An event type before it is stored."""

    name: str
    tag: str
    message: str
    image_url: str | None = None
