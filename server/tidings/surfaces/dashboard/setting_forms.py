"""The settings of an application in forms: which page has which, what was typed, what of it changes, and its note.

Only what somebody has changed in the form is written: two people on two pages, or on one, do not undo each other's work.
"""

import hashlib
import json
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Connection

from tidings.domain import applications, audit
from tidings.errors import Invalid
from tidings.records.application import ApplicationChanges, DisplaySettings
from tidings.records.user import Actor
from tidings.render import look_block
from tidings.surfaces.dashboard import rule_rows
from tidings.surfaces.dashboard.forms import Form
from tidings.surfaces.dashboard.refusal_words import words
from tidings.surfaces.settings import SETTINGS

DESIGN = ("theme", "position", "custom_css", "language")
DISPLAY = (
    "page_load",
    "display_for",
    "display_interval",
    "maximum_per_page",
    "limit",
    "display_threshold",
    "display_period",
    "time_ago_threshold",
    "time_ago_period",
    "randomize",
    "loop_notification",
    "closable",
    "hide_mobile",
    "page_rules",
)
ADVANCED = (
    "manual_trigger",
    "feed_mode",
    "consent_required",
    "storage",
    "name_display",
    "image_url",
    "utm_source",
    "utm_medium",
    "holdout_percent",
    "attribution_click_days",
    "attribution_display_days",
    "currency",
    "time_zone",
)
# On no page of settings, and where instead.
ELSEWHERE = {
    "enabled": "the switch in the list of applications",
    "installed": "nowhere: it means nothing any more, and is kept for clients that send it",
}
MEMBERS = {member.name: member for member in SETTINGS}
SWITCHES = frozenset(name for name in MEMBERS if isinstance(getattr(DisplaySettings(), name), bool))
# What the page last said of each setting.
SEEN = "seen"
# Among those marks: what the fields said that one setting, the CSS, is drawn as.
_DRAWN = "custom_css_drawn"
_LINE_ENDS = re.compile(r"\r\n?")

Typed = dict[str, Any]


class Parsed(Struct, frozen=True):
    """What a form asks for: settings by name, None for the default; and what will not do, by field."""

    values: dict[str, Any]
    errors: dict[str, str]


def typed_saved(display: DisplaySettings, names: Sequence[str]) -> Typed:
    """What the fields of a page say before anybody has typed: the settings as they are."""
    found: Typed = {name: getattr(display, name) for name in names}
    if "page_rules" in found:
        found["page_rules"] = rule_rows.rows_of(found["page_rules"])
    if "custom_css" in found:
        found["look"], found["custom_css"] = _typed_look(display.custom_css)
    return found


def typed_form(form: Form, display: DisplaySettings, names: Sequence[str]) -> Typed:
    """What was typed. A field that was not sent is as it is saved; a box that was not, and was seen, is not ticked."""
    seen = seen_in(form)
    found = typed_saved(display, names)
    for name in names:
        if name in SWITCHES:
            found[name] = form.switch(name) if name in form or name in seen else found[name]
        elif name == "page_rules":
            found[name] = rule_rows.typed_rows(form) if name in seen or rule_rows.PATH in form else found[name]
        elif name in form:
            found[name] = form[name]
    if "look" in found:
        found["look"] |= {field: form[field] for field in found["look"] if field in form}
    return found


def untouched(typed: Typed, form: Form, display: DisplaySettings) -> frozenset[str]:
    """The settings that stay exactly as they are kept: CSS of which no field was touched is not written anew."""
    if "look" not in typed:
        return frozenset()
    drawn = seen_in(form).get(_DRAWN, _drawn(typed_saved(display, ("custom_css",))))
    return frozenset({"custom_css"} if _drawn(typed) == drawn else ())


def parse(typed: Typed, names: Sequence[str], leave: Collection[str] = ()) -> Parsed:
    """What was typed as settings, each held to the table that every door holds it to; without those of `leave`."""
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for name in (one for one in names if one not in leave):
        value = typed[name]
        given = rule_rows.rules_value(value) if name == "page_rules" else value
        try:
            if name == "custom_css":
                # By itself first, so that a refusal names the line that was typed.
                MEMBERS[name].kind.parse(value, name)
                look, wrong = _look(typed["look"])
                errors |= wrong
                given = look_block.joined(look, value)
            # A blank text is the default, but an empty list of rules is one.
            values[name] = None if given in ("", None) else MEMBERS[name].kind.parse(given, name)
        except Invalid as error:
            errors |= rule_rows.row_errors(value, error) if name == "page_rules" else {name: words(error, name)}
    return Parsed(values, errors)


def seen_of(display: DisplaySettings, names: Sequence[str]) -> str:
    """What a page puts into its form about the settings as they were when it was drawn: a mark of each."""
    marks = {name: mark(getattr(display, name)) for name in names}
    if "custom_css" in marks:
        marks[_DRAWN] = _drawn(typed_saved(display, ("custom_css",)))
    return json.dumps(marks, separators=(",", ":"))


def save(
    connection: Connection,
    *,
    application_id: int,
    values: Mapping[str, Any],
    form: Form,
    by: Actor,
    themes: Sequence[str],
    now: int,
) -> list[str]:
    """Writes what was changed in the form, with a note of each; returns the names. Raises as `applications.update`."""
    seen = seen_in(form)
    before = applications.retrieve(connection, application_id).display
    defaults = DisplaySettings()
    full = {name: getattr(defaults, name) if value is None else value for name, value in values.items()}
    changes = {name: value for name, value in full.items() if mark(value) != seen.get(name, mark(getattr(before, name)))}
    changed = {name: value for name, value in changes.items() if value != getattr(before, name)}
    if not changed:
        return []
    after = applications.update(
        connection,
        application_id=application_id,
        changes=ApplicationChanges(display=changed),
        now=now,
        themes=themes,
    ).application.display
    detail = {name: [told(getattr(before, name)), told(getattr(after, name))] for name in sorted(changed)}
    audit.note(
        connection,
        by,
        "settings.updated",
        application_id=application_id,
        subject=", ".join(MEMBERS[name].name.replace("_", " ") for name in sorted(changed)),
        detail=detail,
        now=now,
    )
    return sorted(changed)


def _drawn(typed: Typed) -> str:
    """A mark of the fields of the look and the CSS, however a browser ends the lines."""
    fields = {name: value.strip().lower() for name, value in typed["look"].items()}
    return mark([fields, _LINE_ENDS.sub("\n", typed["custom_css"])])


def _typed_look(css: str) -> tuple[dict[str, str], str]:
    look, rest = look_block.split(css)
    fields = {f"{scheme}_{name}": "" for scheme in ("light", "dark") for name in look_block.COLOURS}
    for scheme, colours in (("light", look.light), ("dark", look.dark)):
        fields |= {f"{scheme}_{name}": value for name, value in colours.items()}
    return {**fields, "radius": "" if look.radius is None else str(look.radius)}, rest


def _look(fields: Mapping[str, str]) -> tuple[look_block.Look, dict[str, str]]:
    errors: dict[str, str] = {}
    colours: dict[str, dict[str, str]] = {"light": {}, "dark": {}}
    for scheme, found in colours.items():
        for name in look_block.COLOURS:
            value = fields[f"{scheme}_{name}"].strip().lower()
            if value and not look_block.is_colour(value):
                errors[f"{scheme}_{name}"] = "A colour is # and six digits or letters from a to f, such as #af321a"
            elif value:
                found[name] = value
    radius = fields["radius"].strip()
    is_radius = radius.isascii() and radius.isdigit() and len(radius) < 4 and int(radius) <= look_block.LARGEST_RADIUS
    if radius and not is_radius:
        errors["radius"] = f"The radius is a whole number from 0 to {look_block.LARGEST_RADIUS}"
    return look_block.Look(**colours, radius=int(radius) if is_radius else None), errors


def seen_in(form: Form) -> dict[str, str]:
    """The marks of what was there when the page was drawn, by name; none where the form has none."""
    try:
        found = json.loads(form[SEEN] or "{}")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def mark(value: Any) -> str:
    """What tells a value from another, short enough for a form."""
    return hashlib.sha256(msgspec.json.encode(value)).hexdigest()[:12]


def told(value: Any) -> Any:
    """A value for the audit log: long texts by their beginning."""
    plain = msgspec.to_builtins(value)
    return f"{plain[:200]}…" if isinstance(plain, str) and len(plain) > 200 else plain
