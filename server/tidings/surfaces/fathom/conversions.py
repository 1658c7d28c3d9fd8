"""Conversions of a goal: told by the owner's server, and taken back."""

from functools import partial

from tidings.domain import conversions
from tidings.domain.conversions import Recorded
from tidings.surfaces.fathom.shapes import conversion_draft, conversion_json, deleted_json
from tidings.surfaces.plumbing import Answer, Call, Write, ok

_REPLAYED = ((b"idempotent-replayed", b"true"),)


def create(call: Call) -> Write[Recorded]:
    """POST …/events/{id}/conversions"""
    job = partial(
        conversions.record,
        application_id=call.entry.application.id,
        goal_id=call.path["id"],
        draft=conversion_draft(call.body, call.now),
        now=call.now,
    )
    return Write(job, _answer)


def _answer(recorded: Recorded) -> Answer:
    return ok(conversion_json(recorded.conversion), () if recorded.is_new else _REPLAYED)


def delete(call: Call) -> Write[None]:
    """DELETE …/events/{id}/conversions/{external_id}"""
    external_id = call.path["external_id"]
    job = partial(
        conversions.refund,
        application_id=call.entry.application.id,
        goal_id=call.path["id"],
        external_id=external_id,
        now=call.now,
    )
    return Write(job, lambda _: ok(deleted_json(external_id, "conversion")))
