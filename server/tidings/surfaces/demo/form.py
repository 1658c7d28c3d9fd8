"""Reads the order form: one bounded body, as a form or as JSON, into an order that can be trusted or a refusal."""

import json
import re
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import ClientDisconnect, Request

from tidings.surfaces.demo.shop import Person, Product, Stock

BODY_BYTES = 8 * 1024
FIELD_LENGTH = 80
_ORDER_NUMBER = re.compile(r"IO-[0-9A-Z]{8,16}", re.ASCII)
_PREVIEW = re.compile(r"[0-9A-Za-z_-]{20,64}", re.ASCII)
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O, U: a number can be read out over the telephone
_NAMES = {"first_name": "The first name", "city": "The city", "country": "The country"}


class OrderError(Exception):
    """The order can not be taken: a sentence, the field to blame, and what was `given`, to show it again."""

    def __init__(self, status: int, message: str, field: str | None = None, given: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.field = field
        self.given = given or {}


@dataclass(frozen=True)
class Order:
    """A sale to be told: `number` is unique, and the same when a form is sent twice."""

    number: str
    product: Product
    buyer: Person


def new_number() -> str:
    """An order number that nobody has had: 40 random bits."""
    return "IO-" + "".join(secrets.choice(_ALPHABET) for _ in range(8))


def is_number(text: str) -> bool:
    """Whether this could be an order number of ours."""
    return _ORDER_NUMBER.fullmatch(text) is not None


def is_preview(text: str) -> bool:
    """Whether this could be the token of a preview; whether it is one, load.js says."""
    return _PREVIEW.fullmatch(text) is not None


def is_json(request: Request) -> bool:
    """Whether the body says that it is JSON; anything else is read as a form."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json"


def refuse_other_sites(request: Request, base_url: str) -> None:
    """Only the shop's own page may order: another site's form would write into this shop's feed. Raises OrderError."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is not None:
        ours = site == "same-origin"
    elif origin is not None:
        parts, host = urlsplit(base_url), request.headers.get("host")
        ours = origin in (f"{parts.scheme}://{parts.netloc}", f"http://{host}", f"https://{host}")
    else:  # no browser of these years: a script on the command line, which no other site can steer
        ours = True
    if not ours:
        raise OrderError(403, "Orders are taken from the shop's own page only.")


async def read_order(request: Request, stock: Stock) -> Order:
    """The order in the request's body. Raises OrderError: 400, 413 or 415."""
    return check_order(parse(await _read_body(request), as_json=is_json(request)), stock)


def parse(body: bytes, *, as_json: bool) -> dict[str, Any]:
    """The members of a body. Raises OrderError when it is neither a JSON object nor a form in UTF-8."""
    try:
        if not as_json:
            pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=20)
            return dict(pairs)
        members = json.loads(body)
    except (ValueError, RecursionError):
        raise OrderError(400, "The order can not be read.") from None
    if not isinstance(members, dict):
        raise OrderError(400, "An order is a JSON object.")
    return members


def check_order(members: dict[str, Any], stock: Stock) -> Order:
    """An order whose every member is as it should be. Raises OrderError (400), naming the field."""
    given = {name: members[name] for name in (*_NAMES, "product") if isinstance(members.get(name), str)}
    number = members.get("order") or new_number()
    if not isinstance(number, str) or not is_number(number):
        raise OrderError(400, "The order number is not one of ours.", "order", given)
    product_id = members.get("product")
    product = stock.find(product_id) if isinstance(product_id, str) else None
    if product is None:
        raise OrderError(400, "We do not sell that.", "product", given)
    buyer = Person(**{name: _word(members.get(name), name, given) for name in _NAMES})
    return Order(number, product, buyer)


def _word(value: Any, name: str, given: dict[str, str]) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise OrderError(400, f"{_NAMES[name]} is not text.", name, given)
    word = value.strip()
    if len(word) > FIELD_LENGTH:
        raise OrderError(400, f"{_NAMES[name]} is longer than {FIELD_LENGTH} characters.", name, given)
    # Control characters and lone surrogates: nobody types them, and the API would refuse them.
    if any(ord(letter) < 32 or 0x7F <= ord(letter) < 0xA0 or 0xD800 <= ord(letter) <= 0xDFFF for letter in word):
        given.pop(name, None)
        raise OrderError(400, f"{_NAMES[name]} has a character in it that can not be shown.", name, given)
    return word


async def _read_body(request: Request) -> bytes:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in ("application/json", "application/x-www-form-urlencoded"):
        raise OrderError(415, "An order comes as a form or as JSON.")
    body = bytearray()
    try:
        async for piece in request.stream():
            body += piece
            if len(body) > BODY_BYTES:
                raise OrderError(413, f"An order is at most {BODY_BYTES // 1024} KiB.")
    except ClientDisconnect:
        raise OrderError(400, "The order broke off.") from None
    return bytes(body)
