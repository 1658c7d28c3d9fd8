"""What a handler is given, and what it may answer with: a page, or work to be done first."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

from msgspec import Struct
from sqlalchemy import Connection
from starlette.types import Receive, Scope

from tidings.domain.directory import Entry
from tidings.errors import TidingsError
from tidings.records.application import Application
from tidings.records.user import Actor, Role, Session, User, reaches
from tidings.surfaces.context import Context
from tidings.surfaces.dashboard.aside import Kind
from tidings.surfaces.dashboard.forms import Form

PREFIX = "/dashboard"
Headers = tuple[tuple[bytes, bytes], ...]
# Who may ask: anybody; who is logged in; who has this role in the application of the path; who owns the whole server.
Method = Literal["GET", "POST"]
Needs = Literal["nobody", "user", "viewer", "editor", "owner", "everywhere:owner"]


class Page(Struct, frozen=True):
    """A template of templates/dashboard/ and its values."""

    template: str
    values: Mapping[str, Any] = {}
    status: int = 200
    headers: Headers = ()


class Redirect(Struct, frozen=True):
    """To a path of ours, by GET; `done` names the sentence that is said there (notices.py)."""

    to: str
    done: str = ""
    headers: Headers = ()


class Download(Struct, frozen=True):
    """A file to keep, sent piece by piece; `chunks` is read in a thread."""

    name: str
    content_type: str
    chunks: Iterable[bytes]


class Data(Struct, frozen=True):
    """A JSON value, for a script of a page."""

    value: Any
    status: int = 200


class Read(Struct, frozen=True):
    """`query` runs on a read-only connection in a thread; `then` makes the next work of its result, in that thread."""

    query: Callable[[Connection], Any]
    then: Callable[[Any], "Work"]
    refused: "Callable[[TidingsError], Work] | None" = None


class Write(Struct, frozen=True):
    """`job` runs in the writer; `then` is called after the commit. `refused`: what becomes of a refusal."""

    job: Callable[[Connection], Any]
    then: Callable[[Any], "Work"]
    refused: "Callable[[TidingsError], Work] | None" = None


class Aside(Struct, frozen=True):
    """`function` runs in a thread of its own (aside.py), without a database."""

    function: Callable[[], Any]
    then: Callable[[Any], "Work"]
    refused: "Callable[[TidingsError], Work] | None" = None
    kind: Kind = "calls"


Answer = Page | Redirect | Download | Data
Work = Answer | Read | Write | Aside


class Visit(Struct, frozen=True):
    """A request that may be answered: who asks, for which application, and what was sent. `now`: milliseconds.

    `cookie`: the session's text, "" without one. `csrf`: what every form of the answer has to carry. `fragment`: a part of
    the page is wanted alone. `location`: path and query as asked for.
    """

    context: Context
    now: int
    cookie: str
    csrf: str
    address: str
    user_agent: str
    location: str
    path: Mapping[str, str] = {}
    query: Mapping[str, str] = {}
    form: Form = Form()
    fragment: bool = False
    user: User | None = None
    session: Session | None = None
    entry: Entry | None = None
    role: Role | None = None

    @property
    def known_entry(self) -> Entry:
        """The application of the path with what is its own, on pages that have one."""
        if self.entry is None:
            raise LookupError("this path names no application")
        return self.entry

    @property
    def known_user(self) -> User:
        """Who is logged in, on pages that need it."""
        if self.user is None:
            raise LookupError("nobody is logged in")
        return self.user

    @property
    def is_of_demo_shop(self) -> bool:
        """Whether the application of the path is that of the shop at /demo/."""
        return self.application.client_id == self.context.demo_client_id

    @property
    def application(self) -> Application:
        """The application of the path."""
        return self.known_entry.application

    @property
    def base(self) -> str:
        """The path of the application's pages; "" where there is none."""
        return f"{PREFIX}/applications/{self.entry.application.id}" if self.entry is not None else ""

    @property
    def by(self) -> Actor:
        """Who does what is done, for the audit log."""
        return Actor(self.known_user.id, self.known_user.email)

    @property
    def done(self) -> str:
        """Which sentence of notices.py is to be said."""
        return self.query.get("done", "")

    def may(self, role: Role) -> bool:
        """Whether the user has this role in the application, or a stronger one."""
        return reaches(self.role, role)

    @property
    def owns_server(self) -> bool:
        """Whether the user is an owner of everything here."""
        return self.user is not None and self.user.role_everywhere == "owner"


Handler = Callable[[Visit], Work]
ReadForm = Callable[[Scope, Receive], Any]


class Route(Struct, frozen=True):
    """A row of the table of pages: a path below PREFIX, a handler for GET and for POST, and who may ask each.

    `reads`: reads what comes with a POST, where that is not a small form.
    """

    path: str
    handlers: Mapping[Method, Handler]
    needs: Mapping[Method, Needs]
    reads: ReadForm | None = None
