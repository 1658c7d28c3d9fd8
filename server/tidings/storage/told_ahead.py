"""What webhooks were told of windows that come again, in SQL: so that no figure is told twice."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import Connection, and_, delete, func, insert, select

from tidings.records.statistics import Figures
from tidings.storage.tables import told_ahead

_columns = told_ahead.c


class Told(Struct, frozen=True):
    """What a webhook was told of a span before, and the last window (milliseconds) that it was told of."""

    figures: Figures
    last: int


def remember_told(
    connection: Connection, webhook_ids: Iterable[int], start: int, last: int, figures: Mapping[int, Figures]
) -> None:
    """Webhooks of one application were told of the windows from `start` to `last` (milliseconds), both included.

    `figures` by the beginning of the window; those without figures are not there.
    """
    ids = list(webhook_ids)
    span = _columns.window.between(start, last)
    connection.execute(delete(told_ahead).where(_columns.webhook_id.in_(ids), span))
    windows = {last: Figures(), **figures}
    rows = [{"webhook_id": one, "window": window, **asdict(of)} for one in ids for window, of in windows.items()]
    connection.execute(insert(told_ahead), rows)


def told_before(connection: Connection, webhook_ids: Sequence[int], start: int, end: int) -> dict[int, Told]:
    """What webhooks were told of the windows from `start` up to `end` (milliseconds), by id; most were told nothing."""
    in_span = and_(_columns.window >= start, _columns.window < end)
    sums = [func.coalesce(func.sum(_columns[name]).filter(in_span), 0) for name in Figures.__struct_fields__]
    found = (
        select(_columns.webhook_id, func.max(_columns.window), *sums)
        .where(_columns.webhook_id.in_(webhook_ids))
        .group_by(_columns.webhook_id)
    )
    return {row[0]: Told(Figures(*row[2:]), row[1]) for row in connection.execute(found)}


def forget_told(connection: Connection, webhook_ids: Sequence[int], end: int) -> None:
    """Forgets it of the windows before `end`, which do not come again."""
    connection.execute(delete(told_ahead).where(_columns.webhook_id.in_(webhook_ids), _columns.window < end))
