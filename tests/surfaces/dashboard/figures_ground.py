"""What is shown and clicked, and what a page of figures says of it: its big numbers, its chart, its text."""

from __future__ import annotations

import html
import json
import re
from typing import Any

from tests.surfaces.dashboard.ground import Dashboard, Page

from tidings.domain import beacons
from tidings.records.beacon import CLICK, DISPLAY, Beacon
from tidings.surfaces.context import clock


def seen(dashboard: Dashboard, event_id: int, displays: int, clicks: int = 0, ago: int = 0) -> None:
    """Beacons that came so many milliseconds ago, put where the server puts them."""
    now = clock() - ago
    with dashboard.connection() as connection:
        for number in range(displays):
            acts = ((event_id, DISPLAY), (event_id, CLICK)) if number < clicks else ((event_id, DISPLAY),)
            beacons.count(connection, [Beacon(dashboard.application.id, "", acts, now)])


def big_numbers(page: Page) -> dict[str, str]:
    found = re.findall(r'<dt>([^<]+)</dt>\s*<dd class="figure-value">([^<]*)</dd>', page.text)
    return {name: html.unescape(value) for name, value in found}


def chart(page: Page) -> dict[str, Any]:
    found = re.search(r'data-chart="([^"]*)"', page.text)
    assert found, page.text
    data: dict[str, Any] = json.loads(html.unescape(found[1]))
    return data


def text_of(page: Page) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page.text)))
