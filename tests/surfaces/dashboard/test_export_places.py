"""So many exports at once, and no more: each gives its place back, however it ends."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tidings.errors import Unavailable
from tidings.surfaces.dashboard.privacy import EXPORTS_AT_ONCE, Export


def broken() -> Iterator[bytes]:
    yield b"a"
    raise ValueError("no")


def test_one_too_many_waits_until_another_has_ended() -> None:
    under_way = [Export(iter([b"a", b"b"])) for _ in range(EXPORTS_AT_ONCE)]
    with pytest.raises(Unavailable):
        Export(iter([]))
    assert list(under_way[0]) == [b"a", b"b"]
    assert list(under_way[0]) == []
    assert list(Export(iter([b"c"]))) == [b"c"]
    assert [list(one) for one in under_way[1:]] == [[b"a", b"b"]] * (EXPORTS_AT_ONCE - 1)


def test_one_that_breaks_off_or_is_dropped_gives_its_place_back() -> None:
    for _ in range(EXPORTS_AT_ONCE + 1):
        export = Export(broken())
        assert next(export) == b"a"
        with pytest.raises(ValueError, match="no"):
            next(export)
    for _ in range(EXPORTS_AT_ONCE + 1):
        assert next(Export(iter([b"a", b"b"]))) == b"a"
