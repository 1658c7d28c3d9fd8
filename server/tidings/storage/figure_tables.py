"""The tables of figures that are summed up beforehand, beside those of `tables.py` and `goal_tables.py`.

Each row stands for a stretch of `hours` hours from the hour `begins` on (storage/stretches.py): what was counted in an hour
is in one row of each length, added to and taken back in the same transaction.
"""

from sqlalchemy import BigInteger, Column, Integer, PrimaryKeyConstraint, String, Table

from tidings.storage.tables import Id, metadata, of_application


def _numbers(*names: str) -> list[Column[int]]:
    return [Column(name, BigInteger, nullable=False) for name in names]


# What was reached of a goal, or of all goals together (goal_id ""): the sums of goal_figures.
goal_stretches = Table(
    "goal_stretches",
    metadata,
    of_application(),
    Column("goal_id", String, nullable=False),
    Column("hours", Integer, nullable=False),
    Column("begins", BigInteger, nullable=False),
    Column("currency", String, nullable=False),
    *_numbers("number", "cents", "attributed", "attributed_cents", "held", "held_cents", "clicked", "clicked_cents"),
    *_numbers("firsts_shown", "firsts_held"),
    PrimaryKeyConstraint("application_id", "goal_id", "hours", "begins", "currency"),
    sqlite_with_rowid=False,
)

# What of it is put down to notifications of each event type.
credit_stretches = Table(
    "credit_stretches",
    metadata,
    of_application(),
    Column("goal_id", String, nullable=False),
    Column("hours", Integer, nullable=False),
    Column("begins", BigInteger, nullable=False),
    Column("event_type_id", Id, nullable=False),
    Column("currency", String, nullable=False),
    *_numbers("number", "cents"),
    PrimaryKeyConstraint("application_id", "goal_id", "hours", "begins", "event_type_id", "currency"),
    sqlite_with_rowid=False,
)

# What beacons told of event types: the sums of event_type_figures, of whole UTC days and longer stretches alone.
event_type_stretches = Table(
    "event_type_stretches",
    metadata,
    of_application(),
    Column("hours", Integer, nullable=False),
    Column("begins", BigInteger, nullable=False),
    Column("event_type_id", Id, nullable=False),
    *_numbers("displays", "clicks"),
    PrimaryKeyConstraint("application_id", "hours", "begins", "event_type_id"),
    sqlite_with_rowid=False,
)
