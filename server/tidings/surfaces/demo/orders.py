"""Takes an order: tells Tidings over its REST API, with the shop's own token, and keeps the receipt for the page."""

import asyncio
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool

from tidings.outbound.own_api import Answered, Call, OwnApi, Unanswered
from tidings.surfaces.demo.form import Order
from tidings.surfaces.demo.shop import DemoShop, event_body

BUCKET_SECONDS = 40  # a new event is in the feed when the next bucket begins
RECEIPTS_KEPT = 200
CALLS_AT_ONCE = 8  # the API answers from the same process: orders may not take every thread it has


@dataclass(frozen=True)
class Receipt:
    """What came of an order, and when (`at`, epoch seconds)."""

    order: Order
    call: Call
    answer: Answered | Unanswered
    at: float

    @property
    def feed_at(self) -> int | None:
        """Epoch seconds at which the feed is next made anew; None when the API did not take the sale."""
        return math.ceil(self.at / BUCKET_SECONDS) * BUCKET_SECONDS if self.taken else None

    @property
    def taken(self) -> bool:
        return isinstance(self.answer, Answered) and self.answer.status == 200

    @property
    def event_id(self) -> int | None:
        body = self.answer.body if isinstance(self.answer, Answered) and self.taken else None
        return body.get("id") if isinstance(body, dict) else None

    @property
    def reason(self) -> str:
        """Why the API did not take it, in its own words; empty when it did."""
        if isinstance(self.answer, Unanswered):
            return self.answer.reason
        if self.taken:
            return ""
        body = self.answer.body if isinstance(self.answer.body, dict) else {}
        return f"Refused with {self.answer.status}: {body.get('message') or 'no reason given'}"


class Till:
    """The shop's side of a sale. Lives in the event loop; only the HTTP call itself leaves it, into a thread."""

    def __init__(self, demo: DemoShop, api: OwnApi, *, clock: Callable[[], float] = time.time) -> None:
        self._demo = demo
        self._api = api
        self._clock = clock
        self._receipts: OrderedDict[str, Receipt] = OrderedDict()
        self._turns = asyncio.Semaphore(CALLS_AT_ONCE)

    async def take(self, order: Order) -> Receipt:
        """Tells Tidings of the sale. The order's number is the event's `external_id`: sent twice, it is one event."""
        body = event_body(order.product, order.buyer, base_url=self._demo.base_url, event_type_id=self._demo.event_type_id)
        body["external_id"] = order.number
        async with self._turns:
            call, answer = await run_in_threadpool(self._api.create_event, body)
        receipt = Receipt(order, call, answer, self._clock())
        self._receipts[order.number] = receipt
        while len(self._receipts) > RECEIPTS_KEPT:
            self._receipts.popitem(last=False)
        return receipt

    def find(self, number: str) -> Receipt | None:
        return self._receipts.get(number)


def receipt_json(receipt: Receipt) -> dict[str, Any]:
    """A receipt as `POST /demo/orders` answers it; `response.status` is null when the API gave no answer."""
    call, answer = receipt.call, receipt.answer
    response: dict[str, Any] = {"status": None, "body": None}
    if isinstance(answer, Answered):
        response = {"status": answer.status, "body": answer.body, "milliseconds": answer.milliseconds}
        response["replayed"] = answer.replayed
    return {
        "order": receipt.order.number,
        "request": {"method": call.method, "url": call.url, "headers": call.headers, "body": call.body},
        "response": response,
        "reason": receipt.reason or None,
        "feed": {"at": receipt.feed_at, "now": round(receipt.at, 3)} if receipt.feed_at is not None else None,
    }
