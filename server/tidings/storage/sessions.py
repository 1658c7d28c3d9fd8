"""Sessions in SQL: who is logged in, by the hash of the cookie."""

from sqlalchemy import Connection, bindparam, delete, insert, or_, select, update

from tidings.records.user import Session, User
from tidings.storage.user_tables import sessions, users
from tidings.storage.users import COLUMNS as USER_COLUMNS

_columns = [column for column in sessions.c if column.name != "hash"]
_signed = (
    select(
        *[column.label(f"user_{column.name}") for column in USER_COLUMNS], *[c.label(f"session_{c.name}") for c in _columns]
    )
    .join(users, users.c.id == sessions.c.user_id)
    .where(sessions.c.hash == bindparam("session_hash"))
)
_of_user = select(*_columns).where(sessions.c.user_id == bindparam("user_id")).order_by(sessions.c.last_seen_at.desc())
_note = (
    update(sessions)
    .where(sessions.c.id == bindparam("session_id"), sessions.c.last_seen_at < bindparam("now"))
    .values(last_seen_at=bindparam("now"))
)
_delete_by_hash = delete(sessions).where(sessions.c.hash == bindparam("session_hash"))
_delete_one = delete(sessions).where(sessions.c.id == bindparam("session_id"), sessions.c.user_id == bindparam("user_id"))
_delete_all = delete(sessions).where(sessions.c.user_id == bindparam("user_id"))
_delete_others = _delete_all.where(sessions.c.hash != bindparam("session_hash"))


def insert_session(
    connection: Connection, *, user_id: int, session_hash: bytes, address: str, user_agent: str, now: int
) -> None:
    """Stores a new session. `now`: milliseconds."""
    values = {
        "user_id": user_id,
        "hash": session_hash,
        "address": address,
        "user_agent": user_agent,
        "created_at": now,
        "last_seen_at": now,
    }
    connection.execute(insert(sessions), values)


def session_by_hash(connection: Connection, session_hash: bytes) -> tuple[User, Session] | None:
    """The session of a cookie, and whose it is."""
    row = connection.execute(_signed, {"session_hash": session_hash}).one_or_none()
    if row is None:
        return None
    values = dict(row._mapping)
    user = User(**{column.name: values[f"user_{column.name}"] for column in USER_COLUMNS})
    return user, Session(**{column.name: values[f"session_{column.name}"] for column in _columns})


def sessions_of(connection: Connection, user_id: int) -> list[Session]:
    """A user's sessions, the one used last first."""
    return [Session(**dict(row._mapping)) for row in connection.execute(_of_user, {"user_id": user_id})]


def note_seen(connection: Connection, session_id: int, now: int) -> None:
    """Remembers when a session was used last."""
    connection.execute(_note, {"session_id": session_id, "now": now})


def delete_session(connection: Connection, session_hash: bytes) -> None:
    """Ends the session of a cookie."""
    connection.execute(_delete_by_hash, {"session_hash": session_hash})


def delete_session_of(connection: Connection, user_id: int, session_id: int) -> bool:
    """Ends one session of a user; whether it was there."""
    return connection.execute(_delete_one, {"user_id": user_id, "session_id": session_id}).rowcount == 1


def delete_sessions_of(connection: Connection, user_id: int, but: bytes | None) -> int:
    """Ends the sessions of a user, but for that with the hash `but`; how many."""
    if but is None:
        return connection.execute(_delete_all, {"user_id": user_id}).rowcount
    return connection.execute(_delete_others, {"user_id": user_id, "session_hash": but}).rowcount


def delete_ended(connection: Connection, *, seen_before: int, begun_before: int, at_once: int) -> bool:
    """Removes sessions that have ended by themselves, at most so many; whether there may be more. Milliseconds."""
    old = select(sessions.c.id).where(or_(sessions.c.last_seen_at < seen_before, sessions.c.created_at < begun_before))
    gone = connection.execute(delete(sessions).where(sessions.c.id.in_(old.limit(at_once).scalar_subquery())))
    return gone.rowcount == at_once
