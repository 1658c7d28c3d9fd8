"""Figures by the hour: of an application, and of each of its event types."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "application_figures",
        sa.Column("application_id", Id, sa.ForeignKey("applications.id", ondelete="CASCADE"), nullable=False),
        sa.Column("hour", sa.BigInteger, nullable=False),
        *_figures(),
        sa.PrimaryKeyConstraint("application_id", "hour"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "event_type_figures",
        sa.Column("application_id", Id, sa.ForeignKey("applications.id", ondelete="CASCADE"), nullable=False),
        sa.Column("event_type_id", Id, nullable=False),
        sa.Column("hour", sa.BigInteger, nullable=False),
        *_figures(),
        sa.PrimaryKeyConstraint("application_id", "event_type_id", "hour"),
        sqlite_with_rowid=False,
    )


def _figures() -> list[sa.Column[int]]:
    names = ("displays", "hovers", "clicks", "closes", "conversions", "conversion_cents")
    return [sa.Column(name, sa.BigInteger, nullable=False, server_default="0") for name in names]
