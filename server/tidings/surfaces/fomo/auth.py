"""Who calls: the token in the Authorization header, and the application that it opens."""

from starlette.types import Scope

from tidings.domain.directory import Entry, token_hash
from tidings.errors import Forbidden, Unauthenticated
from tidings.surfaces.attempts import Attempts
from tidings.surfaces.context import Context

# Longer than any token that was ever given out; a longer one is not worth hashing.
TOKEN_LIMIT = 255


class TokenAuth:
    """Answers with the application of a token. A missing and an unknown token are refused alike."""

    def __init__(self, attempts: Attempts) -> None:
        self._attempts = attempts

    async def __call__(self, context: Context, scope: Scope) -> Entry:
        """Raises Unauthenticated; Forbidden for another application's id in the path; TooMany after many wrong tokens."""
        given = [value for name, value in scope["headers"] if name == b"authorization"]
        # No token at all is hashed too: both refusals take the same way.
        token = _token(given[0]) if len(given) == 1 else ""
        entry = await context.entry(token_hash(token))
        if entry is None or not token:
            self._attempts.count(scope)
            raise Unauthenticated("Token is required.")
        named = scope.get("path_params", {}).get("app", "me")
        if named != "me" and named != str(entry.application.id):
            raise Forbidden("Token does not give access to this application.")
        return entry


def _token(header: bytes) -> str:
    scheme, _, token = header.decode("latin-1").strip().partition(" ")
    token = token.strip()
    return token if scheme.lower() in ("token", "bearer") and len(token) <= TOKEN_LIMIT else ""
