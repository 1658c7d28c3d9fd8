"""The dashboard's style sheets, scripts, font and icons: read once, under names that change with their bytes."""

import json
import logging
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from msgspec import Struct
from starlette.types import Receive, Scope, Send

from tidings import assets
from tidings.surfaces.dashboard.plumbing import PREFIX
from tidings.surfaces.encodings import negotiated

log = logging.getLogger("tidings.dashboard")

FOLDER = f"{PREFIX}/assets"
HOW_TO_BUILD = "The dashboard's style sheets and scripts are not built: run `make dashboard`, then start the server again."
TYPES = {
    ".css": b"text/css; charset=utf-8",
    ".js": b"text/javascript; charset=utf-8",
    ".svg": b"image/svg+xml",
    ".woff2": b"font/woff2",
}
# What the build put beside a file, by the encoding that it is sent under; a font has none of these.
ENDINGS = {b"": "", b"br": ".br", b"gzip": ".gz"}
_FOREVER = b"public, max-age=31536000, immutable"
_COMMON = ((b"x-content-type-options", b"nosniff"), (b"cross-origin-resource-policy", b"same-origin"))


class AssetFiles(Struct, frozen=True):
    """`names`: as the build named each source; `variants`: of those names the bytes, by encoding.

    `missing`: what to do about it where nothing is built, "" where all is there.
    """

    names: Mapping[str, str]
    variants: Mapping[str, Mapping[bytes, bytes]]
    missing: str = ""

    def path(self, name: str) -> str:
        """Where a file is fetched: `path("dashboard.css")`."""
        return f"{FOLDER}/{self.names.get(name, name)}"


def read_files(folder: Path) -> AssetFiles:
    """Reads what the build left in a folder; without one, none, and a sentence on how to make it."""
    try:
        names: dict[str, str] = json.loads((folder / "manifest.json").read_text("utf-8"))["files"]
        variants = {name: _variants(folder, name) for name in names.values()}
    except (OSError, ValueError, LookupError, TypeError) as error:
        log.warning("%s (%s)", HOW_TO_BUILD, error)
        return AssetFiles({}, {}, HOW_TO_BUILD)
    return AssetFiles(names, variants)


def _variants(folder: Path, name: str) -> dict[bytes, bytes]:
    beside = {encoding: folder / f"{name}{ending}" for encoding, ending in ENDINGS.items()}
    return {encoding: path.read_bytes() for encoding, path in beside.items() if not encoding or path.is_file()}


@cache
def files() -> AssetFiles:
    """Those of this installation, read once."""
    return read_files(assets.dashboard())


class AssetsEndpoint:
    """An ASGI app for `/dashboard/assets/{file}`: needs no log-in, and is kept for ever by whoever fetched it."""

    def __init__(self, found: AssetFiles) -> None:
        self._found = found

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["method"] not in ("GET", "HEAD"):
            await _send(send, 405, b"", ((b"allow", b"GET, HEAD"), (b"cache-control", b"no-store")))
            return
        name: str = scope["path_params"]["file"]
        variants = self._found.variants.get(name)
        if variants is None:
            text = self._found.missing or "There is no such file; the page that asked for it is older than this server."
            headers = ((b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store"))
            await _send(send, 404, f"{text}\n".encode(), headers)
            return
        accept = b", ".join(value for header, value in scope["headers"] if header == b"accept-encoding")
        encoding = negotiated(accept)
        encoding = encoding if encoding in variants else b"gzip" if b"gzip" in accept and b"gzip" in variants else b""
        body = variants[encoding]
        headers = (
            (b"content-type", TYPES.get(Path(name).suffix, b"application/octet-stream")),
            (b"cache-control", _FOREVER),
            (b"vary", b"Accept-Encoding"),
            *(((b"content-encoding", encoding),) if encoding else ()),
        )
        await _send(send, 200, body, headers, head=scope["method"] == "HEAD")


async def _send(
    send: Send, status: int, body: bytes, headers: tuple[tuple[bytes, bytes], ...], *, head: bool = False
) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*_COMMON, *headers, length]})
    await send({"type": "http.response.body", "body": b"" if head else body})
