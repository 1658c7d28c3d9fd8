"""From ASGI to a plain function and back, for the doors that speak JSON.

A handler takes a Call and returns an Answer, or a Read or a Write: work for the database and how to answer with its result.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qsl

import msgspec
from msgspec import Struct
from sqlalchemy import Connection
from starlette.types import Receive, Scope, Send

from tidings.domain.directory import Entry
from tidings.errors import Invalid, TidingsError
from tidings.storage.writer import Job
from tidings.surfaces.context import Context
from tidings.surfaces.input import Disconnected, check_format, json_object, read_body

log = logging.getLogger("tidings.surfaces")

Result = TypeVar("Result")
encode = msgspec.json.Encoder().encode

JSON_HEADERS = (
    (b"content-type", b"application/json; charset=utf-8"),
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
)


class Answer(Struct, frozen=True):
    """A status, a body and headers beyond those of every JSON answer."""

    status: int
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()


class Read(Struct, Generic[Result], frozen=True):
    """`query` runs on a read-only connection in a thread; `answer` makes the Answer of its result."""

    query: Callable[[Connection], Result]
    answer: Callable[[Result], Answer]


class Write(Struct, Generic[Result], frozen=True):
    """`job` runs in the writer; `answer` is called after the commit."""

    job: Job[Result]
    answer: Callable[[Result], Answer]


class Call(Struct, frozen=True):
    """A request that has passed the gate. `now`: milliseconds. `body`: the JSON object, empty where none is read.

    `query_string`: the query as it was sent, for those who write a plus sign and mean one.
    """

    context: Context
    entry: Entry
    now: int
    path: Mapping[str, str] = {}
    query: Mapping[str, str] = {}
    body: Mapping[str, Any] = {}
    query_string: bytes = b""


Handler = Callable[[Call], "Answer | Read[Any] | Write[Any]"]


class OptionalBody(Struct, frozen=True):
    """A handler of a call that needs no body: a JSON object that a client sends all the same is read."""

    handler: Handler

    def __call__(self, call: Call) -> "Answer | Read[Any] | Write[Any]":
        return self.handler(call)


async def json_body(scope: Scope, receive: Receive) -> Mapping[str, Any]:
    """The JSON object of a request. Raises what the gate refuses."""
    check_format(scope["headers"])
    return json_object(await read_body(receive))


Authenticate = Callable[[Context, Scope], Awaitable[Entry]]
ReadBody = Callable[[Scope, Receive], Awaitable[Mapping[str, Any]]]
Refuse = Callable[[TidingsError], Answer]
WITH_BODY = frozenset({"POST", "PUT", "PATCH"})


class Endpoint:
    """An ASGI app for one path: a handler for each method, behind one way to know the caller and one face for refusals.

    `body` reads what comes with a method that has a body by rights.
    """

    def __init__(
        self,
        context: Context,
        handlers: Mapping[str, Handler],
        authenticate: Authenticate,
        refuse: Refuse,
        body: ReadBody = json_body,
    ) -> None:
        self._context = context
        self._handlers = dict(handlers)
        if "GET" in handlers:
            self._handlers["HEAD"] = handlers["GET"]
        self._authenticate = authenticate
        self._refuse = refuse
        self._read_body = body
        allow = ", ".join(sorted(self._handlers)).encode()
        refused = refuse(TidingsError("Method not allowed.", code="method_not_allowed")).body
        self._not_allowed = Answer(405, refused, ((b"allow", allow),))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        handler = self._handlers.get(scope["method"])
        if handler is None:
            await send_answer(send, self._not_allowed)
            return
        try:
            answer = await self._run(handler, scope, receive)
        except Disconnected:
            return
        except TidingsError as error:
            answer = self._refuse(error)
        except Exception:
            log.exception("%s %s failed.", scope["method"], scope["path"])
            answer = self._refuse(TidingsError("Something went wrong on our side; it has been logged.", code="internal"))
            answer = Answer(500, answer.body, answer.headers)
        await send_answer(send, answer)

    async def _run(self, handler: Handler, scope: Scope, receive: Receive) -> Answer:
        context = self._context
        entry = await self._authenticate(context, scope)
        body: Mapping[str, Any] = {}
        if isinstance(handler, OptionalBody):
            if sent := await read_body(receive):
                check_format(scope["headers"])
                body = json_object(sent)
        elif scope["method"] in WITH_BODY:
            body = await self._read_body(scope, receive)
        query = query_of(scope["query_string"]) if scope["query_string"] else {}
        work = handler(Call(context, entry, context.now(), scope.get("path_params", {}), query, body, scope["query_string"]))
        if isinstance(work, Write):
            return work.answer(await context.store.write(work.job))
        if isinstance(work, Read):
            return await context.store.read(_read, work)
        return work


def _read(connection: Connection, work: Read[Any]) -> Answer:
    return work.answer(work.query(connection))


def query_of(query_string: bytes) -> dict[str, str]:
    """The query's parameters, the last of a name wins. Raises Invalid for what is not UTF-8 text."""
    try:
        pairs = parse_qsl(query_string.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=100)
    except ValueError:
        raise Invalid("The query can not be read.", code="malformed_query") from None
    for name, value in pairs:
        if "\0" in name or "\0" in value:
            raise Invalid("The query holds a NUL character.", code="malformed_query")
    return dict(pairs)


def ok(value: Any, headers: tuple[tuple[bytes, bytes], ...] = ()) -> Answer:
    """200 with a JSON body."""
    return Answer(200, encode(value), headers)


async def send_answer(send: Send, answer: Answer) -> None:
    """Sends a JSON answer."""
    headers = [*JSON_HEADERS, (b"content-length", str(len(answer.body)).encode()), *answer.headers]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
