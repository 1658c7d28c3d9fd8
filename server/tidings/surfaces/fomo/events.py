"""Events over REST: create, retrieve, list, find, update, delete."""

from functools import partial
from urllib.parse import urlencode

from tidings.domain import events
from tidings.domain.events import Page, Recorded, Wanted
from tidings.errors import Invalid, NotFound
from tidings.records.event import Event
from tidings.storage.writer import Together
from tidings.surfaces.events import event_draft
from tidings.surfaces.fomo.event_parameters import FIND, LIST
from tidings.surfaces.fomo.parameters import as_written, read_query
from tidings.surfaces.fomo.paths import id_in_path
from tidings.surfaces.fomo.shapes import event_changes, event_json
from tidings.surfaces.plumbing import Answer, Call, Read, Write, ok

# What of a list's query the next page's address repeats.
LIST_PARAMETERS = ("per", "per_page", "show_meta", "order_by", "order_direction", "event_type_id")
REPLAYED = ((b"idempotent-replayed", b"true"),)


def create(call: Call) -> Write[Recorded]:
    """POST …/events"""
    draft = event_draft(call.body, call.now)
    new = events.new_event(call.entry, draft, call.context.secret, call.now, call.context.places)

    def answer(recorded: Recorded) -> Answer:
        return ok(event_json(recorded.event, call.entry), () if recorded.is_new else REPLAYED)

    return Write(Together(events.record, new), answer)


def retrieve(call: Call) -> Read[Event]:
    """GET …/events/{id}"""
    query = partial(events.retrieve, application_id=call.entry.application.id, event_id=event_id(call))
    return Read(query, lambda event: ok(event_json(event, call.entry)))


def list_events(call: Call) -> Read[Page]:
    """GET …/events?per=&page=&after=&show_meta=&order_by=&order_direction=&event_type_id="""
    wanted = _wanted(call)
    query = partial(events.list_page, entry=call.entry, wanted=wanted)

    def answer(found: Page) -> Answer:
        shown = [event_json(event, call.entry) for event in found.events]
        link = _next(call, found)
        if found.total is None:
            return ok(shown, link)
        pages = -(-found.total // wanted.per_page)
        meta = {"per_page": wanted.per_page, "page": wanted.page, "total_count": found.total, "total_pages": pages}
        return ok({"events": shown, "meta": meta}, link)

    return Read(query, answer)


def _wanted(call: Call) -> Wanted:
    sent = read_query(call.query, LIST)
    by_type = sent["order_by"] == "event_type_id"
    if sent["after"] is not None and by_type:
        raise Invalid("after goes with order_by=created_at only", field="after", code="not_together")
    if sent["after"] is not None and sent["page"] != 1:
        raise Invalid("page and after do not go together", field="page", code="not_together")
    return Wanted(
        per_page=sent["per_page"],
        page=sent["page"],
        after=sent["after"],
        after_time=sent["after_time"],
        event_type_id=sent["event_type_id"],
        by_type=by_type,
        descending=sent["order_direction"] == "desc",
        with_total=sent["show_meta"],
    )


def _next(call: Call, page: Page) -> tuple[tuple[bytes, bytes], ...]:
    """The address of the next page, by cursor: it neither skips nor repeats when events come in meanwhile."""
    if not page.has_more or not page.events or call.query.get("order_by") == "event_type_id":
        return ()
    kept = {name: value for name, value in call.query.items() if name in LIST_PARAMETERS and value}
    last = page.events[-1]
    query = urlencode(kept | {"after": last.id, "after_time": last.created_at})
    url = f"{call.context.settings.base_url}/api/v1/applications/me/events?{query}"
    return ((b"link", f'<{url}>; rel="next"'.encode()),)


def find(call: Call) -> Read[Event]:
    """GET …/events/find?field=external_id|email_address&q="""
    application_id = call.entry.application.id
    sent = read_query(call.query, FIND)
    # Clients write a plus sign as it is, where a form's rules would make it a space.
    decoded, literal = sent["q"], as_written(call.query_string)["q"]
    if sent["field"] == "email_address":
        secret = call.context.secret
        query = partial(events.find_by_email, application_id=application_id, address=literal, secret=secret)
    else:
        query = partial(events.find_by_external_id, application_id=application_id, external_ids=(decoded, literal))
    return Read(query, lambda event: ok(event_json(event, call.entry)))


def update(call: Call) -> Write[Event]:
    """PATCH, PUT or POST …/events/{id}"""
    number = event_id(call)
    job = partial(
        events.update,
        entry=call.entry,
        event_id=number,
        changes=event_changes(call.body, number),
        secret=call.context.secret,
        now=call.now,
        places=call.context.places,
    )
    return Write(job, lambda event: ok(event_json(event, call.entry)))


def delete(call: Call) -> Write[None]:
    """DELETE …/events/{id}"""
    job = partial(events.delete, application_id=call.entry.application.id, event_id=event_id(call))
    return Write(job, lambda _nothing: ok({"message": "Event successfully deleted"}))


def event_id(call: Call) -> int:
    """The id in the path. Raises NotFound for what is no id."""
    number = id_in_path(call)
    if number is None:
        raise NotFound("Event not found", code="event_not_found")
    return number
