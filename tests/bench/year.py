"""A database with a year in it, made in bulk: events, figures by the hour and by the day, goals with conversions, and a log.

Figures lie as the server would have left them: by the hour for 90 days, by the day before, summed up in stretches.
"""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.figures import CITIES, NAMES, THINGS

from tidings.domain.statistics_roll_up import KEPT_BY_THE_HOUR
from tidings.storage.engine import writing_engine
from tidings.storage.event_counts import Scope, recount
from tidings.storage.goal_stretches import Change, add_changes
from tidings.storage.stretches import LENGTHS

HOUR = 3_600_000
DAY = 24 * HOUR
DAYS = 365
# Rows of event types that are put in at once.
AT_ONCE = 200_000


@dataclass(frozen=True)
class Size:
    """How much of each there is; `daily`: events whose notifications are shown on each of the newest 30 days."""

    events: int = 1_000_000
    event_types: int = 1_000
    goals: int = 20
    conversions_an_hour: int = 12
    audit: int = 20_000
    deliveries: int = 5_000
    others: int = 50

    @property
    def daily(self) -> int:
        """Events that came, and were shown, on each day."""
        return max(8, self.events // DAYS)


def fill(path: Path, application_id: int, now: int, size: Size) -> None:
    """Puts a year that ends `now` (milliseconds) into an application that is there, in a database no server has open."""
    with closing(sqlite3.connect(path)) as database:
        # A crash would cost this file, which nobody needs.
        database.execute("PRAGMA synchronous=OFF")
        year = _Year(database, application_id, now, size)
        with database:
            for step in (year.event_types, year.events, year.figures, year.single_events, year.goals, year.people):
                step()
            database.execute("ANALYZE")
    engine = writing_engine(path, checkpoints=True)
    with engine.begin() as connection:
        recount(connection, Scope(application_id))
        for event_type_id in year.types:
            recount(connection, Scope(application_id, event_type_id))
        add_changes(connection, year.changes)
    engine.dispose()


class _Year:
    def __init__(self, database: sqlite3.Connection, application_id: int, now: int, size: Size) -> None:
        self.database, self.of, self.now, self.size = database, application_id, now, size
        self.hour = now // HOUR
        self.chance = random.Random(size.events)
        self.types: list[int] = []
        self.changes: list[Change] = []

    def insert(self, table: str, rows: Any, columns: str = "") -> None:
        """Rows of as many values as the table, or as `columns`, has."""
        rows = list(rows)
        if rows:
            places = ", ".join("?" * len(rows[0]))
            self.database.executemany(f"INSERT INTO {table} {columns} VALUES ({places})", rows)

    def event_types(self) -> None:
        """So many in all, with those that are there."""
        there = self.database.execute("SELECT id FROM event_types WHERE application_id = ?", (self.of,)).fetchall()
        self.insert(
            "event_types",
            (
                (self.of, f"Kind {n:03}", f"kind_{n}", "{{ first_name }} bought {{ title }}", self.now, self.now)
                for n in range(self.size.event_types - len(there))
            ),
            "(application_id, name, tag, message, created_at, updated_at)",
        )
        found = self.database.execute("SELECT id FROM event_types WHERE application_id = ? ORDER BY id", (self.of,))
        self.types = [row[0] for row in found]

    def events(self) -> None:
        """Evenly over the year, the newest last."""
        apart = DAYS * DAY // self.size.events
        columns = (
            "(application_id, event_type_id, external_id, url, first_name, city, country, title, custom_fields, created_at,"
            " updated_at)"
        )
        for begin in range(0, self.size.events, AT_ONCE):
            self.insert(
                "events",
                (
                    (
                        self.of,
                        self.types[n % len(self.types)],
                        f"order-{n}",
                        f"https://shop.example/p/{n % 500}",
                        NAMES[n % len(NAMES)],
                        CITIES[n % len(CITIES)],
                        "US",
                        THINGS[n % len(THINGS)],
                        '[[1,"size","XL"]]',
                        self.now - (self.size.events - n) * apart,
                        self.now,
                    )
                    for n in range(begin, min(begin + AT_ONCE, self.size.events))
                ),
                columns,
            )

    def figures(self) -> None:
        """Of each event type in each hour, and of the application; by the day before 90 days, in stretches too."""
        edge = (self.hour - KEPT_BY_THE_HOUR) // 24 * 24
        days = [(edge - 24 * n, 24) for n in range(DAYS - 90, 0, -1)]
        hours = [(hour, 1) for hour in range(edge, self.hour + 1)]
        for event_type_id in self.types:
            rate = 1 + event_type_id % 7
            rows = []
            for hour, length in (*days, *hours):
                of_hour = hour % 24 if length == 1 else 12
                displays = (rate * (6 + of_hour + hour // 24 % 9) + event_type_id % 3) * length
                clicks = displays // (20 + event_type_id % 20)
                rows.append((self.of, event_type_id, hour, displays, 0, clicks, 0, 0, 0))
            self.insert("event_type_figures", rows)
        self.database.execute(
            "INSERT INTO application_figures SELECT application_id, hour, sum(displays), sum(hovers), sum(clicks),"
            " sum(closes), 0, 0 FROM event_type_figures WHERE application_id = ? GROUP BY hour",
            (self.of,),
        )
        for length in LENGTHS[1:]:
            self.database.execute(
                "INSERT INTO event_type_stretches SELECT application_id, ?1, hour - hour % ?1, event_type_id, sum(displays),"
                " sum(clicks) FROM event_type_figures WHERE application_id = ?2 GROUP BY hour / ?1, event_type_id",
                (length, self.of),
            )
        self.insert("figure_roll_ups", [(self.of, edge, edge, 0)])

    def single_events(self) -> None:
        """Each event on its day and the next, some of them clicked; the newest ones were shown just now."""
        rows = []
        last = self.database.execute("SELECT max(id) FROM events").fetchone()[0]
        for ago in range(30):
            day = self.now // DAY - ago
            for n in range(self.size.daily):
                clicks = self.chance.randrange(1, 6) if n % 10 == 0 else 0
                at = max(day * DAY, self.now - n * 30_000) if ago == 0 else (day + 1) * DAY - 1
                rows.append((self.of, day, last - ago * self.size.daily - n, 40 + n % 50, 0, clicks, 0, at))
        self.insert("event_figures", rows)

    def goals(self) -> None:
        """With conversions in every hour; what is put down to notifications is in the application's own figures."""
        names = [f"{'ABCDEFGH'[n % 8]}{'JKLMNPQR'[n // 8 % 8]}ABCDEF" for n in range(self.size.goals)]
        self.insert("goals", ((name, self.of, f"Goal {n}", "dollar", "[]", n, n) for n, name in enumerate(names)))
        rows = []
        for hour in range(self.hour - DAYS * 24 + 1, self.hour + 1):
            for n in range(self.size.conversions_an_hour):
                put_down = n % 3
                event_type_id = self.types[(hour * 7 + n) % len(self.types)] if put_down else 0
                number = 1 + (hour + n) % 4
                arm = 2 if self.chance.randrange(12) == 0 else 1
                goal = names[self.chance.randrange(len(names))]
                key = (self.of, hour, goal, event_type_id if arm == 1 else 0, "dollar", put_down if arm == 1 else 0, arm)
                rows.append((*key, number, number * self.chance.randrange(500, 9_000), number))
        merged = {row[:7]: row for row in rows}
        self.insert("goal_figures", sorted(merged.values()))
        self.changes = [Change(*row) for row in merged.values()]
        self.database.execute(
            "INSERT INTO application_figures (application_id, hour, conversions, conversion_cents)"
            " SELECT g.application_id, (SELECT max(a.hour) FROM application_figures a"
            " WHERE a.application_id = g.application_id AND a.hour <= g.hour), sum(number), sum(cents)"
            " FROM goal_figures g WHERE g.application_id = ?"
            " AND attribution > 0 GROUP BY 2 HAVING true ON CONFLICT (application_id, hour) DO UPDATE SET"
            " conversions = excluded.conversions, conversion_cents = excluded.conversion_cents",
            (self.of,),
        )
        hours = range(self.hour - DAYS * 24 + 1, self.hour + 1)
        self.insert(
            "visit_figures", ((self.of, hour, arm, 90 if arm == 1 else 10, 60 // arm**3) for hour in hours for arm in (1, 2))
        )
        events = self.database.execute("SELECT id FROM events ORDER BY id DESC LIMIT 20000").fetchall()
        some = {
            (self.of, self.now // DAY - n % 30, events[n * 7 % len(events)][0], names[n % len(names)], "dollar", 1, 1_999)
            for n in range(30 * 24 * self.size.conversions_an_hour * 2 // 3)
        }
        self.insert("event_conversions", {row[:5]: row for row in some}.values())
        rest = (0, 0, 0, 0, 1, 0, 0, 0, 0)
        self.insert(
            "conversions",
            (
                (
                    self.of,
                    names[n % len(names)],
                    f"order-{n}",
                    1_999,
                    "dollar",
                    self.hour - n % 8_000,
                    self.now,
                    self.now,
                    *rest,
                )
                for n in range(len(self.changes))
            ),
        )

    def people(self) -> None:
        """The audit log, webhooks with their deliveries, members, tokens, an import of which some rows were refused."""
        self.insert(
            "audit_log",
            (
                (self.now - n * 60_000, None, "mira@shop.example", self.of, "Shop", "event.updated", f"Event {n}", "{}")
                for n in range(self.size.audit, 0, -1)
            ),
            "(at, user_id, email, application_id, application_name, deed, subject, detail)",
        )
        figures = '["hover","conversions_count"]'
        self.insert(
            "webhooks",
            (
                (self.of, f"https://hooks.example/{n}", figures, 1, "whsec_AAAA", self.now // (4 * HOUR) * 4 * HOUR, n, n)
                for n in range(self.size.others // 5)
            ),
            "(application_id, url, figures, enabled, secret, next_window, created_at, updated_at)",
        )
        webhook = self.database.execute("SELECT max(id) FROM webhooks").fetchone()[0]

        def two(n: int) -> tuple[int, int]:
            return self.now - n * 1_000, self.now - n * 1_000

        self.insert(
            "deliveries",
            (
                (
                    f"msg_{n}",
                    webhook,
                    self.of,
                    "webhook",
                    f"lane-{n % 5}",
                    0,
                    0,
                    14_400,
                    b"{}",
                    "delivered",
                    1,
                    0,
                    0,
                    *two(n),
                )
                for n in range(self.size.deliveries, 0, -1)
            ),
            "(message_id, webhook_id, application_id, channel, lane, test, timeframe_from, timeframe_to, body, state,"
            " attempts, rung, doubtful, created_at, finished_at)",
        )
        self.database.execute(
            "INSERT INTO delivery_attempts SELECT id, 1, 'https://hooks.example', created_at, 20, 'sent', 200, x'6f6b'"
            " FROM deliveries WHERE webhook_id = ?",
            (webhook,),
        )
        self.insert(
            "users",
            ((f"user-{n}@shop.example", f"user-{n}@shop.example", f"User {n}", "-", n, n) for n in range(self.size.others)),
            "(email, email_key, name, password_hash, created_at, updated_at)",
        )
        self.database.execute(
            "INSERT INTO memberships SELECT id, ?, 'viewer', 1 FROM users WHERE email LIKE 'user-%'", (self.of,)
        )
        site = self.database.execute("SELECT site_id FROM applications WHERE id = ?", (self.of,)).fetchone()[0]
        self.insert(
            "api_tokens",
            ((f"token {n}".encode(), f'["read:{site}"]', n, n) for n in range(self.size.others)),
            "(hash, scopes, created_at, last_used_at)",
        )
        whose = (self.of, "dashboard", "mira@shop.example")
        how_far = (400, 400, 200, 0, 200, "refused", self.now, self.now, self.now, self.now)
        self.insert(
            "imports",
            ((*whose, f"orders-{n}.csv", "done", '["title"]', None, "", b"", *how_far) for n in range(self.size.others)),
            "(application_id, source, made_by, file_name, state, columns, plan, note, digest, rows, position, imported,"
            " known, refused, kept, created_at, started_at, finished_at, updated_at)",
        )
        newest = self.database.execute("SELECT max(id) FROM imports").fetchone()[0]
        self.insert(
            "import_rows", ((self.of, newest, n, '["Mug"]', "first_name is longer than 255 characters") for n in range(200))
        )
