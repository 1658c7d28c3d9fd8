"""Wrong tokens and unknown ids, counted per address, so that guessing is slow."""

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from starlette.types import Scope

from tidings.errors import TooMany

WRONG_TOKENS_A_MINUTE = 60
UNKNOWN_CLIENTS_A_MINUTE = 300


class Attempts:
    """Counts what went wrong; a right token or a known id is never refused here, whatever others at the address do."""

    def __init__(self, a_minute: int, what: str, *, enabled: bool) -> None:
        """`what` names it for the refused: "wrong tokens"."""
        self._limit = RateLimitItemPerMinute(a_minute)
        self._what = what
        self._limiter = FixedWindowRateLimiter(MemoryStorage()) if enabled else None

    def failed(self, scope: Scope) -> None:
        """Counts one. Raises TooMany when the address has had its share of this minute."""
        client = scope.get("client")
        if self._limiter is None or client is None:
            return
        if not self._limiter.hit(self._limit, client[0]):
            raise TooMany(f"Too many {self._what} from this address.", retry_after=60)
