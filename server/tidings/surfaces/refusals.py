"""What every refusal under /api looks like: its status and its JSON envelope."""

from collections.abc import Iterable
from typing import Any

from tidings.errors import (
    Conflict,
    Forbidden,
    Gone,
    Invalid,
    NotFound,
    TidingsError,
    TooLarge,
    TooMany,
    Unauthenticated,
    Unavailable,
    WrongFormat,
)
from tidings.surfaces.plumbing import Answer, encode

STATUS: dict[type[TidingsError], int] = {
    Invalid: 400,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    Gone: 410,
    TooLarge: 413,
    WrongFormat: 415,
    TooMany: 429,
    Unavailable: 503,
}


def envelope(message: str, code: str, field: str | None = None) -> dict[str, Any]:
    """The body of every refusal. `field` only where one member is to blame; no `id`, which some clients take for success."""
    error = {"message": message, "code": code} | ({"field": field} if field else {})
    return {"error": error, "message": message, "success": False}


def refusal(error: TidingsError, headers: tuple[tuple[bytes, bytes], ...] = ()) -> Answer:
    """The answer to a refusal, with further `headers` of the door's own."""
    if isinstance(error, TooMany | Unavailable):
        headers = (*headers, (b"retry-after", str(error.retry_after).encode()))
    if isinstance(error, TooLarge):
        # The rest of the body is not read, so the connection can not be used again.
        headers = (*headers, (b"connection", b"close"))
    body = encode(envelope(error.message, error.code, error.field))
    return Answer(STATUS.get(type(error), 500), body, headers)


def not_allowed(methods: Iterable[str], headers: tuple[tuple[bytes, bytes], ...] = ()) -> Answer:
    """The answer to a method that a path does not have; `methods`: those that it has."""
    body = encode(envelope("Method not allowed.", "method_not_allowed"))
    return Answer(405, body, (*headers, (b"allow", ", ".join(methods).encode())))
