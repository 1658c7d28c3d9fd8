"""The commands `tidings app …`: the sites that show notifications, made, listed and deleted."""

import json
from typing import Annotated

import typer
from sqlalchemy import Connection

from tidings import config
from tidings.command_line import ApplicationId, AsJson, BaseUrl, Database, in_transaction, writing
from tidings.domain import applications, audit
from tidings.domain.forget import forget_some
from tidings.domain.import_people import START
from tidings.records.application import Application
from tidings.storage.migrate import bring_up_to_date
from tidings.storage.secret_key import count_other_keys, secret_key
from tidings.surfaces.context import clock

app = typer.Typer(no_args_is_help=True, help="Applications: the sites that show notifications.")


@app.command("create")
def app_create(
    name: Annotated[str, typer.Option(help="What the site is called.")],
    url: Annotated[str, typer.Option(help="The address of the site.")],
    database: Database = None,
    base_url: BaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Makes an application, prints its keys (the token only now) and the snippet for its pages."""
    settings = config.load({"database_url": database, "base_url": base_url})

    def work(connection: Connection) -> applications.Created:
        made = applications.create(connection, name, url, clock())
        _note(connection, "application.created", made.entry.application)
        return made

    created = in_transaction(settings, work)
    application = created.entry.application
    snippet = applications.snippet(application, settings.base_url)
    shown = {
        "id": application.id,
        "name": application.name,
        "url": application.url,
        "site_id": application.site_id,
        "client_id": application.client_id,
        "client_secret": application.client_secret,
        "auth_token": created.auth_token,
        "event_type_id": next(iter(created.entry.event_types)),
        "snippet": snippet,
    }
    typer.echo(json.dumps(shown) if as_json else "\n".join(f"{key:14} {value}" for key, value in shown.items()))


@app.command("list")
def app_list(database: Database = None, as_json: AsJson = False) -> None:
    """Every application, oldest first."""
    found = in_transaction(config.load({"database_url": database}), applications.every)
    rows = [
        {"id": one.id, "name": one.name, "url": one.url, "site_id": one.site_id, "client_id": one.client_id} for one in found
    ]
    if as_json:
        typer.echo(json.dumps(rows))
    elif not rows:
        typer.echo("There is no application yet: tidings app create --name NAME --url URL")
    for row in [] if as_json else rows:
        typer.echo(f"{row['id']:>4}  {row['site_id']}  {row['client_id']}  {row['name']}  {row['url']}")


@app.command("rotate-token")
def app_rotate_token(application_id: ApplicationId, database: Database = None) -> None:
    """Gives an application a new token and prints it; the old one opens nothing any more, at once."""
    settings = config.load({"database_url": database})

    def work(connection: Connection) -> str:
        token = applications.rotate_token(connection, application_id)
        _note(connection, "application.token_rotated", applications.retrieve(connection, application_id))
        return token

    typer.echo(in_transaction(settings, work))


@app.command("delete")
def app_delete(
    application_id: ApplicationId,
    database: Database = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Deletes an application with its event types, events and statistics."""
    settings = config.load({"database_url": database})
    found = in_transaction(settings, lambda connection: applications.retrieve(connection, application_id))
    if not yes:
        typer.confirm(f"Delete {found.name!r} ({found.url}) and all of its events?", abort=True)
    in_transaction(settings, lambda connection: _note(connection, "application.deleted", found))
    with writing(settings) as engine:
        applications.delete(engine.begin, application_id)
    typer.echo(f"Deleted application {application_id}.")


def _note(connection: Connection, deed: str, application: Application) -> None:
    audit.note(connection, audit.COMMAND_LINE, deed, application_id=application.id, subject=application.name, now=clock())


@app.command("forget")
def app_forget(
    application_id: ApplicationId,
    external_id: Annotated[str, typer.Option(help="The external id of the person's event.")] = "",
    email: Annotated[str, typer.Option(help="The person's e-mail address.")] = "",
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Takes a person's events and conversions out of the database, and out of the feed within 40 seconds."""
    if not external_id and not email.strip():
        raise typer.BadParameter("Whom? --external-id ID, --email ADDRESS, or both.")
    settings = config.load({"database_url": database})
    bring_up_to_date(settings.database_path)
    secret = secret_key(settings.database_path, settings.secret_key, make=False) if email.strip() else b""
    gone: list[int] = []
    conversions, rows, more, place = 0, 0, True, START
    with writing(settings) as engine:
        with engine.begin() as connection:
            other_keys = count_other_keys(connection, secret) if secret else 0
        while more:
            with engine.begin() as connection:
                some = forget_some(
                    connection,
                    application_id=application_id,
                    secret=secret,
                    external_id=external_id,
                    email=email,
                    place=place,
                )
            gone += some.event_ids
            conversions += some.conversions
            rows += some.rows
            more, place = some.more, some.place
    if as_json:
        report = {
            "application_id": application_id,
            "events": len(gone),
            "event_ids": sorted(gone),
            "conversions": conversions,
            "import_rows": rows,
            "other_keys": other_keys,
        }
        typer.echo(json.dumps(report))
    elif gone or conversions or rows:
        ids = f" ({', '.join(map(str, sorted(gone)))})" if gone else ""
        of_imports = f", rows of imports {rows}" if rows else ""
        typer.echo(f"Application {application_id} forgot: events {len(gone)}{ids}, conversions {conversions}{of_imports}.")
    else:
        typer.echo(f"Application {application_id} has nothing of this person.")
    if other_keys:
        typer.echo(
            "Servers ran on this database with other secret keys too; addresses of that time are found with those alone. "
            "Run this again with TIDINGS_SECRET_KEY set to each.",
            err=True,
        )
