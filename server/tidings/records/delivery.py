"""A delivery: one thing that goes out once, and the attempts that it took."""

from typing import Literal

from msgspec import Struct

State = Literal["waiting", "sending", "delivered", "failed"]
# The result of an attempt whose process ended: a guess, until it says better.
PROCESS_ENDED = "process_ended"


class Delivery(Struct, frozen=True):
    """Times are milliseconds since the epoch, `timeframe_from` and `timeframe_to` seconds.

    `message_id` and `body` stay the same for every attempt. `attempts`: how many were begun; `rung`: how many of them
    came to an end since it last began anew. `due_at`: when it is tried next; None when it is finished, or waits
    for its webhook to be on again. `doubtful`: its receiver failed the last time.
    """

    id: int
    message_id: str
    webhook_id: int
    application_id: int
    channel: str
    test: bool
    timeframe_from: int
    timeframe_to: int
    body: bytes
    state: State
    attempts: int
    rung: int
    doubtful: bool
    due_at: int | None
    created_at: int
    finished_at: int | None


class Attempt(Struct, frozen=True):
    """What came of sending a delivery once. `result` is a word, `answer` the beginning of what came back, as it came.

    `url`: where it went. `started_at` (milliseconds) is, in seconds, the time that was signed.
    """

    number: int
    url: str
    started_at: int
    milliseconds: int
    result: str
    status: int | None
    answer: bytes


class LoggedAttempt(Attempt, frozen=True):
    """An attempt as it is shown: of the answer less than the log keeps; `answer_bytes` is how much that is."""

    answer_bytes: int


class Outgoing(Struct, frozen=True):
    """A delivery that was claimed for sending, and what its channel needs to send it."""

    delivery: Delivery
    url: str
    secret: str


class Waiting(Struct, frozen=True):
    """What waits for a webhook and was never tried: how many, when the oldest window began (seconds), when one is due."""

    number: int = 0
    oldest: int | None = None
    due_at: int | None = None
