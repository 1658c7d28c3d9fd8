"""The command `tidings`."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Annotated, NoReturn, TypeVar

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from tidings import __version__, config, demo, theme_commands
from tidings.app import service
from tidings.config import Settings, SettingsError
from tidings.domain import applications
from tidings.domain.places import PlacesError
from tidings.domain.themes import ThemeError
from tidings.errors import TidingsError
from tidings.serving import PortTaken, listening_socket, serve, set_up_logging
from tidings.storage.engine import DatabaseError, ServerLock, check_file, writing_engine
from tidings.storage.migrate import bring_up_to_date, migrate
from tidings.storage.secret_key import secret_key
from tidings.storage.store import Store
from tidings.surfaces.context import clock
from tidings.surfaces.visitor.widget_files import WidgetError
from tidings.theme_commands import ThemesFolder

Result = TypeVar("Result")

# What ends a command with exit code 1 and one sentence, instead of a traceback.
REFUSALS = (SettingsError, DatabaseError, PlacesError, ThemeError, WidgetError, PortTaken, TidingsError)

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Social proof that a site owner hosts.",
)
app_commands = typer.Typer(no_args_is_help=True, help="Applications: the sites that show notifications.")
app.add_typer(app_commands, name="app")
app.add_typer(theme_commands.app, name="theme")

Database = Annotated[str | None, typer.Option("--database", help="The SQLite file, as sqlite:///path.")]
Host = Annotated[str | None, typer.Option(help="The address to listen on.")]
Port = Annotated[str | None, typer.Option(help="The port to listen on; 0 takes a free one.")]
BaseUrl = Annotated[str | None, typer.Option("--base-url", help="How browsers reach this server.")]
TrustedProxies = Annotated[str | None, typer.Option("--trusted-proxies", help="Addresses or networks, with commas.")]
RateLimits = Annotated[str | None, typer.Option("--rate-limits", help="on or off.")]
LogFormat = Annotated[str | None, typer.Option("--log-format", help="text or json.")]
ApplicationId = Annotated[int, typer.Argument(metavar="ID", min=1, max=2**63 - 1, help="As `tidings app list` shows it.")]
AsJson = Annotated[bool, typer.Option("--json", help="For scripts.")]


@app.command("serve")
def serve_command(
    host: Host = None,
    port: Port = None,
    database: Database = None,
    base_url: BaseUrl = None,
    trusted_proxies: TrustedProxies = None,
    themes: ThemesFolder = None,
    rate_limits: RateLimits = None,
    log_format: LogFormat = None,
) -> None:
    """The whole service in one process."""
    flags = _flags(host, port, database, base_url, log_format)
    flags |= {"trusted_proxies": trusted_proxies, "themes": themes, "rate_limits": rate_limits}
    _run_server(flags, with_demo=False)


@app.command("demo")
def demo_command(
    host: Host = None,
    port: Port = None,
    database: Database = None,
    base_url: BaseUrl = None,
    themes: ThemesFolder = None,
    log_format: LogFormat = None,
) -> None:
    """The service with a demo application, its events and a small shop."""
    _run_server({**_flags(host, port, database, base_url, log_format), "themes": themes}, with_demo=True)


@app.command("migrate")
def migrate_command(database: Database = None) -> None:
    """Brings the database up to date; `serve` does it too."""
    before, after = bring_up_to_date(config.load({"database_url": database}).database_path)
    typer.echo(f"Up to date at revision {after}." if before == after else f"Migrated from {before or 'nothing'} to {after}.")


@app.command("settings")
def settings_command(as_json: AsJson = False) -> None:
    """The table of settings: values, and where each came from."""
    settings = config.load()
    rows = []
    for setting in config.TABLE:
        value = str(getattr(settings, setting.name.lower()) or "")
        if setting.secret:
            value = "(set)" if value else "(made and kept beside the database)"
        shown = config.without_password(value)
        rows.append({"name": setting.name, "value": shown, "source": settings.sources[setting.name], "help": setting.help})
    if as_json:
        typer.echo(json.dumps(rows))
        return
    table = Table("Setting", "Value", "From", "What it is", box=None, pad_edge=False)
    for row in rows:
        table.add_row(config.PREFIX + row["name"], row["value"], row["source"], row["help"])
    Console().print(table)


@app.command("version")
def version_command() -> None:
    """The version of this program."""
    typer.echo(__version__)


@app_commands.command("create")
def app_create(
    name: Annotated[str, typer.Option(help="What the site is called.")],
    url: Annotated[str, typer.Option(help="The address of the site.")],
    database: Database = None,
    base_url: BaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Makes an application, prints its keys (the token only now) and the snippet for its pages."""
    settings = config.load({"database_url": database, "base_url": base_url})
    created = _in_transaction(settings, lambda connection: applications.create(connection, name, url, clock()))
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


@app_commands.command("list")
def app_list(database: Database = None, as_json: AsJson = False) -> None:
    """Every application, oldest first."""
    found = _in_transaction(config.load({"database_url": database}), applications.every)
    rows = [
        {"id": one.id, "name": one.name, "url": one.url, "site_id": one.site_id, "client_id": one.client_id} for one in found
    ]
    if as_json:
        typer.echo(json.dumps(rows))
    elif not rows:
        typer.echo("There is no application yet: tidings app create --name NAME --url URL")
    for row in [] if as_json else rows:
        typer.echo(f"{row['id']:>4}  {row['site_id']}  {row['client_id']}  {row['name']}  {row['url']}")


@app_commands.command("rotate-token")
def app_rotate_token(application_id: ApplicationId, database: Database = None) -> None:
    """Gives an application a new token and prints it; the old one opens nothing any more, at once."""
    settings = config.load({"database_url": database})
    typer.echo(_in_transaction(settings, lambda connection: applications.rotate_token(connection, application_id)))


@app_commands.command("delete")
def app_delete(
    application_id: ApplicationId,
    database: Database = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Deletes an application with its event types, events and statistics."""
    settings = config.load({"database_url": database})
    found = _in_transaction(settings, lambda connection: applications.retrieve(connection, application_id))
    if not yes:
        typer.confirm(f"Delete {found.name!r} ({found.url}) and all of its events?", abort=True)
    with _writing(settings) as engine:
        applications.delete(engine.begin, application_id)
    typer.echo(f"Deleted application {application_id}.")


def main() -> NoReturn:
    """Runs the command. Exit codes: 0, 1 for a refusal with one sentence, 2 for wrong usage."""
    code: int | str | None = 1
    try:
        app()
    except SystemExit as end:  # how the library ends a command, well or with a usage error
        code = end.code
    except REFUSALS as error:
        sys.stderr.write(f"{error}\n")
    except DBAPIError as error:
        sys.stderr.write(f"The database refuses: {error.orig}.\n")
    except OSError as error:
        sys.stderr.write(f"{error}\n")
    _exit(code if isinstance(code, int) else 0 if code is None else 1)


def _exit(code: int) -> NoReturn:
    """Ends with `code`, or with 1 when what was printed could not be delivered."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        code = code or 1
        # What is left in the buffer would be tried, and reported, once more when Python ends.
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123
    sys.exit(code)


def _flags(
    host: str | None,
    port: str | None,
    database: str | None,
    base_url: str | None,
    log_format: str | None,
) -> dict[str, str | None]:
    return {
        "host": host,
        "port": port,
        "database_url": database,
        "base_url": base_url,
        "log_format": log_format,
    }


def _run_server(flags: dict[str, str | None], *, with_demo: bool) -> None:
    defaults = {"DATABASE_URL": "sqlite:///var/demo.db"} if with_demo else None
    settings = config.load(flags, defaults=defaults)
    set_up_logging(settings.log_format)
    listener = listening_socket(settings.host, settings.port)
    # Port 0 is known only now, and the default base URL is made of it.
    settings = config.load({**flags, "port": str(listener.getsockname()[1])}, defaults=defaults)
    path = settings.database_path
    # The lock first: a newer version must not change the database under an older one that still runs.
    check_file(path)
    lock = ServerLock(path)
    migrate(path)
    secret = secret_key(path, settings.secret_key)
    store = Store(path, lock)
    lines = [f"Tidings is ready on {settings.base_url}"]
    extra = []
    if with_demo:
        with _writing(settings) as engine:
            shop = demo.prepare(engine, settings, secret, clock())
        extra = demo.routes(shop)
        lines += [
            "",
            f"  The demo shop, with a notification in its corner: {settings.base_url}/demo/",
            "  The next notification, from another terminal:",
            "",
            *(f"    {line}" for line in demo.curl(shop).splitlines()),
            "",
            "  Ctrl-C stops it.",
        ]
    running = service(settings, secret, store, extra)

    def when_ready() -> None:
        # A full disk behind standard output is no reason not to serve.
        with suppress(OSError):
            typer.echo("\n".join(lines))

    serve(running.app, settings, listener, when_ready)


@contextmanager
def _writing(settings: Settings) -> Iterator[Engine]:
    """An engine for a command beside a running server: short transactions, no checkpoints."""
    engine = writing_engine(settings.database_path, checkpoints=False)
    try:
        yield engine
    finally:
        engine.dispose()


def _in_transaction(settings: Settings, work: Callable[[Connection], Result]) -> Result:
    """Runs `work` in one transaction on an up-to-date database."""
    bring_up_to_date(settings.database_path)
    with _writing(settings) as engine, engine.begin() as connection:
        return work(connection)
