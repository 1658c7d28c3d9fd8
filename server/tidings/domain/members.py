"""Members: what a user may do in which application, and invitations by a link that is seen once.

A role everywhere holds in all applications, those to come too; of that and a membership the stronger one counts. There is
always an owner of everything: the last one can neither be removed nor become less.
"""

from msgspec import Struct
from sqlalchemy import Connection

from tidings.domain import applications, audit
from tidings.domain.applications import new_token
from tidings.domain.directory import token_hash
from tidings.errors import Conflict, Gone, Invalid, NotFound
from tidings.records.application import Application
from tidings.records.statistics import DAY
from tidings.records.user import ROLES, Actor, Invitation, Member, Role, User, stronger
from tidings.storage import members as stored
from tidings.storage import users as stored_users

# How long an invitation is open, and for how long it is remembered after that, in milliseconds.
OPEN_FOR = 7 * DAY
REMEMBERED_FOR = 30 * DAY
REMOVED_AT_ONCE = 500
_LONGEST_NOTE = 100


class Invited(Struct, frozen=True):
    """A new invitation, and the secret of its link: the only time that it is seen."""

    invitation: Invitation
    token: str


def role_of(connection: Connection, user: User, application_id: int) -> Role | None:
    """What a user may do in an application; None: not even know of it."""
    return stronger(user.role_everywhere, stored.membership_of(connection, user.id, application_id))


def applications_of(connection: Connection, user: User) -> list[tuple[Application, Role]]:
    """The applications that a user may see, oldest first, and as what."""
    own = stored.memberships_of(connection, user.id)
    found = []
    for application in applications.every(connection):
        role = stronger(user.role_everywhere, own.get(application.id))
        if role is not None:
            found.append((application, role))
    return found


def members(connection: Connection, application_id: int | None) -> list[Member]:
    """The members of an application, those of everything first; with None only those."""
    everywhere = stored.members_everywhere(connection)
    return everywhere if application_id is None else everywhere + stored.members_of(connection, application_id)


def invite(
    connection: Connection, by: Actor, *, application_id: int | None, role: Role, note: str = "", now: int
) -> Invited:
    """Makes an invitation to an application, or with None to everything. `note`: whom it is for, in the list.

    Raises Invalid, NotFound for the application.
    """
    if role not in ROLES:
        raise Invalid("Role is owner, editor or viewer", field="role")
    if len(note) > _LONGEST_NOTE:
        raise Invalid(f"Note is longer than {_LONGEST_NOTE} characters", field="note")
    if by.user_id is None:
        raise Invalid("Only a user can invite", code="no_user")
    if application_id is not None:
        applications.retrieve(connection, application_id)
    token = new_token()
    invitation = stored.insert_invitation(
        connection,
        invitation_hash=token_hash(token),
        application_id=application_id,
        role=role,
        note=note.strip(),
        invited_by=by.user_id,
        now=now,
        expires_at=now + OPEN_FOR,
    )
    audit.note(
        connection,
        by,
        "member.invited",
        application_id=application_id,
        subject=invitation.note,
        detail={"role": role},
        now=now,
    )
    return Invited(invitation, token)


def invitation(connection: Connection, token: str, now: int) -> Invitation:
    """The invitation of a link, which is not used up by looking. Raises NotFound; Gone when it was used or is too old."""
    found = stored.invitation_by_hash(connection, token_hash(token))
    if found is None:
        raise NotFound("There is no such invitation; it may have been taken back.", code="invitation_not_found")
    if found.used_at is not None:
        raise Gone("This invitation was used already.", code="invitation_used")
    if now >= found.expires_at:
        raise Gone("This invitation is too old. Ask for a new one.", code="invitation_expired")
    return found


def accept(connection: Connection, token: str, user: User, now: int) -> Invitation:
    """Makes a user a member by an invitation, which is used up. Nobody's role becomes weaker. Raises as `invitation`."""
    found = invitation(connection, token, now)
    # As they are in this transaction: since the request came they may have become less, or be gone.
    user = _present(connection, user.id)
    if not stored.use_invitation(connection, found.id, now):
        raise Gone("This invitation was used already.", code="invitation_used")
    if found.application_id is None:
        role = stronger(user.role_everywhere, found.role)
        stored_users.set_role_everywhere(connection, user.id, role, now)
    else:
        role = stronger(stored.membership_of(connection, user.id, found.application_id), found.role)
        stored.put_membership(connection, user.id, found.application_id, role or found.role, now)
    by = Actor(user.id, user.email)
    detail = {"role": role}
    audit.note(
        connection, by, "member.joined", application_id=found.application_id, subject=user.email, detail=detail, now=now
    )
    return found


def add(connection: Connection, by: Actor, *, application_id: int, user: User, role: Role, now: int) -> None:
    """Makes a user a member of an application without an invitation. Raises NotFound for the application."""
    applications.retrieve(connection, application_id)
    stored.put_membership(connection, user.id, application_id, role, now)
    audit.note(
        connection, by, "member.added", application_id=application_id, subject=user.email, detail={"role": role}, now=now
    )


def open_invitations(connection: Connection, application_id: int | None, now: int) -> list[Invitation]:
    """Invitations to an application, or with None to everything, that can still be used; the newest first."""
    return stored.open_invitations(connection, application_id, now)


def revoke_invitation(
    connection: Connection, by: Actor, *, application_id: int | None, invitation_id: int, now: int
) -> None:
    """Takes an invitation back: its link opens nothing any more. Raises NotFound."""
    found = stored.delete_invitation(connection, invitation_id, application_id)
    if found is None:
        raise NotFound("There is no such invitation; it may have been used.", code="invitation_not_found")
    audit.note(connection, by, "invitation.revoked", application_id=application_id, subject=found.note, now=now)


def change_role(
    connection: Connection, by: Actor, *, application_id: int | None, user_id: int, role: Role, now: int
) -> None:
    """Gives a member of an application, or with None of everything, another role.

    Raises Invalid, NotFound for who is no member, Conflict for the last owner of everything.
    """
    if role not in ROLES:
        raise Invalid("Role is owner, editor or viewer", field="role")
    user, before = _member(connection, user_id, application_id)
    if application_id is None:
        check_another_owner(connection, user, role)
        stored_users.set_role_everywhere(connection, user_id, role, now)
    else:
        stored.put_membership(connection, user_id, application_id, role, now)
    if role != "owner":
        stored.delete_invitations_by(connection, user_id, application_id)
    audit.note(
        connection,
        by,
        "member.changed",
        application_id=application_id,
        subject=user.email,
        detail={"before": before, "role": role},
        now=now,
    )


def remove(connection: Connection, by: Actor, *, application_id: int | None, user_id: int, now: int) -> None:
    """Ends a membership of an application, or with None the role everywhere. What the member has invited to goes too.

    The user stays, with what other memberships there are. Raises NotFound, Conflict for the last owner of everything.
    """
    user, before = _member(connection, user_id, application_id)
    if application_id is None:
        check_another_owner(connection, user, None)
        stored_users.set_role_everywhere(connection, user_id, None, now)
    else:
        stored.delete_membership(connection, user_id, application_id)
    stored.delete_invitations_by(connection, user_id, application_id)
    audit.note(
        connection,
        by,
        "member.removed",
        application_id=application_id,
        subject=user.email,
        detail={"before": before},
        now=now,
    )


def check_another_owner(connection: Connection, user: User, role: Role | None) -> None:
    """Raises Conflict when with this role for this user nobody would own everything any more."""
    if user.role_everywhere == "owner" and role != "owner" and stored_users.count_owners(connection) < 2:
        raise Conflict("This is the last owner of everything here; make another one first.", code="last_owner")


def remove_old_invitations(connection: Connection, now: int) -> bool:
    """Removes some invitations that ended long ago; whether there may be more."""
    return stored.delete_old_invitations(connection, ended_before=now - REMEMBERED_FOR, at_once=REMOVED_AT_ONCE)


def _present(connection: Connection, user_id: int) -> User:
    user = stored_users.user_by_id(connection, user_id)
    if user is None:
        raise NotFound("There is no such user.", code="user_not_found")
    return user


def _member(connection: Connection, user_id: int, application_id: int | None) -> tuple[User, Role]:
    user = stored_users.user_by_id(connection, user_id)
    if user is not None:
        own = user.role_everywhere if application_id is None else stored.membership_of(connection, user_id, application_id)
        if own is not None:
            return user, own
    raise NotFound("This user is no member here.", code="member_not_found")
