"""What the commands share: their options, and the way to the database beside a server that may be running."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, TypeVar

import typer
from sqlalchemy import Connection, Engine

from tidings.config import Settings
from tidings.storage.engine import writing_engine
from tidings.storage.migrate import bring_up_to_date

Result = TypeVar("Result")

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


def in_transaction(settings: Settings, work: Callable[[Connection], Result]) -> Result:
    """Runs `work` in one transaction on an up-to-date database."""
    bring_up_to_date(settings.database_path)
    with writing(settings) as engine, engine.begin() as connection:
        return work(connection)
