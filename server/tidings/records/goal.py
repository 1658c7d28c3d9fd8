"""A goal: something that an owner hopes a visitor does, and the currency of what it is worth."""

from msgspec import UNSET, Struct, UnsetType

from tidings.records.page_rule import PageRule

# `integer`: a number of anything. `none`: worth nothing that could be told.
CURRENCIES = (
    "dollar",
    "pound",
    "euro",
    "yuan",
    "peso",
    "shekel",
    "yen",
    "won",
    "hryvnia",
    "franc",
    "rupee",
    "integer",
    "none",
)
NO_VALUE = "none"


class Goal(Struct, frozen=True):
    """`id`: 8 capital letters. `page_rules`: the pages whose visit reaches it. Times are milliseconds since the epoch."""

    id: str
    application_id: int
    name: str
    currency: str
    page_rules: tuple[PageRule, ...]
    created_at: int
    updated_at: int


class GoalDraft(Struct, frozen=True):
    """A goal as a client asks for it."""

    name: str
    currency: str = "dollar"
    page_rules: tuple[PageRule, ...] = ()


class GoalChanges(Struct, frozen=True):
    """What an update says: UNSET leaves a value as it is."""

    name: str | UnsetType = UNSET
    currency: str | UnsetType = UNSET
    page_rules: tuple[PageRule, ...] | UnsetType = UNSET
