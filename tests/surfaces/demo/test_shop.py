"""The stock list, and the sales of the first day that a new demo starts with."""

import re
from datetime import UTC, datetime

from tidings.assets import demo_site
from tidings.surfaces.demo.shop import load_arabic, load_stock, sample_orders

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def test_the_shelf_has_six_things_with_prices_and_words() -> None:
    products = load_stock(demo_site()).products
    assert len(products) == len({product.id for product in products}) == 6
    assert all(product.price > 0 and product.words and product.picture for product in products)
    assert products[0].price_text == "£9.50"


def test_the_first_day_s_sales_come_oldest_first_and_once() -> None:
    orders = sample_orders(load_stock(demo_site()), base_url="http://127.0.0.1:8000", event_type_id=3, now=NOW)
    assert len(orders) == 6
    moments = [datetime.fromisoformat(order["created_at"]) for order in orders]
    assert moments == sorted(moments)
    assert moments[-1] == datetime(2026, 11, 21, 11, 57, tzinfo=UTC)
    assert len({order["external_id"] for order in orders}) == 6
    newest = orders[-1]
    assert newest["title"] == "Iron gall ink"
    assert newest["event_type_id"] == 3
    assert newest["image_url"] == "http://127.0.0.1:8000/demo/assets/products/iron-gall-ink.svg"
    assert all(len(order["country"]) == 2 for order in orders)


def test_the_branch_in_arabic_has_the_same_shelf_in_its_own_words() -> None:
    stock, message = load_arabic(demo_site())
    shelf = load_stock(demo_site())
    assert [(product.id, product.price) for product in stock.products] == [(one.id, one.price) for one in shelf.products]
    assert not [
        product for product in stock.products if re.search("[A-Za-z]", product.name + product.words + product.picture)
    ]
    assert "{{ linked_title }}" in message
    orders = sample_orders(stock, base_url="http://127.0.0.1:8000", event_type_id=4, now=NOW)
    assert orders[-1]["url"] == "http://127.0.0.1:8000/demo/pages/right-to-left#beeswax-candles"
    assert orders[-1]["title"] == "شموع من شمع النحل"
    assert all(order["external_id"].startswith("ink-and-onion-") for order in orders)
