"""Applications in SQL."""

import msgspec
from sqlalchemy import Connection, Row, bindparam, insert, select

from tidings.records.application import Application, DisplaySettings, NewApplication
from tidings.storage.store import bump_revision
from tidings.storage.tables import applications

_columns = [column for column in applications.c if column.name != "token_hash"]
_all = select(*_columns).order_by(applications.c.id)
_by_token = select(*_columns).where(applications.c.token_hash == bindparam("token_hash"))
_by_client = select(*_columns).where(applications.c.client_id == bindparam("client_id"))


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
    row = connection.execute(insert(applications).returning(*_columns), values).one()
    bump_revision(connection)
    return _application(row)


def set_token_hash(connection: Connection, application_id: int, token_hash: bytes) -> None:
    """Replaces the token of an application; the old one is worth nothing from the commit on."""
    connection.execute(applications.update().where(applications.c.id == application_id).values(token_hash=token_hash))
    bump_revision(connection)


def application_by_token_hash(connection: Connection, token_hash: bytes) -> Application | None:
    """The application whose token has this hash."""
    row = connection.execute(_by_token, {"token_hash": token_hash}).one_or_none()
    return None if row is None else _application(row)


def application_by_client_id(connection: Connection, client_id: str) -> Application | None:
    """The application with this public id."""
    row = connection.execute(_by_client, {"client_id": client_id}).one_or_none()
    return None if row is None else _application(row)


def all_applications(connection: Connection) -> list[Application]:
    """Every application, oldest first."""
    return [_application(row) for row in connection.execute(_all)]


def _application(row: Row[tuple[object, ...]]) -> Application:
    values = dict(row._mapping)
    values["display"] = msgspec.json.decode(values["display"], type=DisplaySettings)
    return Application(**values)
