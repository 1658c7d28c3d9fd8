"""Templates: the event types of an application, each with its wording, which is tried on the last real events."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import msgspec
from sqlalchemy import Connection

from tidings.domain import audit, event_types, showing, wordings
from tidings.domain.directory import read_entry
from tidings.errors import Conflict, Invalid, NotFound, TidingsError
from tidings.records.event_type import EventType, EventTypeDraft
from tidings.records.preview import PreviewContent, PreviewWording
from tidings.render.template import compile_template
from tidings.surfaces.dashboard import previews, rule_rows
from tidings.surfaces.dashboard.events import shared
from tidings.surfaces.dashboard.forms import Form
from tidings.surfaces.dashboard.plumbing import Data, Page, Read, Redirect, Route, Visit, Work, Write
from tidings.surfaces.dashboard.refusal_words import words
from tidings.surfaces.dashboard.setting_forms import mark, seen_in, told
from tidings.surfaces.dashboard.wording_parts import Wrong, notes_of, pieces, wrong_place
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
# Each is some markup, and an application may have a thousand.
SHOWN_AT_ONCE = 100
_BASE = "/applications/{application_id}/templates"
OF_ONE = f"{_BASE}/{{event_type_id}}"
Typed = dict[str, Any]


def show_list(visit: Visit) -> Work:
    """The event types with their wordings, SHOWN_AT_ONCE on a page."""
    entry = visit.known_entry
    types = list(entry.event_types.values())
    last = max(0, len(types) - 1) // SHOWN_AT_ONCE + 1
    number = min(parsed_id(visit.query.get("page", "1")) or 1, last)
    here = types[(number - 1) * SHOWN_AT_ONCE : number * SHOWN_AT_ONCE]

    def drawn(said: Mapping[int, showing.Said]) -> Page:
        rows = [{"type": one, "pieces": pieces(one.message), "said": said.get(one.id)} for one in here]
        before = f"{visit.base}/templates?page={number - 1}" if number > 1 else ""
        after = f"{visit.base}/templates?page={number + 1}" if number < last else ""
        return Page("templates.html", {"rows": rows, "before": before, "after": after, **shared(visit)})

    return Read(partial(wordings.newest_said, entry=entry, now=visit.now), drawn)


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
    wording = _wording(saved, draft)

    def then(shown: previews.Shown) -> Work:
        return Read(partial(wordings.custom_names, application_id=visit.application.id), partial(answer, shown))

    def answer(shown: previews.Shown, custom: set[str]) -> Work:
        notes = notes_of(draft.message, custom)
        if visit.fragment:
            return Data({**msgspec.to_builtins(shown), "notes": notes, "errors": {}})
        return _page(visit, typed, shown=shown, notes=notes)

    return previews.keep(visit, PreviewContent(wording=wording, sample=True), then, partial(_refused, visit, typed))


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


def known(visit: Visit) -> EventType:
    """The event type that the path names. Raises NotFound."""
    return _known(visit, parsed_id(visit.path["event_type_id"]))


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


def _wording(saved: EventType, one: EventType | EventTypeDraft) -> PreviewWording:
    return PreviewWording(
        id=saved.id,
        name=one.name,
        message=one.message,
        markdown_enabled=one.markdown_enabled,
        image_url=one.image_url,
        page_rules=one.page_rules,
    )


def _refused(visit: Visit, typed: Typed, error: TidingsError) -> Work:
    if not isinstance(error, Invalid | Conflict):
        raise error
    field = error.field or ""
    sentences = {field: words(error)}
    if isinstance(error, Invalid) and field.startswith("page_rules"):
        sentences = rule_rows.row_errors(typed["page_rules"], error)
    wrong = wrong_place(typed["message"], error.message) if field == "message" else None
    if visit.fragment:
        return Data({"errors": sentences, "notes": [], "wrong": msgspec.to_builtins(wrong)}, 422)
    status = 409 if isinstance(error, Conflict) else 422
    page = partial(_page, visit, typed, errors=sentences, wrong=wrong, status=status)
    saved = visit.entry.event_types.get(parsed_id(visit.form["event_type_id"]) or 0) if visit.entry is not None else None
    if field != "message" or saved is None:
        return page()
    # What can not be read can not be shown: the preview goes on with what is saved.
    content = PreviewContent(wording=_wording(saved, saved), sample=True)
    return previews.keep(visit, content, lambda shown: page(shown=shown), lambda _error: page())


def _page(
    visit: Visit,
    typed: Typed,
    *,
    errors: Mapping[str, str] | None = None,
    wrong: Wrong | None = None,
    shown: previews.Shown | None = None,
    status: int = 0,
    notes: Sequence[str] = (),
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
        "notes": notes,
    }
    return Page("template.html", values, status or (422 if errors else 200))


ROUTES = (
    Route(_BASE, {"GET": show_list}, {"GET": "viewer"}),
    Route(f"{_BASE}/new", {"GET": show, "POST": write}, {"GET": "editor", "POST": "editor"}),
    Route(f"{_BASE}/preview", {"POST": preview}, {"POST": "editor"}),
    Route(OF_ONE, {"GET": show, "POST": write}, {"GET": "viewer", "POST": "editor"}),
)
