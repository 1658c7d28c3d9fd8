"""The cells of an import's rows: as they are stored, and read one row after the other to look who is in them."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, bindparam, select, tuple_

from tidings.storage.import_tables import import_rows

# Where a row stands among those of all imports of its application: the import's id, and its own number.
Place = tuple[int, int]

_rows = import_rows.c
_behind = (
    select(_rows.import_id, _rows.number, _rows.cells, _rows.reason)
    .where(_rows.application_id == bindparam("application"))
    .where(tuple_(_rows.import_id, _rows.number) > tuple_(bindparam("import"), bindparam("number")))
    .order_by(_rows.import_id, _rows.number)
    .limit(bindparam("limit"))
)
_encode = msgspec.json.Encoder().encode
_list = msgspec.json.Decoder(tuple[Any, ...]).decode
_object = msgspec.json.Decoder(dict[int, Any]).decode


def written(cells: Sequence[Any]) -> str:
    """Cells as JSON: a list, or where most of them are missing an object of the others by their places.

    So a row is never much larger here than in its file, however many columns other rows have.
    """
    there = {place: cell for place, cell in enumerate(cells) if cell is not None}
    if 2 * len(there) >= len(cells):
        return _encode(cells).decode()
    return _encode({**there, len(cells) - 1: cells[-1]}).decode()


def read(text: str) -> tuple[Any, ...]:
    """The cells of a row, from how they are stored."""
    if text.startswith("["):
        return _list(text)
    there = _object(text)
    return tuple(there.get(place) for place in range(max(there) + 1))


def rows_behind(connection: Connection, application_id: int, place: Place, limit: int) -> list[Row[Any]]:
    """Rows of all imports of an application behind a place, in order: import_id, number, cells as stored, reason."""
    names = {"application": application_id, "import": place[0], "number": place[1], "limit": limit}
    return list(connection.execute(_behind, names))
