"""Goals, Fathom's events: list, retrieve, create, update, delete."""

from collections.abc import Mapping
from functools import partial

from tidings.domain import goals
from tidings.domain.goals import Page
from tidings.errors import Invalid
from tidings.records.goal import Goal
from tidings.surfaces.fathom.shapes import deleted_json, goal_json, list_json
from tidings.surfaces.goals import goal_changes, goal_draft
from tidings.surfaces.plumbing import Call, Read, Write, ok

DEFAULT_LIMIT = 10
MOST = 100
EXPAND = "page_rules"


def list_goals(call: Call) -> Read[Page]:
    """GET /v1/sites/{site_id}/events?limit=&starting_after=&ending_before="""
    after, before = call.query.get("starting_after") or None, call.query.get("ending_before") or None
    if after is not None and before is not None:
        raise Invalid("starting_after and ending_before can not both be sent", field="ending_before")
    limit = _limit(call.query)
    application = call.entry.application
    query = partial(goals.list_page, application_id=application.id, after=after, before=before, limit=limit)
    url = f"/v1/sites/{application.site_id}/events"
    return Read(query, lambda page: ok(list_json(page, url, with_rules=_with_rules(call))))


def retrieve(call: Call) -> Read[Goal]:
    """GET …/events/{id}"""
    query = partial(goals.retrieve, application_id=call.entry.application.id, goal_id=call.path["id"])
    return Read(query, lambda goal: ok(goal_json(goal, with_currency=False, with_rules=_with_rules(call))))


def create(call: Call) -> Write[Goal]:
    """POST …/events"""
    draft = goal_draft(call.body)
    job = partial(goals.create, application_id=call.entry.application.id, draft=draft, now=call.now)
    return Write(job, lambda goal: ok(goal_json(goal, with_currency=True, with_rules=_with_rules(call))))


def update(call: Call) -> Write[Goal]:
    """POST …/events/{id}"""
    changes, goal_id = goal_changes(call.body), call.path["id"]
    job = partial(goals.update, application_id=call.entry.application.id, goal_id=goal_id, changes=changes, now=call.now)
    return Write(job, lambda goal: ok(goal_json(goal, with_currency=True, with_rules=_with_rules(call))))


def delete(call: Call) -> Write[None]:
    """DELETE …/events/{id}"""
    goal_id = call.path["id"]
    job = partial(goals.delete, application_id=call.entry.application.id, goal_id=goal_id)
    return Write(job, lambda _: ok(deleted_json(goal_id, "event")))


def _limit(query: Mapping[str, str]) -> int:
    written = query.get("limit") or str(DEFAULT_LIMIT)
    number = int(written) if written.isascii() and written.isdigit() and len(written) <= 3 else 0
    if not 1 <= number <= MOST:
        raise Invalid(f"limit is a number from 1 to {MOST}", field="limit")
    return number


def _with_rules(call: Call) -> bool:
    return EXPAND in call.body or call.query.get("expand") == EXPAND
