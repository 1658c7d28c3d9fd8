"""On which pages the events of an event type show."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # JSON: a list of match and path.
    op.add_column("event_types", sa.Column("page_rules", sa.Text, nullable=False, server_default="[]"))
