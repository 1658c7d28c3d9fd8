"""Windows: the four hours, aligned to the epoch, that a webhook is told of at a time; contiguous, each told once.

Where a window begins stands in its webhook's row, and moves in the transaction that puts the delivery into the outbox: a
process may end at any moment, and any number of them may try. After an outage each of the newest WINDOWS_APART windows has a
delivery of its own, and one summary tells of all before.
"""

import itertools
import random
import secrets
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection

from tidings.domain.hours import HOUR, MOST_AHEAD
from tidings.records.statistics import Figures
from tidings.records.webhook import Webhook
from tidings.render.stats import ALWAYS, stats
from tidings.storage import deliveries, hours, webhooks
from tidings.storage.statistics import figures_of_applications

# Milliseconds, all of these.
WINDOW = 4 * HOUR
# Seven days.
WINDOWS_APART = 42
# Webhooks whose windows are closed in one transaction: some milliseconds, so that ingestion does not wait.
AT_ONCE = 50
# A window that ended longer ago than LATE goes out at some moment of the next SPREAD: after an outage receivers are not run
# over by all that they missed at once.
LATE = 10 * 60_000
SPREAD = 5 * 60_000

_chance = random.SystemRandom()


def last_window(now: int) -> tuple[int, int]:
    """Beginning and end of the last whole window before `now`."""
    end = now // WINDOW * WINDOW
    return end - WINDOW, end


def close_windows(connection: Connection, now: int) -> bool:
    """Makes deliveries of windows that are over, one for each of some webhooks; True when there is more to do at once.

    What is counted from here on counts in an hour that is still open (`hours.py`).
    """
    newest = now // WINDOW * WINDOW
    _believe(connection, now, newest)
    due = webhooks.due_webhooks(connection, newest - WINDOW, AT_ONCE)
    if not due:
        return False
    if hours.first_open_hour(connection) < newest // HOUR:
        hours.set_first_open_hour(connection, newest // HOUR)
    for (start, end), members in itertools.groupby(due, lambda one: (one.next_window, _end(one.next_window, newest))):
        ours = [one for one in members if webhooks.move_window(connection, one.id, start, end)]
        moments = [now + (_chance.randrange(SPREAD) if now - end > LATE else 0) for _ in ours]
        deliveries.insert_deliveries(connection, new_delivery(connection, ours, start, end, now=now, due_at=moments))
    return len(due) == AT_ONCE or due[0].next_window < newest - WINDOW


def _believe(connection: Connection, now: int, newest: int) -> None:
    """Takes back what a clock that was far ahead has closed: else nothing would be told until then."""
    if webhooks.set_windows_back(connection, now + MOST_AHEAD * HOUR, newest):
        hours.set_first_open_hour(connection, newest // HOUR)


def _end(start: int, newest: int) -> int:
    """Where the delivery ends that begins at `start`: the window's end, or that of all that is too old to stand apart."""
    return max(start + WINDOW, newest - WINDOWS_APART * WINDOW)


def new_delivery(
    connection: Connection,
    of: Sequence[Webhook],
    start: int,
    end: int,
    *,
    now: int,
    due_at: Sequence[int],
    test: bool = False,
) -> list[dict[str, Any]]:
    """Rows for the outbox that tell webhooks of one span (milliseconds), one each, due at the moments of `due_at`."""
    figures = figures_of_applications(connection, sorted({one.application_id for one in of}), start // HOUR, end // HOUR)
    return [
        {
            "message_id": f"msg_{secrets.token_hex(16)}",
            "webhook_id": webhook.id,
            "application_id": webhook.application_id,
            "channel": "webhook",
            "lane": f"webhook:{webhook.id}",
            "test": test,
            "timeframe_from": start // 1_000,
            "timeframe_to": end // 1_000,
            "body": _body(webhook, figures.get(webhook.application_id, Figures()), start // 1_000, end // 1_000),
            "state": "waiting",
            "attempts": 0,
            "rung": 0,
            "doubtful": webhook.failing_since is not None and not test,
            "due_at": moment,
            "created_at": now,
        }
        for webhook, moment in zip(of, due_at, strict=True)
    ]


def _body(webhook: Webhook, figures: Figures, start: int, end: int) -> bytes:
    return msgspec.json.encode({"stats": stats(figures, start, end, (*ALWAYS, *webhook.figures))})
