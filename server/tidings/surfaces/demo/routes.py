"""The demo's addresses, mounted at `/demo`: the shop, its pictures and orders, and one page a behaviour of the widget."""

import os
from pathlib import PurePosixPath

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from tidings.outbound.own_api import OwnApi
from tidings.surfaces.demo.behaviours import VIEWS, Behaviours
from tidings.surfaces.demo.form import OrderError, is_json, is_number, is_preview, read_order, refuse_other_sites
from tidings.surfaces.demo.orders import Till, receipt_json
from tidings.surfaces.demo.pages import Pages
from tidings.surfaces.demo.shop import DemoShop, load_stock

# Other sites may show the pictures: notifications carry their addresses. Opened by itself, an SVG runs nothing.
ASSET_HEADERS = {
    "Content-Security-Policy": "default-src 'none'",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
}


def demo_app(demo: DemoShop) -> Starlette:
    """The shop as an ASGI app. Raises what `load_stock` raises when its folder is not whole."""
    stock = load_stock(demo.folder)
    behaviours = Behaviours(demo, stock)
    pages = Pages(demo, stock, behaviours.pages)
    till = Till(demo, OwnApi(demo.base_url, demo.auth_token))

    async def page(request: Request) -> Response:
        number = request.query_params.get("order", "")
        receipt = till.find(number)
        buying = stock.find(request.query_params.get("buy", ""))
        preview = request.query_params.get("preview", "")
        return pages.shop(
            buying=buying,
            receipt=receipt,
            order_unknown=receipt is None and is_number(number),
            preview=preview if is_preview(preview) else "",
        )

    async def take_order(request: Request) -> Response:
        plain = not is_json(request) and "application/json" not in request.headers.get("accept", "")
        try:
            refuse_other_sites(request, demo.base_url)
            receipt = await till.take(await read_order(request, stock))
        except OrderError as refusal:
            if plain:
                return pages.refused(refusal)
            return JSONResponse({"error": refusal.message, "field": refusal.field}, refusal.status)
        if plain:  # a reload of the page that follows sends nothing again
            return RedirectResponse(f"./?order={receipt.order.number}#happening", 303)
        return JSONResponse(receipt_json(receipt), headers={"Cache-Control": "no-store"})

    async def to_contents(_request: Request) -> Response:
        return RedirectResponse("./#more", 307)

    async def to_first_view(_request: Request) -> Response:
        return RedirectResponse(f"spa/{VIEWS[0]}", 307)

    async def behaviour(request: Request) -> Response:
        return _found(behaviours.page(request.path_params["name"]))

    async def view(request: Request) -> Response:
        return _found(behaviours.view(request.path_params["name"]))

    async def theme_css(request: Request) -> Response:
        return _found(behaviours.theme_css(request.path_params["name"]))

    async def specimen(request: Request) -> Response:
        return _found(behaviours.specimen(request.path_params["name"], request.query_params.get("scheme", "")))

    app = Starlette(
        routes=[
            Route("/", page),
            Route("/orders", take_order, methods=["POST"]),
            Route("/pages", to_contents),
            Route("/pages/spa", to_first_view),
            Route("/pages/{name}", behaviour),
            Route("/pages/spa/{name}", view),
            Route("/pages/themes/{name}.css", theme_css),
            Route("/pages/themes/{name}", specimen),
            Mount("/assets", Assets(directory=demo.folder)),
        ],
        exception_handlers={HTTPException: _refusal},
    )
    app.router.redirect_slashes = False
    return app


class Assets(StaticFiles):
    """The files that the page asks for; the template and the stock list beside them stay inside."""

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        if PurePosixPath(path).suffix not in (".css", ".js", ".svg"):
            return "", None
        return super().lookup_path(path)

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers.update(ASSET_HEADERS)
        # Pictures stay; scripts and sheets belong together, so each is asked after (and answered 304).
        response.headers["Cache-Control"] = "public, max-age=3600" if path.endswith(".svg") else "no-cache"
        return response


def _found(answer: Response | None) -> Response:
    if answer is None:
        raise HTTPException(404)
    return answer


async def _refusal(_: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    words = {404: "The shop has nothing at this address.", 405: "That can not be done at this address."}
    headers = dict((error.headers if isinstance(error, HTTPException) else None) or {})
    return PlainTextResponse(words.get(status, "This can not be done.") + "\n", status, headers=headers)
