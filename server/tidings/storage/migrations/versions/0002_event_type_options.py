"""What an event type does beside its wording: Markdown, avatars, places by address."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("markdown_enabled", "use_avatar", "use_ip_mapping"):
        op.add_column("event_types", sa.Column(name, sa.Boolean, nullable=False, server_default=sa.false()))
