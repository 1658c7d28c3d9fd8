"""The tables of imports: what they are, their rows, and the ids of the events that they made."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, PrimaryKeyConstraint, String, Table, Text

from tidings.storage.tables import Id, metadata, of_application

imports = Table(
    "imports",
    metadata,
    Column("id", Id, primary_key=True),
    of_application(),
    Column("source", String, nullable=False),
    Column("made_by", String, nullable=False),
    Column("file_name", String, nullable=False),
    Column("state", String, nullable=False),
    Column("columns", Text, nullable=False),  # JSON list of names
    Column("plan", Text),  # JSON of records.imports.Plan
    Column("note", String, nullable=False),
    Column("digest", LargeBinary),
    Column("rows", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("imported", Integer, nullable=False),
    Column("known", Integer, nullable=False),
    Column("refused", Integer, nullable=False),
    Column("kept", String, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("started_at", BigInteger),
    Column("finished_at", BigInteger),
    Column("updated_at", BigInteger, nullable=False),
    Index("imports_by_application", "application_id", "id"),
    Index("imports_by_state", "state", "id"),
    sqlite_autoincrement=True,
)

# Rows that wait, and rows that were refused, with why; one that became an event is gone with the same commit.
# Both tables go with their application, and else by hand, some at a time.
import_rows = Table(
    "import_rows",
    metadata,
    of_application(),
    Column("import_id", Id, nullable=False),
    Column("number", Integer, nullable=False),
    Column("cells", Text, nullable=False),  # JSON list, or object of those that are there (import_cells.py)
    Column("reason", Text),
    PrimaryKeyConstraint("application_id", "import_id", "number"),
    sqlite_with_rowid=False,
)

# The events that an import made, as stretches of ids that follow one another: so that all of them can be taken out again.
import_spans = Table(
    "import_spans",
    metadata,
    of_application(),
    Column("import_id", Id, nullable=False),
    Column("first_id", Id, nullable=False),
    Column("last_id", Id, nullable=False),
    PrimaryKeyConstraint("application_id", "import_id", "first_id"),
    sqlite_with_rowid=False,
)
