"""Conversions: what pages and servers tell of goals that were reached, counted once, and taken back.

A conversion with an external id is one, whoever tells of it and however often: the page knows which notification it is to
be put down to, the owner's server what it was worth, and each of them wins where it knows better. A page is heard once:
who looks at the page of an order again tells nothing new. What was taken back or forgotten stays so, whoever tells of it.
"""

import hashlib
from collections.abc import Mapping, Sequence

import msgspec
from msgspec import Struct
from sqlalchemy import Connection

from tidings.domain import goals
from tidings.domain.applications import retrieve as retrieve_application
from tidings.domain.hours import hour_to_count
from tidings.errors import Invalid, NotFound
from tidings.records.application import Application
from tidings.records.beacon import Beacon
from tidings.records.conversion import HELD, UNATTRIBUTED, Conversion, ConversionDraft, Reached
from tidings.records.goal import NO_VALUE, Goal
from tidings.records.statistics import EVENT_DAYS, HOUR, HOURS_A_DAY
from tidings.storage import conversions as stored
from tidings.storage.events import delete_event, event_by_external_id, types_of
from tidings.storage.goal_figures import add_conversions, forget_event_conversions, take_back
from tidings.storage.goal_sums import add_visits
from tidings.storage.goals import goals_by_ids
from tidings.storage.hours import first_open_hour
from tidings.storage.page_views import NAME_BITS, Mark, mark
from tidings.storage.page_views import forget as forget_marks

# Marks of page views, where those of events begin at 4 (domain/beacons.py).
_CONVERSION, _VISIT = 0, 1
# For how many generations a conversion is known again: two days, as a page may tell of it from a day before its time, by its
# own clock, to a day after. Its time names nothing: anybody could say another.
_GENERATIONS = 8


class Recorded(Struct, frozen=True):
    """A conversion as counted; `is_new` False: it was there already, under the same external id."""

    conversion: Conversion
    is_new: bool


def count_told(connection: Connection, beacons: Sequence[Beacon], first_open: int, generation: int) -> None:
    """Counts the visits and the reached goals that beacons tell of; unknown goals are left aside.

    `first_open`: as in `hour_to_count`; `generation`: milliseconds after which marks may go (domain/beacons.py).
    """
    known = goals_by_ids(connection, {reached.goal_id for beacon in beacons for reached in beacon.goals})
    visits: dict[tuple[int, int, int], list[int]] = {}
    views: dict[Mark, Beacon] = {}
    told: dict[Mark, tuple[Beacon, Reached]] = {}
    for beacon in beacons:
        now = beacon.now // generation
        if beacon.visit and beacon.page_view:
            views.setdefault((_name(now, beacon.application_id, beacon.page_view), _VISIT), beacon)
        elif beacon.visit:
            _count_visit(visits, beacon, first_open)
        for reached in beacon.goals:
            goal = known.get(reached.goal_id)
            if goal is not None and goal.application_id == beacon.application_id:
                # It goes as late as it is looked for: `forget_marks` below keeps one generation more than its own.
                name = _name(now + _GENERATIONS - 1, beacon.application_id, goal.id, reached.nonce)
                told.setdefault((name, _CONVERSION), (beacon, reached))
    for one in mark(connection, list(views)):
        _count_visit(visits, views[one], first_open)
    came: dict[int, list[tuple[Beacon, Reached]]] = {}
    for one in mark(connection, list(told), back=_GENERATIONS):
        beacon, reached = told[one]
        came.setdefault(beacon.application_id, []).append((beacon, reached))
    forget_marks(connection, (beacons[-1].now // generation - 1) << NAME_BITS)
    add_visits(connection, visits)
    for application_id, reaches in came.items():
        _count_reached(connection, application_id, reaches, known, first_open)


def _count_visit(visits: dict[tuple[int, int, int], list[int]], beacon: Beacon, first_open: int) -> None:
    numbers = visits.setdefault((beacon.application_id, hour_to_count(beacon.now, first_open), beacon.visit), [0, 0])
    numbers[0] += 1
    numbers[1] += beacon.visitor


def _count_reached(
    connection: Connection,
    application_id: int,
    reaches: Sequence[tuple[Beacon, Reached]],
    known: Mapping[str, Goal],
    first_open: int,
) -> None:
    types = types_of(connection, {reached.event_id for _, reached in reaches if reached.attribution != UNATTRIBUTED})
    application = retrieve_application(connection, application_id)
    currency = application.display.currency
    came = []
    for beacon, reached in reaches:
        one = _of_page(beacon, reached, known[reached.goal_id], types, hour_to_count(beacon.now, first_open))
        if one.external_id is None:
            came.append(one)
        else:
            _count_named(connection, one, application, first_open)
    add_conversions(connection, came, currency)
    last = reaches[-1][0].now // HOUR // HOURS_A_DAY
    forget_event_conversions(connection, [application_id], last - EVENT_DAYS + 1)


def _of_page(beacon: Beacon, reached: Reached, goal: Goal, types: Mapping[int, tuple[int, int]], hour: int) -> Conversion:
    """What a page told, put down to an event only where that is there, its application's, and was not held."""
    of_application, event_type_id = types.get(reached.event_id, (0, 0))
    put_down = reached.attribution != UNATTRIBUTED and reached.arm != HELD
    attributed = put_down and of_application == beacon.application_id
    return Conversion(
        application_id=beacon.application_id,
        goal_id=goal.id,
        external_id=reached.external_id,
        cents=None if goal.currency == NO_VALUE else reached.cents,
        currency=goal.currency,
        hour=hour,
        occurred_at=min(reached.at, beacon.now),
        created_at=beacon.now,
        event_type_id=event_type_id if attributed else 0,
        event_id=reached.event_id if attributed else 0,
        attribution=reached.attribution if attributed else UNATTRIBUTED,
        arm=reached.arm,
        first=reached.first,
        by_page=True,
        page_told=True,
    )


def _count_named(connection: Connection, one: Conversion, application: Application, first_open: int) -> None:
    """A page's word of a conversion with an external id: of one that only a server told of, where it came from."""
    currency = application.display.currency
    before = _find(connection, application, one.goal_id, one.external_id or "")
    if before is None:
        stored.insert_conversion(connection, one)
        add_conversions(connection, [one], currency)
    elif not before.page_told and not before.refunded:
        after = msgspec.structs.replace(
            before,
            # Where its hour was told to webhooks already, it counts in the first that was not, unless a server said when.
            hour=before.hour if before.dated else max(before.hour, first_open),
            event_type_id=one.event_type_id,
            event_id=one.event_id,
            attribution=one.attribution,
            arm=one.arm,
            first=one.first,
            page_told=True,
        )
        _change(connection, before, after, currency)


def _find(connection: Connection, application: Application, goal_id: str, external_id: str) -> Conversion | None:
    """What is known under an external id; of one that was forgotten, that there was one."""
    found = stored.find_conversion(connection, application.id, goal_id, external_id)
    return found or stored.find_conversion(connection, application.id, goal_id, _forgotten(application, external_id))


def _forgotten(application: Application, external_id: str) -> str:
    """What a forgotten conversion is called: a keyed hash, as order numbers are easily guessed."""
    key = application.client_secret.encode()[:64]
    return f"forgotten:{hashlib.blake2b(external_id.encode(), key=key, digest_size=16).hexdigest()}"


def _change(connection: Connection, before: Conversion, after: Conversion, currency: str) -> None:
    take_back(connection, before, currency)
    add_conversions(connection, [after], currency)
    stored.update_conversion(connection, after)


def record(connection: Connection, *, application_id: int, goal_id: str, draft: ConversionDraft, now: int) -> Recorded:
    """Counts what the owner's server tells, put down to no notification unless a page told of the same. `now`: milliseconds.

    It is counted in the hour that it occurred in; what is told as it happens, in one that webhooks were told nothing of, as
    what pages tell. Raises NotFound; Invalid for a value of a goal that has none.
    """
    goal = goals.retrieve(connection, application_id=application_id, goal_id=goal_id)
    if goal.currency == NO_VALUE and draft.cents is not None:
        raise Invalid("value is not for an event with the currency none", field="value", code="no_value")
    application = retrieve_application(connection, application_id)
    currency = application.display.currency
    one = _of_server(connection, goal, draft, now)
    if draft.external_id is not None:
        before = _find(connection, application, goal.id, draft.external_id)
        if before is not None:
            return Recorded(_confirmed(connection, before, one, currency), is_new=False)
        stored.insert_conversion(connection, one)
    add_conversions(connection, [one], currency)
    return Recorded(one, is_new=True)


def _of_server(connection: Connection, goal: Goal, draft: ConversionDraft, now: int) -> Conversion:
    at = draft.occurred_at
    return Conversion(
        application_id=goal.application_id,
        goal_id=goal.id,
        external_id=draft.external_id,
        cents=draft.cents,
        currency=goal.currency,
        hour=hour_to_count(now, first_open_hour(connection)) if at is None else at // HOUR,
        occurred_at=now if at is None else at,
        created_at=now,
        dated=at is not None,
    )


def _confirmed(connection: Connection, before: Conversion, told: Conversion, currency: str) -> Conversion:
    """What a page told first is worth what the owner's server says; what a server told or took back stays as it is."""
    if before.external_id != told.external_id:
        # Of one that was forgotten nothing is known but that it counts no more.
        return msgspec.structs.replace(told, cents=None, refunded=True)
    if not before.by_page or before.refunded:
        return before
    after = msgspec.structs.replace(before, by_page=False, cents=before.cents if told.cents is None else told.cents)
    _change(connection, before, after, currency)
    return after


def refund(connection: Connection, *, application_id: int, goal_id: str, external_id: str, now: int) -> None:
    """Takes a conversion back, and the event of the same external id with it. Raises NotFound when there is neither.

    That it was taken back is remembered, and so is the order that only an event tells of: whoever tells of it later, it
    does not count. That its visitor reached a goal stays true, and counted: the lift is not of what was kept.
    """
    goal = goals.retrieve(connection, application_id=application_id, goal_id=goal_id)
    application = retrieve_application(connection, application_id)
    found = _find(connection, application, goal_id, external_id)
    counted = found is not None and not found.refunded
    event = event_by_external_id(connection, application_id, external_id)
    if not counted and event is None:
        raise NotFound("Conversion not found", code="conversion_not_found")
    if found is None:
        unheard = _of_server(connection, goal, ConversionDraft(external_id=external_id), now)
        stored.insert_conversion(connection, msgspec.structs.replace(unheard, refunded=True))
    elif counted:
        take_back(connection, msgspec.structs.replace(found, first=False), application.display.currency)
        stored.update_conversion(connection, msgspec.structs.replace(found, refunded=True))
    if event is not None:
        delete_event(connection, application_id, event.id)


def forget(connection: Connection, *, application_id: int, external_id: str) -> int:
    """Forgets conversions by their external id, of whichever goal; figures stay. Returns how many there were.

    What stays of each is a keyed hash of its external id, so that a page that is looked at again does not bring it back.
    """
    name = _forgotten(retrieve_application(connection, application_id), external_id)
    return stored.forget_conversions_called(connection, application_id, external_id, name)


def _name(generation: int, application_id: int, *names: str) -> int:
    """A name for storage/page_views.py: a generation, then a hash of what is counted once."""
    digest = hashlib.blake2b("\0".join((str(application_id), *names)).encode(), digest_size=8).digest()
    return generation << NAME_BITS | int.from_bytes(digest) >> (64 - NAME_BITS)
