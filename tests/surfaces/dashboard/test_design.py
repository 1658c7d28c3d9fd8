"""Design and Advanced: what is written is what was changed, each change with a note; what will not do comes back."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.surfaces.dashboard.ground import PREFIX, Client, Dashboard

from tidings.records.user import AuditEntry
from tidings.render.look_block import Look, joined
from tidings.surfaces.dashboard.forms import LARGE_FORM
from tidings.surfaces.dashboard.setting_forms import ADVANCED, DESIGN, DISPLAY, ELSEWHERE
from tidings.surfaces.input import BODY_LIMIT
from tidings.surfaces.settings import SETTINGS


def shown(client: Client, path: str) -> dict[str, str]:
    """The fields of the page's form, as a browser would send them."""
    text = client.get(path).text
    form = text[text.index('id="the-form"') : text.index("</form>", text.index('id="the-form"'))]
    form = re.sub(r"<template.*?</template>", "", form, flags=re.DOTALL)
    fields: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        found = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        kind = found.get("type", "text")
        if "name" not in found or (kind in ("radio", "checkbox") and " checked" not in tag):
            continue
        fields[found["name"]] = found.get("value", "").replace("&#34;", '"')
    for name, body in re.findall(r'<select[^>]* name="(\w+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', body)
        fields[name] = chosen[1] if chosen else ""
    for name, body in re.findall(r'<textarea[^>]* name="(\w+)"[^>]*>\n(.*?)</textarea>', form, re.DOTALL):
        fields[name] = body
    fields.pop("csrf")
    return fields


def settings(dashboard: Dashboard) -> dict[str, Any]:
    found: dict[str, Any] = dashboard.application.request("GET", "").json()
    return found


def notes(dashboard: Dashboard) -> list[AuditEntry]:
    """What the audit log says of settings and event types, the newest first."""
    return [one for one in dashboard.audit() if one.deed.startswith(("settings.", "event_type."))]


def test_every_setting_is_on_exactly_one_page() -> None:
    placed = [*DESIGN, *DISPLAY, *ADVANCED, *ELSEWHERE]
    assert len(placed) == len(set(placed))
    assert set(placed) == {member.name for member in SETTINGS}


@pytest.mark.parametrize(("page", "names"), [("design", DESIGN), ("display", DISPLAY), ("advanced", ADVANCED)])
def test_a_page_has_a_field_for_each_of_its_settings(dashboard: Dashboard, page: str, names: tuple[str, ...]) -> None:
    text = dashboard.as_role("editor").get(f"/{page}").text
    for name in names:
        assert f'name="{name}"' in text or (name == "page_rules" and 'name="add_rule"' in text), name


@pytest.mark.parametrize("page", ["design", "display", "advanced"])
def test_saving_what_was_not_touched_changes_nothing(dashboard: Dashboard, page: str) -> None:
    editor = dashboard.as_role("editor")
    before = settings(dashboard)
    answer = editor.post(f"/{page}", shown(editor, f"/{page}"))
    assert (answer.status, answer.location) == (303, f"{dashboard.base}/{page}?done=saved")
    assert settings(dashboard) == before
    assert notes(dashboard) == []


def test_a_design_is_saved_with_a_note(dashboard: Dashboard) -> None:
    editor = dashboard.as_role("editor")
    fields = shown(editor, "/design") | {
        "theme": "theme2",
        "position": "top_right",
        "language": "pt-PT",
        "light_background": "#FFFFFF",
        "dark_background": "#101010",
        "radius": "4",
        "custom_css": "p { color: red }",
    }
    page = editor.follow(editor.post("/design", fields))
    assert "Saved." in page.text
    found = settings(dashboard)
    assert (found["theme"], found["position"], found["language"]) == ("theme2", "top_right", "pt-PT")
    assert found["custom_css"].endswith("p { color: red }")
    # Read back from the CSS into the fields, the rest apart.
    again = shown(editor, "/design")
    assert (again["light_background"], again["dark_background"], again["radius"]) == ("#ffffff", "#101010", "4")
    assert (again["custom_css"], again["language"]) == ("p { color: red }", "pt-PT")
    [note] = notes(dashboard)
    assert (note.deed, note.email) == ("settings.updated", editor.user.email if editor.user else "")
    assert note.detail["theme"] == ["theme1", "theme2"]
    assert set(note.detail) == {"theme", "position", "language", "custom_css"}


def test_two_editors_do_not_undo_each_others_work(dashboard: Dashboard) -> None:
    one, other = dashboard.as_role("editor"), dashboard.as_role("editor")
    of_one, of_other = shown(one, "/design"), shown(other, "/design")
    display = shown(other, "/display")
    assert one.post("/design", of_one | {"theme": "theme2"}).status == 303
    assert other.post("/design", of_other | {"position": "top_left"}).status == 303
    assert other.post("/display", display | {"page_load": "9"}).status == 303
    found = settings(dashboard)
    assert (found["theme"], found["position"], found["page_load"]) == ("theme2", "top_left", 9)


def test_a_form_with_few_fields_leaves_the_rest_alone(dashboard: Dashboard) -> None:
    editor = dashboard.as_role("editor")
    assert editor.post("/display", {"page_load": "3"}).status == 303
    found = settings(dashboard)
    assert (found["page_load"], found["closable"], found["display_for"]) == (3, True, 7)


@pytest.mark.parametrize(
    ("page", "name", "value", "sentence"),
    [
        ("design", "theme", "nowhere", "Theme is one of"),
        ("design", "position", "middle", "Corner is one of"),
        ("design", "language", "klingon!", "is not a language that CLDR knows"),
        ("design", "light_color", "red", "A colour is # and six digits"),
        ("design", "radius", "41", "a whole number from 0 to 40"),
        ("design", "custom_css", "p { color: red }\na { background: url(//x) }", "line 2, column 17: url()"),
        ("display", "page_load", "-1", "a whole number from 0 to 3600"),
        ("display", "display_for", "x", "a whole number from 1 to 600"),
        ("display", "limit", "101", "a whole number from 1 to 100"),
        ("advanced", "image_url", "javascript:alert(1)", "Picture: give the whole address, beginning with https://"),
        ("advanced", "holdout_percent", "101", "a whole number from 0 to 100"),
        ("advanced", "time_zone", "Mars/Olympus", "not a time zone that IANA knows"),
    ],
)
def test_what_will_not_do_comes_back(dashboard: Dashboard, page: str, name: str, value: str, sentence: str) -> None:
    editor = dashboard.as_role("editor")
    before = settings(dashboard)
    fields = shown(editor, f"/{page}") | {name: value}
    answer = editor.post(f"/{page}", fields)
    assert answer.status == 422
    assert sentence in answer.text
    assert "This is not right yet:" in answer.text
    assert settings(dashboard) == before
    tried = editor.post(f"/{page}/preview", fields, {"HX-Request": "true"})
    assert tried.status == 422
    assert sentence in tried.json()["errors"][name]


BLOCK = joined(Look({"color": "#112233"}, {}, 4), "")


@pytest.mark.parametrize(
    "css",
    [
        f".x {{ color: red }}\n{BLOCK}",
        BLOCK.replace("}", "  font-size: 20px;\n}"),
        BLOCK.replace("4px", "50px"),
        BLOCK.replace("\n", "\r\n") + "p { color: red }\r\n",
        BLOCK.rstrip("\n"),
        "p { color: red }\r\n",
    ],
)
def test_css_that_was_not_touched_stays_as_it_was_written(dashboard: Dashboard, css: str) -> None:
    assert dashboard.application.request("PATCH", "", {"custom_css": css}).status == 200
    editor = dashboard.as_role("editor")
    answer = editor.post("/design", shown(editor, "/design") | {"language": "de"})
    assert answer.status == 303, answer.text
    found = settings(dashboard)
    assert (found["custom_css"], found["language"]) == (css, "de")
    assert set(notes(dashboard)[0].detail) == {"language"}
    # And what was touched is written.
    fields = shown(editor, "/design") | {"light_color": "#445566"}
    assert editor.post("/design", fields).status == 303
    assert "--fomo-color: #445566" in settings(dashboard)["custom_css"]


def test_css_as_long_as_may_be_is_saved(dashboard: Dashboard) -> None:
    """Browsers make three letters of nearly each."""
    css = "é" * 8_000 + "{" + ":;" * 8_000 + "}"
    editor = dashboard.as_role("editor")
    answer = editor.post("/design", shown(editor, "/design") | {"custom_css": f"/* {css} */"})
    assert answer.status == 303, answer.text
    assert settings(dashboard)["custom_css"] == f"/* {css} */"
    large = {"language": "x" * LARGE_FORM}
    assert editor.post("/design", large).status == 413
    # Who is not logged in sends less; a page that needs nobody takes less of everybody.
    for client in (dashboard.nobody(), editor):
        assert client.post(f"{PREFIX}/log-in", {"email": "x" * BODY_LIMIT}).status == 413


@pytest.mark.parametrize("page", ["design", "display", "advanced", "settings"])
@pytest.mark.parametrize("seen", ["[" * 20_000, "[]", "{", '{"theme": 7}'])
def test_marks_that_are_none(dashboard: Dashboard, page: str, seen: str) -> None:
    answer = dashboard.as_role("editor").post(f"/{page}", {"seen": seen, "name": "Shop", "url": "https://shop.example"})
    assert answer.status == 303


def test_the_line_of_css_is_that_of_the_field(dashboard: Dashboard) -> None:
    """The block of colours before it, which is not in the field, does not count."""
    editor = dashboard.as_role("editor")
    fields = shown(editor, "/design") | {"light_color": "#112233", "custom_css": "a {}\n@import 'x';"}
    answer = editor.post("/design", fields)
    assert "line 2, column 1: @import" in answer.text
    assert "<mark>@</mark>import" in answer.text
    assert 'value="#112233"' in answer.text


def test_colours_that_can_hardly_be_read_are_told_and_saved(dashboard: Dashboard) -> None:
    editor = dashboard.as_role("editor")
    fields = shown(editor, "/design") | {"light_background": "#ffffff", "light_color": "#cccccc"}
    notes = editor.post("/design/preview", fields, {"HX-Request": "true"}).json()["notes"]
    assert notes[0].startswith("Text on the background is 1.6 to 1 by day; below 4.5")
    assert "1.6 to 1 by day" in editor.follow(editor.post("/design", fields)).text


def test_advanced_settings_are_saved(dashboard: Dashboard) -> None:
    editor = dashboard.as_role("editor")
    fields = shown(editor, "/advanced") | {
        "manual_trigger": "on",
        "consent_required": "on",
        "storage": "none",
        "name_display": "initial",
        "utm_source": "",
        "holdout_percent": "10",
        "time_zone": "Europe/Berlin",
        "currency": "euro",
        "image_url": "https://a.example/x.png",
    }
    assert editor.post("/advanced", fields).status == 303
    found = settings(dashboard)
    assert (found["manual_trigger"], found["consent_required"], found["feed_mode"]) == (True, True, False)
    assert (found["storage"], found["name_display"], found["holdout_percent"]) == ("none", "initial", 10)
    assert (found["time_zone"], found["currency"], found["image_url"]) == (
        "Europe/Berlin",
        "euro",
        "https://a.example/x.png",
    )
    # Blank is the default.
    assert found["utm_source"] == "fomo"
    # A box that is not ticked is not sent.
    again = shown(editor, "/advanced")
    again.pop("consent_required")
    assert editor.post("/advanced", again).status == 303
    assert settings(dashboard)["consent_required"] is False


@pytest.mark.parametrize("page", ["design", "display", "advanced"])
def test_who_may_see_and_who_may_write(dashboard: Dashboard, page: str) -> None:
    viewer = dashboard.as_role("viewer")
    answer = viewer.get(f"/{page}")
    assert answer.status == 200
    assert "Save</span>" not in answer.text
    assert viewer.post(f"/{page}", {"page_load": "3"}).status == 403
    assert dashboard.as_role(None).get(f"/{page}").status == 404
    assert dashboard.nobody().get(f"/{page}").status == 303


def test_the_gallery_draws_every_theme_with_its_own_sheet(dashboard: Dashboard) -> None:
    viewer = dashboard.as_role("viewer")
    text = viewer.get("/design").text
    sheets = re.findall(r'<link rel="stylesheet" href="([^"]+/theme-sheets/[^"]+)">', text)
    assert len(sheets) == len(set(sheets)) >= 8
    for sheet in sheets:
        answer = viewer.get(sheet)
        assert (answer.status, answer.headers["content-type"]) == (200, "text/css; charset=utf-8")
        assert ".fomo-notification{" in answer.text
        assert ":host{position:relative!important" in answer.text
    assert viewer.get("/theme-sheets/nowhere.css").status == 404


def test_languages_are_named_in_their_own_language(dashboard: Dashboard) -> None:
    text = dashboard.as_role("viewer").get("/design").text
    assert '<option value="de">Deutsch (German)</option>' in text
    assert '<option value="pt-PT">Português (Portugal) (Portuguese (Portugal))</option>' in text
    assert len(re.findall(r"<option ", text)) >= 50
    dashboard.application.request("PATCH", "", {"language": "en-GB"})
    assert '<option value="en-GB" selected>' in dashboard.as_role("viewer").get("/design").text
