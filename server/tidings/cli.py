"""The command `tidings`."""

import json
import os
import sys
from contextlib import suppress
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy.exc import DBAPIError

from tidings import __version__, app_commands, config, demo, theme_commands, token_commands, user_commands
from tidings.app import job_table, service
from tidings.command_line import AsJson, BaseUrl, Database, server_key, writing
from tidings.config import SettingsError
from tidings.domain import users
from tidings.domain.places import Places, PlacesError
from tidings.domain.themes import ThemeError
from tidings.errors import TidingsError
from tidings.export_command import export_command
from tidings.import_command import import_command
from tidings.serving import PortTaken, listening_socket, serve, set_up_logging
from tidings.storage.engine import DatabaseError, ServerLock, check_file
from tidings.storage.migrate import bring_up_to_date, migrate
from tidings.storage.store import Store
from tidings.surfaces.context import clock
from tidings.surfaces.visitor.widget_files import WidgetError
from tidings.theme_commands import ThemesFolder
from tidings.worker import work

# What ends a command with exit code 1 and one sentence, instead of a traceback.
REFUSALS = (SettingsError, DatabaseError, PlacesError, ThemeError, WidgetError, PortTaken, TidingsError)

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Social proof that a site owner hosts.",
)
app.add_typer(app_commands.app, name="app")
app.add_typer(theme_commands.app, name="theme")
app.add_typer(token_commands.app, name="token")
app.command("import")(import_command)
app.command("export")(export_command)
app.add_typer(user_commands.app, name="user")

Host = Annotated[str | None, typer.Option(help="The address to listen on.")]
Port = Annotated[str | None, typer.Option(help="The port to listen on; 0 takes a free one.")]
TrustedProxies = Annotated[str | None, typer.Option("--trusted-proxies", help="Addresses or networks, with commas.")]
RateLimits = Annotated[str | None, typer.Option("--rate-limits", help="on or off.")]
NoJobs = Annotated[bool, typer.Option("--no-jobs", help="Leave what happens by itself to `tidings worker`.")]
LogFormat = Annotated[str | None, typer.Option("--log-format", help="text or json.")]


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
    no_jobs: NoJobs = False,
) -> None:
    """The whole service in one process."""
    flags = _flags(host, port, database, base_url, log_format)
    flags |= {"trusted_proxies": trusted_proxies, "themes": themes, "rate_limits": rate_limits}
    _run_server(flags, with_jobs=not no_jobs)


@app.command("worker")
def worker_command(database: Database = None, base_url: BaseUrl = None, log_format: LogFormat = None) -> None:
    """The jobs alone (webhooks, retention …), beside `serve --no-jobs`; any number of them."""
    settings = config.load({"database_url": database, "base_url": base_url, "log_format": log_format})
    set_up_logging(settings.log_format)
    bring_up_to_date(settings.database_path)
    store = Store(settings.database_path, None)
    table = job_table(settings, server_key(settings), Places(settings.geoip_database))
    work(settings, store, lambda: _say("The worker is ready."), table)


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
        found = getattr(settings, setting.name.lower())
        value = "" if found in (None, "", ()) else str(found)
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


def _say(text: str) -> None:
    # A full disk behind standard output is no reason not to serve.
    with suppress(OSError):
        typer.echo(text)


def _run_server(flags: dict[str, str | None], *, with_jobs: bool = True, with_demo: bool = False) -> None:
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
    secret = server_key(settings)
    store = Store(path, lock)
    lines = [f"Tidings is ready on {settings.base_url}"]
    extra, client_id = [], ""
    dashboard = f"{settings.base_url}/dashboard"
    if with_demo:
        with writing(settings) as engine:
            shop = demo.prepare(engine, settings, secret, clock())
            log_in = demo.prepare_log_in(engine, settings, clock())
        extra, client_id = demo.routes(shop), shop.client_id
        lines += [
            "",
            f"  The demo shop, with a notification in its corner: {settings.base_url}/demo/",
            "  The next notification, from another terminal:",
            "",
            *(f"    {line}" for line in demo.curl(shop).splitlines()),
            "",
            f"  The dashboard: {dashboard}",
            *(f"    {line}" for line in log_in),
            "",
            "  Ctrl-C stops it.",
        ]
    with writing(settings) as engine, engine.begin() as connection:
        set_up_token = users.new_set_up_token(connection, clock())
    if set_up_token is not None:
        lines += [
            "",
            "  Nobody can log in to the dashboard yet. Set up the first log-in here; this link works once:",
            f"    {dashboard}/set-up/{set_up_token}",
        ]
    running = service(settings, secret, store, extra, demo_client_id=client_id, with_jobs=with_jobs)
    serve(running.app, settings, listener, lambda: _say("\n".join(lines)), running.end_soon)
