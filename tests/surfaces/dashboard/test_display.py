"""Display: every timing and limit, and page rules, as they are typed and as they are saved."""

from __future__ import annotations

from tests.surfaces.dashboard.ground import Dashboard
from tests.surfaces.dashboard.test_design import notes, settings, shown

TYPED = {
    "page_load": "2",
    "display_for": "9",
    "display_interval": "6",
    "maximum_per_page": "5",
    "limit": "10",
    "display_threshold": "12",
    "display_period": "3",
    "time_ago_threshold": "0",
    "time_ago_period": "2",
    "randomize": "on",
    "loop_notification": "on",
    "hide_mobile": "on",
}


def test_every_timing_and_limit_is_saved(dashboard: Dashboard) -> None:
    editor = dashboard.as_role("editor")
    fields = shown(editor, "/display") | TYPED
    fields.pop("closable")
    assert editor.post("/display", fields).status == 303
    found = settings(dashboard)
    for name, value in TYPED.items():
        assert str(found[name]) == {"on": "True"}.get(value, value), name
    assert found["closable"] is False
    [note] = notes(dashboard)
    assert note.detail["display_for"] == [7, 9]
    assert set(note.detail) == {*TYPED, "closable"}
    again = shown(editor, "/display")
    assert {name: again[name] for name in TYPED} == TYPED


def test_page_rules_are_rows(dashboard: Dashboard) -> None:
    editor = dashboard.as_role("editor")
    fields = list(shown(editor, "/display").items())
    rules = [("rule_match", "include"), ("rule_path", "/shop/*"), ("rule_match", "exclude"), ("rule_path", "/shop/cart")]
    page = editor.post("/display", [*fields, *rules, ("add_rule", "yes")])
    assert (page.status, page.text.count('id="f-rule_path_')) == (200, 3)
    assert settings(dashboard)["page_rules"] == []
    assert editor.post("/display", [*fields, *rules]).status == 303
    saved = [{"match": "include", "path": "/shop/*"}, {"match": "exclude", "path": "/shop/cart"}]
    assert settings(dashboard)["page_rules"] == saved
    assert notes(dashboard)[0].detail == {"page_rules": [[], saved]}
    # From a page that was opened since: all rows taken away.
    gone = {name: value for name, value in shown(editor, "/display").items() if not name.startswith("rule_")}
    assert editor.post("/display", gone).status == 303
    assert settings(dashboard)["page_rules"] == []


def test_a_rule_that_will_not_do_is_told_at_its_row(dashboard: Dashboard) -> None:
    editor = dashboard.as_role("editor")
    rules = [("rule_match", "include"), ("rule_path", "/shop/*"), ("rule_match", "elsewhere"), ("rule_path", "/x")]
    page = editor.post("/display", [*shown(editor, "/display").items(), *rules])
    assert page.status == 422
    assert 'id="f-rule_path_1-error"' in page.text


def test_a_seen_that_is_no_list_of_marks_is_none(dashboard: Dashboard) -> None:
    editor = dashboard.as_role("editor")
    for seen in ("", "[]", "{", '{"page_load": 3}', "null"):
        assert editor.post("/display", {"page_load": "3", "seen": seen}).status == 303
    assert settings(dashboard)["page_load"] == 3
