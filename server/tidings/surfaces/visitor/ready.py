"""An answer that is ready: its bytes and headers in every encoding, made once and sent many times."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.types import Scope, Send

from tidings.surfaces.encodings import encoded, negotiated

Headers = list[tuple[bytes, bytes]]

# For every visitor, on every page: any origin may read them, no cookie is needed.
PUBLIC: Headers = [
    (b"x-content-type-options", b"nosniff"),
    (b"access-control-allow-origin", b"*"),
    (b"cross-origin-resource-policy", b"cross-origin"),
    (b"timing-allow-origin", b"*"),
    (b"vary", b"Accept-Encoding"),
]


STALE = b"public, max-age=1"


def _start(status: int, headers: Headers) -> dict[str, object]:
    return {"type": "http.response.start", "status": status, "headers": headers}


def _stale(headers: Headers) -> Headers:
    return [(name, STALE if name == b"cache-control" else value) for name, value in headers]


@dataclass(frozen=True, slots=True)
class _Variant:
    body: bytes
    etag: bytes
    start: dict[str, object]
    start_stale: dict[str, object]
    not_modified: dict[str, object]
    not_modified_stale: dict[str, object]


@dataclass(frozen=True, slots=True)
class Ready:
    """A body with its type and caching, in all encodings. Plain data: nothing that sends it can change it."""

    variants: Mapping[bytes, _Variant]

    @property
    def size(self) -> int:
        """Bytes that it takes in memory, about: all bodies, and a little for each header."""
        return sum(len(variant.body) + 1_000 for variant in self.variants.values())

    @classmethod
    def of(
        cls,
        body: str,
        content_type: bytes,
        caching: bytes,
        *,
        quality: int,
        status: int = 200,
        headers: Headers | None = None,
    ) -> "Ready":
        """Compresses `body` (ASCII text) and makes the headers; `headers`: further ones."""
        variants = {}
        for encoding, content in encoded(body.encode("ascii"), quality=quality).items():
            etag = b'"%s"' % hashlib.sha256(content).hexdigest()[:32].encode()
            common = [*PUBLIC, *(headers or []), (b"cache-control", caching)]
            if status == 200:
                common.append((b"etag", etag))
            full = [(b"content-type", content_type), (b"content-length", str(len(content)).encode()), *common]
            if encoding:
                full.append((b"content-encoding", encoding))
            variants[encoding] = _Variant(
                content,
                etag,
                _start(status, full),
                _start(status, _stale(full)),
                _start(304, common),
                _start(304, _stale(common)),
            )
        return cls(variants)

    async def send(self, scope: Scope, send: Send, *, stale: bool = False) -> None:
        """Answers in the encoding that the request likes best; 304 when the client has these bytes.

        `stale`: a newer body is being made, so that this one should not be kept.
        """
        accept = b""
        known = b""
        for name, value in scope["headers"]:
            if name == b"accept-encoding":
                accept = value
            elif name == b"if-none-match":
                known = value
        variant = self.variants[negotiated(accept)]
        if known and variant.start["status"] == 200 and (variant.etag in known or known.strip() == b"*"):
            await send(variant.not_modified_stale if stale else variant.not_modified)
            await send({"type": "http.response.body", "body": b""})
            return
        # uvicorn leaves the message alone; the list of headers is shared by all requests.
        await send(variant.start_stale if stale else variant.start)
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else variant.body})
