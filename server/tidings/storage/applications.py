"""Applications in SQL."""

from collections.abc import Collection, Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection, Delete, Table, bindparam, delete, insert, select, tuple_, update

from tidings.records.application import Application, DisplaySettings, NewApplication
from tidings.storage.figure_tables import credit_stretches, event_type_stretches, goal_stretches
from tidings.storage.goal_tables import conversions, event_conversions, goal_figures, visit_figures
from tidings.storage.import_tables import import_rows, import_spans
from tidings.storage.store import bump_revision
from tidings.storage.tables import (
    application_figures,
    applications,
    deliveries,
    event_counts,
    event_figures,
    event_type_figures,
    event_types,
    events,
    webhooks,
)

# Events that one statement removes: their transaction takes a fraction of a second.
DELETED_AT_ONCE = 5_000
# The same of deliveries, which have answers of up to 16 KiB.
DELIVERIES_AT_ONCE = 100
# What an application has very many rows of, beside events; all of them with its id first in their key.
_MANY = (
    event_counts,
    application_figures,
    event_type_figures,
    event_figures,
    event_type_stretches,
    goal_figures,
    goal_stretches,
    credit_stretches,
    event_conversions,
    visit_figures,
    conversions,
    import_rows,
    import_spans,
)

# Without the hash of the token, which nobody who reads an application needs.
COLUMNS = [column for column in applications.c if column.name != "token_hash"]
_all = select(*COLUMNS).order_by(applications.c.id)
_by_id = select(*COLUMNS).where(applications.c.id == bindparam("id"))
_by_token = select(*COLUMNS).where(applications.c.token_hash == bindparam("token_hash"))
_by_client = select(*COLUMNS).where(applications.c.client_id == bindparam("client_id"))
_by_site = select(*COLUMNS).where(applications.c.site_id == bindparam("site_id"))
_update = update(applications).where(applications.c.id == bindparam("application_id"))
_delete = delete(applications).where(applications.c.id == bindparam("application_id"))
_delete_event_types = delete(event_types).where(event_types.c.application_id == bindparam("application_id"))
_some_events = (
    select(events.c.id)
    .where(events.c.application_id == bindparam("application_id"))
    .order_by(events.c.created_at, events.c.id)
    .limit(bindparam("at_once"))
)
_delete_some_events = delete(events).where(events.c.id.in_(_some_events.scalar_subquery()))


def _some_of(table: Table) -> Delete:
    keys = list(table.primary_key)
    some = select(*keys).where(table.c.application_id == bindparam("application_id")).limit(bindparam("at_once"))
    return delete(table).where(tuple_(*keys).in_(some))


_delete_some = [_some_of(table) for table in _MANY]
_own_webhooks = select(webhooks.c.id).where(webhooks.c.application_id == bindparam("application_id"))
_some_deliveries = select(deliveries.c.id).where(deliveries.c.webhook_id.in_(_own_webhooks)).limit(bindparam("at_once"))
_delete_some_deliveries = delete(deliveries).where(deliveries.c.id.in_(_some_deliveries))


def insert_application(connection: Connection, new: NewApplication) -> Application:
    """Stores a new application and returns it with its id."""
    values = {
        "name": new.name,
        "url": new.url,
        "site_id": new.site_id,
        "client_id": new.client_id,
        "client_secret": new.client_secret,
        "token_hash": new.token_hash,
        "display": msgspec.json.encode(new.display).decode(),
        "created_at": new.created_at,
        "updated_at": new.created_at,
    }
    row = connection.execute(insert(applications).returning(*COLUMNS), values).one()
    bump_revision(connection)
    return application_of(row._mapping)


def set_token_hash(connection: Connection, application_id: int, token_hash: bytes) -> None:
    """Replaces the token of an application; the old one is worth nothing from the commit on."""
    connection.execute(applications.update().where(applications.c.id == application_id).values(token_hash=token_hash))
    bump_revision(connection)


def update_application(connection: Connection, application: Application) -> None:
    """Stores an application that is there, as it is to be from now on; its keys stay."""
    values = {
        "name": application.name,
        "url": application.url,
        "display": msgspec.json.encode(application.display).decode(),
        "updated_at": application.updated_at,
    }
    connection.execute(_update.values(**values), {"application_id": application.id})
    bump_revision(connection)


def close_application(connection: Connection, application_id: int, token_hash: bytes, client_id: str) -> None:
    """Gives an application keys that nobody knows: its token and its public id open nothing any more."""
    connection.execute(_update.values(token_hash=token_hash, client_id=client_id), {"application_id": application_id})
    bump_revision(connection)


def delete_some_events(connection: Connection, application_id: int) -> bool:
    """Removes the oldest events of an application, DELETED_AT_ONCE of them; whether there may be more.

    The counts of its events are left behind: only for an application that is about to go.
    """
    named = {"application_id": application_id, "at_once": DELETED_AT_ONCE}
    return connection.execute(_delete_some_events, named).rowcount == DELETED_AT_ONCE


def delete_some_others(connection: Connection, application_id: int) -> bool:
    """Removes some of what an application has many rows of, beside events: the log of its webhooks, its figures.

    Whether there may be more. Only for an application that is about to go, and whose events are gone.
    """
    named = {"application_id": application_id, "at_once": DELIVERIES_AT_ONCE}
    if connection.execute(_delete_some_deliveries, named).rowcount == DELIVERIES_AT_ONCE:
        return True
    named["at_once"] = DELETED_AT_ONCE
    return any(connection.execute(one, named).rowcount == DELETED_AT_ONCE for one in _delete_some)


def delete_application(connection: Connection, application_id: int) -> None:
    """Removes an application and, by foreign keys, all that is its own."""
    while delete_some_events(connection, application_id):
        pass
    connection.execute(_delete_event_types, {"application_id": application_id})
    connection.execute(_delete, {"application_id": application_id})
    bump_revision(connection)


def application_by_id(connection: Connection, application_id: int) -> Application | None:
    """The application with this id."""
    row = connection.execute(_by_id, {"id": application_id}).one_or_none()
    return None if row is None else application_of(row._mapping)


def application_by_token_hash(connection: Connection, token_hash: bytes) -> Application | None:
    """The application whose token has this hash."""
    row = connection.execute(_by_token, {"token_hash": token_hash}).one_or_none()
    return None if row is None else application_of(row._mapping)


def application_by_client_id(connection: Connection, client_id: str) -> Application | None:
    """The application with this public id."""
    row = connection.execute(_by_client, {"client_id": client_id}).one_or_none()
    return None if row is None else application_of(row._mapping)


def application_by_site_id(connection: Connection, site_id: str) -> Application | None:
    """The application with this short code."""
    row = connection.execute(_by_site, {"site_id": site_id}).one_or_none()
    return None if row is None else application_of(row._mapping)


def all_applications(connection: Connection) -> list[Application]:
    """Every application, oldest first."""
    return [application_of(row._mapping) for row in connection.execute(_all)]


def display_of(stored: str) -> DisplaySettings:
    """The settings of an application, from their column."""
    return msgspec.json.decode(stored, type=DisplaySettings)


def application_of(row: Mapping[Any, Any], without: Collection[str] = ()) -> Application:
    """The application of a row that has COLUMNS; `without`: what else it has."""
    values = {str(name): value for name, value in row.items() if name not in without}
    values["display"] = display_of(values["display"])
    return Application(**values)
