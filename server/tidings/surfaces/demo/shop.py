"""What the demo shop sells and how a sale is told to Tidings, read from `demo_site/products.toml`."""

import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

# How the external ids of the sample orders begin.
SAMPLE_PREFIX = "ink-and-onion-"


@dataclass(frozen=True)
class DemoShop:
    """Where the shop stands. `token_file`: the path in the page's curl; `folder` holds page and pictures."""

    base_url: str
    client_id: str
    auth_token: str
    event_type_id: int
    token_file: str
    folder: Path


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
class Stock:
    """Everything in `products.toml`: the shelf in order, by id, and the people the order form is filled in with."""

    products: tuple[Product, ...]
    guests: tuple[Person, ...]

    def find(self, product_id: str) -> Product | None:
        return next((product for product in self.products if product.id == product_id), None)


def load_stock(folder: Path) -> Stock:
    """Reads the shelf. Raises OSError, tomllib.TOMLDecodeError or TypeError when the file is not what it should be."""
    data = _read(folder)
    return Stock(
        products=tuple(Product(**row) for row in data["products"]),
        guests=tuple(Person(**row) for row in data["guests"]),
    )


def event_body(product: Product, buyer: Person, *, base_url: str, event_type_id: int) -> dict[str, Any]:
    """A sale as the body of `POST /api/v1/applications/me/events`."""
    page = f"{base_url.rstrip('/')}/demo/"
    return {
        "event_type_id": event_type_id,
        "first_name": buyer.first_name,
        "city": buyer.city,
        "country": buyer.country,
        "title": product.name,
        "url": f"{page}#{product.id}",
        "image_url": f"{page}assets/products/{product.id}.svg",
    }


def sample_orders(folder: Path, *, base_url: str, event_type_id: int, now: datetime) -> list[dict[str, Any]]:
    """The sales of the shop's first day as event bodies, oldest first, so that the newest gets the highest id.

    `now` is aware; `created_at` is ISO-8601. Each has an `external_id`, so recording them twice makes each once.
    """
    shelf = {product.id: product for product in load_stock(folder).products}
    bodies = []
    for number, order in enumerate(reversed(_read(folder)["orders"]), start=1):
        buyer = Person(order["first_name"], order["city"], order["country"])
        body = event_body(shelf[order["product"]], buyer, base_url=base_url, event_type_id=event_type_id)
        body["external_id"] = f"{SAMPLE_PREFIX}{number}"
        body["created_at"] = (now - timedelta(minutes=order["minutes_ago"])).isoformat(timespec="seconds")
        bodies.append(body)
    return bodies


def _read(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "products.toml").read_text(encoding="utf-8"))
