"""A delivery: one thing that goes out once, and the attempts that it took."""

from typing import Literal

from msgspec import Struct

State = Literal["waiting", "sending", "delivered", "failed"]


class Delivery(Struct, frozen=True):
    """Times are milliseconds since the epoch, `timeframe_from` and `timeframe_to` seconds.

    `message_id` and `body` stay the same for every attempt. `attempts`: how many were begun; `rung`: how many of them
    since it was last sent by hand. `due_at`: when it is tried next; None when it is finished, or waits for its webhook to
    be on again. `doubtful`: its receiver failed the last time.
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


class Outgoing(Struct, frozen=True):
    """A delivery that was claimed for sending, and what its channel needs to send it."""

    delivery: Delivery
    url: str
    secret: str
