"""A user: who logs in to the dashboard; the session of a log-in, memberships, invitations, and who did what."""

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct

Role = Literal["owner", "editor", "viewer"]
# The weakest first.
ROLES: tuple[Role, ...] = ("viewer", "editor", "owner")


def stronger(one: Role | None, other: Role | None) -> Role | None:
    """The role of the two that may do more; None: none."""
    return max((one, other), key=lambda role: -1 if role is None else ROLES.index(role))


def reaches(role: Role | None, needed: Role) -> bool:
    """Whether a role may do what needs the other."""
    return role is not None and ROLES.index(role) >= ROLES.index(needed)


class User(Struct, frozen=True):
    """`role_everywhere`: of every application, also of those to come. Times in milliseconds. The password is not here."""

    id: int
    email: str
    name: str
    role_everywhere: Role | None
    created_at: int
    updated_at: int
    last_log_in_at: int | None = None


class Session(Struct, frozen=True):
    """One log-in. Its cookie is kept nowhere; `last_seen_at` is true to some minutes. Times in milliseconds."""

    id: int
    user_id: int
    address: str
    user_agent: str
    created_at: int
    last_seen_at: int


class Member(Struct, frozen=True):
    """A user with a role, in one application or, with `everywhere`, in all."""

    user: User
    role: Role
    everywhere: bool


class Invitation(Struct, frozen=True):
    """Who has its link becomes a member. `application_id`: None for all applications. Times in milliseconds."""

    id: int
    application_id: int | None
    role: Role
    note: str
    invited_by: int
    created_at: int
    expires_at: int
    used_at: int | None


class Actor(Struct, frozen=True):
    """Who did something: a user, or what stands for one, such as the command line, without an id."""

    user_id: int | None
    email: str


class AuditEntry(Struct, frozen=True):
    """One line of the audit log, readable after the user and the application are gone. `at`: milliseconds."""

    id: int
    at: int
    user_id: int | None
    email: str
    application_id: int | None
    application_name: str | None
    deed: str
    subject: str
    detail: Mapping[str, Any]
