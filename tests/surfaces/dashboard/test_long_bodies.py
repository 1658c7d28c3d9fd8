"""Bodies that take minutes to come: who was let in at their beginning is looked up again at their end, and one a user."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, cast

import pytest
from sqlalchemy import Connection
from starlette.types import Receive, Scope
from tests.surfaces.dashboard.import_ground import BOUNDARY, multipart

from tidings.config import load
from tidings.domain import applications, members, sessions, users
from tidings.errors import Unavailable
from tidings.records.user import Actor, User
from tidings.storage.store import Store
from tidings.surfaces.context import Context, clock
from tidings.surfaces.dashboard.endpoint import PageEndpoint, places
from tidings.surfaces.dashboard.forms import Form
from tidings.surfaces.dashboard.plumbing import PREFIX, Redirect, Route, Visit, Work
from tidings.surfaces.dashboard.upload import AT_ONCE, UploadForm, read_upload

SECRET = b"s" * 32


class OneConnection:
    """A store for one request: all of it in the transaction of the test."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def revision(self) -> int:
        return 0

    async def read(self, query: Callable[..., Any], *values: Any) -> Any:
        return query(self._connection, *values)


class Asked:
    """An editor of an application who sends something to a route whose body takes long."""

    def __init__(self, connection: Connection) -> None:
        now = clock()
        self.connection = connection
        self.user: User = users.create(
            connection, None, email="eve@shop.example", name="Eve", password_hash="x", role=None, now=now
        )
        self.application_id = applications.create(connection, "Shop", "https://s.example", now).entry.application.id
        self.by = Actor(self.user.id, self.user.email)
        members.add(connection, self.by, application_id=self.application_id, user=self.user, role="editor", now=now)
        self.cookie = sessions.begin(connection, self.user.id, address="", user_agent="", now=now)
        self.changed = False

    def send(self, meanwhile: Callable[[Asked], object]) -> int:
        """The status of a POST while whose body comes something else is done."""

        async def reads(_scope: Scope, _receive: Receive) -> Form:
            meanwhile(self)
            return Form([("csrf", sessions.csrf_token(self.cookie, SECRET))])

        def handler(_visit: Visit) -> Work:
            self.changed = True
            return Redirect(PREFIX)

        statuses: list[int] = []

        async def send(message: Any) -> None:
            statuses.append(message.get("status", 0))

        context = Context(load({}, {}), cast(Store, OneConnection(self.connection)), SECRET)
        route = Route("/applications/{application_id}/import", {"POST": handler}, {"POST": "editor"}, reads)
        scope = {
            "type": "http",
            "method": "POST",
            "path": f"{PREFIX}/applications/{self.application_id}/import",
            "query_string": b"",
            "headers": [(b"cookie", b"tidings_session=" + self.cookie.encode())],
            "path_params": {"application_id": str(self.application_id)},
        }
        asyncio.run(PageEndpoint(context, route, places())(scope, cast(Receive, None), send))
        return statuses[0]


def remove(asked: Asked) -> None:
    members.remove(asked.connection, asked.by, application_id=asked.application_id, user_id=asked.user.id, now=clock())


def make_viewer(asked: Asked) -> None:
    members.change_role(
        asked.connection,
        asked.by,
        application_id=asked.application_id,
        user_id=asked.user.id,
        role="viewer",
        now=clock(),
    )


@pytest.mark.parametrize(
    ("meanwhile", "status", "changed"),
    [
        (lambda _: None, 303, True),
        (remove, 404, False),
        (make_viewer, 403, False),
        (lambda asked: sessions.end(asked.connection, asked.cookie), 303, False),  # to the log-in
    ],
    ids=["nothing", "removed", "made less", "logged out"],
)
def test_who_is_removed_meanwhile_changes_nothing(
    connection: Connection, meanwhile: Callable[[Asked], object], status: int, changed: bool
) -> None:
    asked = Asked(connection)
    assert asked.send(meanwhile) == status
    assert asked.changed == changed


def upload(user_id: int, receive: Receive) -> Any:
    headers = [(b"content-type", f"multipart/form-data; boundary={BOUNDARY}".encode())]
    return read_upload({"headers": headers, "tidings.user_id": user_id}, receive)


def test_who_is_slow_takes_their_own_place_alone() -> None:
    body = multipart([("csrf", b"x")], b"a,b\n1,2\n")

    async def comes() -> Any:
        return {"type": "http.request", "body": body, "more_body": False}

    async def run() -> None:
        go_on = asyncio.Event()

        async def comes_later() -> Any:
            await go_on.wait()
            return await comes()

        slow = asyncio.create_task(upload(1, comes_later))
        await asyncio.sleep(0)
        with pytest.raises(Unavailable, match="of yours"):
            await upload(1, comes)
        others = [asyncio.create_task(upload(number, comes_later)) for number in range(2, AT_ONCE)]
        await asyncio.sleep(0)
        assert isinstance(await upload(99, comes), UploadForm), "there is a place left for who has none"
        go_on.set()
        for task in (slow, *others):
            await task
        assert isinstance(await upload(1, comes), UploadForm), "it is free again"

    asyncio.run(run())
