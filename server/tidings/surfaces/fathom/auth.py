"""Who calls: the token in the Authorization header, its scopes, and the site in the path."""

import re

from starlette.types import Scope

from tidings.domain.directory import Entry, SiteId, token_hash
from tidings.errors import Forbidden, Gone, NotFound, Unauthenticated
from tidings.surfaces.attempts import Attempts
from tidings.surfaces.context import Context

# Longer than any token that was ever given out; a longer one is not worth hashing.
TOKEN_LIMIT = 255

_SITE = re.compile(r"[A-Z]{6,8}", re.ASCII)


class ScopeAuth:
    """Answers with the application of the site in the path, where the token may do there what the method asks for."""

    def __init__(self, attempts: Attempts) -> None:
        self._attempts = attempts

    async def __call__(self, context: Context, scope: Scope) -> Entry:
        """Raises Unauthenticated for no token or an unknown one, NotFound for a site that the token may not read.

        Forbidden for a change by a token that may only read; TooMany after many wrong tokens.
        """
        given = [value for name, value in scope["headers"] if name == b"authorization"]
        # No token at all is hashed too: both refusals take the same way.
        text = _bearer(given[0]) if len(given) == 1 else ""
        token = await context.api_token(token_hash(text))
        if token is None or not text:
            self._attempts.count(scope)
            raise Unauthenticated("Unauthenticated.")
        site_id = scope["path_params"]["site_id"]
        readable = _SITE.fullmatch(site_id) and token.may_read(site_id)
        entry = await context.entry(SiteId(site_id)) if readable else None
        if entry is None:
            raise NotFound("Site not found", code="site_not_found")
        if scope["method"] not in ("GET", "HEAD") and not token.may_manage(site_id):
            raise Forbidden(f"This needs a token with the scope manage:{site_id}.")
        return entry


async def retired(_context: Context, _scope: Scope) -> Entry:
    """Of what nobody may do any more, whoever asks. Raises Gone."""
    raise Gone("This endpoint has been retired.")


def _bearer(header: bytes) -> str:
    scheme, _, token = header.decode("latin-1").strip().partition(" ")
    token = token.strip()
    return token if scheme.lower() == "bearer" and len(token) <= TOKEN_LIMIT else ""
