"""Keyboard and mouse of WebKitGTK's page, with Playwright's names: real input through the driver."""

from __future__ import annotations

from typing import TYPE_CHECKING

from selenium.webdriver.common.actions.action_builder import ActionBuilder
from selenium.webdriver.common.keys import Keys

if TYPE_CHECKING:
    from tests.engines.webkit_page import WebKitPage

NAMES = {
    "Tab": Keys.TAB,
    "Enter": Keys.ENTER,
    "Escape": Keys.ESCAPE,
    "Space": Keys.SPACE,
    "Shift": Keys.SHIFT,
    "Control": Keys.CONTROL,
    "ArrowDown": Keys.ARROW_DOWN,
    "ArrowUp": Keys.ARROW_UP,
    "Home": Keys.HOME,
    "End": Keys.END,
}


class Keyboard:
    """Keys go to what has the focus."""

    def __init__(self, page: WebKitPage) -> None:
        self.page = page

    def press(self, key: str) -> None:
        """One key, or a chord as `Shift+Tab`."""
        *held, last = [NAMES.get(name, name) for name in key.split("+")]
        actions = ActionBuilder(self.page.driver, duration=0)
        for name in held:
            actions.key_action.key_down(name)
        actions.key_action.key_down(last).key_up(last)
        for name in reversed(held):
            actions.key_action.key_up(name)
        actions.perform()

    def type(self, text: str) -> None:
        for letter in text:
            self.press(letter)


class Mouse:
    """A pointer at CSS pixels of the viewport."""

    def __init__(self, page: WebKitPage) -> None:
        self.page = page

    def move(self, x: float, y: float) -> None:
        actions = ActionBuilder(self.page.driver, duration=0)
        actions.pointer_action.move_to_location(round(x), round(y))
        actions.perform()

    def down(self) -> None:
        actions = ActionBuilder(self.page.driver, duration=0)
        actions.pointer_action.pointer_down()
        actions.perform()

    def up(self) -> None:
        actions = ActionBuilder(self.page.driver, duration=0)
        actions.pointer_action.pointer_up()
        actions.perform()

    def click(self, x: float, y: float) -> None:
        actions = ActionBuilder(self.page.driver, duration=0)
        actions.pointer_action.move_to_location(round(x), round(y)).pointer_down().pointer_up()
        actions.perform()
