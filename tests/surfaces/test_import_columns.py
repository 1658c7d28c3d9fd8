"""What the columns of well-known exports are taken for."""

import pytest

from tidings.records.imports import Row
from tidings.surfaces.import_columns import guess

SHOPIFY = (
    ("Name", "#1001", "external_id"),
    ("Email", "mia@people.example", "email_address"),
    ("Financial Status", "paid", ""),
    ("Paid at", "2026-03-04 10:23:00 -0500", ""),
    ("Created at", "2026-03-04 10:22:33 -0500", "created_at"),
    ("Lineitem name", "Desk", "title"),
    ("Billing Name", "Mia Silva", "full_name"),
    ("Billing City", "Lisbon", "city"),
    ("Billing Country", "PT", "country"),
    ("Billing Phone", "+351 1", ""),
    ("Shipping City", "Porto", ""),
    ("Billing Province Name", "Lisboa", "province"),
)
WOO = (
    ("Order Number", "77", "external_id"),
    ("Order Date", "2026-03-04 10:22", "created_at"),
    ("First Name (Billing)", "Mia", "first_name"),
    ("City (Billing)", "Lisbon", "city"),
    ("Country Code (Billing)", "PT", "country"),
    ("Email (Billing)", "mia@people.example", "email_address"),
    ("Item Name", "Desk", "title"),
)
STRIPE = (
    ("id", "ch_1", ""),
    ("Created date (UTC)", "2026-03-04 10:22:33", "created_at"),
    ("Customer Email", "mia@people.example", "email_address"),
    ("Description", "Desk", "title"),
    ("Card Address City", "Lisbon", "city"),
)
OURS = (
    ("created_at", "2026-03-04T10:22:33.000Z", "created_at"),
    ("event_type_tag", "new_order", "event_type_tag"),
    ("first_name", "Mia", "first_name"),
    ("custom_fields", "{}", "custom_fields"),
    ("image_url", "", "image_url"),
    ("external_id", "o-1", "external_id"),
    ("provenance", "api", ""),
)
PEOPLE = (("Name", "Mia Silva", "full_name"), ("createdAt", "2026-01-01", "created_at"), ("Unknown", "x", ""))


@pytest.mark.parametrize("table", [SHOPIFY, WOO, STRIPE, OURS, PEOPLE], ids=["Shopify", "Woo", "Stripe", "ours", "people"])
def test_columns(table: tuple[tuple[str, str, str], ...]) -> None:
    columns = [name for name, _, _ in table]
    plan = guess(columns, [Row(2, tuple(cell for _, cell, _ in table))], 1, "UTC")
    assert dict(zip(columns, plan.fields, strict=True)) == {name: field for name, _, field in table}
    assert plan.time_format == "iso"


def test_a_row_that_could_not_be_read_says_nothing_of_its_columns() -> None:
    rows = [Row(1, (1772618400,)), Row(2, ('{"created_at": …',), "The line is not JSON")]
    assert guess(["created_at"], rows, None, "UTC").time_format == "seconds"
