"""The tables of users, their sessions and memberships, of invitations, failed log-ins and the audit log."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, PrimaryKeyConstraint, String, Table, Text

from tidings.storage.tables import Id, metadata, of_application


def _of_user(name: str = "user_id") -> Column[int]:
    """The user that a row belongs to, and goes with."""
    return Column(name, Id, ForeignKey("users.id", ondelete="CASCADE"), nullable=False)


# `email_key`: the e-mail address as it is compared. `role_everywhere`: of every application, or NULL.
users = Table(
    "users",
    metadata,
    Column("id", Id, primary_key=True),
    Column("email", String, nullable=False),
    Column("email_key", String, nullable=False, unique=True),
    Column("name", String, nullable=False),
    Column("password_hash", String, nullable=False),
    Column("role_everywhere", String),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("last_log_in_at", BigInteger),
    sqlite_autoincrement=True,
)

# Who is logged in, by the SHA-256 of the cookie.
sessions = Table(
    "sessions",
    metadata,
    Column("id", Id, primary_key=True),
    _of_user(),
    Column("hash", LargeBinary, nullable=False, unique=True),
    Column("address", String, nullable=False),
    Column("user_agent", String, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("last_seen_at", BigInteger, nullable=False),
    Index("sessions_by_user", "user_id", "id"),
    Index("sessions_by_use", "last_seen_at"),
    sqlite_autoincrement=True,
)

memberships = Table(
    "memberships",
    metadata,
    _of_user(),
    of_application(),
    Column("role", String, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("user_id", "application_id"),
    Index("memberships_by_application", "application_id"),
    sqlite_with_rowid=False,
)

# `application_id`: NULL for all applications.
invitations = Table(
    "invitations",
    metadata,
    Column("id", Id, primary_key=True),
    Column("hash", LargeBinary, nullable=False, unique=True),
    Column("application_id", Id, ForeignKey("applications.id", ondelete="CASCADE")),
    Column("role", String, nullable=False),
    Column("note", String, nullable=False),
    _of_user("invited_by"),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
    Index("invitations_by_application", "application_id", "id"),
    Index("invitations_by_user", "invited_by"),
    Index("invitations_by_end", "expires_at"),
    sqlite_autoincrement=True,
)

# The link by which the first user is made, of which there is one at a time; `used_at` once it was.
set_up_links = Table(
    "set_up_links",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("created_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
)

# How often a log-in failed of late: of an account, of an address, and of an account from an address; by a hash of which.
log_in_failures = Table(
    "log_in_failures",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("failed_at", BigInteger, nullable=False),
    Column("succeeded_at", BigInteger),
    Column("forgotten_at", BigInteger, nullable=False),
    Index("log_in_failures_by_end", "forgotten_at"),
)

# Who did what. Without foreign keys: it outlives users and applications.
audit_log = Table(
    "audit_log",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("user_id", Id),
    Column("email", String, nullable=False),
    Column("application_id", Id),
    Column("application_name", String),
    Column("deed", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("detail", Text, nullable=False),  # JSON object
    Index("audit_log_by_application", "application_id", "id"),
    sqlite_autoincrement=True,
)
