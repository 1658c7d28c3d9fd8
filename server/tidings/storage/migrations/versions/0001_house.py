"""Applications, event types, events and the revision that tells caches of a change."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "applications",
        sa.Column("id", Id, primary_key=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("url", sa.String, nullable=False),
        sa.Column("site_id", sa.String, nullable=False, unique=True),
        sa.Column("client_id", sa.String, nullable=False, unique=True),
        sa.Column("client_secret", sa.String, nullable=False),
        sa.Column("token_hash", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("display", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "event_types",
        sa.Column("id", Id, primary_key=True),
        sa.Column("application_id", Id, sa.ForeignKey("applications.id", ondelete="CASCADE"), nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("tag", sa.String, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("image_url", sa.String),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("event_types_by_name", "event_types", ["application_id", "name"], unique=True)
    op.create_index("event_types_by_tag", "event_types", ["application_id", "tag"])
    op.create_table(
        "events",
        sa.Column("id", Id, primary_key=True),
        sa.Column("application_id", Id, sa.ForeignKey("applications.id", ondelete="CASCADE"), nullable=False),
        sa.Column("event_type_id", Id, sa.ForeignKey("event_types.id"), nullable=False),
        sa.Column("external_id", sa.String),
        sa.Column("url", sa.String),
        sa.Column("first_name", sa.String),
        sa.Column("city", sa.String),
        sa.Column("province", sa.String),
        sa.Column("country", sa.String),
        sa.Column("title", sa.String),
        sa.Column("image_url", sa.String),
        sa.Column("email_hash", sa.LargeBinary),
        sa.Column("custom_fields", sa.Text),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("events_by_external_id", "events", ["application_id", "external_id"], unique=True)
    op.create_index("events_by_time", "events", ["application_id", "created_at", "id"])
    revision_table = op.create_table("revision", sa.Column("number", sa.BigInteger, nullable=False))
    op.bulk_insert(revision_table, [{"number": 1}])
