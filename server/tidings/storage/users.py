"""Users in SQL, and the link by which the first one is made."""

from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, exists, func, insert, select, update

from tidings.records.user import Role, User
from tidings.storage.user_tables import set_up_links, users

COLUMNS = [column for column in users.c if column.name not in ("email_key", "password_hash")]
_by_id = select(*COLUMNS).where(users.c.id == bindparam("user_id"))
_by_email = select(*COLUMNS, users.c.password_hash).where(users.c.email_key == bindparam("email_key"))
_all = select(*COLUMNS).order_by(users.c.id)
_any = select(exists(select(users.c.id)))
_owners = select(func.count()).select_from(users).where(users.c.role_everywhere == "owner")
_update = update(users).where(users.c.id == bindparam("user_id"))
_delete = delete(users).where(users.c.id == bindparam("user_id"))
_use_link = (
    update(set_up_links)
    .where(set_up_links.c.hash == bindparam("link_hash"), set_up_links.c.used_at.is_(None))
    .values(used_at=bindparam("now"))
)
_link = select(set_up_links.c.used_at).where(set_up_links.c.hash == bindparam("link_hash"))


def insert_user(
    connection: Connection, *, email: str, email_key: str, name: str, password_hash: str, role: Role | None, now: int
) -> User:
    """Stores a new user and returns it with its id. The caller knows that the address is free. `now`: milliseconds."""
    values = {
        "email": email,
        "email_key": email_key,
        "name": name,
        "password_hash": password_hash,
        "role_everywhere": role,
        "created_at": now,
        "updated_at": now,
    }
    return user_of(connection.execute(insert(users).returning(*COLUMNS), values).one())


def user_by_id(connection: Connection, user_id: int) -> User | None:
    """The user with this id."""
    row = connection.execute(_by_id, {"user_id": user_id}).one_or_none()
    return None if row is None else user_of(row)


def user_by_email(connection: Connection, email_key: str) -> tuple[User, str] | None:
    """The user of an e-mail address, as it is compared, and the hash of the password."""
    row = connection.execute(_by_email, {"email_key": email_key}).one_or_none()
    if row is None:
        return None
    values = dict(row._mapping)
    password_hash = values.pop("password_hash")
    return User(**values), password_hash


def all_users(connection: Connection) -> list[User]:
    """Every user, oldest first."""
    return [user_of(row) for row in connection.execute(_all)]


def has_users(connection: Connection) -> bool:
    """Whether there is a user at all."""
    return bool(connection.execute(_any).scalar_one())


def count_owners(connection: Connection) -> int:
    """How many users own the whole server."""
    return int(connection.execute(_owners).scalar_one())


def set_name(connection: Connection, user_id: int, name: str, now: int) -> None:
    """Changes how a user is called."""
    connection.execute(_update.values(name=name, updated_at=now), {"user_id": user_id})


def set_password_hash(connection: Connection, user_id: int, password_hash: str, now: int) -> None:
    """Changes what a user's password is checked against."""
    connection.execute(_update.values(password_hash=password_hash, updated_at=now), {"user_id": user_id})


def set_role_everywhere(connection: Connection, user_id: int, role: Role | None, now: int) -> None:
    """Changes what a user may do in every application."""
    connection.execute(_update.values(role_everywhere=role, updated_at=now), {"user_id": user_id})


def note_log_in(connection: Connection, user_id: int, now: int) -> None:
    """Remembers when a user logged in last."""
    connection.execute(_update.values(last_log_in_at=now), {"user_id": user_id})


def delete_user(connection: Connection, user_id: int) -> None:
    """Removes a user, with sessions, memberships and invitations."""
    connection.execute(_delete, {"user_id": user_id})


def replace_set_up_link(connection: Connection, link_hash: bytes, now: int) -> None:
    """Makes this the only link for setting up; earlier ones open nothing any more."""
    connection.execute(delete(set_up_links))
    connection.execute(insert(set_up_links), {"hash": link_hash, "created_at": now})


def set_up_link_state(connection: Connection, link_hash: bytes) -> tuple[bool, bool]:
    """Whether there is such a link, and whether it was used."""
    row = connection.execute(_link, {"link_hash": link_hash}).one_or_none()
    return row is not None, row is not None and row.used_at is not None


def use_set_up_link(connection: Connection, link_hash: bytes, now: int) -> bool:
    """Uses the link up; False when it is none, or was used."""
    return connection.execute(_use_link, {"link_hash": link_hash, "now": now}).rowcount == 1


def user_of(row: Row[Any]) -> User:
    """The user in a row of COLUMNS."""
    return User(**dict(row._mapping))
