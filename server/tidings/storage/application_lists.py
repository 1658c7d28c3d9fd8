"""Pages of the list of applications, as one user sees it, in SQL."""

from typing import NamedTuple, TypeVarTuple

from sqlalchemy import Connection, Select, and_, func, or_, select

from tidings.records.application import Application
from tidings.records.user import Role
from tidings.storage.applications import COLUMNS, application_of
from tidings.storage.tables import applications
from tidings.storage.user_tables import memberships

Columns = TypeVarTuple("Columns")


class Listed(NamedTuple):
    """An application, and the role that a membership of its own gives the user there."""

    application: Application
    role: Role | None


def list_applications(
    connection: Connection, user_id: int, *, everywhere: bool, search: str, limit: int, offset: int
) -> list[Listed]:
    """Some applications by name: all of them with `everywhere`, else those that the user is a member of.

    `search`: a part of the name or the address; "" for any.
    """
    own = and_(memberships.c.application_id == applications.c.id, memberships.c.user_id == user_id)
    found = select(*COLUMNS, memberships.c.role).join(memberships, own, isouter=everywhere)
    ordered = _searched(found, search).order_by(func.lower(applications.c.name), applications.c.id)
    rows = connection.execute(ordered.limit(limit).offset(offset)).all()
    return [Listed(application_of(row._mapping, without=("role",)), row.role) for row in rows]


def count_applications(connection: Connection, user_id: int, *, everywhere: bool, search: str) -> int:
    """How many `list_applications` has in all."""
    counted = select(func.count()).select_from(applications)
    if not everywhere:
        own = and_(memberships.c.application_id == applications.c.id, memberships.c.user_id == user_id)
        counted = counted.join(memberships, own)
    return int(connection.execute(_searched(counted, search)).scalar_one())


def _searched(found: Select[*Columns], search: str) -> Select[*Columns]:
    for word in search.split():
        found = found.where(
            or_(applications.c.name.icontains(word, autoescape=True), applications.c.url.icontains(word, autoescape=True))
        )
    return found
