"""What a form holds: read from a body that is not larger than any page of ours needs."""

import asyncio
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl

from starlette.types import Receive, Scope

from tidings.errors import Invalid, WrongFormat
from tidings.surfaces.input import BODY_LIMIT, check_format, read_body

FIELD_LIMIT = 200
# Bytes of a form of who is logged in: 32 KiB of CSS and fifty custom fields, in any script, once a browser has encoded them.
# With how the pieces of a body are framed it is less than what the wire takes.
LARGE_FORM = 252 * 1024
# More than this is read beside the loop.
_AT_ONCE = 8 * 1024
FORM_TYPE = "application/x-www-form-urlencoded"


class Form:
    """Names with their values, in the order in which they were sent; a name may be there more than once."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            self._values.setdefault(name, []).append(value)

    def __getitem__(self, name: str) -> str:
        """The last value of a name; "" where there is none."""
        return self._values[name][-1] if name in self._values else ""

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def all(self, name: str) -> list[str]:
        """Every value of a name, in order."""
        return list(self._values.get(name, ()))

    def switch(self, name: str) -> bool:
        """Whether a check box is ticked: browsers do not send one that is not."""
        return self[name] in ("1", "on", "true")

    def as_dict(self) -> dict[str, str]:
        """The last value of each name."""
        return {name: values[-1] for name, values in self._values.items()}


async def read_form(scope: Scope, receive: Receive, limit: int = BODY_LIMIT) -> Form:
    """The form in a body of at most `limit` bytes.

    Raises WrongFormat for anything else, TooLarge, and Invalid for what is not text.
    """
    try:
        check_format(scope["headers"], (FORM_TYPE,), limit)
    except WrongFormat:
        raise WrongFormat(f"This page reads forms only ({FORM_TYPE}, in UTF-8).") from None
    body = await read_body(receive, limit)
    return form_of(body) if len(body) <= _AT_ONCE else await asyncio.to_thread(form_of, body)


async def read_large_form(scope: Scope, receive: Receive) -> Form:
    """As `read_form`, for somebody who is logged in: up to LARGE_FORM bytes."""
    return await read_form(scope, receive, LARGE_FORM)


def form_of(body: bytes) -> Form:
    """A form-encoded text. Raises Invalid for more than FIELD_LIMIT fields and for what is not UTF-8 text."""
    try:
        # Browsers encode all that is not ASCII.
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=FIELD_LIMIT)
    except ValueError:
        raise Invalid("The form can not be read.", code="malformed_form") from None
    if any("\0" in name or "\0" in value for name, value in pairs):
        raise Invalid("The form holds a NUL character.", code="malformed_form")
    # Browsers end lines with CR LF whatever the text had.
    return Form((name, value.replace("\r\n", "\n")) for name, value in pairs)
