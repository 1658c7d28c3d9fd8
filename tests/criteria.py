"""The rows of `cases/widget_criteria.md`: what the widget must show, and in which engines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TABLE = Path(__file__).parent / "cases" / "widget_criteria.md"


@dataclass(frozen=True)
class Row:
    """One criterion. `engines`: "C", "A" or "–"; `holder`: the path of what holds it where no browser test does, or ""."""

    number: int
    area: str
    criterion: str
    engines: str
    holder: str


@cache
def rows() -> dict[int, Row]:
    """Every row by its number."""
    found = {}
    for line in TABLE.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells[0].isdigit():
            number, area, criterion, _how, _threshold, engines, holder = cells
            found[int(number)] = Row(int(number), area, criterion, engines, holder.strip("`"))
    return found


def for_every_engine(numbers: Iterable[int]) -> bool:
    """Whether one of these rows has to hold in Chromium, Firefox and WebKitGTK."""
    return any(rows()[number].engines == "A" for number in numbers)
