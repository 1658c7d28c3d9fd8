"""Draws the shop's one page: the shelf, the order form when one is open, and what became of an order."""

import itertools
import json
import math
import time
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

from starlette.responses import HTMLResponse

from tidings.outbound.own_api import Answered
from tidings.surfaces.demo.behaviours import Behaviour
from tidings.surfaces.demo.drawing import command, own_policy, page_headers, templates
from tidings.surfaces.demo.form import OrderError, new_number
from tidings.surfaces.demo.orders import Receipt
from tidings.surfaces.demo.shop import DemoShop, Product, Stock, event_body

STATES = {"idle": "", "done": "(done)", "next": "(under way)", "waiting": "(not yet)", "failed": "(failed)"}
IDLE = (
    ("api", "API", "The shop’s server posts the sale to Tidings."),
    ("database", "Database", "It is on disk before the answer goes out."),
    ("feed", "Feed", "The public list of new sales, made anew every 40 s."),
    ("corner", "Corner", "The widget in this page shows it, bottom left."),
)


class Pages:
    """The page of one shop. `clock` gives epoch seconds."""

    def __init__(
        self, demo: DemoShop, stock: Stock, pages: Sequence[Behaviour], *, clock: Callable[[], float] = time.time
    ) -> None:
        self._demo = demo
        self._stock = stock
        self._clock = clock
        self._guests = itertools.cycle(stock.guests)
        self._template = templates(demo.folder).get_template("index.html")
        self._headers = page_headers(own_policy(demo.base_url))
        self._always = {
            "base_url": demo.base_url.rstrip("/"),
            "client_id": demo.client_id,
            "goal_id": demo.goal_id,
            "products": stock.products,
            "pages": pages,
            "page": None,
            "root": "",
            "snippet": f'<script src="{demo.base_url.rstrip("/")}/api/v1/{demo.client_id}/load.js" async></script>',
            "curl": curl(demo, stock),
        }

    def shop(
        self,
        *,
        buying: Product | None = None,
        receipt: Receipt | None = None,
        order_unknown: bool = False,
        preview: str = "",
    ) -> HTMLResponse:
        """The page as it is asked for; with `buying`, the order form stands open in it.

        `preview`: the token of settings that are not saved, which the widget is to show.
        """
        guest = next(self._guests)
        named = {"first_name": guest.first_name, "city": guest.city, "country": guest.country}
        form = {**named, "product": buying, "problem": "", "field": None}
        return self._draw(200, form, receipt, order_unknown=order_unknown, preview=preview)

    def refused(self, refusal: OrderError) -> HTMLResponse:
        """The page with the form as it was filled in, and what is wrong with it."""
        given = {name: refusal.given.get(name, "") for name in ("first_name", "city", "country")}
        product = self._stock.find(refusal.given.get("product", "")) or self._stock.products[0]
        form = {**given, "product": product, "problem": refusal.message, "field": refusal.field}
        return self._draw(refusal.status, form, None)

    def _draw(
        self,
        status: int,
        form: dict[str, Any],
        receipt: Receipt | None,
        *,
        order_unknown: bool = False,
        preview: str = "",
    ) -> HTMLResponse:
        now = self._clock()
        text = self._template.render(
            **self._always,
            form={**form, "order": new_number()},
            receipt=_receipt_texts(receipt) if receipt else None,
            order_unknown=order_unknown,
            preview=preview,
            steps=steps(receipt, now),
            now=round(now, 3),
        )
        return HTMLResponse(text, status, headers=self._headers)


def curl(demo: DemoShop, stock: Stock) -> str:
    """The command that makes the next notification appear."""
    event = event_body(stock.products[-1], stock.guests[1], base_url=demo.base_url, event_type_id=demo.event_type_id)
    return command("POST", f"{demo.base_url.rstrip('/')}/api/v1/applications/me/events", demo.token_file, event)


def steps(receipt: Receipt | None, now: float) -> list[dict[str, str]]:
    """The way of a sale, four steps: what each is for, or how far the sale of `receipt` has come at `now`."""
    told = {name: ("idle", words) for name, _, words in IDLE}
    if receipt is not None and not receipt.taken:
        told = dict.fromkeys(told, ("waiting", "Not reached."))
        told["api"] = ("failed", receipt.reason)
    elif receipt is not None and isinstance(receipt.answer, Answered) and receipt.feed_at is not None:
        left = math.ceil(receipt.feed_at - now)
        there = "It was there already: one order, one event." if receipt.answer.replayed else "On disk."
        told["api"] = ("done", f"Answered 200 in {receipt.answer.milliseconds} ms.")
        told["database"] = ("done", f"{there} Event {receipt.event_id}.")
        told["feed"] = ("next", f"Goes in within {left} s.") if left > 0 else ("done", "In the feed.")
        told["corner"] = ("waiting", "Comes with the feed.")
    names = {name: title for name, title, _ in IDLE}
    return [
        {"id": name, "name": names[name], "state": state, "state_text": STATES[state], "words": words}
        for name, (state, words) in told.items()
    ]


def _receipt_texts(receipt: Receipt) -> dict[str, Any]:
    call, answer, buyer = receipt.call, receipt.answer, receipt.order.buyer
    name = buyer.first_name or "Someone"
    where = f" from {buyer.city}" if buyer.city else ""
    address = urlsplit(call.url)
    headers = "\n".join(f"{header}: {value}" for header, value in call.headers.items())
    answer_text = f"{answer.status}\n\n{_gist(answer.body)}" if isinstance(answer, Answered) else answer.reason
    return {
        "summary": f"Order {receipt.order.number}: {name}{where} bought {receipt.order.product.name}.",
        "call_text": f"{call.method} {address.path}\nHost: {address.netloc}\n{headers}\n\n{_json(call.body)}",
        "answer_text": answer_text,
        "feed_at": receipt.feed_at or "",
        "event_id": receipt.event_id or "",
    }


def _gist(body: Any) -> str:
    """The members of an answer that a shop would look at, and how many there are besides."""
    if not isinstance(body, dict):
        return _json(body)
    kept = {name: value for name, value in body.items() if name in ("id", "created_at", "message", "error")}
    rest = len(body) - len(kept)
    return _json(kept)[:-2] + f"\n  … and {rest} more\n}}" if rest and kept else _json(kept)


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
