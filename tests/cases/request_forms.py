"""The request forms of the case files, played over real sockets: plain, raw bytes, generated, in steps, in parallel.

A form is the `request` member of a row (`tests/cases/README.md` lists them). Placeholders such as `{TOKEN}` are filled
from a mapping; unknown ones stay as they are, since a case may well be about braces.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.live import LiveServer
from tests.wire import Exchange, request_bytes

PLACEHOLDER = re.compile(r"\{([A-Z_]+|i)\}")


def fill(text: str, values: Mapping[str, Any]) -> str:
    """`text` with its known placeholders replaced."""
    return PLACEHOLDER.sub(lambda found: str(values.get(found[1], found[0])), text)


def generated(parts: list[list[Any]], values: Mapping[str, Any]) -> str:
    """The text of a `body_gen` or `raw_gen`: a list of [text, times]."""
    return "".join(fill(text, values) * times for text, times in parts)


def body_of(form: Mapping[str, Any], values: Mapping[str, Any]) -> bytes | None:
    """The body's bytes, None where the form has none."""
    if "body_hex" in form:
        return bytes.fromhex(form["body_hex"])
    if "body_gen" in form:
        return generated(form["body_gen"], values).encode()
    return fill(form["body"], values).encode() if "body" in form else None


def raw_bytes(form: Mapping[str, Any], values: Mapping[str, Any]) -> bytes:
    """The bytes of a `raw` or `raw_gen` form (latin-1), `{LEN}` being the length of what follows the header."""
    text = fill(form["raw"], values) if "raw" in form else generated(form["raw_gen"], values)
    _head, _, body = text.partition("\r\n\r\n")
    return text.replace("{LEN}", str(len(body.encode("latin-1")))).encode("latin-1")


def request_of(form: Mapping[str, Any], values: Mapping[str, Any]) -> bytes:
    """The bytes of a form that is one request."""
    if "raw" in form or "raw_gen" in form:
        return raw_bytes(form, values)
    headers = {name: fill(value, values) for name, value in form.get("headers", {}).items()}
    headers.setdefault("Host", str(values["HOST"]))
    headers["Connection"] = "close"
    return request_bytes(form["method"], fill(form["path"], values), headers.items(), body_of(form, values))


def play(form: Mapping[str, Any], values: Mapping[str, Any], server: LiveServer) -> list[Exchange]:
    """Send a form and return one `Exchange` a request, in the order of the form (of sending, for `parallel`)."""
    if "steps" in form:
        return [exchange for step in form["steps"] for exchange in play(step, values, server)]

    def once(counter: int) -> Exchange:
        data = request_of(form, {**values, "i": counter})
        if form.get("method") == "HEAD":
            return Exchange([server.request("HEAD", fill(form["path"], values))], "enough")
        # a form of raw bytes may hold several requests, and may be cut short: half-close says that no more comes
        pipelined = data.count(b" HTTP/1.1\r\nHost:") if "raw" in form else 1
        return server.exchange(data, enough=max(1, pipelined), half_close=form.get("half_close", False))

    if "parallel" in form:
        with ThreadPoolExecutor(form["parallel"]) as pool:
            return list(pool.map(once, range(form["parallel"])))
    return [once(counter) for counter in range(form.get("repeat", 1))]
