"""Memberships and invitations in SQL: who may do what in which application."""

from sqlalchemy import Connection, Select, bindparam, delete, insert, select, update

from tidings.records.user import Invitation, Member, Role, User
from tidings.storage.user_tables import invitations, memberships, users
from tidings.storage.users import COLUMNS as USER_COLUMNS
from tidings.storage.users import user_of

_invitation_columns = [column for column in invitations.c if column.name != "hash"]
_this = (memberships.c.user_id == bindparam("of_user"), memberships.c.application_id == bindparam("of_application"))
_role = select(memberships.c.role).where(*_this)
_roles = select(memberships.c.application_id, memberships.c.role).where(memberships.c.user_id == bindparam("of_user"))
_of_application = (
    select(*USER_COLUMNS, memberships.c.role)
    .join(memberships, memberships.c.user_id == users.c.id)
    .where(memberships.c.application_id == bindparam("of_application"))
    .order_by(users.c.id)
)
_everywhere = select(*USER_COLUMNS).where(users.c.role_everywhere.is_not(None)).order_by(users.c.id)
_insert = insert(memberships)
_set_role = update(memberships).where(*_this).values(role=bindparam("new_role"))
_delete = delete(memberships).where(*_this)
_by_hash = select(*_invitation_columns).where(invitations.c.hash == bindparam("invitation_hash"))
_use = (
    update(invitations)
    .where(invitations.c.id == bindparam("invitation_id"), invitations.c.used_at.is_(None))
    .values(used_at=bindparam("now"))
)


def membership_of(connection: Connection, user_id: int, application_id: int) -> Role | None:
    """The role of a user's membership of one application."""
    return connection.execute(_role, {"of_user": user_id, "of_application": application_id}).scalar_one_or_none()


def memberships_of(connection: Connection, user_id: int) -> dict[int, Role]:
    """The roles of a user's memberships, by application id."""
    return {row.application_id: row.role for row in connection.execute(_roles, {"of_user": user_id})}


def members_of(connection: Connection, application_id: int) -> list[Member]:
    """Who is a member of this very application, the oldest user first."""
    found = []
    for row in connection.execute(_of_application, {"of_application": application_id}):
        values = dict(row._mapping)
        role = values.pop("role")
        found.append(Member(User(**values), role, everywhere=False))
    return found


def members_everywhere(connection: Connection) -> list[Member]:
    """Who has a role in every application, the oldest user first."""
    users_there = [user_of(row) for row in connection.execute(_everywhere)]
    return [Member(user, user.role_everywhere, everywhere=True) for user in users_there if user.role_everywhere]


def put_membership(connection: Connection, user_id: int, application_id: int, role: Role, now: int) -> None:
    """Makes a user a member of an application, or gives the member this role. `now`: milliseconds."""
    values = {"of_user": user_id, "of_application": application_id, "new_role": role}
    if connection.execute(_set_role, values).rowcount == 0:
        row = {"user_id": user_id, "application_id": application_id, "role": role, "created_at": now}
        connection.execute(_insert, row)


def delete_membership(connection: Connection, user_id: int, application_id: int) -> bool:
    """Ends a membership; whether there was one."""
    return connection.execute(_delete, {"of_user": user_id, "of_application": application_id}).rowcount == 1


def insert_invitation(
    connection: Connection,
    *,
    invitation_hash: bytes,
    application_id: int | None,
    role: Role,
    note: str,
    invited_by: int,
    now: int,
    expires_at: int,
) -> Invitation:
    """Stores an invitation by the hash of its link. Times in milliseconds."""
    values = {
        "hash": invitation_hash,
        "application_id": application_id,
        "role": role,
        "note": note,
        "invited_by": invited_by,
        "created_at": now,
        "expires_at": expires_at,
    }
    row = connection.execute(insert(invitations).returning(*_invitation_columns), values).one()
    return Invitation(**dict(row._mapping))


def invitation_by_hash(connection: Connection, invitation_hash: bytes) -> Invitation | None:
    """The invitation of a link."""
    row = connection.execute(_by_hash, {"invitation_hash": invitation_hash}).one_or_none()
    return None if row is None else Invitation(**dict(row._mapping))


def open_invitations(connection: Connection, application_id: int | None, now: int) -> list[Invitation]:
    """The invitations to an application, or with None to all, that can still be used; the newest first."""
    query = select(*_invitation_columns).where(invitations.c.used_at.is_(None), invitations.c.expires_at > now)
    found = connection.execute(_of_scope(query, application_id).order_by(invitations.c.id.desc()))
    return [Invitation(**dict(row._mapping)) for row in found]


def use_invitation(connection: Connection, invitation_id: int, now: int) -> bool:
    """Uses an invitation up; False when it was."""
    return connection.execute(_use, {"invitation_id": invitation_id, "now": now}).rowcount == 1


def delete_invitation(connection: Connection, invitation_id: int, application_id: int | None) -> Invitation | None:
    """Takes an unused invitation to an application, or with None to all, back; which, where there was one."""
    this = _of_scope(select(*_invitation_columns).where(invitations.c.id == invitation_id), application_id)
    row = connection.execute(this.where(invitations.c.used_at.is_(None))).one_or_none()
    if row is None:
        return None
    connection.execute(delete(invitations).where(invitations.c.id == invitation_id))
    return Invitation(**dict(row._mapping))


def delete_invitations_by(connection: Connection, user_id: int, application_id: int | None) -> None:
    """Takes back what a user has invited to and nobody has used: to an application, or with None to anything."""
    unused = delete(invitations).where(invitations.c.invited_by == user_id, invitations.c.used_at.is_(None))
    connection.execute(unused if application_id is None else unused.where(invitations.c.application_id == application_id))


def delete_old_invitations(connection: Connection, *, ended_before: int, at_once: int) -> bool:
    """Removes invitations that ended before this moment (milliseconds), at most so many; whether there may be more."""
    old = select(invitations.c.id).where(invitations.c.expires_at < ended_before).limit(at_once)
    return connection.execute(delete(invitations).where(invitations.c.id.in_(old.scalar_subquery()))).rowcount == at_once


def _of_scope(query: Select[*tuple[object, ...]], application_id: int | None) -> Select[*tuple[object, ...]]:
    column = invitations.c.application_id
    return query.where(column.is_(None) if application_id is None else column == application_id)
