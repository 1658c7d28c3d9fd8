"""An event type: the name of what happened and the wording of its message."""

from msgspec import UNSET, Struct, UnsetType

from tidings.records.page_rule import PageRule


class EventType(Struct, frozen=True):
    """`message` is a template of `render/template.py`; times are milliseconds since the epoch.

    `markdown_enabled`: its own text is Markdown. `use_avatar`, `use_ip_mapping`: kept for clients that set them.
    `page_rules`: on which pages its events show, beside the rules of the application.
    """

    id: int
    application_id: int
    name: str
    tag: str
    message: str
    markdown_enabled: bool
    image_url: str | None
    use_avatar: bool
    use_ip_mapping: bool
    created_at: int
    updated_at: int
    page_rules: tuple[PageRule, ...] = ()


class EventTypeDraft(Struct, frozen=True):
    """An event type before it is stored. `tag` None: made of the name."""

    name: str
    tag: str | None
    message: str
    markdown_enabled: bool = False
    image_url: str | None = None
    use_avatar: bool = False
    use_ip_mapping: bool = False
    page_rules: tuple[PageRule, ...] = ()


class EventTypeChanges(Struct, frozen=True):
    """What an update says: UNSET leaves a value as it is; None clears an image, and makes a tag anew of the name."""

    name: str | UnsetType = UNSET
    message: str | UnsetType = UNSET
    tag: str | UnsetType | None = UNSET
    markdown_enabled: bool | UnsetType = UNSET
    image_url: str | UnsetType | None = UNSET
    use_avatar: bool | UnsetType = UNSET
    use_ip_mapping: bool | UnsetType = UNSET
    page_rules: tuple[PageRule, ...] | UnsetType = UNSET


class EventTypeDeed(Struct, frozen=True):
    """One member of a list of event types: a new one, a change of the one of `id`, or its end."""

    id: int | None = None
    draft: EventTypeDraft | None = None
    changes: EventTypeChanges | None = None
