"""The demo: a shop and its branch in Arabic, an application with a few events each, and the pages beside them."""

import os
from datetime import UTC, datetime
from pathlib import Path

from msgspec.structs import replace
from sqlalchemy import Connection, Engine
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from tidings import assets
from tidings.config import Settings
from tidings.domain import applications, audit, event_types, events, goals, passwords, users
from tidings.domain.applications import FIRST_EVENT_TYPE, new_token
from tidings.domain.directory import Entry, read_entry, token_hash
from tidings.domain.themes import read_themes
from tidings.records.application import Application, DisplaySettings
from tidings.records.event_type import EventTypeChanges
from tidings.records.goal import GoalDraft
from tidings.storage.applications import application_by_token_hash
from tidings.storage.event_lists import newest_events
from tidings.storage.events import delete_event
from tidings.surfaces.demo.routes import demo_app
from tidings.surfaces.demo.shop import SAMPLE_PREFIX, Branch, DemoShop, Stock, load_arabic, load_stock, sample_orders
from tidings.surfaces.events import event_draft

NAME = "Demo shop"
ARABIC_NAME = "Demo shop in Arabic"
# Who owns everything in the demo.
OWNER = "owner@demo.example"
# What a conversion is in the shop; its prices are in pounds.
GOAL = GoalDraft(name="Purchase", currency="pound")
# A bucket of the feed is 40 s; with these, what is posted in another terminal is in the corner within 45.
DISPLAY = DisplaySettings(
    page_load=1, display_for=4, display_interval=1, loop_notification=True, maximum_per_page=1_000, currency=GOAL.currency
)


def prepare(engine: Engine, settings: Settings, secret: bytes, now: int) -> DemoShop:
    """Makes the demo's two applications and their first events, unless they are there.

    Their tokens are kept in files beside the database, for `curl`. `now`: milliseconds.
    """
    folder = assets.demo_site()
    token_file = settings.database_path.with_name("demo.token")
    arabic_token_file = settings.database_path.with_name("demo-arabic.token")
    arabic_stock, message = load_arabic(folder)
    with engine.begin() as connection:
        entry, token = _application(connection, NAME, DISPLAY, token_file, settings.base_url, now)
        branch, _ = _application(
            connection, ARABIC_NAME, replace(DISPLAY, language="ar"), arabic_token_file, settings.base_url, now, message
        )
        entry = _with_event_type(connection, entry, "", now)
        branch = _with_event_type(connection, branch, message, now)
        _tell(connection, entry, load_stock(folder), settings.base_url, secret, now)
        _tell(connection, branch, arabic_stock, settings.base_url, secret, now)
        goal_id = _goal(connection, entry.application.id, now)
    return DemoShop(
        base_url=settings.base_url,
        client_id=entry.application.client_id,
        auth_token=token,
        event_type_id=_event_type(entry),
        goal_id=goal_id,
        token_file=str(token_file),
        folder=folder,
        arabic=Branch(branch.application.client_id, _event_type(branch), str(arabic_token_file)),
        themes=read_themes(assets.themes(), settings.themes),
    )


def prepare_log_in(engine: Engine, settings: Settings, now: int) -> list[str]:
    """Makes an owner of everything where there is no user at all; what to say of how to log in, a line each.

    The password is kept in a file beside the database. Who has changed it is not told a wrong one. `now`: milliseconds.
    """
    password_file = settings.database_path.with_name("demo.password")
    with engine.begin() as connection:
        everybody, found = users.every(connection), users.find(connection, OWNER)
    if found is None and everybody:
        return ["Log in as one of its users."]
    password = password_file.read_text("ascii").strip() if password_file.is_file() else ""
    if found is not None and password:
        known = passwords.is_right(password, found[1])
        return [f"E-mail    {OWNER}", f"Password  {password if known else 'the one that you have chosen'}"]
    password = new_token()[:20]
    password_hash = passwords.hash_of(password)
    with engine.begin() as connection:
        if found is None:
            name, made = "Demo owner", password_hash
            users.create(connection, audit.DEMO, email=OWNER, name=name, password_hash=made, role="owner", now=now)
        else:
            # The file with the password is gone: there is a new one.
            users.change_password(connection, audit.DEMO, found[0], password_hash, now)
    _keep(password_file, password)
    return [f"E-mail    {OWNER}", f"Password  {password}"]


def routes(shop: DemoShop) -> list[BaseRoute]:
    """The shop at /demo/, and the way there from /."""

    async def to_shop(_request: Request) -> Response:
        return RedirectResponse("/demo/", 307)

    return [Route("/", to_shop), Route("/demo", to_shop), Mount("/demo", demo_app(shop))]


def curl(shop: DemoShop) -> str:
    """The one command that makes the next notification appear."""
    body = (
        f'{{"event_type_tag": "new_order", "first_name": "John", "city": "New York", "country": "US", '
        f'"title": "Corvette", "url": "{shop.base_url}/demo/"}}'
    )
    return (
        f"curl {shop.base_url}/api/v1/applications/me/events \\\n"
        f'  -H "Authorization: Token $(cat {shop.token_file})" -H "Content-Type: application/json" \\\n'
        f"  -d '{body}'"
    )


def _application(
    connection: Connection, name: str, display: DisplaySettings, token_file: Path, base_url: str, now: int, message: str = ""
) -> tuple[Entry, str]:
    """The demo's application of that name, and its token; made if it is not there. `message`: its first event type's."""
    token = token_file.read_text("ascii").strip() if token_file.is_file() else ""
    known = application_by_token_hash(connection, token_hash(token)) if token else None
    if known is not None:
        return read_entry(connection, known), token
    made_before = next((one for one in applications.every(connection) if _is_the_demos(connection, one, name)), None)
    if made_before is not None:
        # The file with the token is gone: the application gets a new one.
        entry, token = read_entry(connection, made_before), applications.rotate_token(connection, made_before.id)
    else:
        created = applications.create(connection, name, base_url, now, display)
        entry, token = created.entry, created.auth_token
        if message:
            changes = EventTypeChanges(message=message)
            own = entry.application.id
            event_types.update(connection, application_id=own, event_type_id=_event_type(entry), changes=changes, now=now)
            entry = read_entry(connection, entry.application)
    _keep(token_file, token)
    return entry, token


def _with_event_type(connection: Connection, entry: Entry, message: str, now: int) -> Entry:
    """The entry, with an event type again where its last one was deleted."""
    if entry.event_types:
        return entry
    draft = replace(FIRST_EVENT_TYPE, message=message or FIRST_EVENT_TYPE.message)
    event_types.create(connection, application_id=entry.application.id, draft=draft, now=now)
    return read_entry(connection, entry.application)


def _event_type(entry: Entry) -> int:
    return next(iter(entry.event_types.values())).id


def _goal(connection: Connection, application_id: int, now: int) -> str:
    """The id of the shop's goal, which is made unless it is there."""
    page = goals.list_page(connection, application_id=application_id, after=None, before=None, limit=100)
    known = next((goal for goal in page.goals if goal.name == GOAL.name), None)
    return (known or goals.create(connection, application_id=application_id, draft=GOAL, now=now)).id


def _tell(connection: Connection, entry: Entry, stock: Stock, base_url: str, secret: bytes, now: int) -> None:
    """Records the sales of the first days. A second start tells the same: known by their external ids, none is made anew."""
    _forget_moved(connection, entry.application.id, base_url)
    moment = datetime.fromtimestamp(now / 1_000, UTC)
    orders = sample_orders(stock, base_url=base_url, event_type_id=_event_type(entry), now=moment)
    drafts = [event_draft(body, now) for body in orders]
    events.record(connection, [events.new_event(entry, draft, secret, now, provenance="demo") for draft in drafts])


def _is_the_demos(connection: Connection, application: Application, name: str) -> bool:
    """Whether the demo made this application: somebody's real one keeps its token and gets no sample sales."""
    newest = newest_events(connection, application.id, limit=100)
    return application.name == name and any((event.external_id or "").startswith(SAMPLE_PREFIX) for event in newest)


def _forget_moved(connection: Connection, application_id: int, base_url: str) -> None:
    """Removes the demo's own events whose links lead to the port of an earlier start; they are told anew."""
    for event in newest_events(connection, application_id, limit=100):
        if (event.external_id or "").startswith(SAMPLE_PREFIX) and not (event.url or "").startswith(f"{base_url}/"):
            delete_event(connection, application_id, event.id)


def _keep(token_file: Path, token: str) -> None:
    descriptor = os.open(token_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(token + "\n")
