"""An application: one site, its keys and how its notifications look."""

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType

from tidings.records.event_type import EventTypeDeed
from tidings.records.page_rule import PageRule

Position = Literal["bottom_left", "bottom_right", "top_left", "top_right"]
NameDisplay = Literal["full", "first_word", "initial", "hidden"]
# Where the widget remembers, in a visitor's browser, which events were shown.
Storage = Literal["local", "session", "none"]

# Fomo's codes for the unit beside a threshold, in seconds: seconds, minutes, hours, days.
PERIOD_SECONDS = {1: 1, 2: 60, 3: 3_600, 4: 86_400}


class DisplaySettings(Struct, frozen=True, omit_defaults=True):
    """What the owner chose; stored as one JSON object, so that a new setting needs no migration.

    Times in seconds; `*_threshold` times PERIOD_SECONDS[`*_period`] is an age, 0 means no limit.
    """

    enabled: bool = True
    language: str = "en"
    page_load: int = 1
    display_for: int = 7
    display_interval: int = 4
    maximum_per_page: int = 30
    limit: int = 30
    randomize: bool = False
    closable: bool = True
    hide_mobile: bool = False
    loop_notification: bool = False
    display_threshold: int = 30
    display_period: int = 4
    time_ago_threshold: int = 7
    time_ago_period: int = 4
    position: Position = "bottom_left"
    theme: str = "theme1"
    custom_css: str = ""
    utm_source: str = "fomo"
    utm_medium: str = "notification"
    manual_trigger: bool = False
    feed_mode: bool = False
    name_display: NameDisplay = "full"
    page_rules: tuple[PageRule, ...] = ()
    storage: Storage = "local"
    consent_required: bool = False
    image_url: str | None = None
    # One of records.goal.CURRENCIES: in which figures tell what conversions were worth.
    currency: str = "dollar"
    # Of how many visitors of a hundred notifications are held.
    holdout_percent: int = 0
    # When that last changed, in seconds since the epoch; 0: never. Nobody sets it.
    holdout_changed_at: int = 0
    # How long after a click and after a display a conversion is put down to a notification.
    attribution_click_days: int = 7
    attribution_display_days: int = 1
    # Whose days the figures by the day are, by its IANA name.
    time_zone: str = "UTC"
    # Of no meaning any more; kept because clients send it.
    installed: bool = False

    @property
    def display_seconds(self) -> int:
        """Events older than this many seconds are not shown; 0: no limit."""
        return self.display_threshold * PERIOD_SECONDS[self.display_period]

    @property
    def time_ago_seconds(self) -> int:
        """Events older than this many seconds show no time ago; 0: no limit."""
        return self.time_ago_threshold * PERIOD_SECONDS[self.time_ago_period]


class Application(Struct, frozen=True):
    """One site. Times are milliseconds since the epoch. The token is not here: only its hash is kept, in storage."""

    id: int
    name: str
    url: str
    site_id: str
    client_id: str
    client_secret: str
    display: DisplaySettings
    created_at: int
    updated_at: int


class ApplicationChanges(Struct, frozen=True):
    """What an update says: UNSET leaves a value as it is; `display`: settings by name, None for the default."""

    name: str | UnsetType = UNSET
    url: str | UnsetType = UNSET
    display: Mapping[str, Any] = {}
    event_types: tuple[EventTypeDeed, ...] = ()


class NewApplication(Struct, frozen=True):
    """What `create` stores: an application without an id yet, and the hash of its token."""

    name: str
    url: str
    site_id: str
    client_id: str
    client_secret: str
    token_hash: bytes
    display: DisplaySettings
    created_at: int
