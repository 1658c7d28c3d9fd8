"""The door for beacons: POST /api/v1/{client_id}/track, read, counted and answered 204 when the count is on disk.

What a page sends is `{"v": 1, "n": page view, "events": [{"k": kind, "id": event, "t": seconds}]}`. A body of another shape
is refused; of a right one, what can not be counted (another kind, an unknown event, a clock that is wrong) is left aside.
Goals that were reached and visits of a hold-out come in the same way (goals.py).
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.types import Receive, Scope, Send

from tidings.domain.beacons import count
from tidings.domain.directory import Entry
from tidings.errors import Invalid, NotFound, TidingsError
from tidings.records.beacon import CLICK, CLOSE, DISPLAY, HOVER, Beacon
from tidings.records.conversion import NO_ARM
from tidings.storage.writer import Together
from tidings.surfaces.attempts import BEACONS_A_MINUTE, Attempts
from tidings.surfaces.context import Context
from tidings.surfaces.input import Disconnected, check_format, json_object, read_body
from tidings.surfaces.plumbing import send_answer
from tidings.surfaces.refusals import not_allowed, refusal
from tidings.surfaces.visitor.bots import is_bot
from tidings.surfaces.visitor.goals import GOAL, VISIT, arm_of_visit, is_id, reached_goal

MOST_EVENTS = 50
# How far a page's clock may be off, in milliseconds.
CLOCK_OFF = 86_400_000

_KINDS = {"display": DISPLAY, "hover": HOVER, "click": CLICK, "close": CLOSE}
_PAGE_VIEW = re.compile(r"[A-Za-z0-9_-]{8,32}", re.ASCII)
# sendBeacon and fetch send text as text/plain: JSON's own type would cost the page another request beforehand.
_FORMATS = ("text/plain", "application/json", "")

_EVERYWHERE = ((b"access-control-allow-origin", b"*"),)
_COMMON = [*_EVERYWHERE, (b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff")]
_PREFLIGHT = [
    (b"access-control-allow-methods", b"POST"),
    (b"access-control-allow-headers", b"content-type"),
    (b"access-control-max-age", b"86400"),
]
_NO_CONTENT = {"type": "http.response.start", "status": 204, "headers": _COMMON}
_MAY_POST = {"type": "http.response.start", "status": 204, "headers": [*_COMMON, *_PREFLIGHT]}
_END = {"type": "http.response.body", "body": b""}


class Beacons:
    """Answers beacons. `find` gives the application of a client id, or None."""

    def __init__(self, context: Context, find: Callable[[str, Scope], Awaitable[Entry | None]]) -> None:
        self._context = context
        self._find = find
        self._attempts = Attempts(BEACONS_A_MINUTE, "beacons", enabled=context.settings.rate_limits)

    async def __call__(self, client_id: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request, whatever its method."""
        start = _NO_CONTENT
        if scope["method"] == "OPTIONS":
            start = _MAY_POST
        elif scope["method"] != "POST":
            await send_answer(send, not_allowed(("OPTIONS", "POST"), _EVERYWHERE))
            return
        else:
            try:
                await self._take(client_id, scope, receive)
            except Disconnected:
                return
            except TidingsError as error:
                await send_answer(send, refusal(error, _EVERYWHERE))
                return
        await send(start)
        await send(_END)

    async def _take(self, client_id: str, scope: Scope, receive: Receive) -> None:
        """Returns when what the beacon told is on disk. Raises TidingsError, Disconnected."""
        entry = await self._find(client_id, scope)
        if entry is None:
            raise NotFound("There is no application with this client id.", code="application_not_found")
        application = entry.application
        self._attempts.count(scope, str(application.id))
        check_format(scope["headers"], _FORMATS)
        beacon = beacon_draft(json_object(await read_body(receive)), application.id, self._context.now())
        if (beacon.acts or beacon.goals or beacon.visit) and application.display.enabled and not is_bot(_user_agent(scope)):
            await self._context.store.write(Together(count, beacon))


def beacon_draft(body: Mapping[str, Any], application_id: int, now: int) -> Beacon:
    """The beacon in a body that came at `now` (milliseconds). Raises Invalid that names the member."""
    version, page_view, events = body.get("v"), body.get("n"), body.get("events")
    if version != 1 or version is True:
        raise Invalid("v is 1", field="v", code="unknown_version")
    if page_view is not None and not (isinstance(page_view, str) and _PAGE_VIEW.fullmatch(page_view)):
        raise Invalid("n is 8 to 32 letters, digits, - or _", field="n")
    if not isinstance(events, list):
        raise Invalid("events is a list", field="events")
    if len(events) > MOST_EVENTS:
        raise Invalid(f"There are more than {MOST_EVENTS} events", field="events", code="too_many")
    acts, goals, visit, visitor = [], [], NO_ARM, False
    for event in events:
        if not isinstance(event, dict) or not _is_timely(event.get("t"), now):
            continue
        kind = event.get("k")
        if not isinstance(kind, str):
            continue
        act = _KINDS.get(kind)
        if act is not None:
            if is_id(event_id := event.get("id")):
                acts.append((event_id, act))
        elif kind == GOAL:
            if (reached := reached_goal(event)) is not None:
                goals.append(reached)
        elif kind == VISIT and visit == NO_ARM:
            visit, visitor = arm_of_visit(event), event.get("u") == 1
    return Beacon(application_id, page_view or "", tuple(acts), now, tuple(goals), visit, visitor)


def _is_timely(seconds: Any, now: int) -> bool:
    return isinstance(seconds, int | float) and abs(seconds * 1_000 - now) <= CLOCK_OFF


def _user_agent(scope: Scope) -> bytes:
    for name, value in scope["headers"]:
        if name == b"user-agent":
            found: bytes = value
            return found
    return b""
