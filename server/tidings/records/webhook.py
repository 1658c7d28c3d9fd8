"""A webhook: where the figures of an application are sent, every four hours."""

from msgspec import UNSET, Struct, UnsetType

# Of a webhook: no failure since the last success.
HEALTHY = {"failing_since": None, "failures": 0, "failing_days": 0, "failed_on": None}


class Webhook(Struct, frozen=True):
    """Times are milliseconds since the epoch.

    `figures`: those that are sent beyond click and display, by their names in `render/stats.py`. `secret`: "whsec_…", signs
    what is sent. `next_window`: where the next window begins; all before it has become deliveries. `paused_because`: why it
    was switched off by itself. `failing_since`, `failures`, `failing_days`: when the first failure came after the last
    success, how many have come since, and on how many days (UTC); `failed_on` is the newest of these, from the epoch.
    """

    id: int
    application_id: int
    url: str
    figures: tuple[str, ...]
    enabled: bool
    paused_because: str | None
    secret: str
    next_window: int
    failing_since: int | None
    failures: int
    failing_days: int
    failed_on: int | None
    created_at: int
    updated_at: int

    @property
    def is_failing(self) -> bool:
        """Whether nothing arrived since the last failure."""
        return self.failing_since is not None


class WebhookDraft(Struct, frozen=True):
    """A webhook before it is stored. `secret` None: one is made."""

    url: str
    figures: tuple[str, ...] = ()
    enabled: bool = True
    secret: str | None = None


class WebhookChanges(Struct, frozen=True):
    """What an update says: UNSET leaves a value as it is."""

    url: str | UnsetType = UNSET
    figures: tuple[str, ...] | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET
    secret: str | UnsetType = UNSET
