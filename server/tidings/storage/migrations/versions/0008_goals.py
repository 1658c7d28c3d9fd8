"""Goals, conversions and their figures, visits by arm of the hold-out, and API tokens."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _of_application() -> sa.Column[int]:
    return sa.Column("application_id", Id, sa.ForeignKey("applications.id", ondelete="CASCADE"), nullable=False)


def _numbers(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger, nullable=False) for name in names]


def upgrade() -> None:
    op.create_table(
        "api_tokens",
        sa.Column("id", Id, primary_key=True),
        sa.Column("hash", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("last_used_at", sa.BigInteger),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "goals",
        sa.Column("id", sa.String, primary_key=True),
        _of_application(),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("currency", sa.String, nullable=False),
        sa.Column("page_rules", sa.Text, nullable=False),
        *_numbers("created_at", "updated_at"),
    )
    op.create_index("goals_by_time", "goals", ["application_id", "created_at", "id"], unique=True)
    op.create_table(
        "conversions",
        _of_application(),
        sa.Column("goal_id", sa.String, nullable=False),
        sa.Column("external_id", sa.String, nullable=False),
        sa.Column("cents", sa.BigInteger),
        sa.Column("currency", sa.String, nullable=False),
        *_numbers("hour", "occurred_at", "created_at"),
        sa.Column("event_type_id", Id, nullable=False),
        sa.Column("event_id", Id, nullable=False),
        sa.Column("attribution", sa.Integer, nullable=False),
        sa.Column("arm", sa.Integer, nullable=False),
        sa.Column("first", sa.Boolean, nullable=False),
        sa.Column("by_page", sa.Boolean, nullable=False),
        sa.Column("page_told", sa.Boolean, nullable=False),
        sa.Column("dated", sa.Boolean, nullable=False),
        sa.Column("refunded", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("application_id", "goal_id", "external_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("conversions_by_external_id", "conversions", ["application_id", "external_id"])
    op.create_index("conversions_by_time", "conversions", ["application_id", "created_at"])
    op.create_table(
        "goal_figures",
        _of_application(),
        sa.Column("hour", sa.BigInteger, nullable=False),
        sa.Column("goal_id", sa.String, nullable=False),
        sa.Column("event_type_id", Id, nullable=False),
        sa.Column("currency", sa.String, nullable=False),
        sa.Column("attribution", sa.Integer, nullable=False),
        sa.Column("arm", sa.Integer, nullable=False),
        *_numbers("number", "cents", "firsts"),
        sa.PrimaryKeyConstraint("application_id", "hour", "goal_id", "event_type_id", "currency", "attribution", "arm"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "event_conversions",
        _of_application(),
        sa.Column("day", sa.BigInteger, nullable=False),
        sa.Column("event_id", Id, nullable=False),
        sa.Column("goal_id", sa.String, nullable=False),
        sa.Column("currency", sa.String, nullable=False),
        *_numbers("number", "cents"),
        sa.PrimaryKeyConstraint("application_id", "day", "event_id", "goal_id", "currency"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "visit_figures",
        _of_application(),
        sa.Column("hour", sa.BigInteger, nullable=False),
        sa.Column("arm", sa.Integer, nullable=False),
        *_numbers("visits", "visitors"),
        sa.PrimaryKeyConstraint("application_id", "hour", "arm"),
        sqlite_with_rowid=False,
    )
