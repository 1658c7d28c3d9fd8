"""The application of the token over REST: retrieve and update."""

from functools import partial
from typing import NamedTuple

from sqlalchemy import Connection

from tidings.domain import applications
from tidings.domain.directory import Entry
from tidings.domain.statistics import stat_application
from tidings.records.application import ApplicationChanges
from tidings.surfaces.fomo.application_shapes import application_changes, application_json
from tidings.surfaces.plumbing import Answer, Call, Read, Write, ok


class Found(NamedTuple):
    """An application and its statistics of all time."""

    entry: Entry
    totals: dict[str, int]


def retrieve(call: Call) -> Read[Found]:
    """GET …/applications/{app}"""
    return Read(partial(_with_totals, entry=call.entry), _answer)


def update(call: Call) -> Write[Found]:
    """PATCH …/applications/{app}"""
    changes, themes = application_changes(call.body), call.context.themes.names
    number = call.entry.application.id
    return Write(partial(_update, application_id=number, changes=changes, now=call.now, themes=themes), _answer)


def _update(
    connection: Connection, *, application_id: int, changes: ApplicationChanges, now: int, themes: tuple[str, ...]
) -> Found:
    entry = applications.update(connection, application_id=application_id, changes=changes, now=now, themes=themes)
    return _with_totals(connection, entry=entry)


def _with_totals(connection: Connection, *, entry: Entry) -> Found:
    return Found(entry, stat_application(connection, entry.application.id))


def _answer(found: Found) -> Answer:
    return ok(application_json(found.entry, found.totals))
