"""Playwright's Locator for WebKitGTK: elements by CSS, those in open shadow roots too, looked up anew for each deed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.engines.webkit_page import WebKitPage

Step = tuple[str, int | None]  # a selector, and which of its elements where that was said

FIND = """
const below = (root, selector, found) => {
  for (const node of root.querySelectorAll(selector)) found.add(node);
  if (root.shadowRoot) below(root.shadowRoot, selector, found);
  for (const node of root.querySelectorAll('*')) if (node.shadowRoot) below(node.shadowRoot, selector, found);
};
let nodes = [document];
for (const [selector, index] of given.steps) {
  const found = new Set();
  for (const node of nodes) below(node, selector, found);
  nodes = index === null ? [...found] : [...found].slice(index, index + 1 || undefined);
}
"""
# Scrolled into view: where its box is, and its middle or the given place in it.
POINT = """(node, at) => {
  node.scrollIntoView({block: 'nearest', inline: 'nearest'});
  const box = node.getBoundingClientRect();
  return [box.x + (at ? at.x : box.width / 2), box.y + (at ? at.y : box.height / 2)];
}"""
SEEN = """(node) => { const box = node.getBoundingClientRect();
  return box.width > 0 && box.height > 0 && getComputedStyle(node).visibility === 'visible'; }"""


class Locator:
    """The elements that a chain of selectors finds now."""

    def __init__(self, page: WebKitPage, steps: list[Step]) -> None:
        self.page = page
        self.steps = steps

    def locator(self, selector: str) -> Locator:
        return Locator(self.page, [*self.steps, (selector, None)])

    def nth(self, index: int) -> Locator:
        return Locator(self.page, [*self.steps[:-1], (self.steps[-1][0], index)])

    @property
    def first(self) -> Locator:
        return self.nth(0)

    @property
    def last(self) -> Locator:
        return self.nth(-1)

    def count(self) -> int:
        return int(self._with("return nodes.length"))

    def all_text_contents(self) -> list[str]:
        return list(self._with("return nodes.map((node) => node.textContent)"))

    def evaluate_all(self, expression: str, arg: Any = None) -> Any:
        return self._with(f"return ({expression})(nodes, given.arg)", arg)

    def evaluate(self, expression: str, arg: Any = None) -> Any:
        """Call the function with the one element, and `arg`; waits for the element."""
        self.wait_for("attached")
        return self._with(
            "if (nodes.length !== 1) throw new Error(`${nodes.length} elements, not one`);"
            f"return ({expression})(nodes[0], given.arg)",
            arg,
        )

    def wait_for(self, state: str = "visible", timeout: float | None = None) -> None:
        """`visible`, `attached`, `hidden` or `detached`; milliseconds."""

        def holds() -> bool:
            if state in ("attached", "detached"):
                return (self.count() > 0) == (state == "attached")
            return bool(self._with(f"return nodes.some({SEEN})")) == (state == "visible")

        self.page.until(f"{self} {state}", holds, timeout)

    def is_visible(self) -> bool:
        return bool(self._with(f"return nodes.some({SEEN})"))

    def click(self, position: dict[str, float] | None = None, button: str = "left") -> None:
        if button != "left":
            pytest.skip("WebKitGTK: no other button: the driver presses it, and lets go of the first one")
        self.page.mouse.click(*self._point(position))

    def hover(self, position: dict[str, float] | None = None) -> None:
        self.page.mouse.move(*self._point(position))

    def _point(self, position: dict[str, float] | None) -> list[float]:
        """Where to aim, once it stands still."""
        self.wait_for()
        seen: list[list[float]] = []

        def stands() -> bool:
            seen.append(self.evaluate(POINT, position))
            return len(seen) > 1 and seen[-1] == seen[-2]

        self.page.until(f"{self} stands still", stands)
        return seen[-1]

    def focus(self) -> None:
        self.evaluate("(node) => node.focus()")

    def press(self, key: str) -> None:
        self.focus()
        self.page.keyboard.press(key)

    def fill(self, value: str) -> None:
        self.evaluate(
            "(node, text) => { node.focus(); node.value = text; node.dispatchEvent(new Event('input', {bubbles: true})); }",
            value,
        )

    def get_attribute(self, name: str) -> str | None:
        found: str | None = self.evaluate("(node, name) => node.getAttribute(name)", name)
        return found

    def text_content(self) -> str | None:
        found: str | None = self.evaluate("(node) => node.textContent")
        return found

    def inner_text(self) -> str:
        return str(self.evaluate("(node) => node.innerText"))

    def bounding_box(self) -> dict[str, float]:
        found: dict[str, float] = self.evaluate("(node) => node.getBoundingClientRect().toJSON()")
        return found

    def _with(self, body: str, arg: Any = None) -> Any:
        return self.page.driven(FIND + body, {"steps": self.steps, "arg": arg})

    def __str__(self) -> str:
        return " >> ".join(selector for selector, _ in self.steps)
