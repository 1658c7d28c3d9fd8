"""Themes on a page, for the tests of every theme: which there are, what they are tried with, and how a card is looked at."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from tests.browser.visits import THEMES, Visit, Visits, event, theme_names, theme_settings

TEMPLATE = "template"  # the theme to start from, as themes/README.md prints it
# The first of them and the one that is hardest to read on any page; the others with `make test-all`.
EVERY_TIME = ("theme1", "glass", TEMPLATE)
HELD = [
    pytest.param(name, marks=() if name in EVERY_TIME else pytest.mark.slow, id=name) for name in (*theme_names(), TEMPLATE)
]
PROBE = (Path(__file__).parent / "theme_probe.js").read_text("utf-8")
AT_ONCE = "* { animation-duration: 1ms !important; transition: none !important }"

LONG = [
    "Maximiliane-Charlotte from Villingen-Schwenningen just bought ",
    ["a", "twelve hand-dipped beeswax candles, tall and unscented, with a chamberstick of brass"],
    " for a friend ",
    ["time"],
]
USUAL = ["Maren from Hamburg just bought ", ["a", "Indigo writing ink, 50 ml"], ["time"]]
SHORT = ["Ada bought ", ["a", "ink"], ["time"]]
ARABIC = [
    "\u0627\u0634\u062a\u0631\u062a \u0644\u064a\u0644\u0649 \u0645\u0646 \u0627\u0644\u0642\u0627\u0647\u0631\u0629 ",
    ["a", "\u062d\u0628\u0631 \u0643\u062a\u0627\u0628\u0629 \u0646\u064a\u0644\u064a"],
    ["time"],
]
TEXTS: list[list[Any]] = [
    LONG,
    SHORT,
    ["x" * 500, ["time"]],
    ["John just bought a ", ["a", "W" * 480], " ", ["time"]],
    ["word " * 100, ["time"]],
    ["\U0001f600" * 120],
    ["\u6771\u4eac\u306e\u7f8e\u54b2\u3055\u3093\u304c" * 40, ["time"]],
    ["Z" + "\u0338\u0334\u0489" * 80],
    ["a", ["br"], "b", ["br"], "c", ["br"], "d", ["br"], "e"],
    [["b", "x" * 300], ["i", "y" * 300]],
    ["John bought ", ["time"], " a ", ["a", "mug"]],
]
EMPTY = dict.fromkeys(["first_name", "city", "country", "title", "image_url", "link", "url", "time_ago"])
TEXT_EVENTS = [*(event(number, parts) for number, parts in enumerate(TEXTS, 1)), event(99, **EMPTY)]


def settings_of(theme: str) -> dict[str, Any]:
    """The settings that draw this theme and keep its card."""
    if theme != TEMPLATE:
        return {"displayFor": 600, **theme_settings(theme)}
    blocks: list[str] = re.findall(r"^```css\n(.*?)^```", (THEMES / "README.md").read_text("utf-8"), re.M | re.S)
    return {"displayFor": 600, "theme": "plain", "themeCss": next(css for css in blocks if "@keyframes" in css)}


def draw(visit: Visits, theme: str, events: list[Any], css: str = AT_ONCE, **context: Any) -> Visit:
    """A page with this theme, and `css` on top of it (no waiting for motion); nothing is shown before `display`."""
    settings = settings_of(theme)
    settings |= {"themeCss": settings["themeCss"] + css, "manualTrigger": True}
    return visit(events, settings, init=PROBE, **context)


def probe(v: Visit, name: str, *arguments: Any) -> Any:
    """What this function of theme_probe.js says of the card that stands now."""
    return v.card.evaluate(f"(card, more) => probe.{name}(card, ...more)", list(arguments))


def resize(v: Visit, width: int, height: int) -> None:
    """Give the page another size, and the engine time to lay it out."""
    v.page.set_viewport_size({"width": width, "height": height})
    v.page.wait_for_function("([width, height]) => innerWidth === width && innerHeight === height", arg=[width, height])
    settle(v)


def settle(v: Visit) -> None:
    """Wait until what was changed is painted."""
    v.js("new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve(0))))")
