"""Kept counts of events, and what lists need."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")
# As storage/event_counts.py has it; a migration stands for itself.
STRETCH = 2_048


def upgrade() -> None:
    # Events without an external id or an e-mail address need no place in these two.
    op.drop_index("events_by_external_id", "events")
    _partial_index("events_by_external_id", ["application_id", "external_id"], "external_id IS NOT NULL", unique=True)
    _partial_index("events_by_email", ["application_id", "email_hash", "created_at", "id"], "email_hash IS NOT NULL")
    op.create_index("events_by_type", "events", ["event_type_id", "created_at", "id"])
    op.create_table(
        "event_counts",
        sa.Column("application_id", Id, sa.ForeignKey("applications.id", ondelete="CASCADE"), nullable=False),
        sa.Column("event_type_id", Id, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("event_id", Id, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("application_id", "event_type_id", "created_at", "event_id"),
        sqlite_with_rowid=False,
    )
    for event_type_id, order in (("0", "application_id"), ("event_type_id", "application_id, event_type_id")):
        op.execute(_counted(event_type_id, order))
        op.execute(_total(event_type_id))


def _partial_index(name: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    condition = sa.text(where)
    op.create_index(name, "events", columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


def _counted(event_type_id: str, scope: str) -> str:
    """Stretches of STRETCH events each, the first of a scope from the beginning of time on."""
    return f"""
        INSERT INTO event_counts (application_id, event_type_id, created_at, event_id, number)
        SELECT application_id, type, CASE WHEN stretch = 0 THEN 0 ELSE starts_at END,
               CASE WHEN stretch = 0 THEN 0 ELSE first_id END, number
        FROM (
            SELECT application_id, type, stretch, min(created_at) AS starts_at, count(*) AS number,
                   min(CASE WHEN position % {STRETCH} = 0 THEN id END) AS first_id
            FROM (
                SELECT application_id, {event_type_id} AS type, created_at, id, position, position / {STRETCH} AS stretch
                FROM (
                    SELECT application_id, event_type_id, created_at, id,
                           row_number() OVER (PARTITION BY {scope} ORDER BY created_at, id) - 1 AS position
                    FROM events
                ) AS numbered
            ) AS stretched
            GROUP BY application_id, type, stretch
        ) AS counted
    """  # noqa: S608 - names of our own columns


def _total(event_type_id: str) -> str:
    """The row of a scope that counts all of it."""
    which = "event_type_id = 0" if event_type_id == "0" else "event_type_id > 0"
    return f"""
        INSERT INTO event_counts (application_id, event_type_id, created_at, event_id, number)
        SELECT application_id, event_type_id, -1, 0, sum(number) FROM event_counts
        WHERE {which} GROUP BY application_id, event_type_id
    """  # noqa: S608 - names of our own columns
