"""What the columns of a file seem to be, by their names and by what stands in them; somebody has the last word."""

import re
from collections.abc import Mapping, Sequence

from tidings.records.imports import FULL_NAME, FURTHER_FIELDS, Plan, Row
from tidings.surfaces.import_times import formats_of

# Of each member of an event, names of columns that mean it, the surest first, in small letters with single spaces: ours,
# and those that exports of Shopify, WooCommerce, Stripe, Etsy, Squarespace, BigCommerce, Gumroad and Eventbrite have.
NAMES: Mapping[str, tuple[str, ...]] = {
    "created_at": (
        "created at", "created at utc", "paid at", "order date", "date created", "created date utc", "created utc",
        "created", "sale date", "purchase date", "date paid", "paid date", "completed date", "date of purchase",
        "order time",
        "order date and time", "time", "timestamp", "date time", "datetime", "date", "sold at", "signed up at",
        "subscribed at", "registered at", "registration date", "optin time", "confirm time",
    ),
    "first_name": (
        "first name", "billing first name", "first name billing", "customer first name", "buyer first name",
        "shipping first name", "first name shipping", "given name", "firstname", "fname",
    ),
    FULL_NAME: (
        "full name", "billing name", "customer name", "buyer name", "shipping name", "ship name", "card name", "buyer",
        "customer", "name",
    ),
    "city": (
        "city", "billing city", "city billing", "shipping city", "city shipping", "ship city", "card address city",
        "customer city", "town",
    ),
    "province": (
        "province", "billing province name", "billing province", "shipping province name", "shipping province", "state",
        "billing state", "state code billing", "shipping state", "ship state", "region", "card address state",
    ),
    "country": (
        "country", "country code", "billing country", "country code billing", "country name billing", "billing country code",
        "shipping country", "ship country", "country billing", "card address country",
    ),
    "title": (
        "title", "lineitem name", "item name", "product name", "product title", "line item name", "product", "item",
        "product details", "description", "plan", "ticket type", "event name",
    ),
    "url": ("url", "link", "product url", "item url", "permalink"),
    "image_url": ("image url", "image", "picture", "photo", "product image", "image link"),
    "external_id": (
        "external id", "order id", "order number", "order no", "order name", "order", "sale id", "purchase id",
        "transaction id", "payment id", "charge id", "receipt number", "invoice number", "attendee no",
    ),
    "email_address": (
        "email address", "email", "e mail", "billing email", "email billing", "customer email", "buyer email",
        "purchase email", "e mail address",
    ),
    "ip_address": ("ip address", "ip", "customer ip", "customer ip address", "browser ip", "optin ip"),
    "event_type_tag": ("event type tag", "event type"),
    FURTHER_FIELDS: ("custom fields", "custom event fields attributes"),
}  # fmt: skip
_ORDER_NUMBER = re.compile(r"#?[A-Za-z]{0,6}[-_]?\d{1,20}[A-Za-z]{0,3}", re.ASCII)


def guess(columns: Sequence[str], rows: Sequence[Row], event_type_id: int | None, time_zone: str) -> Plan:
    """A plan to begin with. What is not known is left out: what nobody asked for is not stored."""
    names = [_plain(name) for name in columns]
    fields = [""] * len(columns)
    for field, known in NAMES.items():
        place = next((names.index(name) for name in known if name in names and not fields[names.index(name)]), None)
        if place is not None:
            fields[place] = field
    _name_or_number(names, fields, rows)
    if "first_name" in fields and FULL_NAME in fields:
        fields[fields.index(FULL_NAME)] = ""
    found = formats_of(column(rows, fields.index("created_at"))) if "created_at" in fields else []
    return Plan(tuple(fields), event_type_id, found[0] if len(found) == 1 else None, time_zone)


def column(rows: Sequence[Row], place: int) -> list[object]:
    """What stands in a column of rows that could be read, without what is not there."""
    whole = (row.cells for row in rows if row.reason is None and place < len(row.cells))
    return [cells[place] for cells in whole if cells[place] is not None]


def time_formats(rows: Sequence[Row], plan: Plan) -> list[str]:
    """In which formats these rows' times can be read, as import_times.formats_of has it."""
    if "created_at" not in plan.fields:
        return []
    return list(formats_of(column(rows, plan.fields.index("created_at"))))


def _plain(name: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()).split())


def _name_or_number(names: list[str], fields: list[str], rows: Sequence[Row]) -> None:
    """Shopify calls the number of an order its name."""
    if "name" not in names:
        return
    place = names.index("name")
    values = [str(value) for value in column(rows, place)]
    if values and all(_ORDER_NUMBER.fullmatch(value) for value in values):
        if "external_id" in fields:
            fields[fields.index("external_id")] = ""
        fields[place] = "external_id"
        known = [name for name in NAMES[FULL_NAME] if name in names and name != "name"]
        if FULL_NAME not in fields and known and not fields[names.index(known[0])]:
            fields[names.index(known[0])] = FULL_NAME
