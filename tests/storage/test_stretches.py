"""Stretches: any span of hours is covered once, by few rows."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tidings.storage.stretches import LENGTHS, begin_of, cover

HOURS = st.integers(400_000, 520_000)


@given(HOURS, st.integers(0, 40_000))
def test_every_hour_of_a_span_is_in_one_stretch(first: int, length: int) -> None:
    end = first + length
    held = sorted((begin, begin + run.hours) for run in cover(first, end) for begin in range(run.first, run.end, run.hours))
    assert all(begin == begin_of(begin, until - begin) for begin, until in held)
    assert [begin for begin, _ in held] == [first, *(until for _, until in held)][: len(held)]
    assert (held[-1][1] if held else first) == end


@given(HOURS)
def test_a_year_is_some_dozens_of_stretches(first: int) -> None:
    runs = cover(first, first + 365 * 24)
    assert len(runs) <= 2 * len(LENGTHS) - 1
    assert sum((run.end - run.first) // run.hours for run in runs) <= 46 + 14 + 14 + 6
