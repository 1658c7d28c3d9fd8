"""The tables, as SQLAlchemy Core knows them; migrations/ makes them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    false,
    text,
)

metadata = MetaData()

# SQLite gives a row id only to INTEGER; PostgreSQL wants 64 bits.
Id = BigInteger().with_variant(Integer, "sqlite")


def _partial(name: str, *columns: str, unique: bool = False, only: str = "") -> Index:
    """An index of those rows alone that `only` is true of, or else that have its second column; others need no place."""
    there = text(only or f"{columns[1]} IS NOT NULL")
    return Index(name, *columns, unique=unique, sqlite_where=there, postgresql_where=there)


def of_application() -> Column[int]:
    """The application that a row belongs to, and goes with."""
    return Column("application_id", Id, ForeignKey("applications.id", ondelete="CASCADE"), nullable=False)


applications = Table(
    "applications",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", String, nullable=False),
    Column("url", String, nullable=False),
    Column("site_id", String, nullable=False, unique=True),
    Column("client_id", String, nullable=False, unique=True),
    Column("client_secret", String, nullable=False),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("display", Text, nullable=False),  # JSON of records.application.DisplaySettings
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)

event_types = Table(
    "event_types",
    metadata,
    Column("id", Id, primary_key=True),
    of_application(),
    Column("name", String, nullable=False),
    Column("tag", String, nullable=False),
    Column("message", Text, nullable=False),
    Column("markdown_enabled", Boolean, nullable=False, server_default=false()),
    Column("image_url", String),
    Column("use_avatar", Boolean, nullable=False, server_default=false()),
    Column("use_ip_mapping", Boolean, nullable=False, server_default=false()),
    Column("page_rules", Text, nullable=False, server_default="[]"),  # JSON of records.page_rule.PageRule
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Index("event_types_by_name", "application_id", "name", unique=True),
    Index("event_types_by_tag", "application_id", "tag"),
    sqlite_autoincrement=True,
)

events = Table(
    "events",
    metadata,
    Column("id", Id, primary_key=True),
    of_application(),
    Column("event_type_id", Id, ForeignKey("event_types.id"), nullable=False),
    Column("external_id", String),
    Column("url", String),
    Column("first_name", String),
    Column("city", String),
    Column("province", String),
    Column("country", String),
    Column("title", String),
    Column("image_url", String),
    Column("email_hash", LargeBinary),
    Column("custom_fields", Text),  # JSON [[number, key, value], …], NULL for none
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("provenance", String, nullable=False, server_default="api"),  # records.event.Provenance
    _partial("events_by_external_id", "application_id", "external_id", unique=True),
    _partial("events_by_email", "application_id", "email_hash", "created_at", "id"),
    Index("events_by_time", "application_id", "created_at", "id"),
    Index("events_by_type", "event_type_id", "created_at", "id"),
    # Of those few that did not come over the API, which so has nothing to keep here.
    _partial("events_by_provenance", "application_id", "provenance", "created_at", "id", only="provenance <> 'api'"),
    sqlite_autoincrement=True,
)

# How many events there are of an application (event_type_id 0) and of each of its event types, in stretches of the order
# (created_at, id): `number` counts those from (created_at, event_id) to where the next row begins. The row at
# created_at -1 counts them all. `storage/event_counts.py` keeps it.
event_counts = Table(
    "event_counts",
    metadata,
    of_application(),
    Column("event_type_id", Id, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("event_id", Id, nullable=False),
    Column("number", BigInteger, nullable=False),
    PrimaryKeyConstraint("application_id", "event_type_id", "created_at", "event_id"),
    sqlite_with_rowid=False,
)

# One row: goes up with every change of an application or an event type, so that other processes' caches notice.
revision = Table("revision", metadata, Column("number", BigInteger, nullable=False))


def _figures() -> list[Column[int]]:
    names = ("displays", "hovers", "clicks", "closes", "conversions", "conversion_cents")
    return [Column(name, BigInteger, nullable=False, server_default="0") for name in names]


# What happened in each hour, counted from the epoch: rows of hours without anything are not there.
# The sums over an application stand by themselves, so that a year of them costs the same with a thousand event types;
# both tables are added to in one transaction. Figures outlive events and event types: no foreign key to those.
application_figures = Table(
    "application_figures",
    metadata,
    of_application(),
    Column("hour", BigInteger, nullable=False),
    *_figures(),
    PrimaryKeyConstraint("application_id", "hour"),
    sqlite_with_rowid=False,
)

# What beacons told of each event on each UTC day, counted from the epoch; only of the newest days.
event_figures = Table(
    "event_figures",
    metadata,
    of_application(),
    Column("day", BigInteger, nullable=False),
    Column("event_id", Id, nullable=False),
    *_figures()[:4],
    Column("shown_at", BigInteger, nullable=False, server_default="0"),  # the last time, in milliseconds
    PrimaryKeyConstraint("application_id", "day", "event_id"),
    _partial("event_figures_clicked", "application_id", "day", "event_id", "clicks", only="clicks > 0"),
    sqlite_with_rowid=False,
)

# What was counted of which page view (storage/page_views.py), so that it is not counted again; it goes after some hours.
page_view_marks = Table(
    "page_view_marks",
    metadata,
    Column("page_view", BigInteger, nullable=False),
    Column("mark", BigInteger, nullable=False),
    PrimaryKeyConstraint("page_view", "mark"),
    sqlite_with_rowid=False,
)

event_type_figures = Table(
    "event_type_figures",
    metadata,
    of_application(),
    Column("event_type_id", Id, nullable=False),
    Column("hour", BigInteger, nullable=False),
    *_figures(),
    PrimaryKeyConstraint("application_id", "event_type_id", "hour"),
    sqlite_with_rowid=False,
)

# How far an application's figures are one row a day (domain/statistics_roll_up.py): before the hour `until` all of them;
# from there up to the hour `target` those of event types up to `event_type_id`.
figure_roll_ups = Table(
    "figure_roll_ups",
    metadata,
    Column("application_id", Id, ForeignKey("applications.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("until", BigInteger, nullable=False),
    Column("target", BigInteger, nullable=False),
    Column("event_type_id", Id, nullable=False),
    sqlite_with_rowid=False,
)

# One row: hours before this one, counted from the epoch, were told to webhooks and take no more counts.
# The rest is of the clock (domain/believed_clock.py), in milliseconds: the newest that was believed, what it said before it
# jumped, and after.
closed_hour = Table(
    "closed_hour",
    metadata,
    Column("hour", BigInteger, nullable=False),
    Column("believed", BigInteger, nullable=False, server_default="0"),
    Column("before_jump", BigInteger, nullable=False, server_default="0"),
    Column("jumped_to", BigInteger, nullable=False, server_default="0"),
)

webhooks = Table(
    "webhooks",
    metadata,
    Column("id", Id, primary_key=True),
    of_application(),
    Column("url", Text, nullable=False),
    Column("figures", Text, nullable=False),  # JSON list of names
    Column("enabled", Boolean, nullable=False),
    Column("paused_because", Text),
    Column("secret", String, nullable=False),
    Column("next_window", BigInteger, nullable=False),
    Column("failing_since", BigInteger),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("failing_days", Integer, nullable=False, server_default="0"),
    Column("failed_on", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("deleted_at", BigInteger),  # hidden from then on; the row stays until its log is removed
    Index("webhooks_by_application", "application_id", "id"),
    Index("webhooks_by_window", "enabled", "next_window", "id"),
    _partial("webhooks_deleted", "id", only="deleted_at IS NOT NULL"),
    sqlite_autoincrement=True,
)

# What a webhook was told, by a clock that was ahead, of windows that come again (milliseconds): those with figures, and the
# last one in any case.
told_ahead = Table(
    "told_ahead",
    metadata,
    Column("webhook_id", Id, ForeignKey("webhooks.id", ondelete="CASCADE"), nullable=False),
    Column("window", BigInteger, nullable=False),
    *_figures(),
    PrimaryKeyConstraint("webhook_id", "window"),
    sqlite_with_rowid=False,
)

# The outbox: what goes out, once each. `lane`: what may hold up nothing but itself, such as a receiver. `doubtful`: its
# receiver failed the last time. While it is sent, `holder` is the process that does it and `lease_until` how long it may.
deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Id, primary_key=True),
    Column("message_id", String, nullable=False, unique=True),
    Column("webhook_id", Id, ForeignKey("webhooks.id", ondelete="CASCADE"), nullable=False),
    Column("application_id", Id, nullable=False),
    Column("channel", String, nullable=False),
    Column("lane", String, nullable=False),
    Column("test", Boolean, nullable=False),
    Column("timeframe_from", BigInteger, nullable=False),
    Column("timeframe_to", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("state", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("rung", Integer, nullable=False),
    Column("doubtful", Boolean, nullable=False),
    Column("due_at", BigInteger),
    Column("holder", String),
    Column("lease_until", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Column("finished_at", BigInteger),
    Index("deliveries_due", "state", "doubtful", "due_at", "id", "lane", "application_id"),
    _partial("deliveries_open", "webhook_id", "state", "test", only="finished_at IS NULL"),
    Index("deliveries_by_webhook", "webhook_id", "id"),
    Index("deliveries_by_end", "finished_at"),
    sqlite_autoincrement=True,
)

delivery_attempts = Table(
    "delivery_attempts",
    metadata,
    Column("delivery_id", Id, ForeignKey("deliveries.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("url", Text, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("milliseconds", Integer, nullable=False),
    Column("result", String, nullable=False),
    Column("status", Integer),
    Column("answer", LargeBinary, nullable=False),
    PrimaryKeyConstraint("delivery_id", "number"),
)

# Who ran a job last, when, and until when nobody else does (milliseconds).
leases = Table(
    "leases",
    metadata,
    Column("name", String, primary_key=True),
    Column("holder", String, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("last_run", BigInteger, nullable=False),
)

# Which secret keys the hashes of e-mail addresses were made with: of each a fingerprint, which tells nothing of the key.
key_fingerprints = Table("key_fingerprints", metadata, Column("fingerprint", LargeBinary, primary_key=True))
