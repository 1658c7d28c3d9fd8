"""Imports: their rows, how far they are and what was refused."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _of_application() -> sa.Column[int]:
    return sa.Column("application_id", Id, sa.ForeignKey("applications.id", ondelete="CASCADE"), nullable=False)


def upgrade() -> None:
    op.create_table(
        "imports",
        sa.Column("id", Id, primary_key=True),
        _of_application(),
        *(sa.Column(name, sa.String, nullable=False) for name in ("source", "made_by", "file_name", "state")),
        sa.Column("columns", sa.Text, nullable=False),
        sa.Column("plan", sa.Text),
        sa.Column("note", sa.String, nullable=False),
        sa.Column("digest", sa.LargeBinary),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("rows", "position", "imported", "known", "refused")),
        sa.Column("kept", sa.String, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("started_at", sa.BigInteger),
        sa.Column("finished_at", sa.BigInteger),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("imports_by_application", "imports", ["application_id", "id"])
    op.create_index("imports_by_state", "imports", ["state", "id"])
    op.create_table(
        "import_rows",
        _of_application(),
        sa.Column("import_id", Id, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("cells", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.PrimaryKeyConstraint("application_id", "import_id", "number"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "import_spans",
        _of_application(),
        sa.Column("import_id", Id, nullable=False),
        sa.Column("first_id", Id, nullable=False),
        sa.Column("last_id", Id, nullable=False),
        sa.PrimaryKeyConstraint("application_id", "import_id", "first_id"),
        sqlite_with_rowid=False,
    )
