"""Members, of one application or of everything: the list, invitations, roles, and the way out."""

from typing import cast

from sqlalchemy import Connection

from tidings.domain import members
from tidings.domain.members import Invited
from tidings.errors import NotFound, TidingsError
from tidings.records.user import Invitation, Member, Role
from tidings.surfaces.dashboard.errors import errors_of, status_of
from tidings.surfaces.dashboard.once import once
from tidings.surfaces.dashboard.plumbing import PREFIX, Needs, Page, Read, Redirect, Route, Visit, Work, Write
from tidings.surfaces.kinds import parsed_id

# What a role may do, as the form says it.
ROLE_OPTIONS = (
    ("viewer", "Viewer", "Sees everything, changes nothing."),
    ("editor", "Editor", "Changes events, wording, looks and settings."),
    ("owner", "Owner", "Does all that, and decides about members, tokens and deletion."),
)


def _scope(visit: Visit) -> int | None:
    """The application whose members these are; None for those of everything."""
    return visit.application.id if visit.entry is not None else None


def _here(visit: Visit) -> str:
    return f"{visit.base or PREFIX}/members"


def _role(visit: Visit) -> Role:
    return cast(Role, visit.form["role"])  # what is none is refused by the domain


def _number(visit: Visit, name: str) -> int:
    return parsed_id(visit.path[name]) or 0


def _page(visit: Visit, *, errors: dict[str, str] | None = None, status: int = 200, invited: Invited | None = None) -> Work:
    def query(connection: Connection) -> tuple[list[Member], list[Invitation]]:
        scope = _scope(visit)
        return members.members(connection, scope), members.open_invitations(connection, scope, visit.now)

    link = f"{visit.context.settings.base_url}{PREFIX}/invitation/{invited.token}" if invited else ""
    return Read(
        query,
        lambda found: Page(
            "members.html",
            {
                "members": found[0],
                "invitations": found[1],
                "roles": ROLE_OPTIONS,
                "here": _here(visit),
                "link": link,
                "role": visit.form["role"] if errors else "editor",
                "note": visit.form["note"] if errors else "",
                "errors": errors or {},
            },
            status,
        ),
    )


def _refused(visit: Visit, error: TidingsError) -> Work:
    if isinstance(error, NotFound):
        raise error
    return _page(visit, errors=errors_of(error), status=status_of(error))


def members_page(visit: Visit) -> Work:
    """Who is a member, and who is invited."""
    return _page(visit)


def invite_post(visit: Visit) -> Work:
    """Makes an invitation and shows its link, this once."""
    shown = Write(
        lambda connection: members.invite(
            connection,
            visit.by,
            application_id=_scope(visit),
            role=_role(visit),
            note=visit.form["note"],
            now=visit.now,
        ),
        lambda invited: _page(visit, invited=invited),
        lambda error: _refused(visit, error),
    )
    return once(visit, shown, _here(visit))


def role_post(visit: Visit) -> Work:
    """Gives a member another role."""
    return Write(
        lambda connection: members.change_role(
            connection,
            visit.by,
            application_id=_scope(visit),
            user_id=_number(visit, "user_id"),
            role=_role(visit),
            now=visit.now,
        ),
        lambda _: _after(visit, "saved"),
        lambda error: _refused(visit, error),
    )


def remove_page(visit: Visit) -> Work:
    """Who is to go, and the button."""
    number = _number(visit, "user_id")

    def then(found: list[Member]) -> Work:
        for one in found:
            if one.user.id == number and not (visit.entry is not None and one.everywhere):
                return Page("member_remove.html", {"member": one, "user": one.user, "here": _here(visit)})
        raise NotFound("There is no such member.", code="member_not_found")

    return Read(lambda connection: members.members(connection, _scope(visit)), then)


def remove_post(visit: Visit) -> Work:
    """Ends a membership."""
    return Write(
        lambda connection: members.remove(
            connection, visit.by, application_id=_scope(visit), user_id=_number(visit, "user_id"), now=visit.now
        ),
        lambda _: _after(visit, "member_removed"),
        lambda error: _refused(visit, error),
    )


def revoke_post(visit: Visit) -> Work:
    """Takes an invitation back."""
    return Write(
        lambda connection: members.revoke_invitation(
            connection,
            visit.by,
            application_id=_scope(visit),
            invitation_id=_number(visit, "invitation_id"),
            now=visit.now,
        ),
        lambda _: Redirect(_here(visit), "invitation_revoked"),
    )


def _after(visit: Visit, done: str) -> Redirect:
    """Back to the list; who has changed their own role may not see it any more."""
    own = visit.user is not None and visit.user.id == _number(visit, "user_id")
    return Redirect(PREFIX if own else _here(visit), done)


def _routes(below: str, needs: Needs) -> tuple[Route, ...]:
    return (
        Route(f"{below}/members", {"GET": members_page, "POST": invite_post}, {"GET": needs, "POST": needs}),
        Route(f"{below}/members/{{user_id}}/role", {"POST": role_post}, {"POST": needs}),
        Route(
            f"{below}/members/{{user_id}}/remove", {"GET": remove_page, "POST": remove_post}, {"GET": needs, "POST": needs}
        ),
        Route(f"{below}/invitations/{{invitation_id}}/revoke", {"POST": revoke_post}, {"POST": needs}),
    )


ROUTES = (*_routes("", "everywhere:owner"), *_routes("/applications/{application_id}", "owner"))
