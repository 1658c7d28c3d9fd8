"""A dashboard of each test's own: an application on the shared server, and the way to people who may see it."""

from __future__ import annotations

import pytest
from tests.conftest import Live
from tests.surfaces.dashboard.ground import Dashboard


@pytest.fixture
def dashboard(live: Live) -> Dashboard:
    """A new application; `dashboard.as_role("editor").get("/events")` asks as one of its editors."""
    return Dashboard(live.server, live.new_application())
