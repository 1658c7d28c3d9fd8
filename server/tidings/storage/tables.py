"""The tables, as SQLAlchemy Core knows them; migrations/ makes them."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, MetaData, String, Table, Text

metadata = MetaData()

# SQLite gives a row id only to INTEGER; PostgreSQL wants 64 bits.
Id = BigInteger().with_variant(Integer, "sqlite")

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
    Column("application_id", Id, ForeignKey("applications.id", ondelete="CASCADE"), nullable=False),
    Column("name", String, nullable=False),
    Column("tag", String, nullable=False),
    Column("message", Text, nullable=False),
    Column("image_url", String),
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
    Column("application_id", Id, ForeignKey("applications.id", ondelete="CASCADE"), nullable=False),
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
    # NULLs are distinct in a unique index, so events without an external id do not collide.
    Index("events_by_external_id", "application_id", "external_id", unique=True),
    Index("events_by_time", "application_id", "created_at", "id"),
    sqlite_autoincrement=True,
)

# One row: goes up with every change of an application or an event type, so that other processes' caches notice.
revision = Table("revision", metadata, Column("number", BigInteger, nullable=False))
