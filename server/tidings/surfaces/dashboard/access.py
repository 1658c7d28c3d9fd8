"""Who asks: the session's cookie, the role in the application, and whether a form comes from a page of ours."""

import hmac
import secrets
from typing import NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import Connection
from starlette.types import Scope

from tidings.config import Settings
from tidings.domain import members, sessions
from tidings.errors import Forbidden, NotFound, Unauthenticated
from tidings.records.user import Role, Session, User, reaches
from tidings.surfaces.dashboard.plumbing import Headers, Needs

# Longer than any cookie of ours.
COOKIE_LIMIT = 100
# Seconds: for as long as a session can last; the server ends it earlier.
COOKIE_SECONDS = 90 * 86_400
_FORBIDDEN = (
    "This form did not come from a page of this dashboard, or the page is too old. Open it again and send it once more."
)


class Known(NamedTuple):
    """Who asks, and what they may in the application of the path."""

    user: User | None
    session: Session | None
    role: Role | None


NOBODY = Known(None, None, None)


def cookie_name(settings: Settings, what: str) -> str:
    """The name of a cookie of ours; where https is spoken, one that no neighbouring host can set."""
    return f"__Host-tidings_{what}" if _is_secure(settings) else f"tidings_{what}"


def cookie_of(scope: Scope, name: str) -> str:
    """The value of a cookie; "" where there is none, where it is too long, and where there is more than one of the name."""
    found = [
        value
        for header, content in scope["headers"]
        if header == b"cookie"
        for key, _, value in (pair.strip().partition("=") for pair in content.decode("latin-1").split(";"))
        if key == name
    ]
    return found[0] if len(found) == 1 and len(found[0]) <= COOKIE_LIMIT and found[0].isascii() else ""


def set_cookie(settings: Settings, what: str, value: str) -> Headers:
    """The header that gives a browser a cookie, or with "" takes it away."""
    lasts = COOKIE_SECONDS if value else 0
    secure = "; Secure" if _is_secure(settings) else ""
    text = f"{cookie_name(settings, what)}={value}; Path=/; Max-Age={lasts}; HttpOnly; SameSite=Lax{secure}"
    return ((b"set-cookie", text.encode("latin-1")),)


def new_form_cookie() -> str:
    """What forms are bound to as long as nobody is logged in."""
    return secrets.token_urlsafe(32)


def find(connection: Connection, cookie: str, application_id: int | None, now: int) -> Known:
    """The user of a session, and the role in an application. `now`: milliseconds."""
    signed = sessions.find(connection, cookie, now) if cookie else None
    if signed is None:
        return NOBODY
    role = members.role_of(connection, signed.user, application_id) if application_id is not None else None
    return Known(signed.user, signed.session, role)


def check(known: Known, needs: Needs, *, has_application: bool) -> None:
    """Raises Unauthenticated, NotFound for what is not this user's to see, Forbidden for what is not theirs to do."""
    if needs == "nobody":
        return
    if known.user is None:
        raise Unauthenticated("Please log in.")
    if needs == "user":
        return
    if needs == "everywhere:owner":
        if known.user.role_everywhere != "owner":
            raise Forbidden("This is for owners of the whole server.")
        return
    if known.role is None or not has_application:
        raise NotFound("There is nothing at this address.")
    if not reaches(known.role, needs):
        raise Forbidden(f"This needs the role {needs} in this application; yours is {known.role}.")


def check_origin(scope: Scope, settings: Settings) -> None:
    """Raises Forbidden for a request that a page of another origin makes a browser send."""
    headers = {
        name: value.decode("latin-1") for name, value in scope["headers"] if name in (b"origin", b"host", b"sec-fetch-site")
    }
    if headers.get(b"sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Forbidden(_FORBIDDEN)
    origin = headers.get(b"origin")
    if origin is None:
        return
    # The host that the browser asked, or the one that this server is known by behind a proxy.
    ours = {headers.get(b"host", "").lower(), urlsplit(settings.base_url).netloc.lower()}
    scheme, _, host = origin.lower().partition("://")
    if scheme not in ("http", "https") or host not in ours:
        raise Forbidden(_FORBIDDEN)


def check_csrf(given: str, expected: str) -> None:
    """Raises Forbidden for a form without the token of its session."""
    if not hmac.compare_digest(given.encode(), expected.encode()):
        raise Forbidden(_FORBIDDEN)


def _is_secure(settings: Settings) -> bool:
    return settings.base_url.startswith("https://")
