"""What the demo shop sells, here and in Arabic, and how a sale is told to Tidings; read from `demo_site/*.toml`."""

import tomllib
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tidings.domain.themes import Themes

# How the external ids of the sample orders begin.
SAMPLE_PREFIX = "ink-and-onion-"


@dataclass(frozen=True)
class Branch:
    """The shop's branch in Arabic: an application of its own. `token_file`: the path in its page's curl."""

    client_id: str
    event_type_id: int
    token_file: str


@dataclass(frozen=True)
class DemoShop:
    """Where the shop stands.

    `goal_id`: what a purchase counts as; `token_file`: the path in the page's curl; `folder` holds pages and pictures.
    """

    base_url: str
    client_id: str
    auth_token: str
    event_type_id: int
    goal_id: str
    token_file: str
    folder: Path
    arabic: Branch
    themes: Themes = field(compare=False)


@dataclass(frozen=True)
class Product:
    """One thing on the shelf; `price` in pence, `picture` is the drawing in words."""

    id: str
    name: str
    price: int
    words: str
    picture: str

    @property
    def price_text(self) -> str:
        return f"£{self.price // 100}.{self.price % 100:02d}"


@dataclass(frozen=True)
class Person:
    """Who buys: the three words that a notification shows of somebody. Any may be empty."""

    first_name: str
    city: str
    country: str


@dataclass(frozen=True)
class PastOrder:
    """A sale of the first days; `product` is an id."""

    buyer: Person
    product: str
    minutes_ago: int


@dataclass(frozen=True)
class Stock:
    """The shelf in order, the first days' sales, newest first, and the people that the order form is filled in with.

    `page`: where the products stand, below /demo/.
    """

    products: tuple[Product, ...]
    orders: tuple[PastOrder, ...]
    guests: tuple[Person, ...]
    page: str = ""

    def find(self, product_id: str) -> Product | None:
        return next((product for product in self.products if product.id == product_id), None)


def load_stock(folder: Path) -> Stock:
    """Reads the shelf. Raises OSError, tomllib.TOMLDecodeError or TypeError when the file is not what it should be."""
    data = _read(folder / "products.toml")
    products = tuple(Product(**row) for row in data["products"])
    return Stock(products, _orders(data), tuple(Person(**row) for row in data["guests"]))


def load_arabic(folder: Path) -> tuple[Stock, str]:
    """The same shelf in Arabic, and the message of its event type. Raises as `load_stock`; KeyError for a missing word."""
    data = _read(folder / "arabic.toml")
    shelf = load_stock(folder).products
    named = tuple(replace(product, **data["products"][product.id]) for product in shelf)
    guests = tuple(Person(**row) for row in data["guests"])
    return Stock(named, _orders(data), guests, page="pages/right-to-left"), data["message"]


def event_body(product: Product, buyer: Person, *, base_url: str, event_type_id: int, page: str = "") -> dict[str, Any]:
    """A sale as the body of `POST /api/v1/applications/me/events`. `page`: as of `Stock`."""
    demo = f"{base_url.rstrip('/')}/demo/"
    return {
        "event_type_id": event_type_id,
        "first_name": buyer.first_name,
        "city": buyer.city,
        "country": buyer.country,
        "title": product.name,
        "url": f"{demo}{page}#{product.id}",
        "image_url": f"{demo}assets/products/{product.id}.svg",
    }


def sample_orders(stock: Stock, *, base_url: str, event_type_id: int, now: datetime) -> list[dict[str, Any]]:
    """The sales of the shop's first days as event bodies, oldest first, so that the newest gets the highest id.

    `now` is aware; `created_at` is ISO-8601. Each has an `external_id`, so recording them twice makes each once.
    """
    shelf = {product.id: product for product in stock.products}
    bodies = []
    for number, order in enumerate(reversed(stock.orders), start=1):
        product = shelf[order.product]
        body = event_body(product, order.buyer, base_url=base_url, event_type_id=event_type_id, page=stock.page)
        body["external_id"] = f"{SAMPLE_PREFIX}{number}"
        body["created_at"] = (now - timedelta(minutes=order.minutes_ago)).isoformat(timespec="seconds")
        bodies.append(body)
    return bodies


def _orders(data: dict[str, Any]) -> tuple[PastOrder, ...]:
    return tuple(
        PastOrder(Person(row["first_name"], row["city"], row["country"]), row["product"], row["minutes_ago"])
        for row in data["orders"]
    )


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))
