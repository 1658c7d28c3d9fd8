"""Templates: the event types of an application, each with its wording, which is tried on the last real events."""

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Connection

from tidings.domain import audit, event_types
from tidings.domain.directory import read_entry
from tidings.errors import Conflict, Invalid, NotFound, TidingsError
from tidings.records.event_type import EventType
from tidings.records.preview import PreviewContent, PreviewWording
from tidings.render.template import compile_template
from tidings.surfaces.dashboard import previews, rule_rows
from tidings.surfaces.dashboard.forms import Form
from tidings.surfaces.dashboard.plumbing import Data, Page, Redirect, Route, Visit, Work, Write
from tidings.surfaces.dashboard.setting_forms import mark, seen_in, told
from tidings.surfaces.event_types import event_type_changes, event_type_draft
from tidings.surfaces.kinds import parsed_id
from tidings.surfaces.message_language import FILTERS, NAMES

# The fields of the form, as requests name them.
TEXTS = ("name", "message", "event_type_tag", "image_url")
SWITCH = "markdown_enabled"
NEW = EventType(
    id=0,
    application_id=0,
    name="",
    tag="",
    message="{{ first_name }} from {{ city }} just bought {{ linked_title }} {{ time_ago }}",
    markdown_enabled=False,
    image_url=None,
    use_avatar=False,
    use_ip_mapping=False,
    created_at=0,
    updated_at=0,
)
_PLACE = re.compile(r"at line (\d+), column (\d+): (.*)", re.DOTALL)
_PIECE = re.compile(r"(\{\{.*?\}\}|\{%.*?%\})", re.DOTALL)
Typed = dict[str, Any]


class Wrong(Struct, frozen=True):
    """Where in a message it can not be read, and why. `part`: what stands there, between `before` and `after`."""

    line: int
    column: int
    reason: str
    before: str
    part: str
    after: str


def show_list(visit: Visit) -> Work:
    """Every event type with its wording."""
    found = visit.entry.event_types.values() if visit.entry is not None else ()
    rows = [{"type": one, "pieces": pieces(one.message)} for one in found]
    return Page("templates.html", {"rows": rows, "may_edit": visit.may("editor")})


def show(visit: Visit) -> Work:
    """The editor of one event type, or of a new one."""
    return _page(visit, _typed_saved(_saved(visit)))


def write(visit: Visit) -> Work:
    """Saves what was typed; for the buttons of the rows of rules it only draws the page anew."""
    saved = _saved(visit)
    typed = _typed(visit.form, saved)
    if rule_rows.asks_for_rows(visit.form):
        return _page(visit, typed)
    return Write(
        partial(_save, visit=visit, saved=saved, typed=typed),
        lambda _saved: Redirect(f"{visit.base}/templates", "saved" if saved.id else "created"),
        partial(_refused, visit, typed),
    )


def preview(visit: Visit) -> Work:
    """Tries what was typed."""
    wanted = parsed_id(visit.form["event_type_id"])
    saved = _known(visit, wanted) if wanted is not None else NEW
    typed = _typed(visit.form, saved)
    try:
        draft = event_type_draft({**_body(typed), "name": typed["name"].strip() or "New event type"})
        compile_template(draft.message, draft.markdown_enabled)
    except Invalid as error:
        return _refused(visit, typed, error)
    wording = PreviewWording(
        id=saved.id,
        name=draft.name,
        message=draft.message,
        markdown_enabled=draft.markdown_enabled,
        image_url=draft.image_url,
        page_rules=draft.page_rules,
    )

    def then(shown: previews.Shown) -> Work:
        if visit.fragment:
            return Data({**msgspec.to_builtins(shown), "notes": [], "errors": {}})
        return _page(visit, typed, shown=shown)

    return previews.keep(visit, PreviewContent(wording=wording, sample=True), then, partial(_refused, visit, typed))


def delete(visit: Visit) -> Work:
    """Removes an event type, with its events only when that was ticked."""
    saved = _saved(visit)

    def job(connection: Connection) -> None:
        with_events = visit.form.switch("with_events")
        event_types.delete(connection, application_id=visit.application.id, event_type_id=saved.id, with_events=with_events)
        audit.note(
            connection,
            visit.by,
            "event_type.deleted",
            application_id=visit.application.id,
            subject=saved.name,
            detail={"with_events": with_events},
            now=visit.now,
        )

    def refused(error: TidingsError) -> Work:
        if not isinstance(error, Conflict):
            raise error
        sentence = "It has events: tick the box to delete them too, or keep it."
        return _page(visit, _typed_saved(saved), errors={"with_events": sentence}, status=409)

    return Write(job, lambda _none: Redirect(f"{visit.base}/templates", "deleted"), refused)


def pieces(message: str) -> list[tuple[bool, str]]:
    """A message in pieces: whether each is a variable or a condition, and its text."""
    return [(bool(_PIECE.fullmatch(one)), one) for one in _PIECE.split(message) if one]


def _save(connection: Connection, *, visit: Visit, saved: EventType, typed: Typed) -> None:
    application_id, now = visit.application.id, visit.now
    body = _body(typed)
    if not saved.id:
        made = event_types.create(connection, application_id=application_id, draft=event_type_draft(body), now=now)
        audit.note(
            connection,
            visit.by,
            "event_type.created",
            application_id=application_id,
            subject=made.name,
            detail={"message": made.message},
            now=now,
        )
        return
    entry = read_entry(connection, visit.application)
    before = entry.event_types.get(saved.id)
    if before is None:
        raise NotFound("Event type not found", code="event_type_not_found")
    seen = seen_in(visit.form)
    # Only what was changed in the form: two people at one event type do not undo each other's work.
    was = _body(_typed_saved(before))
    changed = {name: value for name, value in body.items() if mark(value) != seen.get(name, mark(was[name]))}
    after = event_types.update(
        connection,
        application_id=application_id,
        event_type_id=saved.id,
        changes=event_type_changes(changed),
        now=now,
    )
    if after == before:
        return
    names = [name for name in ("name", "tag", "message", SWITCH, "image_url", "page_rules") if _differs(before, after, name)]
    audit.note(
        connection,
        visit.by,
        "event_type.updated",
        application_id=application_id,
        subject=after.name,
        detail={name: [told(getattr(before, name)), told(getattr(after, name))] for name in names},
        now=now,
    )


def _differs(before: EventType, after: EventType, name: str) -> bool:
    return bool(getattr(before, name) != getattr(after, name))


def _saved(visit: Visit) -> EventType:
    written = visit.path.get("event_type_id")
    return NEW if written is None else _known(visit, parsed_id(written))


def _known(visit: Visit, event_type_id: int | None) -> EventType:
    found = visit.entry.event_types.get(event_type_id or 0) if visit.entry is not None else None
    if found is None:
        raise NotFound("There is no such event type in this application.", code="event_type_not_found")
    return found


def _typed_saved(saved: EventType) -> Typed:
    return {
        "name": saved.name,
        "message": saved.message,
        "event_type_tag": saved.tag,
        "image_url": saved.image_url or "",
        SWITCH: saved.markdown_enabled,
        "page_rules": rule_rows.rows_of(saved.page_rules),
    }


def _typed(form: Form, saved: EventType) -> Typed:
    typed = _typed_saved(saved)
    typed |= {name: form[name] for name in TEXTS if name in form}
    seen = seen_in(form)
    if SWITCH in form or SWITCH in seen:
        typed[SWITCH] = form.switch(SWITCH)
    if rule_rows.PATH in form or "page_rules" in seen:
        typed["page_rules"] = rule_rows.typed_rows(form)
    return typed


def _body(typed: Typed) -> dict[str, Any]:
    """What was typed as a request to the API would have it."""
    return {**typed, "page_rules": rule_rows.rules_value(typed["page_rules"])}


def _refused(visit: Visit, typed: Typed, error: TidingsError) -> Work:
    if not isinstance(error, Invalid | Conflict):
        raise error
    field = error.field or ""
    sentences = {field: error.message}
    if isinstance(error, Invalid) and field.startswith("page_rules"):
        sentences = rule_rows.row_errors(typed["page_rules"], error)
    wrong = wrong_place(typed["message"], error.message) if field == "message" else None
    if visit.fragment:
        return Data({"errors": sentences, "notes": [], "wrong": msgspec.to_builtins(wrong)}, 422)
    return _page(visit, typed, errors=sentences, wrong=wrong, status=409 if isinstance(error, Conflict) else 422)


def wrong_place(message: str, sentence: str) -> Wrong | None:
    """The place that a refusal of a message names: its line with what is wrong apart."""
    found = _PLACE.search(sentence)
    if found is None:
        return None
    line, column, reason = int(found[1]), int(found[2]), found[3]
    lines = message.replace("\r\n", "\n").split("\n")
    text = lines[line - 1] if line <= len(lines) else ""
    at = min(column - 1, len(text))
    word = re.match(r"[\w.]+|[^\w\s]+|\s*", text[at:])
    end = at + (len(word[0]) if word else 0)
    return Wrong(line, column, reason, text[max(0, at - 60) : at], text[at:end] or " ", text[end : end + 60])


def _page(
    visit: Visit,
    typed: Typed,
    *,
    errors: Mapping[str, str] | None = None,
    wrong: Wrong | None = None,
    shown: previews.Shown | None = None,
    status: int = 0,
) -> Page:
    wanted = visit.path.get("event_type_id") or visit.form["event_type_id"]
    number = parsed_id(wanted)
    saved = _known(visit, number) if number is not None else NEW
    seen = {name: mark(value) for name, value in _body(_typed_saved(saved)).items()}
    values = {
        "saved": saved,
        "typed": typed,
        "rows": typed["page_rules"],
        "errors": errors or {},
        "wrong": wrong,
        "shown": shown,
        "seen": visit.form["seen"] or msgspec.json.encode(seen).decode(),
        "names": NAMES,
        "filters": FILTERS,
        "enabled": visit.application.display.enabled,
        "may_edit": visit.may("editor"),
        "notes": [],
    }
    return Page("template.html", values, status or (422 if errors else 200))


_BASE = "/applications/{application_id}/templates"
ROUTES = (
    Route(_BASE, {"GET": show_list}, {"GET": "viewer"}),
    Route(f"{_BASE}/new", {"GET": show, "POST": write}, {"GET": "editor", "POST": "editor"}),
    Route(f"{_BASE}/preview", {"POST": preview}, {"POST": "editor"}),
    Route(f"{_BASE}/{{event_type_id}}", {"GET": show, "POST": write}, {"GET": "viewer", "POST": "editor"}),
    Route(f"{_BASE}/{{event_type_id}}/delete", {"POST": delete}, {"POST": "editor"}),
)
