"""API tokens with scopes: made, listed and revoked; and looked up, in memory until one of them changes."""

import re
from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import Connection

from tidings.domain.applications import new_token, retrieve
from tidings.domain.directory import CAPACITY, token_hash
from tidings.errors import Invalid, NotFound
from tidings.records.token import ALL_SITES_READONLY, ApiToken
from tidings.storage import tokens as stored
from tidings.storage.applications import application_by_site_id

# How exactly the last use of a token is known, in milliseconds: a note of each would be a write for each request.
NOTED_EVERY = 3_600_000

_SCOPE = re.compile(r"(?:read|manage):([A-Z]{6,8})", re.ASCII)


class Created(Struct, frozen=True):
    """A new token, and its text: the only time that it is seen."""

    token: ApiToken
    text: str


def create(connection: Connection, *, scopes: Sequence[str], now: int, application_id: int | None = None) -> Created:
    """Makes a token. `now`: milliseconds. With an application every scope is of that one, `read` and `manage` in short.

    Raises Invalid for a scope that is none, of a site that is not there, or of another one; NotFound for the application.
    """
    if application_id is not None:
        scopes = _of_site(scopes, retrieve(connection, application_id).site_id)
    if not scopes:
        raise Invalid("A token needs a scope", field="scopes", code="required")
    for scope in scopes:
        found = _SCOPE.fullmatch(scope)
        if found is None and scope != ALL_SITES_READONLY:
            raise Invalid(f"Scope {scope!r} is not {ALL_SITES_READONLY}, read:SITE or manage:SITE", field="scopes")
        if found is not None and application_by_site_id(connection, found[1]) is None:
            raise Invalid(f"There is no site {found[1]}", field="scopes", code="unknown_site")
    text = new_token()
    return Created(stored.insert_token(connection, token_hash(text), tuple(dict.fromkeys(scopes)), now), text)


def _of_site(scopes: Sequence[str], site_id: str) -> list[str]:
    found = [f"{scope}:{site_id}" if scope in ("read", "manage") else scope for scope in scopes]
    for scope in found:
        if scope.partition(":")[2] != site_id:
            raise Invalid(f"Scope {scope!r} is not of this application, whose site id is {site_id}", field="scopes")
    return found


def every(connection: Connection) -> list[ApiToken]:
    """All tokens, oldest first."""
    return stored.all_tokens(connection)


def of_application(connection: Connection, *, application_id: int) -> list[ApiToken]:
    """The tokens that open this application and nothing else, oldest first. Raises NotFound for the application."""
    site_id = retrieve(connection, application_id).site_id
    return [token for token in every(connection) if all(scope.partition(":")[2] == site_id for scope in token.scopes)]


def retrieve_of(connection: Connection, *, application_id: int, token_id: int) -> ApiToken:
    """One of those. Raises NotFound."""
    for token in of_application(connection, application_id=application_id):
        if token.id == token_id:
            return token
    raise NotFound("There is no such token.", code="token_not_found")


def revoke(connection: Connection, token_id: int) -> None:
    """Ends a token, at once. Raises NotFound."""
    if not stored.delete_token(connection, token_id):
        raise NotFound(f"There is no token {token_id}.", code="token_not_found")


def note_use(connection: Connection, *, token_id: int, now: int) -> None:
    """Remembers that a token was used at `now` (milliseconds)."""
    stored.note_use(connection, token_id, now)


class Tokens:
    """The cache. `revision` is the storage's: what was read under another one is not known."""

    def __init__(self) -> None:
        self._found: dict[bytes, tuple[int, ApiToken]] = {}
        # Apart from the known ones, which a flood of unknown ones can not push out.
        self._unknown: dict[bytes, int] = {}
        self._noted: dict[int, int] = {}

    def known(self, key: bytes, revision: int) -> tuple[bool, ApiToken | None]:
        """Whether the answer for a hash is in memory, and the answer."""
        found = self._found.get(key)
        if found is not None and found[0] == revision:
            return True, found[1]
        return self._unknown.get(key) == revision, None

    def look_up(self, connection: Connection, key: bytes, revision: int) -> ApiToken | None:
        """Reads the token with this hash, and remembers the answer for `revision`."""
        token = stored.token_by_hash(connection, key)
        kept: dict[bytes, int] | dict[bytes, tuple[int, ApiToken]] = self._unknown if token is None else self._found
        if len(kept) >= CAPACITY:
            kept.clear()
        if token is None:
            self._unknown[key] = revision
        else:
            self._found[key] = (revision, token)
        return token

    def is_news(self, token: ApiToken, now: int) -> bool:
        """Whether this use, at `now` (milliseconds), is to be noted; if so, the next ones are not."""
        noted = max(self._noted.get(token.id, 0), token.last_used_at or 0)
        if now - noted < NOTED_EVERY:
            return False
        if len(self._noted) >= CAPACITY:
            self._noted.clear()
        self._noted[token.id] = now
        return True
