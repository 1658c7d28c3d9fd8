"""Rows of bad_inputs.jsonl about beacons: what they count, and that they count for nobody else."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from tests.cases.ground import Ground
from tests.live import LiveApp
from tests.wire import Exchange

NAMES = ("display", "hover", "click", "close", "conversions_count", "conversions_sales_sum")


def figures(application: LiveApp) -> dict[str, int]:
    """What `get_statistics` tells of the last 30 days."""
    answer = application.request("GET", "/get_statistics")
    assert answer.status == 200, answer.text
    return {name: answer.json()["stats"][name] for name in NAMES}


def remember(ground: Ground) -> None:
    ground.kept["others"] = figures(ground.other)


def counted(ground: Ground, exchanges: list[Exchange]) -> None:
    """A row has an application of its own: before it, nothing was counted."""
    assert figures(ground.mine) == dict.fromkeys(NAMES, 0) | ground.row["expect"].get("counted", {})
    assert figures(ground.other) == ground.kept["others"]


def may_post_from_anywhere(ground: Ground, exchanges: list[Exchange]) -> None:
    headers = exchanges[-1].answers[-1].headers
    assert headers["access-control-allow-methods"] == "POST"
    assert headers["access-control-allow-headers"] == "content-type"
    counted(ground, exchanges)


_LINES = Path(__file__).with_name("bad_inputs.jsonl").read_text().splitlines()
ROWS = [row["id"] for row in map(json.loads, _LINES) if row["surface"] == "tracking"]
SETUPS: dict[str, Callable[[Ground], object]] = dict.fromkeys(ROWS, remember)
CHECKS: dict[str, Callable[[Ground, list[Exchange]], None]] = {
    **dict.fromkeys(ROWS, counted),
    **{row["id"]: may_post_from_anywhere for row in map(json.loads, _LINES) if row["description"] == "preflight"},
}
