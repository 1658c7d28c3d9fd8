"""The API's description, as a document for programs (/openapi.json) and as a page for people (/docs)."""

import hashlib
from functools import cached_property
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tidings import assets
from tidings.surfaces.context import Context
from tidings.surfaces.fomo.openapi import document
from tidings.surfaces.fomo.reference_page import page
from tidings.surfaces.fomo.routes import TABLE
from tidings.surfaces.plumbing import encode

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
FILES = {"docs.css": "text/css; charset=utf-8", "docs.js": "text/javascript; charset=utf-8", "mark.svg": "image/svg+xml"}


class Reference:
    """Both, made when they are first asked for and kept."""

    def __init__(self, base_url: str, themes: tuple[str, ...]) -> None:
        self._base_url = base_url
        self._themes = themes

    @cached_property
    def document(self) -> bytes:
        """The OpenAPI document, as JSON."""
        return encode(document(self._base_url, TABLE, self._themes))

    @cached_property
    def page(self) -> bytes:
        """The page, as HTML."""
        return page(assets.templates(), self._base_url, TABLE).encode()


def reference_routes(context: Context) -> list[Route]:
    """GET /openapi.json, /docs and the files that the page loads: all from here, nothing from another host."""
    reference = Reference(context.settings.base_url, context.themes.names)
    files = assets.static() / "docs"

    async def openapi(request: Request) -> Response:
        # Tools in a browser may read it: it says nothing that is secret.
        headers = {"Access-Control-Allow-Origin": "*"}
        return _answer(request, reference.document, "application/json; charset=utf-8", headers)

    async def docs(request: Request) -> Response:
        headers = {"Content-Security-Policy": POLICY, "Referrer-Policy": "no-referrer"}
        return _answer(request, reference.page, "text/html; charset=utf-8", headers)

    async def file(request: Request) -> Response:
        name = Path(request.url.path).name
        headers = {"Content-Security-Policy": "default-src 'none'"}
        return _answer(request, (files / name).read_bytes(), FILES[name], headers)

    return [
        Route("/openapi.json", openapi),
        Route("/docs", docs),
        *(Route(f"/docs/{name}", file) for name in FILES),
    ]


def _answer(request: Request, body: bytes, kind: str, headers: dict[str, str]) -> Response:
    """200, or 304 for who has it already."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff", **headers}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=kind)
