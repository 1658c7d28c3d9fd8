"""How a webhook stands with its receiver, in SQL: what waits and was never tried, and whether anything was taken."""

from sqlalchemy import Connection, bindparam, func, select

from tidings.records.delivery import Waiting
from tidings.storage.tables import deliveries

_columns = deliveries.c
_mine = _columns.webhook_id == bindparam("of_webhook")
# By the index of what is not finished.
_not_tried = select(func.count(), func.min(_columns.timeframe_from), func.min(_columns.due_at)).where(
    _mine,
    _columns.finished_at.is_(None),
    _columns.state == "waiting",
    _columns.test.is_(False),
    _columns.attempts == 0,
)
_delivered = select(_columns.id).where(_mine, _columns.state == "delivered").order_by(_columns.id.desc()).limit(1)


def not_tried(connection: Connection, webhook_id: int) -> Waiting:
    """What waits for a webhook and was never tried, apart from tests."""
    return Waiting(*connection.execute(_not_tried, {"of_webhook": webhook_id}).one())


def was_delivered(connection: Connection, webhook_id: int) -> bool:
    """Whether the log of a webhook has a delivery that was taken."""
    return connection.execute(_delivered, {"of_webhook": webhook_id}).first() is not None
