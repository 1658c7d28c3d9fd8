"""The fixture of the widget's browser tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from tests.browser.visits import Visits

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from tests.conftest import Live
    from tests.host_pages import HostPages


@pytest.fixture
def visit(live: Live, host_page: HostPages, new_page: Callable[..., Page], page_errors: list[str]) -> Iterator[Visits]:
    """Opens pages with the widget; the test fails when a page had an uncaught error."""
    yield Visits(live, host_page, new_page)
    assert not page_errors
