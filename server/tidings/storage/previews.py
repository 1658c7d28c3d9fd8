"""Previews in SQL."""

import msgspec
from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from tidings.records.preview import Preview, PreviewContent
from tidings.storage.preview_tables import previews

_columns = (previews.c.application_id, previews.c.content, previews.c.expires_at)
_by_hash = select(*_columns).where(previews.c.hash == bindparam("hash"))
_change = update(previews).where(
    previews.c.hash == bindparam("of_hash"),
    previews.c.application_id == bindparam("of_application"),
    previews.c.expires_at > bindparam("now"),
)
_delete_expired = delete(previews).where(
    previews.c.application_id == bindparam("application_id"), previews.c.expires_at <= bindparam("now")
)
# The oldest of one application beyond the `most` that may be.
_beyond = (
    select(previews.c.id)
    .where(previews.c.application_id == bindparam("application_id"))
    .order_by(previews.c.expires_at.desc(), previews.c.id.desc())
    .limit(-1)
    .offset(bindparam("most"))
)
_delete_beyond = delete(previews).where(previews.c.id.in_(_beyond.scalar_subquery()))
_of_application = select(func.count()).where(previews.c.application_id == bindparam("application_id"))


def insert_preview(connection: Connection, token_hash: bytes, preview: Preview) -> None:
    """Stores a preview under the hash of its token."""
    values = {"hash": token_hash, "application_id": preview.application_id, **_written(preview)}
    connection.execute(insert(previews), values)


def change_preview(connection: Connection, token_hash: bytes, preview: Preview, now: int) -> bool:
    """Gives a preview that still holds at `now` another content and end; whether there is one of this application."""
    named = {"of_hash": token_hash, "of_application": preview.application_id, "now": now}
    return connection.execute(_change.values(**_written(preview)), named).rowcount == 1


def preview_by_hash(connection: Connection, token_hash: bytes) -> Preview | None:
    """The preview whose token has this hash, expired or not."""
    row = connection.execute(_by_hash, {"hash": token_hash}).one_or_none()
    if row is None:
        return None
    return Preview(row.application_id, msgspec.json.decode(row.content, type=PreviewContent), row.expires_at)


def remove_surplus(connection: Connection, application_id: int, now: int, most: int) -> None:
    """Removes what has expired at `now` (milliseconds) of an application, and the oldest beyond `most`."""
    connection.execute(_delete_expired, {"application_id": application_id, "now": now})
    connection.execute(_delete_beyond, {"application_id": application_id, "most": most})


def previews_of(connection: Connection, application_id: int) -> int:
    """How many previews an application has."""
    return int(connection.execute(_of_application, {"application_id": application_id}).scalar_one())


def _written(preview: Preview) -> dict[str, object]:
    return {"content": msgspec.json.encode(preview.content).decode(), "expires_at": preview.expires_at}
