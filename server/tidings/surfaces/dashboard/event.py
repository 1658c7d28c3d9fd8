"""One event: all that is known of it and what each rule says, and the forms that add, change and delete one."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection

from tidings.domain import events, events_by_hand, showing
from tidings.domain.custom_fields import FIELD
from tidings.errors import Conflict, Invalid, NotFound, TidingsError
from tidings.records.event import Event
from tidings.records.statistics import DAY, EVENT_DAYS, Figures
from tidings.storage.signs_of_life import figures_of_event
from tidings.surfaces.dashboard import rule_lists
from tidings.surfaces.dashboard.event_form import ADD as ADD_FIELD
from tidings.surfaces.dashboard.event_form import (
    Typed,
    Wrong,
    blank,
    changes_of,
    draft_of,
    typed_event,
    typed_form,
)
from tidings.surfaces.dashboard.events import lines_of, shared
from tidings.surfaces.dashboard.plumbing import Page, Read, Redirect, Route, Visit, Work, Write
from tidings.surfaces.dashboard.setting_forms import seen_in
from tidings.surfaces.kinds import parsed_id


class _Looked(Struct, frozen=True):
    """What one event's page is drawn from."""

    event: Event
    figures: Figures
    feed: list[Event]


def event_page(visit: Visit) -> Work:
    """GET /events/{event_id}"""
    entry, number = visit.known_entry, _event_id(visit)
    asked = rule_lists.asked(visit)

    def query(connection: Connection) -> _Looked:
        event = events.retrieve(connection, application_id=entry.application.id, event_id=number)
        today = visit.now // DAY
        days = range(today - EVENT_DAYS + 1, today + 1)
        figures = figures_of_event(connection, entry.application.id, number, days)
        return _Looked(event, figures, showing.in_feed(connection, entry=entry, now=visit.now))

    def drawn(found: _Looked) -> Page:
        (line,) = lines_of(entry, [found.event], visit.now)
        at = asked.situation
        rules = showing.of_event(entry, found.event, found.feed, at)
        values = {
            "line": line,
            "event": found.event,
            "said": showing.said(entry, found.event, visit.now),
            "figures": found.figures,
            "days": EVENT_DAYS,
            "rules": rule_lists.sorted_out(rules, f"{visit.base}/events/{number}/edit", visit.base, asked),
            "asked": asked,
            "devices": rule_lists.DEVICES,
            **shared(visit),
        }
        return Page("event.html", values, 422 if asked.error else 200)

    return Read(query, drawn)


def new_page(visit: Visit) -> Work:
    """GET /events/new"""
    first = next(iter(visit.known_entry.event_types), None)
    return _form(visit, blank(first))


def add(visit: Visit) -> Work:
    """POST /events/new"""
    typed, entry = typed_form(visit.form), visit.known_entry
    if ADD_FIELD in visit.form:
        return _form(visit, typed)
    try:
        draft = draft_of(typed, visit.application.display.time_zone, visit.now)
    except Wrong as wrong:
        return _form(visit, typed, errors=wrong.errors)
    job = partial(events_by_hand.add, entry=entry, draft=draft, secret=visit.context.secret, by=visit.by, now=visit.now)
    return Write(job, lambda event: _to_event(visit, event, "created"), partial(_refused, visit, typed, None))


def edit_page(visit: Visit) -> Work:
    """GET /events/{event_id}/edit"""
    return _read(visit, lambda event: _form(visit, typed_event(event), event))


def edit(visit: Visit) -> Work:
    """POST /events/{event_id}/edit"""
    typed = typed_form(visit.form)
    return _read(visit, lambda event: _edited(visit, typed, event))


def _edited(visit: Visit, typed: Typed, event: Event) -> Work:
    if ADD_FIELD in visit.form:
        return _form(visit, typed, event)
    try:
        changes = changes_of(typed, event, seen_in(visit.form))
    except Wrong as wrong:
        return _form(visit, typed, event, wrong.errors)
    job = partial(
        events_by_hand.change,
        entry=visit.known_entry,
        event_id=event.id,
        changes=changes,
        secret=visit.context.secret,
        by=visit.by,
        now=visit.now,
    )
    return Write(job, lambda after: _to_event(visit, after, "saved"), partial(_refused, visit, typed, event))


def delete_page(visit: Visit) -> Work:
    """GET /events/{event_id}/delete"""

    def drawn(event: Event) -> Page:
        (line,) = lines_of(visit.known_entry, [event], visit.now)
        return Page("event_delete.html", {"line": line, "event": event, **shared(visit)})

    return _read(visit, drawn)


def delete(visit: Visit) -> Work:
    """POST /events/{event_id}/delete"""
    job = partial(
        events_by_hand.remove,
        application_id=visit.application.id,
        event_id=_event_id(visit),
        by=visit.by,
        now=visit.now,
    )
    return Write(job, lambda _nothing: Redirect(f"{visit.base}/events", "deleted"))


def _read(visit: Visit, then: Any) -> Read:
    return Read(partial(events.retrieve, application_id=visit.application.id, event_id=_event_id(visit)), then)


def _form(visit: Visit, typed: Typed, event: Event | None = None, errors: Mapping[str, str] | None = None) -> Page:
    entry = visit.known_entry
    types: list[tuple[int | str, str]] = [(one.id, one.name) for one in entry.event_types.values()]
    if event is not None and event.event_type_id not in entry.event_types:
        types = [("", "(deleted)"), *types]
    values = {"typed": typed, "event": event, "errors": errors or {}, "types": types, **shared(visit)}
    return Page("event_form.html", values, 422 if errors else 200)


def _refused(visit: Visit, typed: Typed, event: Event | None, error: TidingsError) -> Work:
    if not isinstance(error, Invalid | Conflict):
        raise error
    field = "custom_fields" if error.field == FIELD else error.field or ""
    page = _form(visit, typed, event, {field: error.message})
    return Page(page.template, page.values, 409 if isinstance(error, Conflict) else 422)


def _to_event(visit: Visit, event: Event, done: str) -> Redirect:
    return Redirect(f"{visit.base}/events/{event.id}", done)


def _event_id(visit: Visit) -> int:
    number = parsed_id(visit.path["event_id"])
    if number is None:
        raise NotFound("Event not found")
    return number


_EVENT = "/applications/{application_id}/events/{event_id}"
_EDITS: Any = {"GET": "editor", "POST": "editor"}
ROUTES = (
    Route("/applications/{application_id}/events/new", {"GET": new_page, "POST": add}, _EDITS),
    Route(_EVENT, {"GET": event_page}, {"GET": "viewer"}),
    Route(f"{_EVENT}/edit", {"GET": edit_page, "POST": edit}, _EDITS),
    Route(f"{_EVENT}/delete", {"GET": delete_page, "POST": delete}, _EDITS),
)
