"""Users, their sessions, memberships and invitations, the audit log, and log-in delays."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _of_user(name: str = "user_id") -> sa.Column[int]:
    return sa.Column(name, Id, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False)


def _of_application(*, nullable: bool = False) -> sa.Column[int]:
    return sa.Column("application_id", Id, sa.ForeignKey("applications.id", ondelete="CASCADE"), nullable=nullable)


def _moments(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger, nullable=False) for name in names]


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String, nullable=False) for name in names]


def upgrade() -> None:
    op.create_table(
        "users",
        sa.Column("id", Id, primary_key=True),
        sa.Column("email", sa.String, nullable=False),
        sa.Column("email_key", sa.String, nullable=False, unique=True),
        *_texts("name", "password_hash"),
        sa.Column("role_everywhere", sa.String),
        *_moments("created_at", "updated_at"),
        sa.Column("last_log_in_at", sa.BigInteger),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "sessions",
        sa.Column("id", Id, primary_key=True),
        _of_user(),
        sa.Column("hash", sa.LargeBinary, nullable=False, unique=True),
        *_texts("address", "user_agent"),
        *_moments("created_at", "last_seen_at"),
        sqlite_autoincrement=True,
    )
    op.create_index("sessions_by_user", "sessions", ["user_id", "id"])
    op.create_index("sessions_by_use", "sessions", ["last_seen_at"])
    op.create_table(
        "memberships",
        _of_user(),
        _of_application(),
        *_texts("role"),
        *_moments("created_at"),
        sa.PrimaryKeyConstraint("user_id", "application_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("memberships_by_application", "memberships", ["application_id"])
    op.create_table(
        "invitations",
        sa.Column("id", Id, primary_key=True),
        sa.Column("hash", sa.LargeBinary, nullable=False, unique=True),
        _of_application(nullable=True),
        *_texts("role", "note"),
        _of_user("invited_by"),
        *_moments("created_at", "expires_at"),
        sa.Column("used_at", sa.BigInteger),
        sqlite_autoincrement=True,
    )
    op.create_index("invitations_by_application", "invitations", ["application_id", "id"])
    op.create_index("invitations_by_user", "invitations", ["invited_by"])
    op.create_index("invitations_by_end", "invitations", ["expires_at"])
    op.create_table(
        "set_up_links",
        sa.Column("hash", sa.LargeBinary, primary_key=True),
        *_moments("created_at"),
        sa.Column("used_at", sa.BigInteger),
    )
    op.create_table(
        "log_in_failures",
        sa.Column("key", sa.LargeBinary, primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        *_moments("failed_at"),
        sa.Column("succeeded_at", sa.BigInteger),
        *_moments("forgotten_at"),
    )
    op.create_index("log_in_failures_by_end", "log_in_failures", ["forgotten_at"])
    op.create_table(
        "audit_log",
        sa.Column("id", Id, primary_key=True),
        *_moments("at"),
        sa.Column("user_id", Id),
        sa.Column("email", sa.String, nullable=False),
        sa.Column("application_id", Id),
        sa.Column("application_name", sa.String),
        *_texts("deed", "subject"),
        sa.Column("detail", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("audit_log_by_application", "audit_log", ["application_id", "id"])
