"""Where each event came from. Those that are there already came over the API, as far as anybody knows: the demo's too."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # With a constant default SQLite notes the column and writes no row anew, however many there are.
    op.add_column("events", sa.Column("provenance", sa.String, nullable=False, server_default="api"))
    others = sa.text("provenance <> 'api'")
    columns = ["application_id", "provenance", "created_at", "id"]
    op.create_index("events_by_provenance", "events", columns, sqlite_where=others, postgresql_where=others)
