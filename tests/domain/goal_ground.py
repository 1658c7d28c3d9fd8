"""Two applications with goals and events, what may happen to them, and every way to what was counted."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, func, select

from tidings.domain import applications, beacons, conversions, events, goal_statistics, goals, statistics
from tidings.records.application import ApplicationChanges
from tidings.records.beacon import Beacon
from tidings.records.conversion import CLICKED, ConversionDraft, Reached
from tidings.records.event import EventDraft
from tidings.records.goal import GoalDraft
from tidings.records.statistics import HOUR, Figures, Reach
from tidings.storage import figure_tables, goal_tables
from tidings.storage.stretches import LENGTHS
from tidings.storage.tables import application_figures, event_type_figures

DAY = 24 * HOUR
# The beginning of a day and of a generation of marks.
NOW = 20_700 * DAY
STRETCHES = (figure_tables.goal_stretches, figure_tables.credit_stretches)
SUMS = (
    ("number", "number"),
    ("cents", "cents"),
    ("iif(attribution > 0, number, 0)", "attributed"),
    ("iif(attribution > 0, cents, 0)", "attributed_cents"),
    ("iif(arm = 2, number, 0)", "held"),
    ("iif(arm = 2, cents, 0)", "held_cents"),
    ("iif(attribution = 2, number, 0)", "clicked"),
    ("iif(attribution = 2, cents, 0)", "clicked_cents"),
    ("iif(arm = 1, firsts, 0)", "firsts_shown"),
    ("iif(arm = 2, firsts, 0)", "firsts_held"),
)
GOAL_TABLES = (goal_tables.conversions, goal_tables.goal_figures, goal_tables.event_conversions, goal_tables.visit_figures)


class Ground:
    """Two applications with two goals each, `dollars` and `euros`; events 1 and 2 of the first, event 3 of the second."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        entries = [applications.create(connection, name, "https://a.example", NOW).entry for name in ("A", "B")]
        for entry in (entries[0], entries[0], entries[1]):
            draft = EventDraft(event_type_id=next(iter(entry.event_types)))
            events.record(connection, [events.new_event(entry, draft, b"", NOW)])
        self.dollars, self.euros = (self.goal(1, currency) for currency in ("dollar", "euro"))
        self.others = self.goal(2, "dollar")

    def goal(self, application_id: int, currency: str) -> str:
        draft = GoalDraft(name=currency, currency=currency)
        return goals.create(self.connection, application_id=application_id, draft=draft, now=NOW).id

    def tell(self, *told: Reached, now: int = NOW, application_id: int = 1, together: bool = False) -> None:
        """These came, each in a beacon and a commit of its own, or all in one."""
        came = [Beacon(application_id, "", (), now, (one,)) for one in told]
        for batch in [came] if together else [[one] for one in came]:
            assert beacons.count(self.connection, batch) == [None] * len(batch)

    def visit(self, arm: int, view: str = "", now: int = NOW, application_id: int = 1, visitor: bool = True) -> None:
        beacons.count(self.connection, [Beacon(application_id, view, (), now, (), arm, visitor)])

    def record(self, goal_id: str = "", now: int = NOW, application_id: int = 1, **members: Any) -> Any:
        draft = ConversionDraft(**members)
        return conversions.record(
            self.connection, application_id=application_id, goal_id=goal_id or self.dollars, draft=draft, now=now
        )

    def refund(self, external_id: str, goal_id: str = "") -> None:
        conversions.refund(
            self.connection, application_id=1, goal_id=goal_id or self.dollars, external_id=external_id, now=NOW
        )

    def found(self, application_id: int = 1, goal_id: str | None = None, time_zone: str = "UTC") -> goal_statistics.Found:
        return goal_statistics.reached(
            self.connection,
            application_id=application_id,
            start=(NOW - 100 * DAY) // 1_000,
            end=(NOW + 100 * DAY) // 1_000,
            time_zone=time_zone,
            goal_id=goal_id,
        )

    def totals(self, application_id: int = 1) -> dict[str, Reach]:
        return dict(self.found(application_id).totals)

    def attributed(self, application_id: int = 1) -> Figures:
        """What Fomo's statistics tell of conversions; every way to them must say the same."""
        rows = [
            self.connection.execute(
                select(
                    func.coalesce(func.sum(table.c.conversions), 0), func.coalesce(func.sum(table.c.conversion_cents), 0)
                ).where(table.c.application_id == application_id)
            ).one()
            for table in (application_figures, event_type_figures)
        ]
        assert rows[0] == rows[1]
        self.stretches_agree()
        total = statistics.stat_application(self.connection, application_id)
        between = statistics.between(self.connection, application_id=application_id, start=0, end=NOW // 1_000 * 2)
        days = statistics.by_day(self.connection, application_id=application_id, first=20_600, last=20_800).total
        assert (total["conversions_count"], total["conversions_sales_sum"]) == tuple(rows[0])
        assert (between.conversions, between.conversion_cents) == tuple(rows[0])
        assert (days.conversions, days.conversion_cents) == tuple(rows[0])
        currency = applications.retrieve(self.connection, application_id).display.currency
        reach = self.totals(application_id)
        assert sum(one.attributed for one in reach.values()) == rows[0][0]
        assert reach.get(currency, Reach()).attributed_cents == rows[0][1]
        return Figures(conversions=rows[0][0], conversion_cents=rows[0][1])

    def stretches_agree(self) -> None:
        """The sums over stretches, of every length, are those of the figures of goals to the unit."""
        for length in LENGTHS:
            for goal, here in (("goal_id", "goal_id <> ''"), ("''", "goal_id = ''")):
                where = f"{goal}, hour - hour % {length}"
                for kept, sums, key, which in (
                    ("goal_stretches", SUMS, "currency", "arm >= 0"),
                    ("credit_stretches", SUMS[:2], "currency, event_type_id", "attribution > 0"),
                ):
                    counted = f"sum({SUMS[0][0]}) > 0"
                    wanted = (
                        f"SELECT application_id, {where}, {key}, {', '.join(f'sum({text})' for text, _ in sums)}"
                        f" FROM goal_figures WHERE {which} GROUP BY application_id, {where}, {key} HAVING {counted}"
                    )
                    found = (
                        f"SELECT application_id, goal_id, begins, {key}, {', '.join(name for _, name in sums)}"
                        f" FROM {kept} WHERE hours = {length} AND {here} AND number > 0"
                    )
                    rows = [sorted(map(tuple, self.connection.exec_driver_sql(text))) for text in (wanted, found)]
                    assert rows[0] == rows[1], (kept, length, goal)

    def set_currency(self, currency: str) -> None:
        changes = ApplicationChanges(display={"currency": currency})
        applications.update(self.connection, application_id=1, changes=changes, now=NOW)

    def rows(self, table: Any) -> int:
        return self.connection.execute(select(func.count()).select_from(table)).scalar_one()

    def left(self) -> set[str]:
        """Tables in which any count or sum is not 0, or any conversion is that was not taken back."""
        kept = goal_tables.conversions
        self.stretches_agree()
        found = {
            table.name for table in GOAL_TABLES[1:3] + STRETCHES if self._sum(table.c.number) or self._sum(table.c.cents)
        }
        return (
            found
            | {"totals" for _ in [0] if self.attributed() != Figures()}
            | ({"conversions"} if self.rows(kept.select().where(~kept.c.refunded).subquery()) else set())
        )

    def _sum(self, column: Any) -> int:
        return self.connection.execute(select(func.coalesce(func.sum(func.abs(column)), 0))).scalar_one()


def told(goal_id: str, nonce: str = "conversion-1", at: int = NOW, **members: Any) -> Reached:
    return Reached(goal_id, nonce, at, **members)


def clicked(goal_id: str, nonce: str = "conversion-1", event_id: int = 1, cents: int = 500, **members: Any) -> Reached:
    return told(goal_id, nonce, cents=cents, attribution=CLICKED, event_id=event_id, **members)
