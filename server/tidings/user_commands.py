"""The commands `tidings user …`: who may log in to the dashboard, made, listed, given a new password and deleted."""

import json
import secrets
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated

import typer
from sqlalchemy import Connection

from tidings import config
from tidings.command_line import AsJson, Database, in_transaction
from tidings.domain import audit, members, passwords, users
from tidings.errors import Invalid
from tidings.records.user import ROLES, Role, User
from tidings.surfaces.context import clock

app = typer.Typer(no_args_is_help=True, help="Users: who may log in to the dashboard.")

Email = Annotated[str, typer.Argument(metavar="EMAIL", help="What the user logs in with.")]


@app.command("create")
def user_create(
    email: Email,
    name: Annotated[str | None, typer.Option(help="How others see the user; else what stands before the @.")] = None,
    role: Annotated[str, typer.Option(help="owner, editor or viewer.")] = "owner",
    application_id: Annotated[
        int | None, typer.Option("--app", min=1, max=2**63 - 1, help="A member of this application alone, not of all.")
    ] = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Makes a user. Asks for the password at a terminal; else makes one and prints it, now and never again."""
    settings = config.load({"database_url": database})
    shown_name = users.check_name(name if name is not None else users.check_email(email).partition("@")[0])
    known = next((one for one in ROLES if one == role), None)
    if known is None:
        raise Invalid(f"{role} is not a role: owner, editor or viewer.", field="role")
    given, made = _password(email, ask=not as_json)
    password_hash = passwords.hash_of(given)

    def work(connection: Connection) -> User:
        return _create(connection, email, shown_name, password_hash, known, application_id)

    user = in_transaction(settings, work)
    shown = {"id": user.id, "email": user.email, "name": user.name, "role": known, "application_id": application_id}
    _show(shown | ({"password": given} if made else {}), as_json=as_json)


def _create(
    connection: Connection, email: str, name: str, password_hash: str, role: Role, application_id: int | None
) -> User:
    now = clock()
    everywhere = role if application_id is None else None
    user = users.create(
        connection,
        audit.COMMAND_LINE,
        email=email,
        name=name,
        password_hash=password_hash,
        role=everywhere,
        now=now,
    )
    if application_id is not None:
        members.add(connection, audit.COMMAND_LINE, application_id=application_id, user=user, role=role, now=now)
    return user


@app.command("list")
def user_list(database: Database = None, as_json: AsJson = False) -> None:
    """Every user, oldest first, with the role everywhere and the last log-in."""
    settings = config.load({"database_url": database})
    rows = [_row(user) for user in in_transaction(settings, users.every)]
    if as_json:
        typer.echo(json.dumps(rows))
    elif not rows:
        typer.echo("There is no user yet: tidings user create EMAIL")
    for row in [] if as_json else rows:
        last = row["last_log_in_at"] or "never logged in"
        typer.echo(f"{row['id']:>4}  {row['role_everywhere'] or 'member':7}  {last:20}  {row['email']}  {row['name']}")


def _row(user: User) -> dict[str, object]:
    return {
        "id": user.id,
        "email": user.email,
        "name": user.name,
        "role_everywhere": user.role_everywhere,
        "created_at": _time(user.created_at),
        "last_log_in_at": None if user.last_log_in_at is None else _time(user.last_log_in_at),
    }


def _time(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds // 1_000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@app.command("reset-password")
def user_reset_password(email: Email, database: Database = None, as_json: AsJson = False) -> None:
    """Gives a user a new password, asked for or made, and signs them out everywhere."""
    settings = config.load({"database_url": database})
    user = in_transaction(settings, lambda connection: users.named(connection, email))
    given, made = _password(user.email, ask=not as_json)
    password_hash = passwords.hash_of(given)

    def work(connection: Connection) -> None:
        users.change_password(connection, audit.COMMAND_LINE, user, password_hash, clock())

    in_transaction(settings, work)
    _show({"email": user.email} | ({"password": given} if made else {}), as_json=as_json)


@app.command("delete")
def user_delete(email: Email, database: Database = None) -> None:
    """Removes a user, whose sessions end at once. The last owner of everything stays."""
    settings = config.load({"database_url": database})

    def work(connection: Connection) -> User:
        user = users.named(connection, email)
        users.delete(connection, audit.COMMAND_LINE, user, clock())
        return user

    typer.echo(f"Deleted user {in_transaction(settings, work).email}.")


def _password(email: str, *, ask: bool) -> tuple[str, bool]:
    """A password that will do, and whether it was made here. Raises Invalid for one that was typed and will not."""
    if ask and sys.stdin.isatty():
        given = typer.prompt("Password (at least 8 characters)", hide_input=True, confirmation_prompt=True)
        passwords.check_new(given, email)
        return given, False
    return secrets.token_urlsafe(18), True


def _show(row: Mapping[str, object], *, as_json: bool) -> None:
    shown = {key: value for key, value in row.items() if value is not None}
    typer.echo(json.dumps(row) if as_json else "\n".join(f"{key:14} {value}" for key, value in shown.items()))
