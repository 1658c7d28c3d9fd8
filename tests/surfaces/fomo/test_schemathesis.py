"""Schemathesis against the running server: what /openapi.json says is what the server does, for good data and bad.

Every call of the document is tried with examples, with the edges of each schema, and with data made at random from a
fixed seed. No 5xx, no status or content type that is not in the document, every answer as its schema says, nothing
accepted that a schema forbids, nothing refused that it allows, no other method answered, no call without a token.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

import pytest
import schemathesis
from requests import Session
from schemathesis.checks import CheckContext
from schemathesis.config import SchemathesisConfig
from schemathesis.core.transport import Response
from schemathesis.generation import GenerationMode
from tests.conftest import Live
from tests.live import LiveApp

from tidings.surfaces.fomo.openapi import document
from tidings.surfaces.fomo.routes import TABLE

EXAMPLES = 20
REFUSED = ["400", "401", "403", "404", "405", "409", "413", "415"]
CONFIG = SchemathesisConfig.from_dict(
    {
        # NUL is refused everywhere; said in the document's words and held by tests/cases.
        "generation": {"deterministic": True, "max-examples": EXAMPLES, "database": "none", "allow-x00": False},
        "checks": {
            "positive_data_acceptance": {"enabled": False},  # `good_data_is_taken` is stricter
            "negative_data_rejection": {"expected-statuses": REFUSED},
        },
    }
)
# What no schema can say: it depends on what is stored, on the clock, or on two members at once.
BEYOND_A_SCHEMA = {
    "unknown_event_type",
    "unknown_event",
    "unknown_custom_field",
    "out_of_range",
    "range_reversed",
    "range_too_long",
    "not_together",
    "required",  # one of two members; data for the edges of each member does not look at the other
    "unknown_language",
    "unknown_time_zone",
    "unknown_goal",
    "refused_url",  # of a webhook: what may be called
    "invalid_message",
    "invalid_css",
    "malformed_json",  # a number of more than 20 digits
}


def document_of_me() -> dict[str, Any]:
    """The document, its `{app}` being `me`: that of others is tests/surfaces/fomo/test_openapi.py's."""
    said: dict[str, Any] = json.loads(json.dumps(document("http://127.0.0.1", TABLE)))
    paths = {path.replace("{app}", "me"): item for path, item in said["paths"].items()}
    for item in paths.values():
        item["parameters"] = [one for one in item["parameters"] if one["name"] != "app"]
    return {**said, "paths": paths}


@dataclass
class Tried:
    """The application that is tried, and an event of it that stays."""

    application: LiveApp
    event_id: int


@pytest.fixture(scope="module")
def tried(live: Live) -> Tried:
    application = live.new_application()
    return Tried(application, application.post_event(external_id="order-1001")["id"])


@pytest.fixture(scope="module")
def session(tried: Tried) -> Iterator[Session]:
    with Session() as session:
        session.headers.update(tried.application.headers)
        yield session


def good_data_is_taken(_context: CheckContext, response: Response, case: schemathesis.Case) -> None:
    """A request that the schema allows is refused only for what no schema can say."""
    if case.meta is None or case.meta.generation.mode is not GenerationMode.POSITIVE or response.status_code != 400:
        return
    refusal = response.json()["error"]
    assert refusal["code"] in BEYOND_A_SCHEMA, f"refused: {refusal}"


API = schemathesis.openapi.from_dict(document_of_me(), config=CONFIG)


@API.parametrize()
def test_the_server_does_what_the_document_says(case: schemathesis.Case, session: Session, tried: Tried) -> None:
    if case.meta is not None and case.meta.generation.mode is GenerationMode.POSITIVE:
        _aim(case, tried)
    case.call_and_validate(base_url=tried.application.base_url, session=session, additional_checks=[good_data_is_taken])


def _aim(case: schemathesis.Case, tried: Tried) -> None:
    """Good data made at random would else seldom find anything: name records that are there."""
    if "/webhooks" in case.operation.path:
        _make_room(tried.application)
    if "delivery_id" in case.path_parameters:
        webhook_id = _record(case, tried)
        sent = tried.application.request("POST", f"/webhooks/{webhook_id}/test", {}).json()
        case.path_parameters |= {"id": webhook_id, "delivery_id": sent["id"]}
    elif "id" in case.path_parameters:
        case.path_parameters["id"] = _record(case, tried)
    for members in (case.body, case.body.get("event")) if isinstance(case.body, dict) else ():
        if isinstance(members, dict) and members.get("event_type_id"):
            members["event_type_id"] = tried.application.event_type_id


def _make_room(application: LiveApp) -> None:
    """An application has 20 webhooks at most: of ten, one stays."""
    there = [one["id"] for one in application.request("GET", "/webhooks").json()]
    for webhook_id in there[1:] if len(there) > 10 else ():
        application.request("DELETE", f"/webhooks/{webhook_id}")


def _record(case: schemathesis.Case, tried: Tried) -> int:
    """The id of the event that stays, or of the first event type; to be deleted, and of webhooks: of a new one."""
    application = tried.application
    if "/webhooks" in case.operation.path:
        return int(application.request("POST", "/webhooks", {"url": "https://hooks.shop.example/"}).json()["id"])
    if "event_types" not in case.operation.path:
        return int(application.post_event()["id"]) if case.method == "DELETE" else tried.event_id
    if case.method != "DELETE":
        return application.event_type_id
    made = application.request("POST", "/event_types", {"name": token_hex(8), "message": "Hello"})
    return int(made.json()["id"])
