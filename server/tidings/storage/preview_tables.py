"""The table of previews, beside those of `tables.py`."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Table, Text

from tidings.storage.tables import Id, metadata, of_application

previews = Table(
    "previews",
    metadata,
    Column("id", Id, primary_key=True),
    Column("hash", LargeBinary, nullable=False, unique=True),
    of_application(),
    Column("content", Text, nullable=False),  # JSON of records.preview.PreviewContent
    Column("expires_at", BigInteger, nullable=False),
    Index("previews_by_application", "application_id", "expires_at"),
    sqlite_autoincrement=True,
)
