"""What the placeholders of the rows `dashboard` stand for, and what every answer of the dashboard is."""

from __future__ import annotations

import secrets
from functools import cache
from typing import TYPE_CHECKING, Any

from tests.surfaces.dashboard.ground import PREFIX, Client, Dashboard
from tests.wire import Answer

from tidings.domain import passwords
from tidings.domain.sessions import csrf_token

if TYPE_CHECKING:
    from tests.cases.ground import Ground

PASSWORD = "correct horse battery"


@cache
def password_hash() -> str:
    return passwords.hash_of(PASSWORD)


def client_of(ground: Ground) -> Client:
    """The owner of the row's application, who is logged in; made when first asked for."""
    if "client" not in ground.kept:
        owner = Dashboard(ground.server, ground.mine).as_role("owner", password_hash=password_hash())
        ground.kept["client"] = owner
    client: Client = ground.kept["client"]
    return client


def values(ground: Ground) -> dict[str, Any]:
    """`{CSRF}` goes with `{FORM}`, the cookie of who is not logged in, where the row names that; else with `{SESSION}`."""
    client, form = client_of(ground), secrets.token_urlsafe(32)
    assert client.user is not None
    session = client.cookies["tidings_session"]
    return {
        "DASH": PREFIX,
        "LOGIN": f"{PREFIX}/log-in",
        "SESSION": session,
        "FORM": form,
        "CSRF": csrf_token(form if "{FORM}" in str(ground.row["request"]) else session, client.secret),
        "EMAIL": client.user.email.replace("@", "%40"),
        "PASSWORD": PASSWORD.replace(" ", "+"),
    }


def judge_page(answer: Answer) -> None:
    """What every answer of the dashboard is, refusals too: never framed, sniffed, kept, or with a script in its text."""
    headers = answer.headers
    assert "traceback" not in answer.text.lower()
    if "content-security-policy" not in headers:
        # Refused before the dashboard was asked: by the wire, or as a path that is nobody's.
        assert answer.status in (400, 404, 413, 431)
        assert headers.get("content-type", "text/plain").startswith(("text/plain", "application/json"))
        return
    policy = headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] in ("no-referrer", "same-origin")
    assert headers["cache-control"] == "no-store"
    assert "server" not in headers
    if answer.status == 303:
        assert headers["location"] == PREFIX or headers["location"].startswith((f"{PREFIX}/", f"{PREFIX}?"))
