"""A dashboard with something in it, as a marketer has it after some months: four sites, one of them with figures, events,
goals, a webhook, tokens and members; written by the product's own code before its server starts."""

from __future__ import annotations

import math
import random
import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection
from tests.browser.dashboard_pages import DashboardPage
from tests.live import LiveServer

from tidings.domain import (
    api_tokens,
    applications,
    audit,
    event_types,
    events,
    goals,
    imports,
    members,
    passwords,
    users,
    webhooks,
)
from tidings.domain.directory import Entry, read_entry
from tidings.outbound.guard import Guard
from tidings.records.application import ApplicationChanges, DisplaySettings
from tidings.records.beacon import CLICK, CLOSE, DISPLAY, HOVER
from tidings.records.conversion import CLICKED, DISPLAYED, HELD, NO_ARM, SHOWN, UNATTRIBUTED, Conversion
from tidings.records.event import EventDraft
from tidings.records.event_type import EventTypeDraft
from tidings.records.goal import GoalDraft
from tidings.records.imports import NewImport, Row
from tidings.records.statistics import DAY, HOUR
from tidings.records.user import Actor
from tidings.records.webhook import WebhookDraft
from tidings.storage.engine import writing_engine
from tidings.storage.goal_figures import add_conversions
from tidings.storage.goal_sums import add_visits
from tidings.storage.migrate import migrate
from tidings.storage.statistics import add_figures
from tidings.surfaces.import_columns import guess
from tidings.surfaces.import_rows import row_draft

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

EMAIL = "ada@ink-and-onion.example"
PASSWORD = "a garden of sweet peas"
DAYS = 75
BUYERS = [
    ("Zoë", "Örebro", "SE"), ("Inês", "Porto", "PT"), ("Tomáš", "Brno", "CZ"), ("Aoife", "Galway", "IE"),
    ("Noor", "Utrecht", "NL"), ("Mateo", "Sevilla", "ES"), ("Freya", "Leeds", "GB"), ("Anaïs", "Lyon", "FR"),
]  # fmt: skip
THINGS = ["Sweet pea seeds", "Clay pots, set of three", "Garden twine", "Copper watering can", "Onion sets, 250 g"]
TYPES = [
    ("Newsletter", "{{ first_name }} from {{ city }} now reads our letter {{ time_ago }}"),
    ("Review", "{{ first_name }} gave {{ linked_title }} **five stars** {{ time_ago }}"),
]


@dataclass
class DashboardServer(LiveServer):
    """A running server over a filled database. `paths`: what stands for a placeholder of dashboard_pages.PAGES."""

    paths: dict[str, Any] = field(default_factory=dict)
    state: Any = None

    def fill(self) -> DashboardServer:
        """Writes the database; before `start`."""
        path = self.folder / (self.database or "")
        path.parent.mkdir(parents=True, exist_ok=True)
        migrate(path)
        engine = writing_engine(path, checkpoints=False)
        with engine.begin() as connection:
            self.paths = fill(connection, time.time_ns() // 1_000_000)
        engine.dispose()
        return self

    def log_in(self, browser: Browser, **options: Any) -> BrowserContext:
        """A context of Playwright in which Ada is logged in; she logs in once."""
        if self.state is None:
            context = browser.new_context()
            page = context.new_page()
            page.goto(f"{self.base_url}/dashboard/log-in")
            page.get_by_label("E-mail").fill(EMAIL)
            page.get_by_label("Password").fill(PASSWORD)
            page.keyboard.press("Enter")
            page.wait_for_url(re.compile(r"/dashboard$"))
            self.state = context.storage_state()
            context.close()
        context = browser.new_context(storage_state=self.state, **options)
        context.set_default_timeout(15_000)
        return context

    def address(self, page: DashboardPage) -> str:
        """Where a page of the table is."""
        return self.base_url + page.path.format(**self.paths)


def fill(connection: Connection, now: int) -> dict[str, Any]:
    """Everything; returns the ids that addresses of pages hold. `now`: milliseconds."""
    chance = random.Random(8)
    ada = users.create(
        connection, None, email=EMAIL, name="Ada Lovell", password_hash=passwords.hash_of(PASSWORD), role="owner", now=now
    )
    by = Actor(ada.id, ada.email)
    made = [
        applications.create(connection, name, url, now - 90 * DAY, DisplaySettings(currency="pound", holdout_percent=10))
        for name, url in (
            ("Ink & Onion", "https://shop.example"),
            ("Ink & Onion Journal", "https://journal.example"),
            ("Winter market", "https://market.example"),
            ("A new one", "https://new.example"),
        )
    ]
    entry = _with_types(connection, made[0].entry, now)
    own = entry.application.id
    for other in made[1:3]:
        _figures(connection, other.entry, {}, now, chance, scale=0.35)
    off = ApplicationChanges(display={"enabled": False})
    applications.update(connection, application_id=made[2].entry.application.id, changes=off, now=now)
    recorded = _events(connection, entry, now, chance)
    order = goals.create(connection, application_id=own, draft=GoalDraft("Order", "pound"), now=now - 80 * DAY)
    goals.create(connection, application_id=own, draft=GoalDraft("Newsletter", "none"), now=now - 60 * DAY)
    _figures(connection, entry, {one.event_type_id: one.id for one in reversed(recorded)}, now, chance)
    _conversions(connection, entry, order.id, recorded, now, chance)
    draft = WebhookDraft("https://hooks.example/tidings", figures=("hover", "conversions_count"))
    hook = webhooks.create(connection, application_id=own, draft=draft, guard=Guard(), now=now - 9 * DAY)
    webhooks.test(connection, application_id=own, webhook_id=hook.id, now=now)
    api_tokens.create(connection, scopes=["manage"], now=now - 30 * DAY, application_id=own)
    api_tokens.create(connection, scopes=["read"], now=now - 2 * DAY, application_id=own)
    for email, name, role in (("tom@example.org", "Tom Hart", "editor"), ("mo@example.org", "Mo Addo", "viewer")):
        one = users.create(connection, by, email=email, name=name, password_hash="", role=None, now=now)
        members.add(connection, by, application_id=own, user=one, role=role, now=now)  # type: ignore[arg-type]
    invited = members.invite(connection, by, application_id=own, role="editor", note="Lena, who writes the letter", now=now)
    audit.note(connection, by, "application.enabled", application_id=own, subject="Ink & Onion", now=now)
    return {
        "application": own,
        "invitation": invited.token,
        "member": one.id,
        "empty": made[3].entry.application.id,
        "event": recorded[-1].id,
        "event_type": recorded[-1].event_type_id,
        "goal": order.id,
        "webhook": hook.id,
        "journal": made[1].entry.application.id,
        **_imports(connection, made[1].entry, now),
        "site_id": entry.application.site_id,
    }


def _with_types(connection: Connection, entry: Entry, now: int) -> Entry:
    for name, message in TYPES:
        draft = EventTypeDraft(name=name, tag=None, message=message, markdown_enabled="**" in message)
        event_types.create(connection, application_id=entry.application.id, draft=draft, now=now)
    return read_entry(connection, entry.application)


def _events(connection: Connection, entry: Entry, now: int, chance: random.Random) -> list[Any]:
    types = list(entry.event_types)
    drafts = []
    for number in range(60, 0, -1):
        first_name, city, country = chance.choice(BUYERS)
        thing = chance.choice(THINGS)
        at = now - int(number**1.9 * 55_000) - 4_000
        draft = EventDraft(
            event_type_id=types[0] if number % 6 else chance.choice(types[1:]),
            external_id=f"order-{4_000 - number}",
            first_name=first_name,
            city=city,
            country=country,
            title=thing,
            url=f"https://shop.example/{thing.split(',')[0].lower().replace(' ', '-')}",
            created_at=at,
        )
        drafts.append(events.new_event(entry, draft, b"", at))
    return [one.event for one in events.record(connection, drafts)]


def _imports(connection: Connection, entry: Entry, now: int) -> dict[str, int]:
    """One that is done, with a refused row, and one whose columns wait to be named."""
    columns = ("Order ID", "Created at", "Billing Name", "Billing City", "Lineitem name", "Phone")
    rows = [Row(2, ("#991", "2026-01-04 10:22:33 -0500", "Anna Berg", "Malmö", "Clay pots, set of three", "+46 40"))]
    rows += [Row(3, ("#992", "2026-01-04 11:02:00 -0500", "Jo O'Hara", "Cork", 'Watering can "Rose"', ""))]
    rows += [Row(4, ("#993", "", "Zoë Lind", "Örebro", "Garden twine", ""))]
    made = []
    for name in ("orders_2025.csv", "orders_2026.csv"):
        new = NewImport(entry.application.id, "dashboard", EMAIL, name, "reading", now - DAY // 4)
        one = imports.begin(connection, new)
        imports.add_rows(connection, one, rows, now - DAY // 4)
        plan = guess(columns, rows, next(iter(entry.event_types)), "UTC")
        made.append(imports.make_ready(connection, one, columns, plan, "", now - DAY // 4))
    imports.start(connection, entry.application.id, made[0].id, now - DAY // 4)
    while imports.work_off(connection, now - DAY // 4, imports.Ground(row_draft, b"")):
        pass
    return {"import_done": made[0].id, "import_ready": made[1].id}


def _figures(
    connection: Connection, entry: Entry, newest: dict[int, int], now: int, chance: random.Random, scale: float = 1.0
) -> None:
    figures: dict[tuple[int, int, int, int], list[int]] = {}
    hour = now // HOUR
    for back in range(DAYS * 24):
        day = (hour - back) // 24
        wave = 1 + 0.45 * math.sin((hour - back) % 24 / 24 * 2 * math.pi - 2.2) + (0.25 if day % 7 in (1, 2) else 0)
        for place, event_type_id in enumerate(entry.event_types):
            displays = int(
                scale * wave * (28 - 9 * place) * (1 + 0.35 * (DAYS - back / 24) / DAYS) * chance.uniform(0.7, 1.3)
            )
            row = [0, 0, 0, 0]
            row[DISPLAY], row[HOVER] = displays, displays // 5
            row[CLICK] = round(displays * chance.uniform(0.02, 0.055))
            row[CLOSE] = displays // 60
            of_event = newest.get(event_type_id, 0)
            figures[(entry.application.id, event_type_id, of_event, hour - back)] = row
    shown = {one: now - (place + 1) * 70_000 for place, one in enumerate(newest.values())}
    add_figures(connection, figures, shown)


def _conversions(
    connection: Connection, entry: Entry, goal_id: str, recorded: list[Any], now: int, chance: random.Random
) -> None:
    came = []
    visits: dict[tuple[int, int, int], list[int]] = {}
    for back in range(DAYS * 24):
        hour = now // HOUR - back
        visits[(entry.application.id, hour, SHOWN)] = [95, 80]
        visits[(entry.application.id, hour, HELD)] = [11, 9]
        for _ in range(chance.choice((0, 1, 1, 2, 3))):
            attribution = chance.choice((UNATTRIBUTED, DISPLAYED, DISPLAYED, CLICKED))
            arm = chance.choices((SHOWN, HELD, NO_ARM), (20, 1, 1))[0]
            event = recorded[chance.randrange(len(recorded))] if attribution else None
            came.append(
                Conversion(
                    application_id=entry.application.id,
                    goal_id=goal_id,
                    external_id=None,
                    cents=chance.choice((450, 1_600, 2_390, 6_400)),
                    currency="pound",
                    hour=hour,
                    occurred_at=hour * HOUR,
                    created_at=hour * HOUR,
                    event_type_id=event.event_type_id if event else 0,
                    event_id=event.id if event else 0,
                    attribution=attribution if arm != HELD else UNATTRIBUTED,
                    arm=arm,
                    first=arm != NO_ARM,
                )
            )
    add_conversions(connection, came, "pound")
    add_visits(connection, visits)
