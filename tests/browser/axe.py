"""axe in a page: what it finds once nothing moves any more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pytest
from tests.commands import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Page

AXE = ROOT / "widget" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
# Of the page and of shadow trees one below it; a motion that is cut short is over too, one without end is left.
_STILL = """() => {
  const trees = [document, ...[...document.querySelectorAll('*')].flatMap((node) => node.shadowRoot ?? [])];
  const motions = trees.flatMap((tree) => tree.getAnimations())
    .filter((motion) => motion.playState === 'running' && motion.effect.getComputedTiming().endTime !== Infinity);
  return Promise.all(motions.map((motion) => motion.finished.catch(() => 0)));
}"""


def still(page: Page) -> None:
    """Wait until nothing moves any more: what fades in has not its own colours yet."""
    page.evaluate(_STILL)


def load_axe(page: Page) -> None:
    """Put axe into the page, which must be there already; a fresh clone without `npm ci` skips."""
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: npm ci in widget/")
    page.evaluate(AXE.read_text())


def violations(page: Page, rules: Sequence[str] = RULES, *, frames: bool = False) -> list[tuple[str, list[str]]]:
    """What axe finds: each rule with the first nodes that break it. Frames of a page have tests of their own."""
    still(page)
    options = {"runOnly": list(rules), "iframes": frames, "resultTypes": ["violations"]}
    found = page.evaluate("(options) => axe.run(options)", options)
    return [(rule["id"], [node["html"][:160] for node in rule["nodes"]][:3]) for rule in found["violations"]]
