"""API tokens of an application: the list, making one that is shown once, and revoking."""

from functools import partial

from sqlalchemy import Connection

from tidings.domain import api_tokens, audit
from tidings.domain.api_tokens import Created
from tidings.errors import Invalid, TidingsError
from tidings.records.token import ApiToken
from tidings.surfaces.dashboard.errors import errors_of, status_of
from tidings.surfaces.dashboard.once import once
from tidings.surfaces.dashboard.plumbing import Page, Read, Redirect, Route, Visit, Work, Write
from tidings.surfaces.kinds import parsed_id

# What the form offers: the scope in short, its name, what it is for.
SCOPES = (
    ("read", "Read", "Reads goals, conversions and their figures. Enough for reports."),
    ("manage", "Manage", "Reads, makes and changes goals, and tells of conversions. For your shop's server."),
)


def list_page(visit: Visit) -> Work:
    """The tokens that open this application and no other."""
    return _list(visit)


def _list(visit: Visit, error: TidingsError | None = None) -> Work:
    values = {
        "scopes": SCOPES,
        "chosen": visit.form["scope"] or "manage",
        "errors": errors_of(error) if error else {},
        "reference": "/docs",
        "base_url": visit.context.settings.base_url,
    }
    return Read(
        partial(api_tokens.of_application, application_id=visit.application.id),
        lambda found: Page("tokens.html", {"tokens": found, **values}, status_of(error) if error else 200),
    )


def create_post(visit: Visit) -> Work:
    """Makes a token and shows it: in this answer and nowhere else, ever."""
    application_id, scope = visit.application.id, visit.form["scope"]

    def job(connection: Connection) -> Created:
        if scope not in ("read", "manage"):
            raise Invalid("Choose what the token may do", field="scope", code="required")
        made = api_tokens.create(connection, scopes=[scope], application_id=application_id, now=visit.now)
        _note(connection, visit, "token.created", made.token)
        return made

    base_url = visit.context.settings.base_url
    shown = Write(job, lambda made: Page("token_made.html", {"made": made, "base_url": base_url}), partial(_list, visit))
    return once(visit, shown, f"{visit.base}/tokens")


def revoke_page(visit: Visit) -> Work:
    """Asks whether it is meant."""
    return Read(partial(_mine, visit), lambda token: Page("token_revoke.html", {"token": token}))


def revoke_post(visit: Visit) -> Work:
    """Ends a token, at once."""

    def job(connection: Connection) -> None:
        token = _mine(visit, connection)
        _note(connection, visit, "token.revoked", token)
        api_tokens.revoke(connection, token.id)

    return Write(job, lambda _: Redirect(f"{visit.base}/tokens", "token_revoked"))


def _mine(visit: Visit, connection: Connection) -> ApiToken:
    token_id = parsed_id(visit.path["token_id"]) or 0
    return api_tokens.retrieve_of(connection, application_id=visit.application.id, token_id=token_id)


def _note(connection: Connection, visit: Visit, deed: str, token: ApiToken) -> None:
    subject = f"token {token.id}: {' '.join(token.scopes)}"
    audit.note(connection, visit.by, deed, application_id=visit.application.id, subject=subject, now=visit.now)


_HERE = "/applications/{application_id}/tokens"
ROUTES = (
    Route(_HERE, {"GET": list_page, "POST": create_post}, {"GET": "viewer", "POST": "owner"}),
    Route(f"{_HERE}/{{token_id}}/revoke", {"GET": revoke_page, "POST": revoke_post}, {"GET": "owner", "POST": "owner"}),
)
