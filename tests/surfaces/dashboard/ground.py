"""The dashboard as somebody with a role sees it: clients with a session, on a live server, without a log-in's hashing."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Connection
from tests.live import LiveApp, LiveServer
from tests.wire import Answer

from tidings.domain import audit, passwords, sessions, users
from tidings.domain.sessions import csrf_token
from tidings.records.user import AuditEntry, Role, User
from tidings.storage.engine import writing_engine
from tidings.storage.members import put_membership

PREFIX = "/dashboard"
LOG_IN = f"{PREFIX}/log-in"
ACCOUNT = f"{PREFIX}/account"
PASSWORD = "correct horse battery staple"
# Of the people that tests make: no password has this hash.
NO_PASSWORD = "$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAA$AAAAAAAAAAA"
Fields = Mapping[str, Any] | Sequence[tuple[str, Any]]


@dataclass
class Page:
    """An answer, as a browser would have it."""

    answer: Answer

    @property
    def status(self) -> int:
        return self.answer.status

    @property
    def text(self) -> str:
        return self.answer.text

    @property
    def headers(self) -> Mapping[str, str]:
        return self.answer.headers

    @property
    def location(self) -> str:
        """Where a redirect leads; "" for anything else."""
        return str(self.answer.headers.get("location", ""))

    def json(self) -> Any:
        return self.answer.json()


@dataclass
class Client:
    """A browser without scripts: cookies by name, and `csrf` with every form. `base`: what short paths are below.

    A path that begins with /dashboard is taken as it is; any other is below `base`, "" being that page itself.
    """

    server: LiveServer
    secret: bytes
    base: str = PREFIX
    cookies: dict[str, str] = field(default_factory=dict)
    user: User | None = None

    @property
    def csrf(self) -> str:
        """What a form of this visitor has to carry."""
        cookie = self.cookies.get("tidings_session") or self.cookies.get("tidings_form", "")
        return csrf_token(cookie, self.secret)

    def get(self, path: str = "", headers: Mapping[str, str] | None = None) -> Page:
        return self.ask("GET", path, headers)

    def post(
        self, path: str = "", fields: Fields = (), headers: Mapping[str, str] | None = None, *, csrf: str | None = None
    ) -> Page:
        """Sends a form; `csrf`: another token than the right one."""
        if not self.cookies:
            self.get(f"{PREFIX}/log-in")
        pairs = list(fields.items() if isinstance(fields, Mapping) else fields)
        body = urlencode([("csrf", self.csrf if csrf is None else csrf), *pairs], doseq=True)
        sent = {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.server.base_url, **(headers or {})}
        return self.ask("POST", path, sent, body)

    def ask(
        self, method: str, path: str = "", headers: Mapping[str, str] | None = None, body: str | bytes | None = None
    ) -> Page:
        """One request with the cookies that there are; those of the answer are kept."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = ({"Cookie": cookies} if cookies else {}) | dict(headers or {})
        where = path if path.startswith(PREFIX) else self.base + path
        answer = self.server.request(method, where, sent, body)
        self._keep(answer)
        return Page(answer)

    def follow(self, page: Page) -> Page:
        """The page that a redirect leads to."""
        assert page.status == 303, f"{page.status}: {page.text}"
        return self.get(page.location)

    def _keep(self, answer: Answer) -> None:
        # Headers of one name are joined by commas; our cookies have none in them.
        for value in filter(None, answer.headers.get("set-cookie", "").split(", ")):
            found = re.match(r"([^=;]+)=([^;]*)", value)
            assert found, value
            self.cookies.pop(found[1], None)
            if found[2]:
                self.cookies[found[1]] = found[2]


@dataclass
class Dashboard:
    """An application on a live server, and people with a role in it. `base`: the path of its pages."""

    server: LiveServer
    application: LiveApp

    @property
    def base(self) -> str:
        return f"{PREFIX}/applications/{self.application.id}"

    @property
    def secret(self) -> bytes:
        assert self.server.database is not None
        return self.server.database.with_name(self.server.database.name + ".secret").read_bytes().strip()

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """The database, beside the server, in one transaction."""
        assert self.server.database is not None
        engine = writing_engine(self.server.database, checkpoints=False)
        try:
            with engine.begin() as connection:
                yield connection
        finally:
            engine.dispose()

    def as_role(self, role: Role | None, *, everywhere: bool = False, password_hash: str = NO_PASSWORD) -> Client:
        """A new user, logged in: with a role in this application, or everywhere; None for somebody without any."""
        now = self.server.now
        with self.connection() as connection:
            user = users.create(
                connection,
                None,
                email=f"{secrets.token_hex(6)}@people.example",
                name=f"The {role or 'stranger'}",
                password_hash=password_hash,
                role=role if everywhere else None,
                now=now,
            )
            if role is not None and not everywhere:
                put_membership(connection, user.id, self.application.id, role, now)
            cookie = sessions.begin(connection, user.id, address="127.0.0.1", user_agent="tests", now=now)
        return Client(self.server, self.secret, self.base, {"tidings_session": cookie}, user)

    def nobody(self) -> Client:
        """A browser that is not logged in."""
        return Client(self.server, self.secret, self.base)

    def audit(self) -> list[AuditEntry]:
        """What the audit log says of this application since it was made, the newest first."""
        with self.connection() as connection:
            found = audit.page(connection, self.application.id, None, 1_000)
        return [entry for entry in found if entry.deed != "application.created"]


@cache
def hash_of_password() -> str:
    """That of PASSWORD; hashing takes a tenth of a second, as it must."""
    return passwords.hash_of(PASSWORD)


def log_in(client: Client, user: User, password: str = PASSWORD, **fields: str) -> Page:
    """What comes of the form; `fields`: what else it carries."""
    return client.post(LOG_IN, {"email": user.email, "password": password, **fields})
