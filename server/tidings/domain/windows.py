"""Windows: the four hours, aligned to the epoch, that a webhook is told of at a time; contiguous, each told once.

Where a window begins stands in its webhook's row, and moves in the transaction that puts the delivery into the outbox: a
process may end at any moment, and any number of them may try. After an outage each of the newest WINDOWS_APART windows has a
delivery of its own, and one summary tells of all before.

What holds whatever the clock does: what is counted goes to an hour from `first_open_hour` on, before which alone windows
have been told; so what was told of a window is all that there is of it, but for conversions that are dated or taken back.
After a clock that was ahead, `next_window` goes back, and what was told of the windows that come again is remembered
(`told_ahead`) and taken off when they come: each figure is told once, and a window goes out again only with news of it.
"""

import itertools
import random
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection

from tidings.domain.believed_clock import Belief, look_at_clock
from tidings.records.statistics import HOUR, Figures
from tidings.records.webhook import Webhook
from tidings.render.stats import ALWAYS, stats
from tidings.storage import deliveries, hours, webhooks
from tidings.storage.statistics import figures_by_stretch, figures_of_applications
from tidings.storage.told_ahead import forget_told, remember_told, told_before

# Milliseconds, all of these.
WINDOW = 4 * HOUR
# Seven days.
WINDOWS_APART = 42
# Webhooks whose windows are closed in one transaction: some milliseconds, so that ingestion does not wait.
AT_ONCE = 25
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
    belief = look_at_clock(connection, now)
    if belief is Belief.WAIT:
        return False
    if belief is Belief.TAKE_BACK:
        _take_back(connection, newest + WINDOW)
    due = webhooks.due_webhooks(connection, newest - WINDOW, AT_ONCE)
    if not due:
        return False
    if hours.first_open_hour(connection) < newest // HOUR:
        hours.set_first_open_hour(connection, newest // HOUR)
    for (start, end), members in itertools.groupby(due, lambda one: (one.next_window, _end(one.next_window, newest))):
        some = list(members)
        moved = webhooks.move_windows(connection, [one.id for one in some], start, end)
        news = _news(connection, [one for one in some if one.id in moved], start, end)
        ours = [one for one in some if one.id in news]
        moments = [now + (_chance.randrange(SPREAD) if now - end > LATE else 0) for _ in ours]
        rows = new_delivery(ours, start, end, news, now=now, due_at=moments)
        deliveries.insert_deliveries(connection, rows)
    return len(due) == AT_ONCE or due[0].next_window < newest - WINDOW


def _take_back(connection: Connection, window: int) -> None:
    """After a clock that was ahead: goes on with `window`, the one after the present, of which the rest counts in that."""
    later = webhooks.webhooks_later(connection, window)
    for (application_id, end), members in itertools.groupby(later, lambda one: (one.application_id, one.next_window)):
        number = (end - window) // WINDOW
        told = figures_by_stretch(connection, application_id, window // HOUR, WINDOW // HOUR, number)
        figures = {window + place * WINDOW: of for place, of in told.items()}
        remember_told(connection, (one.id for one in members), window, end - WINDOW, figures)
    webhooks.set_windows_back(connection, window)
    hours.set_first_open_hour(connection, window // HOUR)


def counted(connection: Connection, of: Sequence[Webhook], start: int, end: int) -> dict[int, Figures]:
    """All that was counted in a span (milliseconds) for the applications of webhooks, by the webhook's id."""
    figures = figures_of_applications(connection, sorted({one.application_id for one in of}), start // HOUR, end // HOUR)
    return {one.id: figures.get(one.application_id, Figures()) for one in of}


def _news(connection: Connection, of: Sequence[Webhook], start: int, end: int) -> dict[int, Figures]:
    """What webhooks have not been told of a span (milliseconds), by id; those that were told all of it are not there."""
    news = counted(connection, of, start, end)
    before = told_before(connection, list(news), start, end)
    for webhook_id, told in before.items():
        news[webhook_id] = news[webhook_id].beyond(told.figures)
        if end <= told.last + WINDOW and news[webhook_id] == Figures():
            del news[webhook_id]
    if before:
        forget_told(connection, list(before), end)
    return news


def _end(start: int, newest: int) -> int:
    """Where the delivery ends that begins at `start`: the window's end, or that of all that is too old to stand apart."""
    return max(start + WINDOW, newest - WINDOWS_APART * WINDOW)


def new_delivery(
    of: Sequence[Webhook],
    start: int,
    end: int,
    figures: Mapping[int, Figures],
    *,
    now: int,
    due_at: Sequence[int],
    test: bool = False,
) -> list[dict[str, Any]]:
    """Rows for the outbox that tell webhooks of one span (milliseconds), one each, due at the moments of `due_at`.

    `figures`: what is told, by the webhook's id.
    """
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
            "body": _body(webhook, figures[webhook.id], start // 1_000, end // 1_000),
            "state": "waiting",
            "attempts": 0,
            "rung": 0,
            "doubtful": webhook.is_failing and not test,
            "due_at": moment,
            "created_at": now,
        }
        for webhook, moment in zip(of, due_at, strict=True)
    ]


def _body(webhook: Webhook, figures: Figures, start: int, end: int) -> bytes:
    return msgspec.json.encode({"stats": stats(figures, start, end, (*ALWAYS, *webhook.figures))})
