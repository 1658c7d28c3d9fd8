"""Settings: name and address, a new token, and the end of an application."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import Connection, func, select
from tests.surfaces.dashboard.ground import PREFIX, Dashboard

from tidings.domain import applications
from tidings.domain import events as domain_events
from tidings.records.event import EventDraft
from tidings.records.user import User
from tidings.storage import applications as stored
from tidings.storage.tables import events
from tidings.surfaces.dashboard.forms import Form
from tidings.surfaces.dashboard.plumbing import Redirect, Visit, Write
from tidings.surfaces.dashboard.settings_page import delete_post

FIELDS = {"name": "Ink & Onion", "url": "https://ink.example"}


def test_what_is_saved_is_there(dashboard: Dashboard) -> None:
    editor = dashboard.as_role("editor")
    done = editor.post("/settings", FIELDS)
    assert done.location == f"{dashboard.base}/settings?done=saved"
    page = editor.follow(done).text
    assert "Saved." in page
    assert 'value="Ink &amp; Onion"' in page
    with dashboard.connection() as connection:
        kept = applications.retrieve(connection, dashboard.application.id)
    assert (kept.name, kept.url) == ("Ink & Onion", "https://ink.example")
    [entry] = [one for one in dashboard.audit() if one.deed == "application.updated"]
    assert entry.detail["url"] == ["https://shop.example", "https://ink.example"]
    editor.post("/settings", FIELDS)
    assert len([one for one in dashboard.audit() if one.deed == "application.updated"]) == 1, "nothing changed"


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", " ", "Name is 1 to 255 characters"),
        ("url", "ftp://ink.example", "Address is a whole web address"),
    ],
)
def test_what_will_not_do_changes_nothing(dashboard: Dashboard, field: str, value: str, said: str) -> None:
    page = dashboard.as_role("editor").post("/settings", FIELDS | {field: value})
    assert page.status == 422
    assert said in page.text
    assert f'href="#f-{field}"' in page.text, "the summary leads to the field"
    assert 'value="Ink &amp; Onion"' in page.text or field == "name"
    assert not [one for one in dashboard.audit() if one.user_id]


def test_two_editors_do_not_undo_each_others_work(dashboard: Dashboard) -> None:
    one, other = dashboard.as_role("editor"), dashboard.as_role("editor")
    text = other.get("/settings").text
    [seen] = re.findall(r'name="seen" value="([^"]*)"', text)
    drawn = {"name": _name(dashboard), "url": "https://shop.example", "seen": seen.replace("&#34;", '"')}
    assert one.post("/settings", drawn | {"name": "Renamed"}).status == 303
    assert other.post("/settings", drawn | {"url": "https://other.example"}).status == 303
    with dashboard.connection() as connection:
        kept = applications.retrieve(connection, dashboard.application.id)
    assert (kept.name, kept.url) == ("Renamed", "https://other.example")


def test_a_viewer_sees_and_can_not_change(dashboard: Dashboard) -> None:
    page = dashboard.as_role("viewer").get("/settings").text
    assert page.count(" disabled") == len(FIELDS)
    assert "Delete" not in page
    assert ">Save<" not in page
    assert "Make a new token" not in dashboard.as_role("editor").get("/settings").text


def test_a_new_token_is_shown_once_and_ends_the_old_one(dashboard: Dashboard) -> None:
    owner, name = dashboard.as_role("owner"), _name(dashboard)
    assert owner.post("/settings/token", {"confirm_token": "yes"}).status == 422
    dashboard.application.post_event(title="before")
    page = owner.post("/settings/token", {"confirm_token": f" {name} "})
    assert page.status == 200
    [token] = re.findall(r"<code>([A-Za-z0-9_-]{43})</code>", page.text)
    assert "The new token" in page.text
    assert token not in owner.get("/settings").text
    event = {"event": {"event_type_tag": "new_order", "title": "after"}}

    def post(which: str) -> int:
        headers = {"Authorization": f"Token {which}"}
        return dashboard.server.request("POST", "/api/v1/applications/me/events", headers, event).status

    assert post(dashboard.application.auth_token) == 401
    assert post(token) == 200
    assert [one.deed for one in dashboard.audit() if one.user_id] == ["application.token_rotated"]


def test_an_application_ends_when_its_name_was_typed(dashboard: Dashboard) -> None:
    owner, name = dashboard.as_role("owner"), _name(dashboard)
    dashboard.application.post_event(title="Seeds")
    wrong = owner.post("/settings/delete", {"confirm_delete": name.upper()})
    assert wrong.status == 422
    assert "This is not the name of the application" in wrong.text
    done = owner.post("/settings/delete", {"confirm_delete": name})
    assert (done.status, done.location) == (303, f"{PREFIX}?done=application_deleted")
    assert "The application is gone" in owner.follow(done).text
    assert owner.get("/settings").status == 404
    with dashboard.connection() as connection:
        assert stored.application_by_id(connection, dashboard.application.id) is None
        left = select(func.count()).select_from(events).where(events.c.application_id == dashboard.application.id)
        assert connection.execute(left).scalar_one() == 0
    entry = dashboard.audit()[0]
    assert (entry.deed, entry.application_name, entry.subject) == ("application.deleted", name, name)


def test_the_end_is_many_short_writes(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each step is a write of its own, between which those of others come."""
    monkeypatch.setattr(stored, "DELETED_AT_ONCE", 5)
    entry = applications.create(connection, "Shop", "https://shop.example", 0).entry
    new = [domain_events.new_event(entry, EventDraft(event_type_tag="new_order"), b"", number) for number in range(12)]
    domain_events.record(connection, new)
    visit = Visit(
        context=None,  # type: ignore[arg-type] - not asked for
        now=0,
        cookie="",
        csrf="",
        address="",
        user_agent="",
        location="",
        form=Form([("confirm_delete", "Shop")]),
        user=User(1, "ada@shop.example", "Ada", "owner", 0, 0),
        entry=entry,
        role="owner",
    )
    work, writes = delete_post(visit), 0
    while isinstance(work, Write):
        work, writes = work.then(work.job(connection)), writes + 1
    assert isinstance(work, Redirect)
    assert writes == 1 + 3 + 1 + 1, "closed; 5, 5 and 2 events; all others; the application"
    assert stored.application_by_id(connection, entry.application.id) is None


def _name(dashboard: Dashboard) -> Any:
    with dashboard.connection() as connection:
        return applications.retrieve(connection, dashboard.application.id).name
