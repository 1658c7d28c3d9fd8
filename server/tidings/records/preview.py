"""A preview: settings and a wording that are not saved yet, for a short while."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from tidings.records.page_rule import PageRule


class PreviewWording(Struct, frozen=True, omit_defaults=True):
    """An event type as it would be. `id` 0: one that is not there yet."""

    id: int
    name: str
    message: str
    markdown_enabled: bool = False
    image_url: str | None = None
    page_rules: tuple[PageRule, ...] = ()


class PreviewContent(Struct, frozen=True, omit_defaults=True):
    """What is tried out. `display`: settings by name as JSON has them, None for the default.

    `sample`: the last few events whatever their age, to look at; else what the feed would hold.
    """

    display: Mapping[str, Any] = {}
    wording: PreviewWording | None = None
    sample: bool = False


class Preview(Struct, frozen=True):
    """One preview of an application. `expires_at`: milliseconds since the epoch."""

    application_id: int
    content: PreviewContent
    expires_at: int
