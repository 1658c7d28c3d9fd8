"""Templates: event types made, changed and deleted, with their wording, its mistakes at their place, and page rules."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.surfaces.dashboard.ground import Dashboard
from tests.surfaces.dashboard.test_design import notes, shown

from tidings.surfaces.dashboard.wording_parts import pieces, wrong_place
from tidings.surfaces.message_language import FILTERS, NAMES


def event_types(dashboard: Dashboard) -> dict[str, dict[str, Any]]:
    """By name."""
    return {one["name"]: one for one in dashboard.application.request("GET", "/event_types").json()}


def editor_path(dashboard: Dashboard) -> str:
    return f"/templates/{dashboard.application.event_type_id}"


def test_the_list(dashboard: Dashboard) -> None:
    text = dashboard.as_role("viewer").get("/templates").text
    assert "New order" in text
    assert '<code class="variable">{{ first_name }}</code> from' in text
    assert "New event type" not in text
    assert "New event type" in dashboard.as_role("editor").get("/templates").text


def test_a_hundred_are_on_a_page(dashboard: Dashboard) -> None:
    made = [{"name": f"Type {number:03}", "message": "{{ title }}"} for number in range(99)]
    for some in (made[:50], [*made[50:], {"name": "The last one", "message": "{{ title }}"}]):
        assert dashboard.application.request("PATCH", "", {"event_types_attributes": some}).status == 200
    viewer = dashboard.as_role("viewer")
    first, second = viewer.get("/templates").text, viewer.get("/templates?page=2").text
    assert ("Type 098" in first, "The last one" in first, "page=2" in first) == (True, False, True)
    assert ("Type 098" in second, "The last one" in second, "page=1" in second) == (False, True, True)
    assert viewer.get("/templates?page=99999999").text == second


def test_an_event_type_is_made(dashboard: Dashboard) -> None:
    editor = dashboard.as_role("editor")
    fields = shown(editor, "/templates/new") | {"name": "New review", "message": "{{ first_name }} liked {{ title }}"}
    answer = editor.post("/templates/new", fields)
    assert (answer.status, answer.location) == (303, f"{dashboard.base}/templates?done=created")
    made = event_types(dashboard)["New review"]
    assert (made["message"], made["event_type_tag"]) == ("{{ first_name }} liked {{ title }}", "new_review")
    [note] = notes(dashboard)
    assert (note.deed, note.subject) == ("event_type.created", "New review")
    again = editor.post("/templates/new", fields)
    assert again.status == 409
    assert "Name is taken by another event type" in again.text


def test_a_wording_is_changed_with_a_note(dashboard: Dashboard) -> None:
    editor = dashboard.as_role("editor")
    path = editor_path(dashboard)
    before = event_types(dashboard)["New order"]
    fields = shown(editor, path)
    assert editor.post(path, fields).status == 303
    assert notes(dashboard) == []
    fields |= {"message": "{{ title }}!", "markdown_enabled": "on", "image_url": "https://a.example/x.png"}
    assert editor.post(path, fields).status == 303
    after = event_types(dashboard)["New order"]
    assert (after["message"], after["markdown_enabled"]) == ("{{ title }}!", True)
    assert after["event_type_tag"] == before["event_type_tag"]
    [note] = notes(dashboard)
    assert note.deed == "event_type.updated"
    assert note.detail == {
        "message": [before["message"], "{{ title }}!"],
        "markdown_enabled": [False, True],
        "image_url": [None, "https://a.example/x.png"],
    }
    # What is cleared is cleared, and a box that is not ticked is not sent.
    again = shown(editor, path) | {"image_url": ""}
    again.pop("markdown_enabled")
    assert editor.post(path, again).status == 303
    after = event_types(dashboard)["New order"]
    assert (after["image_url"], after["markdown_enabled"]) == (None, False)


def test_two_editors_of_one_event_type(dashboard: Dashboard) -> None:
    one, other = dashboard.as_role("editor"), dashboard.as_role("editor")
    path = editor_path(dashboard)
    of_one, of_other = shown(one, path), shown(other, path)
    assert one.post(path, of_one | {"message": "{{ title }}!"}).status == 303
    assert other.post(path, of_other | {"name": "Order"}).status == 303
    assert event_types(dashboard)["Order"]["message"] == "{{ title }}!"


@pytest.mark.parametrize(
    ("message", "line", "part", "reason"),
    [
        ("{{ first_name", 1, " ", "A {{ is not closed: each variable ends with }} (at line 1"),
        ("ab {{ title | loud }}", 1, "loud", "no filter &#39;loud&#39;"),
        ("one\ntwo {{ 7919*7907 }}", 2, "7919", "rithmetic is not part"),
        ("{% for x in y %}{% endfor %}", 1, "for", "or is not part"),
    ],
)
def test_a_mistake_is_shown_at_its_place(dashboard: Dashboard, message: str, line: int, part: str, reason: str) -> None:
    editor = dashboard.as_role("editor")
    path = editor_path(dashboard)
    fields = shown(editor, path) | {"message": message}
    page = editor.post(path, fields)
    assert page.status == 422
    assert f"at line {line}, column" in page.text
    assert reason in page.text
    marked = re.search(r"<mark>(.*?)</mark>", page.text)
    assert marked
    assert marked[1] == part
    tried = editor.post("/templates/preview", fields | {"event_type_id": "0"}, {"HX-Request": "true"})
    assert tried.status == 422
    assert tried.json()["wrong"]["part"] == part


@pytest.mark.parametrize("fields", [{"name": " "}, {"message": ""}, {"image_url": "x"}, {"message": "x" * 2_049}])
def test_what_will_not_do_comes_back(dashboard: Dashboard, fields: dict[str, str]) -> None:
    editor = dashboard.as_role("editor")
    path = editor_path(dashboard)
    before = event_types(dashboard)
    page = editor.post(path, shown(editor, path) | fields)
    assert page.status == 422
    assert 'aria-invalid="true"' in page.text
    assert event_types(dashboard) == before


def test_a_variable_that_no_event_has_is_told(dashboard: Dashboard) -> None:
    dashboard.application.post_event(title="Ink", custom_event_fields_attributes=[{"key": "my plan", "value": "gold"}])
    fields = {"event_type_id": str(dashboard.application.event_type_id), "name": "x"}
    fields["message"] = "{{ titel }} {{ my_plan }} {{ zzz | upcase }}{% if city %}{{ time_ago }}{% endif %}"
    tried = dashboard.as_role("editor").post("/templates/preview", fields, {"HX-Request": "true"})
    assert tried.json()["notes"] == [
        "No event has titel: it is left out. Meant: title?",
        "No event has zzz: it is left out.",
    ]


def test_the_preview_goes_on_with_what_is_saved(dashboard: Dashboard) -> None:
    editor, path = dashboard.as_role("editor"), editor_path(dashboard)
    fields = shown(editor, path) | {"message": "{{ first_name"}
    page = editor.post(path, fields)
    assert page.status == 422
    [frame] = re.findall(r'<iframe[^>]* src="([^"]+)"', page.text)
    assert editor.get(frame).status == 200
    assert "<iframe" not in editor.post("/templates/new", fields | {"event_type_id": ""}).text


def test_the_list_says_the_newest_event(dashboard: Dashboard) -> None:
    dashboard.application.post_event(first_name="Ada", title="Ink")
    text = dashboard.as_role("viewer").get("/templates").text
    assert '<p class="said" dir="ltr">Ada' in text
    assert '<p class="wording-source">' in text


def test_rules_are_added_and_removed_without_a_script(dashboard: Dashboard) -> None:
    editor = dashboard.as_role("editor")
    path = editor_path(dashboard)
    fields = list(shown(editor, path).items())
    page = editor.post(path, [*fields, ("add_rule", "yes")])
    assert (page.status, page.text.count('id="f-rule_path_')) == (200, 1)
    rules = [("rule_match", "include"), ("rule_path", "/shop/*"), ("rule_match", "exclude"), ("rule_path", "/shop/cart")]
    page = editor.post(path, [*fields, *rules, ("add_rule", "yes")])
    assert page.text.count('id="f-rule_path_') == 3
    page = editor.post(path, [*fields, *rules, ("remove_rule", "0")])
    assert (page.text.count('id="f-rule_path_'), 'value="/shop/cart"' in page.text) == (1, True)
    assert event_types(dashboard)["New order"]["page_rules"] == []
    # Rows without a path are left out.
    assert editor.post(path, [*fields, *rules, ("rule_match", "include"), ("rule_path", " ")]).status == 303
    saved = [{"match": "include", "path": "/shop/*"}, {"match": "exclude", "path": "/shop/cart"}]
    assert event_types(dashboard)["New order"]["page_rules"] == saved


def test_a_rule_that_will_not_do_is_told_at_its_row(dashboard: Dashboard) -> None:
    editor = dashboard.as_role("editor")
    path = editor_path(dashboard)
    rules = [("rule_match", "include"), ("rule_path", " "), ("rule_match", "include"), ("rule_path", "shop")]
    page = editor.post(path, [*shown(editor, path).items(), *rules])
    assert page.status == 422
    assert 'id="f-rule_path_1-error"' in page.text
    assert 'id="f-rule_path_0-error"' not in page.text
    assert "begins with /, *, http:// or https://" in page.text


def test_an_event_type_is_deleted(dashboard: Dashboard) -> None:
    editor = dashboard.as_role("editor")
    path = editor_path(dashboard)
    dashboard.application.post_event(title="Ink")
    asked = editor.get(f"{path}/delete")
    assert "1 event" in asked.text
    assert 'name="with_events"' in asked.text
    # A page from before there were events does not know of them.
    page = editor.post(f"{path}/delete")
    assert page.status == 409
    assert "Delete it with 1 event" in page.text
    assert "New order" in event_types(dashboard)
    assert editor.post(f"{path}/delete", {"with_events": "on"}).location == f"{dashboard.base}/templates?done=deleted"
    assert event_types(dashboard) == {}
    assert dashboard.application.events() == []
    [note] = notes(dashboard)
    assert (note.deed, note.subject, note.detail) == ("event_type.deleted", "New order", {"with_events": True})
    assert "There is no event type yet" in editor.get("/templates").text


def test_who_may(dashboard: Dashboard, live: Any) -> None:
    viewer, editor = dashboard.as_role("viewer"), dashboard.as_role("editor")
    path = editor_path(dashboard)
    assert viewer.get(path).status == 200
    assert viewer.get("/templates/new").status == 403
    assert viewer.post(path, {"message": "x"}).status == 403
    assert viewer.get(f"{path}/delete").status == 403
    assert viewer.post(f"{path}/delete").status == 403
    assert dashboard.as_role(None).get(path).status == 404
    # One of another application is not there.
    theirs = live.new_application().event_type_id
    for answer in (
        editor.get(f"/templates/{theirs}"),
        editor.post(f"/templates/{theirs}", {"message": "x"}),
        editor.get(f"/templates/{theirs}/delete"),
        editor.post(f"/templates/{theirs}/delete", {"with_events": "on"}),
        editor.post("/templates/preview", {"event_type_id": theirs, "message": "x"}),
        editor.get("/templates/0"),
        editor.get("/templates/x"),
    ):
        assert answer.status == 404


def test_what_can_be_clicked_in(dashboard: Dashboard) -> None:
    text = dashboard.as_role("editor").get(editor_path(dashboard)).text
    for name in NAMES:
        assert f'data-insert="{{{{ {name} }}}}"' in text
    for name in FILTERS:
        assert f'data-filter="{name}"' in text or name in ("upper", "lower", "escape")


def test_what_somebody_wrote_is_text(dashboard: Dashboard) -> None:
    nasty = "</textarea><script>alert(1)</script>"
    dashboard.application.request("PATCH", f"/event_types/{dashboard.application.event_type_id}", {"message": nasty})
    viewer = dashboard.as_role("viewer")
    for path in ("/templates", editor_path(dashboard)):
        text = viewer.get(path).text
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert(1)" in text


def test_the_pieces_of_a_message() -> None:
    assert pieces("{{ a }} b {% if c %}d{% endif %}") == [
        (True, "{{ a }}"),
        (False, " b "),
        (True, "{% if c %}"),
        (False, "d"),
        (True, "{% endif %}"),
    ]
    assert wrong_place("x", "Message is blank") is None
