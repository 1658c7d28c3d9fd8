"""What gets slower the more often it was done of late: counted under a key in the database, on a ladder of waits."""

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection

from tidings.errors import TooMany
from tidings.records.statistics import DAY
from tidings.storage.log_in_failures import Failures, failures_of, put_failures

# Milliseconds after which what was counted counts no more, and for which an address is one that an account is known from.
FORGOTTEN_AFTER = DAY
KNOWN_FOR = 90 * DAY


class Ladder(Struct, frozen=True):
    """From the time `first` on there is a wait: one second, and twice as long each time, `most` seconds at most."""

    first: int
    most: int

    def wait(self, times: int) -> int:
        """Seconds to wait after so many times."""
        return 0 if times < self.first else min(1 << min(times - self.first, 30), self.most)


def count(connection: Connection, key: bytes, ladder: Ladder, what: str, now: int) -> None:
    """Counts something that is done. Raises TooMany, and counts nothing then. `what`: a sentence on what was too much."""
    known = lately(failures_of(connection, (key,)).get(key), now)
    if (seconds := left(known, ladder, now)) > 0:
        raise TooMany(f"{what} Please try again in {in_words(seconds)}.", retry_after=seconds)
    put_failures(connection, key, kept(replace(known, number=known.number + 1, failed_at=now)))


def lately(known: Failures | None, now: int) -> Failures:
    """What still counts. A clock that was set back makes nobody wait longer than from now on."""
    if known is None:
        return Failures()
    number = known.number if now - known.failed_at < FORGOTTEN_AFTER else 0
    succeeded_at = known.succeeded_at
    if succeeded_at is not None and now - succeeded_at >= KNOWN_FOR:
        succeeded_at = None
    return Failures(number, min(known.failed_at, now), succeeded_at)


def left(known: Failures, ladder: Ladder, now: int) -> int:
    """Whole seconds that are left to wait."""
    return max(0, -(-(known.failed_at + ladder.wait(known.number) * 1_000 - now) // 1_000))


def kept(failures: Failures) -> Failures:
    """The same with the time at which it says nothing any more."""
    until = failures.failed_at + FORGOTTEN_AFTER
    if failures.succeeded_at is not None:
        until = max(until, failures.succeeded_at + KNOWN_FOR)
    return replace(failures, forgotten_at=until)


def in_words(seconds: int) -> str:
    """A wait as people say it."""
    if seconds < 120:
        return "a second" if seconds == 1 else f"{seconds} seconds"
    return f"{-(-seconds // 60)} minutes"
