"""The demo: an application with a few events of its shop, and the shop beside it."""

import os
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from tidings import assets
from tidings.config import Settings
from tidings.domain import applications, events
from tidings.domain.directory import Entry, read_entry, token_hash
from tidings.records.application import Application, DisplaySettings
from tidings.storage.applications import application_by_token_hash
from tidings.storage.event_lists import newest_events
from tidings.storage.events import delete_event
from tidings.surfaces.demo.routes import demo_app
from tidings.surfaces.demo.shop import SAMPLE_PREFIX, DemoShop, sample_orders
from tidings.surfaces.fomo.shapes import event_draft

NAME = "Demo shop"
# A bucket of the feed is 40 s; with these, what is posted in another terminal is in the corner within 45.
DISPLAY = DisplaySettings(page_load=1, display_for=4, display_interval=1, loop_notification=True, maximum_per_page=1_000)


def prepare(engine: Engine, settings: Settings, secret: bytes, now: int) -> DemoShop:
    """Makes the demo application and its first events, unless they are there; the token is kept in a file for `curl`."""
    token_file = settings.database_path.with_name("demo.token")
    with engine.begin() as connection:
        entry, token = _application(connection, settings, token_file, now)
        event_type = next(iter(entry.event_types.values()))
        shop = DemoShop(
            base_url=settings.base_url,
            client_id=entry.application.client_id,
            auth_token=token,
            event_type_id=event_type.id,
            token_file=str(token_file),
            folder=assets.demo_site(),
        )
        moment = datetime.fromtimestamp(now / 1_000, UTC)
        _forget_moved(connection, entry.application.id, settings.base_url)
        orders = sample_orders(shop.folder, base_url=shop.base_url, event_type_id=event_type.id, now=moment)
        # Known by their external ids: a second start of the demo tells the same events, it does not make new ones.
        events.record(connection, [events.new_event(entry, event_draft(body, now), secret, now) for body in orders])
    return shop


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


def _application(connection: Connection, settings: Settings, token_file: Path, now: int) -> tuple[Entry, str]:
    token = token_file.read_text("ascii").strip() if token_file.is_file() else ""
    known = application_by_token_hash(connection, token_hash(token)) if token else None
    if known is not None:
        return read_entry(connection, known), token
    made_before = next((one for one in applications.every(connection) if _is_the_demos(connection, one)), None)
    if made_before is not None:
        # The file with the token is gone: the application gets a new one.
        entry, token = read_entry(connection, made_before), applications.rotate_token(connection, made_before.id)
    else:
        created = applications.create(connection, NAME, settings.base_url, now, DISPLAY)
        entry, token = created.entry, created.auth_token
    _keep(token_file, token)
    return entry, token


def _is_the_demos(connection: Connection, application: Application) -> bool:
    """Whether the demo made this application: somebody's real one keeps its token and gets no sample sales."""
    newest = newest_events(connection, application.id, limit=100)
    return application.name == NAME and any((event.external_id or "").startswith(SAMPLE_PREFIX) for event in newest)


def _forget_moved(connection: Connection, application_id: int, base_url: str) -> None:
    """Removes the demo's own events whose links lead to the port of an earlier start; they are told anew."""
    for event in newest_events(connection, application_id, limit=100):
        if (event.external_id or "").startswith(SAMPLE_PREFIX) and not (event.url or "").startswith(f"{base_url}/"):
            delete_event(connection, application_id, event.id)


def _keep(token_file: Path, token: str) -> None:
    descriptor = os.open(token_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(token + "\n")
