"""The command `tidings export`: everything of an application as JSON Lines."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from tidings import config
from tidings.command_line import Database
from tidings.storage.migrate import bring_up_to_date
from tidings.surfaces.context import clock
from tidings.surfaces.exports import everything

ApplicationOption = Annotated[
    int, typer.Option("--app", metavar="ID", min=1, max=2**63 - 1, help="The application, as `tidings app list` shows it.")
]


def export_command(
    application_id: ApplicationOption,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="The file; standard output without it.")] = None,
    database: Database = None,
) -> None:
    """Everything of an application as JSON Lines, as it is at this moment: no secrets, no hashes of e-mail addresses."""
    settings = config.load({"database_url": database})
    bring_up_to_date(settings.database_path)
    pieces = everything(settings.database_path, application_id, clock())
    first = next(pieces)  # an unknown application is refused before a file is made
    if output is None:
        sys.stdout.buffer.write(first)
        sys.stdout.buffer.writelines(pieces)
        sys.stdout.buffer.flush()
        return
    # Under another name until it is whole: what is there under its own name is complete.
    draft = output.with_name(f"{output.name}.part")
    try:
        with draft.open("wb") as file:
            file.write(first)
            file.writelines(pieces)
        draft.replace(output)
    finally:
        draft.unlink(missing_ok=True)
