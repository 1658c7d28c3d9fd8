"""What a screen reader finds in a page: roles and names in reading order, as the engine computes them.

Chromium tells its accessibility tree, WebKitGTK the role and the name of each element. Stock Firefox tells its driver
neither: there Playwright computes them from Firefox's own nodes and styles.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.engines.webkit_page import WebKitPage

if TYPE_CHECKING:
    from playwright.sync_api import Page

Rows = list[tuple[str, str]]
# Every element as it is laid out: of a host its shadow tree, and what stands in that tree's slots.
ELEMENTS = """
const found = [];
const walk = (node) => {
  if (node.nodeType !== 1) return;
  found.push(node);
  const slotted = node.localName === 'slot' && node.assignedElements();
  for (const child of slotted || (node.shadowRoot || node).children) walk(child);
};
walk(document.body.parentElement);
return found.filter((node) => !['HEAD', 'SCRIPT', 'STYLE', 'META', 'TITLE', 'LINK', 'SLOT'].includes(node.nodeName));
"""
NOTHING = ("", "none", "generic", "presentation")


def read_out(page: Page | WebKitPage) -> Rows:
    """Roles and names, in reading order; what has no role is left out."""
    if isinstance(page, WebKitPage):
        elements = page.driver.execute_script(ELEMENTS)
        rows = [(str(element.aria_role), str(element.accessible_name)) for element in elements]
        return [row for row in rows if row[0] not in NOTHING]
    if page.context.browser and page.context.browser.browser_type.name == "firefox":
        return computed(page.locator("html").aria_snapshot())
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    by_id = {node["nodeId"]: node for node in nodes}

    def walk(node: dict[str, Any]) -> Rows:
        own = [] if node.get("ignored") else [(node["role"]["value"], node.get("name", {}).get("value", ""))]
        return own + [row for child in node.get("childIds", []) if child in by_id for row in walk(by_id[child])]

    return walk(nodes[0])


def computed(snapshot: str) -> Rows:
    """The rows of Playwright's snapshot: lines as `- link "Its name": its text`."""
    lines = re.findall(r'^\s*- \'?(\w+)(?: "((?:[^"\\]|\\.)*)")?', snapshot, re.MULTILINE)
    return [(role, re.sub(r"\\(.)", r"\1", name)) for role, name in lines]
