"""Members: roles here and everywhere, invitations that open once, and a last owner who stays."""

from __future__ import annotations

from contextlib import nullcontext

import pytest
from sqlalchemy import Connection, select

from tidings.domain import applications, audit, members, users
from tidings.domain.members import OPEN_FOR, REMEMBERED_FOR
from tidings.errors import Conflict, Gone, Invalid, NotFound
from tidings.records.user import Actor, Role, User, reaches, stronger
from tidings.storage.user_tables import invitations, memberships

NOW = 1_795_000_000_000
ROLES: tuple[Role | None, ...] = (None, "viewer", "editor", "owner")


def make_user(connection: Connection, name: str, role: Role | None = None) -> User:
    return users.create(connection, None, email=f"{name}@shop.example", name=name, password_hash="x", role=role, now=NOW)


def make_application(connection: Connection, name: str = "Shop") -> int:
    return applications.create(connection, name, "https://shop.example", NOW).entry.application.id


@pytest.fixture
def ada(connection: Connection) -> User:
    """The first user: an owner of everything."""
    return make_user(connection, "ada", "owner")


def by(user: User) -> Actor:
    return Actor(user.id, user.email)


def again(connection: Connection, user: User) -> User:
    return users.retrieve(connection, user.id)


@pytest.mark.parametrize("everywhere", ROLES)
@pytest.mark.parametrize("here", ROLES)
def test_the_stronger_role_counts(connection: Connection, ada: User, everywhere: Role | None, here: Role | None) -> None:
    application_id, other = make_application(connection), make_application(connection, "Other")
    user = make_user(connection, "bob", everywhere)
    if here is not None:
        members.add(connection, by(ada), application_id=application_id, user=user, role=here, now=NOW)
    expected = max((everywhere, here), key=ROLES.index)
    assert members.role_of(connection, user, application_id) == expected
    assert members.role_of(connection, user, other) == everywhere
    seen = {application.id: role for application, role in members.applications_of(connection, user)}
    assert seen == {key: role for key, role in ((application_id, expected), (other, everywhere)) if role is not None}


def test_what_a_role_reaches() -> None:
    assert [[reaches(role, needed) for needed in ("viewer", "editor", "owner")] for role in ROLES] == [
        [False, False, False],
        [True, False, False],
        [True, True, False],
        [True, True, True],
    ]
    assert stronger(None, None) is None


def test_an_invitation_opens_once(connection: Connection, ada: User) -> None:
    application_id = make_application(connection)
    made = members.invite(connection, by(ada), application_id=application_id, role="editor", note=" Bob ", now=NOW)
    assert len(made.token) == 43
    assert made.token not in repr(connection.execute(select(invitations)).all())
    for _ in range(3):
        assert members.invitation(connection, made.token, NOW).role == "editor"  # looking uses nothing up
    bob, eve = make_user(connection, "bob"), make_user(connection, "eve")
    members.accept(connection, made.token, bob, NOW)
    assert members.role_of(connection, bob, application_id) == "editor"
    with pytest.raises(Gone):
        members.accept(connection, made.token, eve, NOW)
    assert members.role_of(connection, eve, application_id) is None
    assert members.open_invitations(connection, application_id, NOW) == []


def test_an_invitation_to_everything(connection: Connection, ada: User) -> None:
    application_id = make_application(connection)
    made = members.invite(connection, by(ada), application_id=None, role="viewer", now=NOW)
    bob = make_user(connection, "bob")
    members.accept(connection, made.token, bob, NOW)
    assert members.role_of(connection, again(connection, bob), application_id) == "viewer"
    assert members.role_of(connection, again(connection, bob), make_application(connection)) == "viewer"


def test_it_makes_nobody_less(connection: Connection, ada: User) -> None:
    made = members.invite(connection, by(ada), application_id=None, role="viewer", now=NOW)
    members.accept(connection, made.token, ada, NOW)
    assert again(connection, ada).role_everywhere == "owner"


def test_it_is_open_for_a_week(connection: Connection, ada: User) -> None:
    made = members.invite(connection, by(ada), application_id=None, role="viewer", now=NOW)
    members.invitation(connection, made.token, NOW + OPEN_FOR - 1)
    with pytest.raises(Gone):
        members.invitation(connection, made.token, NOW + OPEN_FOR)
    with pytest.raises(NotFound):
        members.invitation(connection, made.token[:-1], NOW)
    assert not members.remove_old_invitations(connection, NOW + OPEN_FOR + REMEMBERED_FOR)
    assert len(connection.execute(select(invitations)).all()) == 1
    members.remove_old_invitations(connection, NOW + OPEN_FOR + REMEMBERED_FOR + 1)
    assert connection.execute(select(invitations)).all() == []


def test_it_can_be_taken_back_where_it_belongs_alone(connection: Connection, ada: User) -> None:
    application_id, other = make_application(connection), make_application(connection, "Other")
    made = members.invite(connection, by(ada), application_id=application_id, role="viewer", now=NOW)
    number = made.invitation.id
    for elsewhere in (None, other):
        with pytest.raises(NotFound):
            members.revoke_invitation(connection, by(ada), application_id=elsewhere, invitation_id=number, now=NOW)
    members.revoke_invitation(connection, by(ada), application_id=application_id, invitation_id=number, now=NOW)
    with pytest.raises(NotFound):
        members.invitation(connection, made.token, NOW)


@pytest.mark.parametrize("deed", ["demoted", "removed"])
def test_who_is_an_owner_no_more_leaves_no_way_back(connection: Connection, ada: User, deed: str) -> None:
    application_id = make_application(connection)
    bob = make_user(connection, "bob")
    members.add(connection, by(ada), application_id=application_id, user=bob, role="owner", now=NOW)
    made = members.invite(connection, by(bob), application_id=application_id, role="owner", now=NOW)
    if deed == "removed":
        members.remove(connection, by(ada), application_id=application_id, user_id=bob.id, now=NOW)
    else:
        members.change_role(connection, by(ada), application_id=application_id, user_id=bob.id, role="editor", now=NOW)
    with pytest.raises(NotFound):
        members.invitation(connection, made.token, NOW)


@pytest.mark.parametrize("role", ["", "admin", "Owner", "owner "])
def test_roles_that_are_none(connection: Connection, ada: User, role: Role) -> None:
    with pytest.raises(Invalid):
        members.invite(connection, by(ada), application_id=None, role=role, now=NOW)
    with pytest.raises(Invalid):
        members.change_role(connection, by(ada), application_id=None, user_id=ada.id, role=role, now=NOW)


def test_an_invitation_gives_nothing_back_that_was_taken_meanwhile(connection: Connection, ada: User) -> None:
    """The user as the request found them is not the user any more when it is their turn."""
    bob = make_user(connection, "bob", "owner")
    made = members.invite(connection, by(ada), application_id=None, role="viewer", now=NOW)
    members.change_role(connection, by(ada), application_id=None, user_id=bob.id, role="viewer", now=NOW)
    members.accept(connection, made.token, bob, NOW)
    assert again(connection, bob).role_everywhere == "viewer"


def test_who_is_deleted_accepts_nothing(connection: Connection, ada: User) -> None:
    bob = make_user(connection, "bob")
    made = members.invite(connection, by(ada), application_id=None, role="viewer", now=NOW)
    users.delete(connection, by(ada), bob, NOW)
    with pytest.raises(NotFound):
        members.accept(connection, made.token, bob, NOW)
    assert members.invitation(connection, made.token, NOW).used_at is None


def test_the_last_owner_stays(connection: Connection, ada: User) -> None:
    make_user(connection, "eve", "editor")
    with pytest.raises(Conflict):
        members.change_role(connection, by(ada), application_id=None, user_id=ada.id, role="editor", now=NOW)
    with pytest.raises(Conflict):
        members.remove(connection, by(ada), application_id=None, user_id=ada.id, now=NOW)
    with pytest.raises(Conflict):
        users.delete(connection, by(ada), ada, NOW)
    assert again(connection, ada).role_everywhere == "owner"
    bob = make_user(connection, "bob", "owner")
    members.change_role(connection, by(ada), application_id=None, user_id=ada.id, role="viewer", now=NOW)
    assert again(connection, ada).role_everywhere == "viewer"
    with pytest.raises(Conflict):
        users.delete(connection, by(bob), bob, NOW)
    users.delete(connection, by(bob), again(connection, ada), NOW)


def test_an_owner_of_an_application_is_not_the_last_of_everything(connection: Connection, ada: User) -> None:
    application_id = make_application(connection)
    bob = make_user(connection, "bob")
    members.add(connection, by(ada), application_id=application_id, user=bob, role="owner", now=NOW)
    with pytest.raises(Conflict):
        members.remove(connection, by(bob), application_id=None, user_id=ada.id, now=NOW)
    members.remove(connection, by(bob), application_id=application_id, user_id=bob.id, now=NOW)
    assert members.role_of(connection, bob, application_id) is None


def test_only_members_are_changed(connection: Connection, ada: User) -> None:
    application_id = make_application(connection)
    for user_id in (ada.id, 999):  # of everything, but not of this one; of nothing
        with pytest.raises(NotFound):
            members.change_role(connection, by(ada), application_id=application_id, user_id=user_id, role="viewer", now=NOW)
        with pytest.raises(NotFound):
            members.remove(connection, by(ada), application_id=application_id, user_id=user_id, now=NOW)


def test_a_deleted_application_has_no_members_left(connection: Connection, ada: User) -> None:
    application_id = make_application(connection)
    members.add(connection, by(ada), application_id=application_id, user=ada, role="editor", now=NOW)
    members.invite(connection, by(ada), application_id=application_id, role="viewer", now=NOW)
    applications.delete(lambda: nullcontext(connection), application_id)
    assert connection.execute(select(memberships)).all() == []
    assert connection.execute(select(invitations)).all() == []
    assert [entry.application_name for entry in audit.page(connection, application_id, None, 9)] == ["Shop", "Shop"]


def test_the_list_names_members_of_everything_first(connection: Connection, ada: User) -> None:
    application_id = make_application(connection)
    bob = make_user(connection, "bob")
    members.add(connection, by(ada), application_id=application_id, user=bob, role="editor", now=NOW)
    found = members.members(connection, application_id)
    assert [(one.user.name, one.role, one.everywhere) for one in found] == [("ada", "owner", True), ("bob", "editor", False)]
    assert [one.user.name for one in members.members(connection, None)] == ["ada"]
