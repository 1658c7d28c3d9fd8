"""What was counted of which page view, kept for a while so that nothing is counted twice."""

from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy import Connection

# A page view's name is its generation and, in the lowest bits, a hash: those of a generation lie together and go together.
NAME_BITS = 44
# A page view's name, and what of it was counted.
Mark = tuple[int, int]

# Marks that go with one commit: more than come with it, and few enough that nobody waits for it.
FORGOTTEN_AT_ONCE = 500
# A statement may have 32,766 values.
_AT_ONCE = 4_096

_FORGET = """
    DELETE FROM page_view_marks WHERE (page_view, mark) IN
    (SELECT page_view, mark FROM page_view_marks WHERE page_view < ? ORDER BY page_view, mark LIMIT ?)
"""


def mark(connection: Connection, marks: Sequence[Mark], back: int = 1) -> list[Mark]:
    """Keeps marks, and tells which were not there before, in their own generation or in the `back` ones before."""
    new: list[Mark] = []
    for start in range(0, len(marks), _AT_ONCE):
        some = marks[start : start + _AT_ONCE]
        rows = 1 << (len(some) - 1).bit_length()
        # Filled up with the last one again, so that few texts do for any number.
        values = [value for one in some for value in one] + [*some[-1]] * (rows - len(some))
        found = connection.exec_driver_sql(_mark_text(rows, back), tuple(values)).all()
        new += [(page_view, what) for page_view, what in found]
    return new


def forget(connection: Connection, before: int) -> None:
    """Removes marks of page views whose name is less than `before`, FORGOTTEN_AT_ONCE of them."""
    connection.exec_driver_sql(_FORGET, (before, FORGOTTEN_AT_ONCE))


@lru_cache(maxsize=32)
def _mark_text(rows: int, back: int) -> str:
    earlier = ", ".join(f"told.page_view - {number << NAME_BITS}" for number in range(1, back + 1))
    return f"""
        WITH told (page_view, mark) AS (VALUES {", ".join(["(?, ?)"] * rows)})
        INSERT INTO page_view_marks (page_view, mark)
        SELECT page_view, mark FROM told WHERE NOT EXISTS (
            SELECT 1 FROM page_view_marks AS earlier
            WHERE earlier.page_view IN ({earlier}) AND earlier.mark = told.mark
        )
        ON CONFLICT DO NOTHING RETURNING page_view, mark
    """  # noqa: S608 - only placeholders and our own names
