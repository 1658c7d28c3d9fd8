"""What beacons tell: figures of single events by the day, and what was counted of which page view."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "event_figures",
        sa.Column("application_id", Id, sa.ForeignKey("applications.id", ondelete="CASCADE"), nullable=False),
        sa.Column("day", sa.BigInteger, nullable=False),
        sa.Column("event_id", Id, nullable=False),
        *(
            sa.Column(name, sa.BigInteger, nullable=False, server_default="0")
            for name in ("displays", "hovers", "clicks", "closes")
        ),
        sa.PrimaryKeyConstraint("application_id", "day", "event_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "page_view_marks",
        sa.Column("page_view", sa.BigInteger, nullable=False),
        sa.Column("mark", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("page_view", "mark"),
        sqlite_with_rowid=False,
    )
