"""API tokens in SQL: their hashes, scopes and last use."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, Row, bindparam, delete, insert, or_, select, update

from tidings.records.token import ApiToken
from tidings.storage.goal_tables import api_tokens
from tidings.storage.store import bump_revision

_columns = [column for column in api_tokens.c if column.name != "hash"]
_all = select(*_columns).order_by(api_tokens.c.id)
_by_hash = select(*_columns).where(api_tokens.c.hash == bindparam("hash"))
_delete = delete(api_tokens).where(api_tokens.c.id == bindparam("token_id"))
_set_scopes = update(api_tokens).where(api_tokens.c.id == bindparam("token_id")).values(scopes=bindparam("new_scopes"))
_use = (
    update(api_tokens)
    .where(api_tokens.c.id == bindparam("token_id"))
    .where(or_(api_tokens.c.last_used_at.is_(None), api_tokens.c.last_used_at < bindparam("now")))
    .values(last_used_at=bindparam("now"))
)


def insert_token(connection: Connection, token_hash: bytes, scopes: Sequence[str], now: int) -> ApiToken:
    """Stores a new token's hash and returns the token with its id. `now`: milliseconds."""
    values = {"hash": token_hash, "scopes": _json(scopes), "created_at": now, "last_used_at": None}
    row = connection.execute(insert(api_tokens).returning(*_columns), values).one()
    bump_revision(connection)
    return _token(row)


def token_by_hash(connection: Connection, token_hash: bytes) -> ApiToken | None:
    """The token with this hash."""
    row = connection.execute(_by_hash, {"hash": token_hash}).one_or_none()
    return None if row is None else _token(row)


def all_tokens(connection: Connection) -> list[ApiToken]:
    """Every token, oldest first."""
    return [_token(row) for row in connection.execute(_all)]


def delete_token(connection: Connection, token_id: int) -> bool:
    """Removes a token; whether there was one. It opens nothing from the commit on."""
    gone = connection.execute(_delete, {"token_id": token_id}).rowcount == 1
    bump_revision(connection)
    return gone


def forget_site(connection: Connection, site_id: str) -> None:
    """Takes a site out of the scopes of all tokens; a token without any scope goes."""
    for token in all_tokens(connection):
        left = [scope for scope in token.scopes if scope.partition(":")[2] != site_id]
        if not left:
            delete_token(connection, token.id)
        elif len(left) < len(token.scopes):
            connection.execute(_set_scopes, {"token_id": token.id, "new_scopes": _json(left)})
    bump_revision(connection)


def note_use(connection: Connection, token_id: int, now: int) -> None:
    """Remembers that a token was used at `now` (milliseconds). No cache holds it, so that none has to be told."""
    connection.execute(_use, {"token_id": token_id, "now": now})


def _json(scopes: Sequence[str]) -> str:
    return msgspec.json.encode(scopes).decode()


def _token(row: Row[tuple[object, ...]]) -> ApiToken:
    values = dict(row._mapping)
    values["scopes"] = msgspec.json.decode(values["scopes"], type=tuple[str, ...])
    return ApiToken(**values)
