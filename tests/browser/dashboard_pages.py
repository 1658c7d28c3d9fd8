"""Every page of the dashboard, for the tests that go over all of them: axe, small screens, without scripts, pictures.

Add a row for each new page. What stands in braces comes from the filled server's `paths` (dashboard_ground.py).
"""

from __future__ import annotations

from typing import NamedTuple

OWN = "/dashboard/applications/{application}"


class DashboardPage(NamedTuple):
    """`name`: of its picture. `log_in` False: a page that is seen before."""

    name: str
    path: str
    log_in: bool = True
    status: int = 200


PAGES = (
    DashboardPage("log-in", "/dashboard/log-in", log_in=False),
    DashboardPage("invitation", "/dashboard/invitation/{invitation}", log_in=False),
    DashboardPage("applications", "/dashboard"),
    DashboardPage("applications-none-found", "/dashboard?search=nothing+of+that+name"),
    DashboardPage("application-new", "/dashboard/applications/new"),
    DashboardPage("overview", OWN),
    DashboardPage("overview-empty", "/dashboard/applications/{empty}"),
    DashboardPage("settings", f"{OWN}/settings"),
    DashboardPage("members", f"{OWN}/members"),
    DashboardPage("member-remove", f"{OWN}/members/{{member}}/remove"),
    DashboardPage("account", "/dashboard/account"),
    DashboardPage("members-everywhere", "/dashboard/members"),
    DashboardPage("audit", "/dashboard/audit"),
    DashboardPage("not-found", "/dashboard/nothing-here", status=404),
    # Areas: one block each.
    DashboardPage("events", f"{OWN}/events"),
    DashboardPage("event-new", f"{OWN}/events/new"),
    DashboardPage("event", f"{OWN}/events/{{event}}"),
    DashboardPage("event-edit", f"{OWN}/events/{{event}}/edit"),
    DashboardPage("event-delete", f"{OWN}/events/{{event}}/delete"),
    DashboardPage("events-found", f"{OWN}/events?q=seeds"),
    DashboardPage("events-empty", "/dashboard/applications/{empty}/events"),
    DashboardPage("why", f"{OWN}/why"),
    DashboardPage("import", f"{OWN}/import"),
    DashboardPage("import-empty", "/dashboard/applications/{empty}/import"),
    DashboardPage("import-columns", "/dashboard/applications/{journal}/import/{import_ready}"),
    DashboardPage("import-report", "/dashboard/applications/{journal}/import/{import_done}"),
    DashboardPage("privacy", f"{OWN}/privacy"),
    DashboardPage("templates", f"{OWN}/templates"),
    DashboardPage("template-new", f"{OWN}/templates/new"),
    DashboardPage("template", f"{OWN}/templates/{{event_type}}"),
    DashboardPage("template-delete", f"{OWN}/templates/{{event_type}}/delete"),
    DashboardPage("design", f"{OWN}/design"),
    DashboardPage("display", f"{OWN}/display"),
    DashboardPage("advanced", f"{OWN}/advanced"),
    DashboardPage("install", f"{OWN}/install"),
    DashboardPage("install-wordpress", f"{OWN}/install?for=wordpress&events=php"),
    DashboardPage("webhooks", f"{OWN}/webhooks"),
    DashboardPage("webhook-new", f"{OWN}/webhooks/new"),
    DashboardPage("webhook", f"{OWN}/webhooks/{{webhook}}"),
    DashboardPage("webhook-delete", f"{OWN}/webhooks/{{webhook}}/delete"),
    DashboardPage("goals", f"{OWN}/goals"),
    DashboardPage("goal", f"{OWN}/goals/{{goal}}"),
    DashboardPage("goals-empty", "/dashboard/applications/{empty}/goals"),
    DashboardPage("goal-new", f"{OWN}/goals/new"),
    DashboardPage("goal-delete", f"{OWN}/goals/{{goal}}/delete"),
    DashboardPage("overview-today", f"{OWN}?range=1"),
    DashboardPage("tokens", f"{OWN}/tokens"),
)
