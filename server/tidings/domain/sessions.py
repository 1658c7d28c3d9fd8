"""Sessions: begun at each log-in under a new id, found by their cookie, and ended by time or by hand.

A cookie is 256 random bits, and only its SHA-256 is kept: who reads the database can not log in with what is there.
"""

import hashlib
import hmac
import secrets

from msgspec import Struct
from sqlalchemy import Connection

from tidings.domain.directory import token_hash
from tidings.errors import NotFound
from tidings.records.statistics import DAY
from tidings.records.user import Session, User
from tidings.storage import sessions as stored

# How long a session lasts that nobody uses, and how long at most, in milliseconds.
IDLE = 14 * DAY
ABSOLUTE = 90 * DAY
# How exactly the last use is known, in milliseconds: a note of each would be a write for each page.
NOTED_EVERY = 600_000
# Ended sessions that are removed in one step.
REMOVED_AT_ONCE = 500

_LONGEST_AGENT = 300
_LONGEST_ADDRESS = 100
# No cookie of ours has a NUL in it.
_FORM_PURPOSE = b"\0form\0"


class Signed(Struct, frozen=True):
    """Who is logged in, and by which session."""

    user: User
    session: Session


def begin(connection: Connection, user_id: int, *, address: str, user_agent: str, now: int) -> str:
    """Logs a user in: the text of the new session's cookie, seen this once. `now`: milliseconds."""
    cookie = secrets.token_urlsafe(32)
    stored.insert_session(
        connection,
        user_id=user_id,
        session_hash=token_hash(cookie),
        address=address[:_LONGEST_ADDRESS],
        user_agent=user_agent[:_LONGEST_AGENT],
        now=now,
    )
    return cookie


def find(connection: Connection, cookie: str, now: int) -> Signed | None:
    """Who has this cookie, unless the session has ended. `now`: milliseconds."""
    found = stored.session_by_hash(connection, token_hash(cookie))
    if found is None or has_ended(found[1], now):
        return None
    return Signed(*found)


def has_ended(session: Session, now: int) -> bool:
    """Whether a session is over: not used for IDLE, or ABSOLUTE old."""
    return now - session.last_seen_at >= IDLE or now - session.created_at >= ABSOLUTE


def is_news(session: Session, now: int) -> bool:
    """Whether a use at `now` (milliseconds) is to be noted."""
    return now - session.last_seen_at >= NOTED_EVERY


def note_seen(connection: Connection, session: Session, now: int) -> None:
    """Remembers that a session was used at `now` (milliseconds); nothing when it has ended meanwhile."""
    stored.note_seen(connection, session.id, now)


def of_user(connection: Connection, user_id: int, now: int) -> list[Session]:
    """A user's sessions that last, the one used last first."""
    return [session for session in stored.sessions_of(connection, user_id) if not has_ended(session, now)]


def end(connection: Connection, cookie: str) -> None:
    """Ends the session of a cookie: it opens nothing any more from the commit on."""
    stored.delete_session(connection, token_hash(cookie))


def end_one(connection: Connection, user_id: int, session_id: int) -> None:
    """Ends one of a user's sessions. Raises NotFound for one that is gone, or somebody else's."""
    if not stored.delete_session_of(connection, user_id, session_id):
        raise NotFound("This session has ended already.", code="session_not_found")


def end_all(connection: Connection, user_id: int, except_cookie: str | None = None) -> int:
    """Ends all of a user's sessions, but for that of `except_cookie`; how many."""
    kept = None if except_cookie is None else token_hash(except_cookie)
    return stored.delete_sessions_of(connection, user_id, kept)


def csrf_token(cookie: str, secret: bytes) -> str:
    """What a form has to carry that comes from a page of ours: a keyed hash of the visitor's cookie.

    `cookie`: of the session; for who is not logged in, a random value of their own in another cookie.
    """
    return hmac.digest(secret, _FORM_PURPOSE + cookie.encode("utf-8", "surrogateescape"), hashlib.sha256).hex()


def remove_ended(connection: Connection, now: int) -> bool:
    """Removes some sessions that have ended by themselves; whether there may be more."""
    return stored.delete_ended(connection, seen_before=now - IDLE, begun_before=now - ABSOLUTE, at_once=REMOVED_AT_ONCE)
