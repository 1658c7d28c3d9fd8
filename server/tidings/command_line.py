"""What the commands share: their options, and the way to the database beside a server that may be running."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, TypeVar

import typer
from sqlalchemy import Connection, Engine

from tidings.config import Settings
from tidings.storage.engine import writing_engine
from tidings.storage.migrate import bring_up_to_date
from tidings.storage.secret_key import remember_key, secret_key

Result = TypeVar("Result")

log = logging.getLogger("tidings.commands")

Database = Annotated[str | None, typer.Option("--database", help="The SQLite file, as sqlite:///path.")]
BaseUrl = Annotated[str | None, typer.Option("--base-url", help="How browsers reach this server.")]
ApplicationId = Annotated[int, typer.Argument(metavar="ID", min=1, max=2**63 - 1, help="As `tidings app list` shows it.")]
AsJson = Annotated[bool, typer.Option("--json", help="For scripts.")]


@contextmanager
def writing(settings: Settings) -> Iterator[Engine]:
    """An engine for a command beside a running server: short transactions, no checkpoints."""
    engine = writing_engine(settings.database_path, checkpoints=False)
    try:
        yield engine
    finally:
        engine.dispose()


def server_key(settings: Settings) -> bytes:
    """The secret key of a server that starts on an up-to-date database, where a fingerprint of it is kept from now on.

    Warns when there are those of others. Raises DatabaseError.
    """
    secret = secret_key(settings.database_path, settings.secret_key)
    with writing(settings) as engine, engine.begin() as connection:
        others = remember_key(connection, secret)
    if others:
        log.warning(
            "Servers ran on this database with %d other secret key%s: e-mail addresses of that time are found neither by "
            "search nor by `tidings app forget` with this one. If it is not the right one, stop and set TIDINGS_SECRET_KEY.",
            others,
            "s" if others > 1 else "",
        )
    return secret


def in_transaction(settings: Settings, work: Callable[[Connection], Result]) -> Result:
    """Runs `work` in one transaction on an up-to-date database."""
    bring_up_to_date(settings.database_path)
    with writing(settings) as engine, engine.begin() as connection:
        return work(connection)
