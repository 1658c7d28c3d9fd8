"""The list of applications as one user sees it, a page at a time, each with the figures of its last days."""

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import Connection

from tidings.domain import statistics
from tidings.records.application import Application
from tidings.records.statistics import DAY, Figures
from tidings.records.user import Role, User, stronger
from tidings.storage import application_lists as stored

ON_A_PAGE = 25
# Days that the figures are of.
DAYS = 7


class Row(Struct, frozen=True):
    """An application, what the user is there, and what was counted in the last DAYS days."""

    application: Application
    role: Role | None
    figures: Figures

    @property
    def click_rate(self) -> float | None:
        """Clicks a display; None where nothing was shown."""
        return self.figures.clicks / self.figures.displays if self.figures.displays else None


class ListPage(Struct, frozen=True):
    """Some rows by name; `total`: how many there are in all, `number` of this page, from 1."""

    rows: Sequence[Row]
    total: int
    number: int

    @property
    def is_last(self) -> bool:
        """Whether there is no page after this one."""
        return self.number * ON_A_PAGE >= self.total


def page(connection: Connection, user: User, *, search: str = "", number: int = 1, now: int) -> ListPage:
    """One page of the list, in two queries and one for the figures of all its rows. `now`: milliseconds."""
    everywhere = user.role_everywhere is not None
    total = stored.count_applications(connection, user.id, everywhere=everywhere, search=search)
    number = max(1, min(number, -(-total // ON_A_PAGE)))
    listed = stored.list_applications(
        connection, user.id, everywhere=everywhere, search=search, limit=ON_A_PAGE, offset=(number - 1) * ON_A_PAGE
    )
    ids = [one.application.id for one in listed]
    start = (now - DAYS * DAY) // 1_000
    figures = statistics.of_applications(connection, ids, start, now // 1_000, now)
    rows = [
        Row(one.application, stronger(user.role_everywhere, one.role), figures.get(one.application.id, Figures()))
        for one in listed
    ]
    return ListPage(rows, total, number)


def some(connection: Connection, user: User, *, but: int, limit: int) -> list[Application]:
    """The first few of the list without figures, for a menu; `but`: the one that is open."""
    everywhere = user.role_everywhere is not None
    found = stored.list_applications(connection, user.id, everywhere=everywhere, search="", limit=limit + 1, offset=0)
    return [one.application for one in found if one.application.id != but][:limit]
