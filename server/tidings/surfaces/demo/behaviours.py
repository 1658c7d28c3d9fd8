"""Draws the demo's pages, one a behaviour of the widget: the templates of `demo_site/pages`, in the order of pages.toml."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.responses import HTMLResponse, Response

from tidings.records.theme import Theme
from tidings.surfaces.demo.drawing import command, own_policy, page_headers, strict_policy, templates
from tidings.surfaces.demo.shop import DemoShop, Stock, event_body, load_arabic

# The views of the single page, each with an address of its own.
VIEWS = ("shelf", "desk", "checkout")
SCHEMES = ("light", "dark")
CSS = "text/css; charset=utf-8"


@dataclass(frozen=True)
class Behaviour:
    """One page. `id` is its address below /demo/pages/ and its file; `words`: one sentence for the lists of pages."""

    id: str
    title: str
    words: str


def read_behaviours(folder: Path) -> tuple[Behaviour, ...]:
    """The pages in order. Raises as `load_stock`."""
    data = tomllib.loads((folder / "pages" / "pages.toml").read_text("utf-8"))
    return tuple(Behaviour(**row) for row in data["pages"])


class Behaviours:
    """Every page but the shop's own. All answer None for what is not there."""

    def __init__(self, demo: DemoShop, stock: Stock) -> None:
        self._demo = demo
        self._templates = templates(demo.folder)
        self.pages = read_behaviours(demo.folder)
        self._themes = demo.themes.all()
        self._base_url = demo.base_url.rstrip("/")
        self._stock = stock
        arabic, message = load_arabic(demo.folder)
        # What a page has beside what all have.
        self._own: dict[str, dict[str, Any]] = {
            "feed": {"guest": stock.guests[0], "products": stock.products},
            "themes": {"themes": [self._in_gallery(theme) for theme in self._themes]},
            "strict-csp": {"policy": strict_policy(demo.base_url)},
            "right-to-left": {
                "client_id": demo.arabic.client_id,
                "products": arabic.products,
                "message": message,
                "curl": self._arabic_sale(arabic),
            },
        }
        self._policies = {
            "themes": own_policy(demo.base_url, frame_src="'self'"),
            "strict-csp": strict_policy(demo.base_url),
        }

    def page(self, name: str) -> Response | None:
        """The page of that id."""
        return None if name == "spa" else self._draw(name, "../", {})

    def view(self, name: str) -> Response | None:
        """The single page, at one of its views."""
        return self._draw("spa", "../../", {"view": name, "views": VIEWS}) if name in VIEWS else None

    def specimen(self, theme_id: str, scheme: str) -> Response | None:
        """A scrap of the shop with the widget in one theme, for a frame of the gallery. `scheme`: light, dark, or empty."""
        place = next((at for at, theme in enumerate(self._themes) if theme.name == theme_id), None)
        if place is None:
            return None
        text = self._templates.get_template("pages/specimen.html").render(
            **self._common(),
            root="../../",
            theme=self._themes[place],
            scheme=scheme if scheme in SCHEMES else "",
            css=self._sheet(theme_id),
            product=self._stock.products[place % len(self._stock.products)],
        )
        return HTMLResponse(text, headers=page_headers(own_policy(self._demo.base_url, frame_ancestors="'self'")))

    def theme_css(self, theme_id: str) -> Response | None:
        """A theme's sheet, as an application's settings would bring it."""
        if theme_id not in {theme.name for theme in self._themes}:
            return None
        headers = {"Content-Type": CSS, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-cache"}
        return Response(self._demo.themes.css(theme_id), headers=headers)

    def _draw(self, name: str, root: str, more: dict[str, Any]) -> Response | None:
        place = next((at for at, page in enumerate(self.pages) if page.id == name), None)
        if place is None:
            return None
        context = self._common() | self._own.get(name, {}) | more
        context["tag"] = f'<script src="{self._base_url}/api/v1/{context["client_id"]}/load.js" async></script>'
        text = self._templates.get_template(f"pages/{name}.html").render(
            **context,
            root=root,
            page=self.pages[place],
            number=place + 1,
            before=self.pages[place - 1] if place else None,
            after=self.pages[place + 1] if place + 1 < len(self.pages) else None,
        )
        return HTMLResponse(text, headers=page_headers(self._policies.get(name) or own_policy(self._demo.base_url)))

    def _common(self) -> dict[str, Any]:
        return {"base_url": self._base_url, "client_id": self._demo.client_id, "pages": self.pages}

    def _sheet(self, theme_id: str) -> str:
        """The address of a theme's sheet beside its specimen; empty when it is part of the widget."""
        return f"{theme_id}.css" if self._demo.themes.css(theme_id) else ""

    def _in_gallery(self, theme: Theme) -> dict[str, Any]:
        url = f"{self._base_url}/api/v1/applications/me"
        change = command("PATCH", url, self._demo.token_file, {"theme": theme.name})
        sheet = self._sheet(theme.name)
        return {"about": theme, "css": sheet and f"themes/{sheet}", "curl": change}

    def _arabic_sale(self, stock: Stock) -> str:
        branch = self._demo.arabic
        event = event_body(
            stock.products[-1],
            stock.guests[0],
            base_url=self._demo.base_url,
            event_type_id=branch.event_type_id,
            page=stock.page,
        )
        return command("POST", f"{self._base_url}/api/v1/applications/me/events", branch.token_file, event)
