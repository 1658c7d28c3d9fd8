"""Stretches of hours that figures are summed up in beforehand, so that a year is read out of some dozens of rows.

A stretch is an hour, a UTC day, 8 days or 64 days long, and begins at a multiple of its length. Any span of hours is a
handful of runs of such stretches, the longest in its middle; its sums are exact to the hour, in whatever time zone.
"""

from msgspec import Struct

# In hours; each divides the next.
LENGTHS = (1, 24, 192, 1_536)


class Run(Struct, frozen=True, array_like=True):
    """Stretches of `hours` hours each, one after the other, that begin from the hour `first` up to `end`."""

    hours: int
    first: int
    end: int


def cover(first: int, end: int, lengths: tuple[int, ...] = LENGTHS) -> list[Run]:
    """The hours from `first` up to `end`, without that one, as few stretches."""
    runs = []
    for length, longer in zip(lengths, (*lengths[1:], None), strict=True):
        low, high = (first, end) if longer is None else (-(-first // longer) * longer, end // longer * longer)
        if longer is None or low >= high:
            runs.append(Run(length, first, end))
            break
        runs += [Run(length, first, low), Run(length, high, end)]
        first, end = low, high
    return [run for run in runs if run.first < run.end]


def begin_of(hour: int, length: int) -> int:
    """Where the stretch of this length begins that an hour lies in."""
    return hour // length * length


def runs_text(runs: list[Run]) -> tuple[str, list[int]]:
    """Runs as a table `runs (hours, first, until)` for SQL, and its values."""
    rows = ", ".join(["(?, ?, ?)"] * len(runs)) or "(0, 0, 0)"
    return f"WITH runs (hours, first, until) AS (VALUES {rows})", [
        number for run in runs for number in (run.hours, run.first, run.end)
    ]
