"""Attempts: a share a minute for each address, apart for each kind and each of what it is within."""

import pytest
from starlette.types import Scope

from tidings.errors import TooMany
from tidings.surfaces.attempts import Attempts


def by(address: str | None) -> Scope:
    return {"type": "http", "client": (address, 1234) if address else None}


def is_refused(attempts: Attempts, address: str | None, within: str = "") -> bool:
    try:
        attempts.count(by(address), within)
    except TooMany:
        return True
    return False


def test_the_refusal_says_when_to_come_again() -> None:
    attempts = Attempts(1, "beacons", enabled=True)
    attempts.count(by("192.0.2.1"))
    with pytest.raises(TooMany, match="Too many beacons from this address") as caught:
        attempts.count(by("192.0.2.1"))
    assert caught.value.retry_after == 60


def test_each_address_has_its_share() -> None:
    attempts = Attempts(2, "beacons", enabled=True)
    assert [is_refused(attempts, "192.0.2.1") for _ in range(3)] == [False, False, True]
    assert [is_refused(attempts, "192.0.2.2") for _ in range(3)] == [False, False, True]
    assert [is_refused(attempts, "192.0.2.1", "7") for _ in range(3)] == [False, False, True]
    assert not is_refused(Attempts(2, "other things", enabled=True), "192.0.2.1")
    assert not any(is_refused(attempts, None) for _ in range(5))
    assert not any(is_refused(Attempts(0, "beacons", enabled=False), "192.0.2.1") for _ in range(5))


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ("2001:db8:0:1::2", True),
        ("2001:db8:0:1:ffff:ffff:ffff:ffff", True),
        ("2001:DB8::1:0:0:0:9%eth0", True),
        ("2001:db8:0:2::1", False),
        ("2001:db8:0:1", False),
        ("unknown:", False),
    ],
)
def test_who_has_a_whole_network_is_one(other: str, same: bool) -> None:
    attempts = Attempts(1, "beacons", enabled=True)
    assert not is_refused(attempts, "2001:db8:0:1::1")
    assert is_refused(attempts, other) is same
