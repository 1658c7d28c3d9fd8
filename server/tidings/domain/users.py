"""Users: who may log in to the dashboard; made, renamed, given a new password, deleted; the first one by a set-up link."""

import re
import unicodedata

from sqlalchemy import Connection

from tidings.domain import audit, members, sessions, slowing
from tidings.domain.applications import new_token
from tidings.domain.directory import token_hash
from tidings.domain.slowing import Ladder
from tidings.errors import Conflict, Gone, Invalid, NotFound
from tidings.records.user import Actor, Role, User
from tidings.storage import users as stored

LONGEST_EMAIL = 254
# Each name changed takes a line of the audit log, which is never emptied: so many a day, then slower and slower.
_RENAMES = Ladder(10, 3_600)
_LONGEST_NAME = 100
_EMAIL = re.compile(r"[^@\s\x00-\x1f\x7f]+@[^@\s\x00-\x1f\x7f]+")


def email_key(email: str) -> str:
    """An e-mail address as it is compared: without case, in Unicode's composed form (NFC).

    "", nobody's, for one that is longer than any may be: to compose a long text can take half a minute.
    """
    typed = email.strip()
    return unicodedata.normalize("NFC", typed).lower() if len(typed) <= LONGEST_EMAIL else ""


def check_email(email: str) -> str:
    """The address as it is kept. Raises Invalid."""
    typed = email.strip()
    if not typed:
        raise Invalid("E-mail address is required", field="email", code="required")
    # By its length first, for the reason that `email_key` has.
    kept = unicodedata.normalize("NFC", typed) if len(typed) <= LONGEST_EMAIL else ""
    if len(kept) > LONGEST_EMAIL or not _EMAIL.fullmatch(kept):
        raise Invalid("E-mail address is not valid", field="email")
    return kept


def check_name(name: str) -> str:
    """The name as it is kept. Raises Invalid."""
    kept = " ".join(name.split())
    if not kept:
        raise Invalid("Name is required", field="name", code="required")
    if len(kept) > _LONGEST_NAME or any(unicodedata.category(one) in ("Cc", "Cs") for one in kept):
        raise Invalid(f"Name has at most {_LONGEST_NAME} characters, all of them visible", field="name")
    return kept


def create(
    connection: Connection, by: Actor | None, *, email: str, name: str, password_hash: str, role: Role | None, now: int
) -> User:
    """Makes a user. `by` None: by themselves. `role`: in every application, None for none. `now`: milliseconds.

    Raises Invalid, Conflict for an address that is taken.
    """
    email, name = check_email(email), check_name(name)
    key = email_key(email)
    if stored.user_by_email(connection, key) is not None:
        raise Conflict(
            "There is a user with this e-mail address already; log in instead.", field="email", code="email_taken"
        )
    user = stored.insert_user(
        connection, email=email, email_key=key, name=name, password_hash=password_hash, role=role, now=now
    )
    author = by or Actor(user.id, user.email)
    detail = {"role": role} if role is not None else None
    audit.note(connection, author, "user.created", application_id=None, subject=user.email, detail=detail, now=now)
    return user


def retrieve(connection: Connection, user_id: int) -> User:
    """The user with this id. Raises NotFound."""
    user = stored.user_by_id(connection, user_id)
    if user is None:
        raise NotFound("There is no such user.", code="user_not_found")
    return user


def find(connection: Connection, email: str) -> tuple[User, str] | None:
    """The user with this e-mail address, and the hash of the password."""
    return stored.user_by_email(connection, email_key(email))


def named(connection: Connection, email: str) -> User:
    """The user with this e-mail address. Raises NotFound."""
    found = find(connection, email)
    if found is None:
        raise NotFound(f"There is no user {email}.", code="user_not_found")
    return found[0]


def every(connection: Connection) -> list[User]:
    """All users, oldest first."""
    return stored.all_users(connection)


def rename(connection: Connection, by: Actor, user: User, name: str, now: int) -> None:
    """Changes how a user is called, and does nothing where that is the name already. Raises Invalid, TooMany."""
    name = check_name(name)
    if name == retrieve(connection, user.id).name:
        return
    slowing.count(connection, b"renames of user %d" % user.id, _RENAMES, "Too many changes of the name.", now)
    stored.set_name(connection, user.id, name, now)
    audit.note(connection, by, "user.renamed", application_id=None, subject=user.email, detail={"name": name}, now=now)


def change_password(
    connection: Connection, by: Actor, user: User, password_hash: str, now: int, *, except_cookie: str | None = None
) -> None:
    """Gives a user another password and ends all sessions, but for that of `except_cookie`."""
    stored.set_password_hash(connection, user.id, password_hash, now)
    sessions.end_all(connection, user.id, except_cookie)
    deed = "password.changed" if by.user_id == user.id else "password.reset"
    audit.note(connection, by, deed, application_id=None, subject=user.email, now=now)


def delete(connection: Connection, by: Actor, user: User, now: int) -> None:
    """Removes a user, whose sessions end at once. Raises Conflict for the last owner of everything."""
    members.check_another_owner(connection, user, None)
    audit.note(connection, by, "user.deleted", application_id=None, subject=user.email, now=now)
    stored.delete_user(connection, user.id)


def new_set_up_token(connection: Connection, now: int) -> str | None:
    """The secret of a new set-up link, the only one from now on; None when there is a user already."""
    if stored.has_users(connection):
        return None
    token = new_token()
    stored.replace_set_up_link(connection, token_hash(token), now)
    return token


def check_set_up_token(connection: Connection, token: str) -> None:
    """Raises NotFound for a link that is none (any more), Gone for one that was used. Uses nothing up."""
    known, used = stored.set_up_link_state(connection, token_hash(token))
    if not known:
        raise NotFound("This link opens nothing; a newer one may have been printed.", code="set_up_not_found")
    if used or stored.has_users(connection):
        raise Gone("This link was used: there is a user already.", code="set_up_used")


def set_up(connection: Connection, token: str, *, email: str, name: str, password_hash: str, now: int) -> User:
    """Makes the first user, an owner of everything, and uses the link up: of two at once the second gets Gone.

    Raises as `check_set_up_token` and `create`.
    """
    check_set_up_token(connection, token)
    user = create(connection, None, email=email, name=name, password_hash=password_hash, role="owner", now=now)
    stored.use_set_up_link(connection, token_hash(token), now)
    return user
