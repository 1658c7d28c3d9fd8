"""Events over REST: create, retrieve, list, delete."""

from functools import partial

from tidings.domain import events
from tidings.domain.events import Page, Recorded
from tidings.errors import NotFound
from tidings.records.event import Event
from tidings.storage.writer import Together
from tidings.surfaces.fomo import queries
from tidings.surfaces.fomo.kinds import parsed_id
from tidings.surfaces.fomo.shapes import event_draft, event_json
from tidings.surfaces.plumbing import Answer, Call, Read, Write, ok

PER_PAGE = 30
PER_PAGE_LIMIT = 100
PAGE_LIMIT = 10**12
REPLAYED = ((b"idempotent-replayed", b"true"),)


def create(call: Call) -> Write[Recorded]:
    """POST …/events"""
    draft = event_draft(call.body, call.now)
    new = events.new_event(call.entry, draft, call.context.secret, call.now)

    def answer(recorded: Recorded) -> Answer:
        return ok(event_json(recorded.event, call.entry), () if recorded.is_new else REPLAYED)

    return Write(Together(events.record, new), answer)


def retrieve(call: Call) -> Read[Event]:
    """GET …/events/{id}"""
    query = partial(events.retrieve, application_id=call.entry.application.id, event_id=event_id(call))
    return Read(query, lambda event: ok(event_json(event, call.entry)))


def list_events(call: Call) -> Read[Page]:
    """GET …/events?per=&page=&show_meta="""
    per_page = queries.whole(call.query, ("per", "per_page"), PER_PAGE, 1, PER_PAGE_LIMIT)
    page = queries.whole(call.query, ("page",), 1, 1, PAGE_LIMIT)
    with_meta = queries.switch(call.query, "show_meta")
    query = partial(
        events.list_page, application_id=call.entry.application.id, page=page, per_page=per_page, with_total=with_meta
    )

    def answer(found: Page) -> Answer:
        shown = [event_json(event, call.entry) for event in found.events]
        if found.total is None:
            return ok(shown)
        pages = -(-found.total // per_page)
        meta = {"per_page": per_page, "page": page, "total_count": found.total, "total_pages": pages}
        return ok({"events": shown, "meta": meta})

    return Read(query, answer)


def delete(call: Call) -> Write[None]:
    """DELETE …/events/{id}"""
    job = partial(events.delete, application_id=call.entry.application.id, event_id=event_id(call))
    return Write(job, lambda _nothing: ok({"message": "Event successfully deleted"}))


def event_id(call: Call) -> int:
    """The id in the path; the Python SDK sends a text id with its quotes. Raises NotFound for what is no id."""
    written = call.path["id"]
    if len(written) > 2 and written[0] == written[-1] and written[0] in "'\"":
        written = written[1:-1]
    number = parsed_id(written)
    if number is None:
        raise NotFound("Event not found", code="event_not_found")
    return number
