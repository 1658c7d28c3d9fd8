"""What came of sending something out: four answers that every channel gives, whatever it speaks.

The outbox reads the class; `result` is one snake_case word for the log, `reason` a sentence for people ("" where the
status says it all). `answer` is what the other side sent, raw, cut at 16 KiB. All but `Sent` and a `Refused` that is
`gone` are tried again.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sent:
    """It was taken: a status of 2xx."""

    status: int
    answer: bytes
    milliseconds: int
    result: str = "delivered"
    reason: str = ""


@dataclass(frozen=True)
class Refused:
    """It will not be taken as it is: a redirect, a 4xx, an address that may not be called (then `status` is None).

    result: "redirected", "refused", "gone", "refused_address" or "bad_answer". `gone`: never send there again.
    """

    result: str
    status: int | None
    answer: bytes
    milliseconds: int
    gone: bool = False
    reason: str = ""


@dataclass(frozen=True)
class Busy:
    """Not now: 408, 425, 429 or 5xx.

    retry_after: whole seconds that the other side asked for, from now, at most a day; None if it did not ask.
    """

    retry_after: int | None
    status: int
    answer: bytes
    milliseconds: int
    result: str = "busy"
    reason: str = ""


@dataclass(frozen=True)
class Silent:
    """No answer came; whether it was taken is unknown.

    result: "unresolved", "not_connected", "tls_failed", "timed_out" or "broken_off".
    """

    result: str
    milliseconds: int
    reason: str = ""
    status: None = None
    answer: bytes = b""


Outcome = Sent | Refused | Busy | Silent
