"""A dashboard of each test's own: an application on the shared server, and the way to people who may see it."""

from __future__ import annotations

import pytest
from tests.conftest import Live
from tests.surfaces.dashboard.ground import Dashboard, hash_of_password

from tidings.records.user import User


@pytest.fixture
def dashboard(live: Live) -> Dashboard:
    """A new application; `dashboard.as_role("editor").get("/events")` asks as one of its editors."""
    return Dashboard(live.server, live.new_application())


@pytest.fixture
def user(dashboard: Dashboard) -> User:
    """Somebody with PASSWORD, logged in nowhere that the test knows of."""
    client = dashboard.as_role("owner", password_hash=hash_of_password())
    assert client.user is not None
    return client.user
