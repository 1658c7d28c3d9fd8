"""What an address may do so often a minute: wrong tokens and unknown ids, so that guessing is slow, and beacons."""

from ipaddress import IPv6Address

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from starlette.types import Scope

from tidings.errors import TooMany

WRONG_TOKENS_A_MINUTE = 60
UNKNOWN_CLIENTS_A_MINUTE = 300
# For each application: a page sends one in ten seconds at most, and many visitors may share an address.
BEACONS_A_MINUTE = 600

# Bits of an IPv6 address that a household has to itself: whoever has one such address has them all.
_OWN_BITS = 64


class Attempts:
    """Counts one kind of attempt for each address. Nothing of it is written down, and it is forgotten after a minute."""

    def __init__(self, a_minute: int, what: str, *, enabled: bool) -> None:
        """`what` names it for the refused: "wrong tokens"."""
        self._limit = RateLimitItemPerMinute(a_minute)
        self._what = what
        self._limiter = FixedWindowRateLimiter(MemoryStorage()) if enabled else None

    def count(self, scope: Scope, within: str = "") -> None:
        """Counts one, apart for each `within`. Raises TooMany when the address has had its share of this minute."""
        client = scope.get("client")
        if self._limiter is None or client is None:
            return
        if not self._limiter.hit(self._limit, household(client[0]), within):
            raise TooMany(f"Too many {self._what} from this address.", retry_after=60)


def household(address: str) -> str:
    """An IPv4 address as it is, an IPv6 address without what its owner chooses."""
    if ":" not in address:
        return address
    try:
        return f"{int(IPv6Address(address.partition('%')[0])) >> _OWN_BITS:x}::/64"
    except ValueError:  # what a trusted proxy wrote may be anything
        return address
