"""The commands `tidings theme …`: the themes that this server has, and what one of them lacks."""

import json
from pathlib import Path
from typing import Annotated

import typer

from tidings import assets, config
from tidings.domain import themes

app = typer.Typer(no_args_is_help=True, help="Themes: how notifications look.")

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder with theme.css and theme.toml.")]
ThemesFolder = Annotated[str | None, typer.Option("--themes", help="A folder of your own themes, one folder each.")]
AsJson = Annotated[bool, typer.Option("--json", help="For scripts.")]


@app.command("check")
def theme_check(folder: Folder, as_json: AsJson = False) -> None:
    """Says what a theme lacks, line by line; exit code 1 when it lacks anything."""
    lacks = themes.check(folder.resolve())
    if as_json:
        rows = [
            {
                "file": lack.file or None,
                "line": lack.problem.line or None,
                "column": lack.problem.column or None,
                "message": lack.problem.reason,
                "served": not lack.grave,
            }
            for lack in lacks
        ]
        typer.echo(json.dumps({"theme": folder.resolve().name, "problems": rows}))
    for lack in () if as_json else lacks:
        typer.echo(lack)
    if not lacks and not as_json:
        typer.echo(f"{folder.resolve().name}: nothing is missing, as far as it can be read.")
    if lacks:
        raise typer.Exit(1)


@app.command("list")
def theme_list(folder: ThemesFolder = None, as_json: AsJson = False) -> None:
    """Every theme that an application can have, as its `theme` setting says it."""
    found = themes.read_themes(assets.themes(), config.load({"themes": folder}).themes)
    rows = [
        {"name": one.name, "title": one.title, "author": one.author, "sentence": one.sentence, "folder": str(one.folder)}
        for one in found.all()
    ]
    if as_json:
        typer.echo(json.dumps(rows))
    for row in () if as_json else rows:
        typer.echo(f"{row['name']:12}  {row['title']:12}  {row['sentence']}")
