"""Settings of an application beside how it looks: name and address, a new token, its end."""

import json
from typing import Any

from msgspec import UNSET
from sqlalchemy import Connection

from tidings.domain import applications, audit
from tidings.domain.applications import ENDING
from tidings.records.application import Application, ApplicationChanges
from tidings.surfaces.dashboard.applications import checked, first_event
from tidings.surfaces.dashboard.once import once
from tidings.surfaces.dashboard.plumbing import PREFIX, Page, Redirect, Route, Visit, Work, Write
from tidings.surfaces.dashboard.setting_forms import SEEN, mark, seen_in

_NOT_THE_NAME = "This is not the name of the application: it is {}"


def settings_page(visit: Visit) -> Work:
    """What can be set here."""
    return _page(visit)


def _page(visit: Visit, typed: dict[str, str] | None = None, errors: dict[str, str] | None = None) -> Page:
    before = visit.application
    saved = _fields(before)
    seen = visit.form[SEEN] or json.dumps({name: mark(value) for name, value in saved.items()})
    values = {"typed": saved | (typed or {}), "errors": errors or {}, "seen": seen}
    return Page("settings.html", values, 422 if errors else 200)


def save_post(visit: Visit) -> Work:
    """Changes name and address."""
    typed = {name: visit.form[name] for name in ("name", "url") if name in visit.form}
    found, errors = checked(visit)
    if errors:
        return _page(visit, typed, errors)

    def save(connection: Connection) -> None:
        before = applications.retrieve(connection, visit.application.id)
        # Only what was changed in the form: two people do not undo each other's work.
        seen, was = seen_in(visit.form), _fields(before)
        wanted = found | {"name": applications.checked_name(found["name"])}
        changed = {name for name, value in wanted.items() if mark(value) != seen.get(name, mark(was[name]))}
        changes = ApplicationChanges(
            name=wanted["name"] if "name" in changed else UNSET, url=wanted["url"] if "url" in changed else UNSET
        )
        after = applications.update(
            connection, application_id=before.id, changes=changes, now=visit.now, themes=visit.context.themes.names
        ).application
        if detail := _changed(before, after):
            audit.note(
                connection,
                visit.by,
                "application.updated",
                application_id=before.id,
                subject=after.name,
                detail=detail,
                now=visit.now,
            )

    return Write(
        save,
        lambda _: Redirect(f"{visit.base}/settings", "saved"),
        lambda error: _page(visit, typed, {error.field or "": error.message}),
    )


def _fields(application: Application) -> dict[str, str]:
    return {"name": application.name, "url": application.url}


def _changed(before: Application, after: Application) -> dict[str, Any]:
    told = (("name", before.name, after.name), ("url", before.url, after.url))
    return {name: [one, other] for name, one, other in told if one != other}


def _is_confirmed(visit: Visit, field: str) -> bool:
    return visit.form[field].strip() == visit.application.name.strip()


def _unconfirmed(visit: Visit, field: str) -> Page:
    return _page(visit, errors={field: _NOT_THE_NAME.format(visit.application.name)})


def token_post(visit: Visit) -> Work:
    """Gives the application a new token, once its name was typed; it is shown here and never again."""
    if not _is_confirmed(visit, "confirm_token"):
        return _unconfirmed(visit, "confirm_token")

    def rotate(connection: Connection) -> str:
        token = applications.rotate_token(connection, visit.application.id)
        audit.note(
            connection,
            visit.by,
            "application.token_rotated",
            application_id=visit.application.id,
            subject=visit.application.name,
            now=visit.now,
        )
        return token

    def show(token: str) -> Work:
        values = {"token": token, "curl": first_event(visit.context.settings.base_url, token)}
        return Page("settings_token.html", values)

    return once(visit, Write(rotate, show), f"{visit.base}/settings")


def delete_post(visit: Visit) -> Work:
    """Removes the application, once its name was typed: a step at a time, each a short write, so that nobody waits."""
    if not _is_confirmed(visit, "confirm_delete"):
        return _unconfirmed(visit, "confirm_delete")
    number = visit.application.id

    def close(connection: Connection) -> bool:
        # With the first step and before it: the log keeps the name.
        audit.note(
            connection,
            visit.by,
            "application.deleted",
            application_id=number,
            subject=visit.application.name,
            now=visit.now,
        )
        return ENDING[0](connection, number)

    def after(step: int, more: bool) -> Work:
        following = step if more else step + 1
        if following == len(ENDING):
            return Redirect(PREFIX, "application_deleted")
        return Write(lambda connection: ENDING[following](connection, number), lambda more: after(following, more))

    return Write(close, lambda more: after(0, more))


ROUTES = (
    Route(
        "/applications/{application_id}/settings",
        {"GET": settings_page, "POST": save_post},
        {"GET": "viewer", "POST": "editor"},
    ),
    Route("/applications/{application_id}/settings/token", {"POST": token_post}, {"POST": "owner"}),
    Route("/applications/{application_id}/settings/delete", {"POST": delete_post}, {"POST": "owner"}),
)
