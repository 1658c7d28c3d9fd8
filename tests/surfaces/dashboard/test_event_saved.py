"""Saving the form of an event: only what somebody has changed in it is written."""

from __future__ import annotations

import re
from html import unescape

import pytest
from tests.surfaces.dashboard.ground import Client, Dashboard
from tests.surfaces.dashboard.test_event import stored
from tests.surfaces.dashboard.test_events import NOON, record

from tidings.records.event import CustomField


@pytest.fixture
def editor(dashboard: Dashboard) -> Client:
    return dashboard.as_role("editor")


def drawn(text: str) -> list[tuple[str, str]]:
    """What a browser sends of the page's form when nothing was typed."""
    form = re.search(r'<form class="form panel".*?</form>', text, re.DOTALL)
    assert form is not None
    sent: list[tuple[str, str]] = []
    for found in re.finditer(
        r'<input[^>]* name="(\w+)"(?![^>]*checkbox)[^>]*? value="([^"]*)"'
        r'|<textarea[^>]* name="(\w+)"[^>]*>\n([^<]*)</textarea>'
        r'|<select[^>]* name="(\w+)".*?<option value="([^"]*)" selected',
        re.sub(r'<input type="hidden" name="(\w+)"', r'<input x="" name="\1"', form[0]),
        re.DOTALL,
    ):
        line, value, area, words, choice, option = (unescape(one or "") for one in found.groups())
        sent += [(line, re.sub(r"[\r\n]", "", value))] if line else []
        sent += [(area, re.sub(r"\r\n?|\n", "\r\n", words))] if area else []
        sent += [(choice, option)] if choice else []
    return [(name, value) for name, value in sent if name != "csrf"]


def test_what_no_field_can_hold_exactly_stays_as_it_is(dashboard: Dashboard, editor: Client) -> None:
    number = record(
        dashboard, title="a\nb", first_name=" Ada ", city="c\rd", created_at=NOON,
        custom_fields=(CustomField(5, " k ", "a\r\nb"), CustomField(7, "size", "XL"), CustomField(9, "x\ny", "")),
    )  # fmt: skip
    (before,) = stored(dashboard)
    sent = drawn(editor.get(f"/events/{number}/edit").text)
    assert {name for name, _ in sent} >= {"event_type_id", "seen", "title", "field_key", "field_value", "field_number"}
    assert editor.post(f"/events/{number}/edit", sent).status == 303
    assert stored(dashboard) == [before]
    assert [one for one in dashboard.audit() if one.deed.startswith("event.")] == []
    changed = [(name, "XXL" if value == "XL" else "Grace" if name == "first_name" else value) for name, value in sent]
    assert editor.post(f"/events/{number}/edit", changed).status == 303
    (event,) = stored(dashboard)
    assert (event.title, event.first_name, event.city) == ("a\nb", "Grace", "c\rd")
    assert event.custom_fields == (
        CustomField(5, " k ", "a\r\nb"), CustomField(7, "size", "XXL"), CustomField(9, "x\ny", "")
    )  # fmt: skip


def test_what_came_meanwhile_stays(dashboard: Dashboard, editor: Client) -> None:
    """Somebody has the form open, and the API changes the event: of both only what they have changed is written."""
    fields_before = (CustomField(1, "size", "XL"), CustomField(2, "colour", "blue"))
    number = record(dashboard, title="Old", city="Lagos", created_at=NOON, custom_fields=fields_before)
    sent = drawn(editor.get(f"/events/{number}/edit").text)
    new = {"title": "ByApi", "custom_event_fields_attributes": [{"key": "new", "value": "x"}, {"key": "size", "value": "S"}]}
    assert dashboard.application.request("PATCH", f"/events/{number}", {"event": new}).status == 200
    typed = [(name, "Grace" if name == "first_name" else "red" if value == "blue" else value) for name, value in sent]
    more = editor.post(f"/events/{number}/edit", [*typed, ("add_field", "1")])
    assert editor.post(f"/events/{number}/edit", drawn(more.text)).status == 303
    (event,) = stored(dashboard)
    assert (event.title, event.first_name, event.city) == ("ByApi", "Grace", "Lagos")
    assert event.custom_fields == (CustomField(1, "size", "S"), CustomField(2, "colour", "red"), CustomField(3, "new", "x"))
    # Emptied, and under another name.
    rows = [("field_number", "1"), ("field_key", "Size"), ("field_value", "S"), ("field_number", "2"), ("field_key", "")]
    rows += [("field_value", ""), ("field_number", "3"), ("field_key", "new"), ("field_value", "x")]
    rest = [pair for pair in drawn(editor.get(f"/events/{number}/edit").text) if not pair[0].startswith("field_")]
    assert editor.post(f"/events/{number}/edit", [*rest, *rows]).status == 303
    (event,) = stored(dashboard)
    assert [(field.key, field.value) for field in event.custom_fields] == [("new", "x"), ("Size", "S")]
