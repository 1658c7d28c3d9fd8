"""The tables of goals, conversions and API tokens, beside those of `tables.py`."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

from tidings.storage.tables import Id, metadata, of_application

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("id", Id, primary_key=True),
    Column("hash", LargeBinary, nullable=False, unique=True),
    Column("scopes", Text, nullable=False),  # JSON list
    Column("created_at", BigInteger, nullable=False),
    Column("last_used_at", BigInteger),
    sqlite_autoincrement=True,
)

goals = Table(
    "goals",
    metadata,
    Column("id", String, primary_key=True),
    of_application(),
    Column("name", String, nullable=False),
    Column("currency", String, nullable=False),
    Column("page_rules", Text, nullable=False),  # JSON of records.page_rule.PageRule
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Index("goals_by_time", "application_id", "created_at", "id", unique=True),
)

# Conversions that their owner has a name for, one by one: so that each is counted once, and can be taken back.
conversions = Table(
    "conversions",
    metadata,
    of_application(),
    Column("goal_id", String, nullable=False),
    Column("external_id", String, nullable=False),
    Column("cents", BigInteger),
    Column("currency", String, nullable=False),
    Column("hour", BigInteger, nullable=False),
    Column("occurred_at", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("event_type_id", Id, nullable=False),
    Column("event_id", Id, nullable=False),
    Column("attribution", Integer, nullable=False),
    Column("arm", Integer, nullable=False),
    Column("first", Boolean, nullable=False),
    Column("by_page", Boolean, nullable=False),
    Column("page_told", Boolean, nullable=False),
    Column("dated", Boolean, nullable=False),
    Column("refunded", Boolean, nullable=False),
    PrimaryKeyConstraint("application_id", "goal_id", "external_id"),
    Index("conversions_by_external_id", "application_id", "external_id"),
    Index("conversions_by_time", "application_id", "created_at"),
    sqlite_with_rowid=False,
)

# What was reached in each hour, counted from the epoch; `firsts`: how many were the first of a visitor who was counted.
goal_figures = Table(
    "goal_figures",
    metadata,
    of_application(),
    Column("hour", BigInteger, nullable=False),
    Column("goal_id", String, nullable=False),
    Column("event_type_id", Id, nullable=False),
    Column("currency", String, nullable=False),
    Column("attribution", Integer, nullable=False),
    Column("arm", Integer, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("cents", BigInteger, nullable=False),
    Column("firsts", BigInteger, nullable=False),
    PrimaryKeyConstraint("application_id", "hour", "goal_id", "event_type_id", "currency", "attribution", "arm"),
    sqlite_with_rowid=False,
)

# What was put down to each event on each UTC day, counted from the epoch; only of the newest days.
event_conversions = Table(
    "event_conversions",
    metadata,
    of_application(),
    Column("day", BigInteger, nullable=False),
    Column("event_id", Id, nullable=False),
    Column("goal_id", String, nullable=False),
    Column("currency", String, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("cents", BigInteger, nullable=False),
    PrimaryKeyConstraint("application_id", "day", "event_id", "goal_id", "currency"),
    sqlite_with_rowid=False,
)

# Visits in each hour, counted from the epoch, by arm of the hold-out; and the visitors who were counted then.
visit_figures = Table(
    "visit_figures",
    metadata,
    of_application(),
    Column("hour", BigInteger, nullable=False),
    Column("arm", Integer, nullable=False),
    Column("visits", BigInteger, nullable=False),
    Column("visitors", BigInteger, nullable=False),
    PrimaryKeyConstraint("application_id", "hour", "arm"),
    sqlite_with_rowid=False,
)
