"""The commands `tidings token …`: tokens of the API with scopes, made, listed and revoked."""

import json
from datetime import UTC, datetime
from typing import Annotated

import typer
from sqlalchemy import Connection

from tidings import config
from tidings.command_line import AsJson, Database, in_transaction
from tidings.domain import api_tokens, audit
from tidings.records.token import ApiToken
from tidings.surfaces.context import clock

app = typer.Typer(no_args_is_help=True, help="API tokens: who may read and change which sites under /v1.")

SCOPES = "all-sites-readonly, read:SITE or manage:SITE; more than one may be given. With --app, `read` or `manage` do."


@app.command("create")
def token_create(
    application_id: Annotated[
        int | None, typer.Option("--app", min=1, max=2**63 - 1, help="A token that manages this application.")
    ] = None,
    scope: Annotated[list[str] | None, typer.Option("--scope", help=SCOPES)] = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Makes a token and prints it, now and never again."""
    settings = config.load({"database_url": database})
    scopes = scope or (["manage"] if application_id is not None else [])

    def work(connection: Connection) -> api_tokens.Created:
        made = api_tokens.create(connection, scopes=scopes, application_id=application_id, now=clock())
        _note(connection, "token.created", application_id, made.token.id)
        return made

    created = in_transaction(settings, work)
    shown = {"id": created.token.id, "scopes": list(created.token.scopes), "token": created.text}
    typer.echo(json.dumps(shown) if as_json else f"{created.text}\n{' '.join(created.token.scopes)}")


@app.command("list")
def token_list(database: Database = None, as_json: AsJson = False) -> None:
    """Every token with its scopes and when it was last used, to the hour; never the token itself."""
    rows = [_row(token) for token in in_transaction(config.load({"database_url": database}), api_tokens.every)]
    if as_json:
        typer.echo(json.dumps(rows))
    elif not rows:
        typer.echo("There is no token yet: tidings token create --app ID")
    for row in [] if as_json else rows:
        typer.echo(f"{row['id']:>4}  {row['created_at']}  {row['last_used_at'] or 'never used':20}  {row['scopes']}")


def _row(token: ApiToken) -> dict[str, object]:
    return {
        "id": token.id,
        "scopes": " ".join(token.scopes),
        "created_at": _time(token.created_at),
        "last_used_at": None if token.last_used_at is None else _time(token.last_used_at),
    }


def _time(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds // 1_000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _note(connection: Connection, deed: str, application_id: int | None, token_id: int) -> None:
    subject = f"token {token_id}"
    audit.note(connection, audit.COMMAND_LINE, deed, application_id=application_id, subject=subject, now=clock())


@app.command("revoke")
def token_revoke(
    token_id: Annotated[int, typer.Argument(metavar="ID", min=1, max=2**63 - 1, help="As `tidings token list` shows it.")],
    database: Database = None,
) -> None:
    """Ends a token: it opens nothing any more, at once."""

    def work(connection: Connection) -> None:
        api_tokens.revoke(connection, token_id)
        _note(connection, "token.revoked", None, token_id)

    in_transaction(config.load({"database_url": database}), work)
    typer.echo(f"Revoked token {token_id}.")
