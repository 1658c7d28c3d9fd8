"""Deliveries: claiming what is due, settling what came of it, the ladder of further attempts, and the log of it all.

A delivery is claimed and settled in transactions of the writer; in between it is `sending` under a lease, and another
process takes it over when that has run out. So it goes out at least once, always with the same id and the same bytes.
"""

import random
from collections.abc import Iterable, Sequence

import msgspec
from msgspec import Struct
from sqlalchemy import Connection

from tidings.errors import Conflict, NotFound
from tidings.outbound.channels.webhook import LONGEST_WAIT
from tidings.outbound.results import Busy, Outcome, Refused, Sent
from tidings.records.delivery import PROCESS_ENDED, Attempt, Delivery, LoggedAttempt, Outgoing, Waiting
from tidings.records.statistics import DAY
from tidings.records.webhook import HEALTHY, Webhook
from tidings.storage import deliveries as stored
from tidings.storage import webhooks
from tidings.storage.delivery_standing import not_tried, was_delivered

# Seconds from a failed attempt to the next; after the last one a delivery has failed.
LADDER = (10, 30, 90, 270, 810, 2_430, 3_600)
# Of a wait, up or down, so that what failed together does not come back together.
JITTER = 0.1
# Milliseconds that a claimed delivery may take; an attempt takes 15 s at most.
LEASE = 120_000
# Under way of one webhook, and of one application, by all processes together: whoever hangs leaves the others their places.
MOST_IN_LANE = 4
MOST_OF_APPLICATION = 16
# Waiting of one webhook, beyond which no more is sent again by hand.
MOST_WAITING = 100
# Milliseconds of nothing but failure, failed attempts, and days (UTC) with one, after which a webhook is switched off: all
# of them, so that a clock that is set forward switches nothing off.
PATIENCE = 5 * DAY
LEAST_FAILURES = 20
LEAST_DAYS = 5
# Processes that may end during a delivery before it has failed: it may be what ends them.
MOST_LOST = 20
# Attempts of one delivery that the log keeps, and those that it shows, with so many bytes of an answer.
ATTEMPTS_KEPT = 30
ATTEMPTS_SHOWN = 20
ANSWER_SHOWN = 1_024
# How long the log is kept, in milliseconds.
LOG_KEPT = 30 * DAY
# Deliveries that are removed, or taken over, in one transaction; and after how many bytes it removes no more.
AT_ONCE = 100
BYTES_AT_ONCE = 524_288

# How the names of those begin that serve, and of those that only do the jobs.
SERVER = "serve-"
WORKER = "worker-"

_chance = random.SystemRandom().random


class Done(Struct, frozen=True):
    """What came of one attempt. `started_at`: milliseconds."""

    outgoing: Outgoing
    started_at: int
    outcome: Outcome


def claim(connection: Connection, *, holder: str, places: int, doubtful_places: int, now: int) -> list[Outgoing]:
    """Takes at most `places` deliveries that are due, for `holder` to send; at most so many of doubtful receivers."""
    ids = stored.choose_due(
        connection,
        now=now,
        most=places,
        most_doubtful=doubtful_places,
        most_in_lane=MOST_IN_LANE,
        most_of_application=MOST_OF_APPLICATION,
    )
    claimed = stored.claim(connection, ids, holder=holder, until=now + LEASE)
    to = webhooks.webhooks_by_ids(connection, {one.webhook_id for one in claimed})
    return [Outgoing(one, to[one.webhook_id].url, to[one.webhook_id].secret) for one in claimed]


def settle(connection: Connection, done: Sequence[Done], *, holder: str, now: int) -> None:
    """Writes down what came of attempts that `holder` has made, and what follows for the deliveries and their webhooks.

    An attempt that outlived its lease counts only when it arrived: the delivery is somebody else's meanwhile. What
    an address said that is the webhook's no more says nothing of the webhook: the delivery goes to the new one.
    """
    found = stored.deliveries_by_ids(connection, {one.outgoing.delivery.id for one in done})
    before = webhooks.webhooks_by_ids(connection, {delivery.webhook_id for delivery, _ in found.values()})
    after = dict(before)
    # A webhook may have been deleted meanwhile.
    done = [one for one in done if one.outgoing.delivery.id in found and one.outgoing.delivery.webhook_id in after]
    delivered, failed = set[int](), set[int]()
    waiting: list[tuple[Delivery, int, int]] = []  # when it is due, and its rung
    for one in done:
        delivery, by = found[one.outgoing.delivery.id]
        ours = (delivery.state, by, delivery.attempts) == ("sending", holder, one.outgoing.delivery.attempts)
        webhook = after[delivery.webhook_id]
        moved = one.outgoing.url != webhook.url
        if isinstance(one.outcome, Sent):
            if delivery.state != "delivered":
                delivered.add(delivery.id)
            if not moved:
                after[webhook.id] = msgspec.structs.replace(webhook, **HEALTHY)
        elif ours:
            if not moved:
                after[webhook.id] = _after_failure(webhook, delivery, one.outcome, now)
            if delivery.test:
                failed.add(delivery.id)
            elif moved:
                waiting.append((delivery, now, 0))
            elif _is_gone(one.outcome):  # the webhook is off now: it waits for that to change
                waiting.append((delivery, now, delivery.rung))
            elif delivery.rung > len(LADDER):
                failed.add(delivery.id)
            else:
                waiting.append((delivery, now + _pause(delivery.rung, one.outcome), delivery.rung))
    stored.insert_attempts(connection, [_logged(one) for one in done], ATTEMPTS_KEPT)
    stored.finish(connection, delivered, "delivered", now)
    stored.finish(connection, failed, "failed", now)
    for delivery, due_at, rung in waiting:
        webhook = after[delivery.webhook_id]
        doubtful = webhook.is_failing
        stored.wait(connection, delivery.id, due_at if webhook.enabled else None, doubtful=doubtful, rung=rung)
    for webhook in after.values():
        if webhook != before[webhook.id]:
            webhooks.note_health(connection, webhook)
            if webhook.is_failing != before[webhook.id].is_failing:
                stored.set_doubtful(connection, webhook.id, webhook.is_failing)
            if before[webhook.id].enabled and not webhook.enabled:
                stored.park(connection, webhook.id)


def _after_failure(webhook: Webhook, delivery: Delivery, outcome: Outcome, now: int) -> Webhook:
    """The webhook as it is after one more failure: switched off by a 410, or when there was nothing else for long."""
    if _is_gone(outcome):
        return msgspec.structs.replace(webhook, enabled=False, paused_because="The receiver answered 410 Gone.")
    if delivery.test:
        return webhook
    since = now if webhook.failing_since is None else min(webhook.failing_since, now)
    webhook = msgspec.structs.replace(
        webhook,
        failing_since=since,
        failures=webhook.failures + 1,
        failing_days=webhook.failing_days + (webhook.failed_on != now // DAY),
        failed_on=now // DAY,
    )
    enough = webhook.failures >= LEAST_FAILURES and webhook.failing_days >= LEAST_DAYS
    if webhook.enabled and now - since >= PATIENCE and enough:
        last = f"status {outcome.status}" if isinstance(outcome, Refused | Busy) and outcome.status else outcome.result
        reason = f"Nothing but failures for {PATIENCE // DAY} days; the last one: {last}."
        return msgspec.structs.replace(webhook, enabled=False, paused_because=reason)
    return webhook


def _is_gone(outcome: Outcome) -> bool:
    return isinstance(outcome, Refused) and outcome.gone


def _pause(rung: int, outcome: Outcome) -> int:
    """Milliseconds to the next attempt, after the one that was number `rung` (from 1): never sooner than was asked for."""
    pause = LADDER[rung - 1] * (1 + JITTER * (2 * _chance() - 1))
    if isinstance(outcome, Busy) and outcome.retry_after is not None:
        pause = max(pause, min(outcome.retry_after, LONGEST_WAIT) * (1 + JITTER * _chance()))
    return round(pause * 1_000)


def _logged(done: Done) -> tuple[int, Attempt]:
    delivery, outcome = done.outgoing.delivery, done.outcome
    answered = isinstance(outcome, Sent | Refused | Busy)
    attempt = Attempt(
        number=delivery.attempts,
        url=done.outgoing.url,
        started_at=done.started_at,
        milliseconds=outcome.milliseconds,
        result=outcome.result,
        status=outcome.status if answered else None,
        answer=outcome.answer if answered else b"",
    )
    return delivery.id, attempt


def sweep_leases(connection: Connection, now: int, holder: str) -> bool:
    """Takes over what processes left behind when they ended without a word; True when there is more.

    `holder` itself knows what it has under way, and is left alone. What a clock that was ahead has put off comes into reach.
    """
    stored.shorten(connection, lease_until=now + LEASE, latest=now + DAY + DAY // 5, now=now)
    left = stored.orphans(connection, holder=holder, now=now, most=AT_ONCE)
    _take_over(connection, left, now)
    return len(left) == AT_ONCE


def take_over_from_servers(connection: Connection, now: int, holder: str) -> None:
    """What servers before this one have left behind, at once: for a server that knows that it is the only one."""
    _take_over(connection, stored.held_by(connection, SERVER, other_than=holder), now)


def _take_over(connection: Connection, left: Iterable[Delivery], now: int) -> None:
    """The end of a process is no failure of the receiver: the rung is given back. MOST_LOST of them are one all the same."""
    left = list(left)
    to = webhooks.webhooks_by_ids(connection, {one.webhook_id for one in left})
    there = [one for one in left if one.webhook_id in to]
    lost = [(one.id, Attempt(one.attempts, to[one.webhook_id].url, now, 0, PROCESS_ENDED, None, b"")) for one in there]
    stored.insert_attempts(connection, lost, ATTEMPTS_KEPT)
    times = stored.times_lost(connection, [one.id for one in there])
    again = [one for one in there if times.get(one.id, 0) < MOST_LOST]
    stored.finish(connection, {one.id for one in left} - {one.id for one in again}, "failed", now)
    for one in again:
        webhook = to[one.webhook_id]
        due_at = now if webhook.enabled or one.test else None
        doubtful = webhook.is_failing and not one.test
        stored.wait(connection, one.id, due_at, doubtful=doubtful, rung=max(one.rung - 1, 0))


def forget_old_deliveries(connection: Connection, now: int) -> bool:
    """Removes what ended longer ago than the log is kept, some of it; True when there may be more."""
    return stored.forget_finished(connection, now - LOG_KEPT, AT_ONCE, BYTES_AT_ONCE) > 0


def forget_deleted_webhooks(connection: Connection) -> bool:
    """Removes the log of a webhook that was deleted, some of it, and then the rest of it; True when there may be more."""
    webhook_id = webhooks.oldest_deleted(connection)
    if webhook_id is None:
        return False
    if not stored.forget_log_of(connection, webhook_id, AT_ONCE, BYTES_AT_ONCE):
        webhooks.remove_webhook(connection, webhook_id)
    return True


def of_webhook(
    connection: Connection,
    *,
    application_id: int,
    webhook_id: int,
    before: int | None = None,
    limit: int = 30,
    tried: bool = False,
) -> list[tuple[Delivery, list[LoggedAttempt]]]:
    """Deliveries of a webhook, newest first, from before that of id `before`, with the newest attempts.

    `tried`: tests, and what was tried at all. Raises NotFound.
    """
    if webhooks.webhook_by_id(connection, application_id, webhook_id) is None:
        raise NotFound("Webhook not found", code="webhook_not_found")
    found = stored.deliveries_of(connection, webhook_id, before, limit, tried=tried)
    attempts = stored.attempts_of(connection, [one.id for one in found], most=ATTEMPTS_SHOWN, answer=ANSWER_SHOWN)
    return [(one, attempts.get(one.id, [])) for one in found]


def standing(connection: Connection, webhook_id: int) -> tuple[Waiting, bool]:
    """What waits for a webhook and was never tried; whether its log has anything that was taken."""
    return not_tried(connection, webhook_id), was_delivered(connection, webhook_id)


def send_again(connection: Connection, *, application_id: int, webhook_id: int, delivery_id: int, now: int) -> Delivery:
    """Lets a delivery go out once more, at once, the whole ladder before it; whatever came of it before, webhook on or off.

    Raises NotFound; Conflict while it is under way, or too much waits already.
    """
    webhook = webhooks.webhook_by_id(connection, application_id, webhook_id)
    delivery = stored.delivery_by_id(connection, application_id, delivery_id)
    if webhook is None or delivery is None or delivery.webhook_id != webhook_id:
        raise NotFound("Delivery not found", code="delivery_not_found")
    if delivery.state == "sending":
        raise Conflict("The delivery is being sent at this moment", code="being_sent")
    if delivery.test and any(
        stored.number_open(connection, webhook_id, state, test=True) for state in ("waiting", "sending")
    ):
        raise Conflict("A test of this webhook is on its way already", code="test_waiting")
    if delivery.state != "waiting" and stored.number_open(connection, webhook_id, "waiting", test=False) >= MOST_WAITING:
        raise Conflict(f"{MOST_WAITING} deliveries of this webhook are waiting already", code="too_many_waiting")
    stored.wait(connection, delivery.id, now, doubtful=webhook.is_failing and not delivery.test, rung=0)
    return stored.delivery_by_id(connection, application_id, delivery_id) or delivery
