"""The one gate for what comes in: a JSON object or a form within limits, or a refusal that says why."""

import json
from collections.abc import Iterable
from typing import Any, NoReturn
from urllib.parse import unquote_to_bytes

from starlette.types import Receive

from tidings.errors import Invalid, TooLarge, WrongFormat

BODY_LIMIT = 64 * 1024
DEPTH_LIMIT = 8
# Members of a form.
FORM_LIMIT = 100


class Disconnected(Exception):
    """The client went away before its request was whole; there is no one to answer."""


def check_format(
    headers: Iterable[tuple[bytes, bytes]], kinds: tuple[str, ...] = ("application/json",), limit: int = BODY_LIMIT
) -> str:
    """Refuses a body that is not plain UTF-8 by its headers, or that says it is too long. Returns the type that it has.

    `kinds`: the types that it may come under; "" for no type at all. `limit`: bytes.

    Raises WrongFormat, TooLarge.
    """
    content_type = b""
    for name, value in headers:
        if name == b"content-type":
            content_type = value
        elif name == b"content-encoding" and value.strip().lower() not in (b"", b"identity"):
            raise WrongFormat("Wrong format (only json allowed): a compressed body is not read.")
        elif name == b"content-length" and len(value) >= 5 and int(value) > limit:
            raise _too_large(limit)
    kind, _, parameters = content_type.decode("latin-1").lower().partition(";")
    if kind.strip() not in kinds:
        raise WrongFormat("Wrong format (only json allowed).")
    charset = parameters.partition("charset=")[2].partition(";")[0].strip(' "')
    if charset not in ("", "utf-8", "utf8", "us-ascii"):
        raise WrongFormat("Wrong format (only json in UTF-8 allowed).")
    return kind.strip()


async def read_body(receive: Receive, limit: int = BODY_LIMIT) -> bytes:
    """The whole body, at most `limit` bytes. Raises TooLarge, Disconnected."""
    message = await receive()
    if message["type"] == "http.disconnect":
        raise Disconnected
    body: bytes = message.get("body", b"")
    chunks = [body]
    size = len(body)
    while message.get("more_body", False) and size <= limit:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
    if size > limit:
        raise _too_large(limit)
    return body if len(chunks) == 1 else b"".join(chunks)


def json_object(body: bytes) -> dict[str, Any]:
    """The JSON object in a body. Raises Invalid that says where the text breaks, or what of it is not taken."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Invalid(f"The body is not UTF-8 (at byte {error.start + 1}).", code="malformed_json") from None
    if not text.strip():
        raise Invalid("The body is empty; a JSON object is expected.", code="malformed_json")
    try:
        value = _decode(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise Invalid(f"The body is not JSON: {error.msg} at {where}.", code="malformed_json") from None
    except RecursionError:
        raise _too_deep() from None
    if not isinstance(value, dict):
        raise Invalid("The body is JSON, but not an object.", code="malformed_json")
    # Both are rare; looking for them costs nothing until a body could hold one.
    if text.count("{") + text.count("[") > DEPTH_LIMIT:
        _check_depth(value)
    if "\\u" in text or "\0" in text:
        _check_characters(value)
    return value


def form_object(body: bytes) -> dict[str, str]:
    """The members of a form-encoded body. Raises Invalid for what is not UTF-8 text, and for a member named twice."""
    if body.count(b"&") >= FORM_LIMIT:
        raise Invalid(f"The body holds more than {FORM_LIMIT} members.", code="malformed_form")
    members: dict[str, str] = {}
    for pair in body.split(b"&") if body else ():
        try:
            name, value = (unquote_to_bytes(part.replace(b"+", b" ")).decode("utf-8") for part in _halves(pair))
        except UnicodeDecodeError:
            raise Invalid("The body is not UTF-8.", code="malformed_form") from None
        if "\0" in name or "\0" in value:
            raise Invalid("The body holds a NUL character.", code="malformed_form")
        if name in members:
            raise Invalid(f"The body names the member {name[:80]!r} twice.", code="malformed_form")
        members[name] = value
    return members


def _halves(pair: bytes) -> tuple[bytes, bytes]:
    name, _, value = pair.partition(b"=")
    return name, value


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        shown = twice.encode("ascii", "replace").decode()[:80]
        raise Invalid(f"The body names the member {shown!r} twice.", code="malformed_json")
    return members


def _not_a_number(text: str) -> NoReturn:
    raise Invalid(f"The body holds {text}, which is not JSON.", code="malformed_json")


def _whole(text: str) -> int:
    if len(text) > 20:
        raise Invalid("The body holds a number that is too large.", code="malformed_json")
    return int(text)


def _fraction(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise Invalid("The body holds a number that is too large.", code="malformed_json")
    return number


_decode = json.JSONDecoder(
    object_pairs_hook=_pairs, parse_constant=_not_a_number, parse_int=_whole, parse_float=_fraction
).decode


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(DEPTH_LIMIT):
        level = [
            child
            for node in level
            for child in (node.values() if isinstance(node, dict) else node)
            if isinstance(child, dict | list)
        ]
        if not level:
            return
    raise _too_deep()


def _check_characters(value: Any) -> None:
    """No NUL and no half of a surrogate pair, in members or values: neither can be stored and read back as it was."""
    waiting = [value]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            waiting += node.keys()
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node
        elif isinstance(node, str):
            if "\0" in node:
                raise Invalid("The body holds a NUL character.", code="malformed_json")
            if any("\ud800" <= character <= "\udfff" for character in node):
                raise Invalid("The body holds half of a surrogate pair.", code="malformed_json")


def _too_deep() -> Invalid:
    return Invalid(f"The body is nested deeper than {DEPTH_LIMIT} levels.", code="malformed_json")


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"The body is larger than {limit // 1024} KiB.")
