"""Webhooks, the outbox with its attempts, who runs which job, which hours are closed or rolled up, and known keys."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    closed_hour = op.create_table(
        "closed_hour",
        sa.Column("hour", sa.BigInteger, nullable=False),
        sa.Column("believed", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("before_jump", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("jumped_to", sa.BigInteger, nullable=False, server_default="0"),
    )
    op.bulk_insert(closed_hour, [{"hour": 0}])
    op.create_table(
        "figure_roll_ups",
        sa.Column(
            "application_id",
            Id,
            sa.ForeignKey("applications.id", ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("target", sa.BigInteger, nullable=False),
        sa.Column("event_type_id", Id, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "webhooks",
        sa.Column("id", Id, primary_key=True),
        sa.Column("application_id", Id, sa.ForeignKey("applications.id", ondelete="CASCADE"), nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("figures", sa.Text, nullable=False),
        sa.Column("enabled", sa.Boolean, nullable=False),
        sa.Column("paused_because", sa.Text),
        sa.Column("secret", sa.String, nullable=False),
        sa.Column("next_window", sa.BigInteger, nullable=False),
        sa.Column("failing_since", sa.BigInteger),
        sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
        sa.Column("failing_days", sa.Integer, nullable=False, server_default="0"),
        sa.Column("failed_on", sa.BigInteger),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.Column("deleted_at", sa.BigInteger),
        sqlite_autoincrement=True,
    )
    op.create_index("webhooks_by_application", "webhooks", ["application_id", "id"])
    op.create_index("webhooks_by_window", "webhooks", ["enabled", "next_window", "id"])
    op.create_table(
        "told_ahead",
        sa.Column("webhook_id", Id, sa.ForeignKey("webhooks.id", ondelete="CASCADE"), nullable=False),
        sa.Column("window", sa.BigInteger, nullable=False),
        sa.Column("displays", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("hovers", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("clicks", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("closes", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("conversions", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("conversion_cents", sa.BigInteger, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("webhook_id", "window"),
        sqlite_with_rowid=False,
    )
    deleted = sa.text("deleted_at IS NOT NULL")
    op.create_index("webhooks_deleted", "webhooks", ["id"], sqlite_where=deleted, postgresql_where=deleted)
    op.create_table(
        "deliveries",
        sa.Column("id", Id, primary_key=True),
        sa.Column("message_id", sa.String, nullable=False, unique=True),
        sa.Column("webhook_id", Id, sa.ForeignKey("webhooks.id", ondelete="CASCADE"), nullable=False),
        sa.Column("application_id", Id, nullable=False),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("lane", sa.String, nullable=False),
        sa.Column("test", sa.Boolean, nullable=False),
        sa.Column("timeframe_from", sa.BigInteger, nullable=False),
        sa.Column("timeframe_to", sa.BigInteger, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("rung", sa.Integer, nullable=False),
        sa.Column("doubtful", sa.Boolean, nullable=False),
        sa.Column("due_at", sa.BigInteger),
        sa.Column("holder", sa.String),
        sa.Column("lease_until", sa.BigInteger),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("finished_at", sa.BigInteger),
        sqlite_autoincrement=True,
    )
    op.create_index("deliveries_due", "deliveries", ["state", "doubtful", "due_at", "id", "lane", "application_id"])
    still_open = sa.text("finished_at IS NULL")
    op.create_index(
        "deliveries_open",
        "deliveries",
        ["webhook_id", "state", "test"],
        sqlite_where=still_open,
        postgresql_where=still_open,
    )
    op.create_index("deliveries_by_webhook", "deliveries", ["webhook_id", "id"])
    op.create_index("deliveries_by_end", "deliveries", ["finished_at"])
    op.create_table(
        "delivery_attempts",
        sa.Column("delivery_id", Id, sa.ForeignKey("deliveries.id", ondelete="CASCADE"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("started_at", sa.BigInteger, nullable=False),
        sa.Column("milliseconds", sa.Integer, nullable=False),
        sa.Column("result", sa.String, nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("answer", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("delivery_id", "number"),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("holder", sa.String, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("last_run", sa.BigInteger, nullable=False),
    )
    op.create_table("key_fingerprints", sa.Column("fingerprint", sa.LargeBinary, primary_key=True))
