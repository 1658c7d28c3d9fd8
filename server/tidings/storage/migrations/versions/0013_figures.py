"""Figures of goals and event types summed up in longer stretches, when events were last shown, and which were clicked."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")
# As storage/stretches.py had them then, and the words of records/conversion.py: put down to a click; shown, held.
LENGTHS = (1, 24, 192, 1_536)
CLICKED, SHOWN, HELD = 2, 1, 2


def upgrade() -> None:
    _goals()
    _event_types()
    op.add_column("event_figures", sa.Column("shown_at", sa.BigInteger, nullable=False, server_default="0"))
    some = sa.text("clicks > 0")
    op.create_index(
        "event_figures_clicked",
        "event_figures",
        ["application_id", "day", "event_id", "clicks"],
        sqlite_where=some,
        postgresql_where=some,
    )


def _of_application() -> sa.Column[int]:
    return sa.Column("application_id", Id, sa.ForeignKey("applications.id", ondelete="CASCADE"), nullable=False)


def _numbers(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger, nullable=False) for name in names]


def _goals() -> None:
    op.create_table(
        "goal_stretches",
        _of_application(),
        sa.Column("goal_id", sa.String, nullable=False),
        sa.Column("hours", sa.Integer, nullable=False),
        sa.Column("begins", sa.BigInteger, nullable=False),
        sa.Column("currency", sa.String, nullable=False),
        *_numbers("number", "cents", "attributed", "attributed_cents", "held", "held_cents", "clicked", "clicked_cents"),
        *_numbers("firsts_shown", "firsts_held"),
        sa.PrimaryKeyConstraint("application_id", "goal_id", "hours", "begins", "currency"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "credit_stretches",
        _of_application(),
        sa.Column("goal_id", sa.String, nullable=False),
        sa.Column("hours", sa.Integer, nullable=False),
        sa.Column("begins", sa.BigInteger, nullable=False),
        sa.Column("event_type_id", Id, nullable=False),
        sa.Column("currency", sa.String, nullable=False),
        *_numbers("number", "cents"),
        sa.PrimaryKeyConstraint("application_id", "goal_id", "hours", "begins", "event_type_id", "currency"),
        sqlite_with_rowid=False,
    )
    only = "sum(CASE WHEN {1} THEN {0} ELSE 0 END)"
    sums = ["sum(number)", "sum(cents)"]
    for where in ("attribution <> 0", f"arm = {HELD}", f"attribution = {CLICKED}"):
        sums += [only.format("number", where), only.format("cents", where)]
    sums += [only.format("firsts", f"arm = {arm}") for arm in (SHOWN, HELD)]
    for goal_id in ("goal_id", "''"):
        for length in LENGTHS:
            place = f"SELECT application_id, {goal_id}, {length}, hour - hour % {length}"
            op.execute(
                f"INSERT INTO goal_stretches {place}, currency, {', '.join(sums)} FROM goal_figures GROUP BY 1, 2, 4, 5"
            )
            op.execute(
                f"INSERT INTO credit_stretches {place}, event_type_id, currency, sum(number), sum(cents)"
                " FROM goal_figures WHERE attribution <> 0 GROUP BY 1, 2, 4, 5, 6"
            )


def _event_types() -> None:
    op.create_table(
        "event_type_stretches",
        _of_application(),
        sa.Column("hours", sa.Integer, nullable=False),
        sa.Column("begins", sa.BigInteger, nullable=False),
        sa.Column("event_type_id", Id, nullable=False),
        *_numbers("displays", "clicks"),
        sa.PrimaryKeyConstraint("application_id", "hours", "begins", "event_type_id"),
        sqlite_with_rowid=False,
    )
    for length in LENGTHS[1:]:
        op.execute(
            f"INSERT INTO event_type_stretches SELECT application_id, {length}, hour - hour % {length}, event_type_id,"  # noqa: S608 - our own names
            " sum(displays), sum(clicks) FROM event_type_figures WHERE displays > 0 OR clicks > 0 GROUP BY 1, 3, 4"
        )
