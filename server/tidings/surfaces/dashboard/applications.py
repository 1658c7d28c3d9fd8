"""The list of applications with their switches, the menu of others, and a new one with what only it is told: its token."""

from typing import Any
from urllib.parse import urlencode

from msgspec import structs
from sqlalchemy import Connection

from tidings.domain import application_list, applications, audit
from tidings.domain.application_list import ListPage
from tidings.domain.applications import Created, snippet
from tidings.errors import Invalid, TidingsError
from tidings.records.application import ApplicationChanges
from tidings.surfaces.dashboard.once import once
from tidings.surfaces.dashboard.plumbing import PREFIX, Page, Read, Redirect, Route, Visit, Work, Write
from tidings.surfaces.kinds import TEXT, WEB_URL, Member, parsed_id

IN_THE_MENU = 8
_SEARCH_LIMIT = 100
# What a new application is asked for.
MEMBERS = (Member("name", TEXT, "What the site is called."), Member("url", WEB_URL, "Where the site is."))


def checked(visit: Visit) -> tuple[dict[str, str], dict[str, str]]:
    """Name and address as they were typed, held to the table and the domain; and what will not do, by field."""
    found: dict[str, str] = {}
    errors: dict[str, str] = {}
    for member in MEMBERS:
        try:
            found[member.name] = member.kind.parse(visit.form[member.name].strip(), member.name)
        except Invalid as error:
            errors[member.name] = error.message
    if "name" in found:
        try:
            applications.checked_name(found["name"])
        except Invalid as error:
            errors["name"] = error.message
    if "url" in errors:
        errors["url"] = "Address is a whole web address, such as https://shop.example"
    return found, errors


def list_page(visit: Visit) -> Work:
    """All applications that the user may see."""
    search = visit.query.get("search", "").strip()[:_SEARCH_LIMIT]
    number = parsed_id(visit.query.get("page", "1")) or 1

    def draw(found: ListPage) -> Work:
        def address(page: int) -> str:
            asked = {"search": search} if search else {}
            return f"{PREFIX}?{urlencode(asked | {'page': str(page)})}"

        values: dict[str, Any] = {"list": found, "search": search, "days": application_list.DAYS}
        values["newer"] = address(found.number - 1) if found.number > 1 else ""
        values["older"] = "" if found.is_last else address(found.number + 1)
        return Page("applications.html", values)

    return Read(
        lambda connection: application_list.page(connection, visit.known_user, search=search, number=number, now=visit.now),
        draw,
    )


def menu_page(visit: Visit) -> Work:
    """Other applications, for the menu of the one that is open."""
    but = parsed_id(visit.query.get("but", "")) or 0
    return Read(
        lambda connection: application_list.some(connection, visit.known_user, but=but, limit=IN_THE_MENU),
        lambda found: Page("applications_menu.html", {"applications": found}),
    )


def switch_post(visit: Visit) -> Work:
    """Switches notifications on or off; `enabled` is what it is to be."""
    before, enabled = visit.application, visit.form.switch("enabled")

    def change(connection: Connection) -> None:
        if applications.retrieve(connection, before.id).display.enabled == enabled:
            return
        changes = ApplicationChanges(display={"enabled": enabled})
        deed = "application.enabled" if enabled else "application.disabled"
        applications.update(
            connection, application_id=before.id, changes=changes, now=visit.now, themes=visit.context.themes.names
        )
        audit.note(connection, visit.by, deed, application_id=before.id, subject=before.name, now=visit.now)

    def answer(_: None) -> Work:
        if visit.fragment:
            values = {"application": before, "enabled": enabled, "back": visit.form["back"]}
            return Page("applications_switch.html", values)
        back = visit.form["back"]
        to = f"{visit.base}/{back}" if back in ("settings", "why") else PREFIX
        return Redirect(to, "switched_on" if enabled else "switched_off")

    return Write(change, answer)


def new_page(visit: Visit) -> Work:  # noqa: ARG001 - every handler is given it
    """The form for a new application."""
    return Page("application_new.html", {"typed": {"name": "", "url": ""}, "errors": {}})


def new_post(visit: Visit) -> Work:
    """Makes an application and shows its token, which is never seen again, with what to do next."""
    typed = {name: visit.form[name] for name in ("name", "url")}

    def refused(errors: dict[str, str], status: int = 422) -> Page:
        return Page("application_new.html", {"typed": typed, "errors": errors}, status)

    draft, errors = checked(visit)
    if errors:
        return refused(errors)

    def create(connection: Connection) -> Created:
        created = applications.create(connection, draft["name"], draft["url"], visit.now)
        made = created.entry.application
        audit.note(connection, visit.by, "application.created", application_id=made.id, subject=made.name, now=visit.now)
        return created

    def show(created: Created) -> Work:
        application = created.entry.application
        base_url = visit.context.settings.base_url
        values = {
            # The ways to go are those of the new application.
            "visit": structs.replace(visit, entry=created.entry, role="owner"),
            "application": application,
            "token": created.auth_token,
            "snippet": snippet(application, base_url),
            "curl": first_event(base_url, created.auth_token),
            "own": _own(created),
        }
        return Page("application_created.html", values, 201)

    def told(error: TidingsError) -> Work:
        return refused({error.field or "": error.message})

    return once(visit, Write(create, show, told), PREFIX, lambda created: f"{_own(created)}/install")


def _own(created: Created) -> str:
    return f"{PREFIX}/applications/{created.entry.application.id}"


def first_event(base_url: str, token: str) -> str:
    """The command that makes the first event."""
    event = '{"event": {"event_type_tag": "new_order", "first_name": "Ada", "city": "Lisbon", "title": "Sweet pea seeds"}}'
    return (
        f"curl {base_url}/api/v1/applications/me/events \\\n"
        f"  -H 'Authorization: Token {token}' \\\n"
        f"  -H 'Content-Type: application/json' \\\n"
        f"  -d '{event}'"
    )


ROUTES = (
    Route("", {"GET": list_page}, {"GET": "user"}),
    Route("/switcher", {"GET": menu_page}, {"GET": "user"}),
    Route(
        "/applications/new",
        {"GET": new_page, "POST": new_post},
        {"GET": "everywhere:owner", "POST": "everywhere:owner"},
    ),
    Route("/applications/{application_id}/switch", {"POST": switch_post}, {"POST": "editor"}),
)
