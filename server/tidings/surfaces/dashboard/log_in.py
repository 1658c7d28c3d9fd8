"""Getting in and out: the log-in, the log-out, the page of the set-up link and that of an invitation."""

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from sqlalchemy import Connection

from tidings.domain import applications, audit, log_in, members, passwords, sessions, users
from tidings.domain.log_in import Attempt
from tidings.errors import Gone, Invalid, TidingsError, TooMany
from tidings.records.application import Application
from tidings.records.user import Invitation, User
from tidings.surfaces.attempts import household
from tidings.surfaces.dashboard.access import set_cookie
from tidings.surfaces.dashboard.errors import errors_of, status_of
from tidings.surfaces.dashboard.plumbing import PREFIX, Aside, Headers, Page, Read, Redirect, Route, Visit, Work, Write
from tidings.surfaces.refusals import STATUS

LOG_IN = f"{PREFIX}/log-in"
WRONG = "E-mail address or password is wrong."
# A path of this dashboard and its query, in characters that no browser reads as anything else.
_PATH = re.compile(rf"{PREFIX}(?:[/?][A-Za-z0-9/_.,~=&?+%:-]*)?", re.ASCII)


def safe_next(path: str) -> str:
    """Where to go after the log-in: what was asked for, if it is a page of this dashboard, else the first page."""
    return path if _PATH.fullmatch(path) and "/." not in path and "//" not in path and len(path) <= 2_000 else PREFIX


def entered(visit: Visit, cookie: str, to: str, done: str = "") -> Redirect:
    """To a page, with the cookie of a new session."""
    return Redirect(to, done, set_cookie(visit.context.settings, "session", cookie))


def left(visit: Visit) -> Redirect:
    """To the log-in, without the cookie of a session."""
    return Redirect(LOG_IN, "logged_out", set_cookie(visit.context.settings, "session", ""))


# -- log-in ---------------------------------------------------------------------------------------------------------


def log_in_page(visit: Visit) -> Work:
    """The form; who is logged in goes on at once."""
    to = safe_next(visit.query.get("next", ""))
    if visit.user is not None:
        return Redirect(to)
    return Read(
        lambda connection: not users.every(connection),
        lambda nobody: Page("log_in.html", {"next": to, "email": "", "errors": {}, "nobody": nobody}),
    )


def log_in_post(visit: Visit) -> Work:
    """Counts the attempt, looks at the password aside, begins a session."""
    email, password = visit.form["email"], visit.form["password"]
    to = safe_next(visit.form["next"] or visit.query.get("next", ""))
    # Nobody's: neither to be counted nor to be looked for.
    nobodys = len(email.strip()) > users.LONGEST_EMAIL

    def again(sentence: str, status: int, headers: Headers = ()) -> Page:
        values = {"next": to, "email": email[:254], "errors": {"": sentence}, "nobody": False}
        return Page("log_in.html", values, status, headers)

    def look(tried: Attempt) -> Work:
        return Aside(lambda: checked(tried, password), lambda found: go_in(tried, *found), kind="hashing")

    def go_in(tried: Attempt, right: bool, new_hash: str | None) -> Work:
        if not right:
            return again(WRONG, 401)
        return Write(
            lambda connection: log_in.succeed(
                connection,
                tried,
                new_hash=new_hash,
                cookie=visit.cookie,
                address=visit.address,
                user_agent=visit.user_agent,
                now=visit.now,
            ),
            lambda cookie: entered(visit, cookie, to) if cookie else again(WRONG, 401),
        )

    def refused(error: TidingsError) -> Work:
        if isinstance(error, TooMany):
            return again(error.message, 429, ((b"retry-after", str(error.retry_after).encode()),))
        raise error

    return again(WRONG, 401) if nobodys else Write(partial(count_attempt, visit=visit, email=email), look, refused)


def count_attempt(connection: Connection, visit: Visit, email: str) -> Attempt:
    """Counts that somebody at this address tries a password of this account. Raises TooMany."""
    return log_in.attempt(
        connection,
        email=email,
        household=household(visit.address),
        secret=visit.context.secret,
        now=visit.now,
        by_address=visit.context.settings.rate_limits,
    )


def checked(tried: Attempt, password: str) -> tuple[bool, str | None]:
    """Whether the password is right, and its new hash where the old one is outdated. Takes long."""
    if not passwords.is_right(password, tried.password_hash):
        return False, None
    outdated = tried.password_hash is not None and passwords.is_outdated(tried.password_hash)
    return True, passwords.hash_of(password) if outdated else None


def log_out_post(visit: Visit) -> Work:
    """Ends the session; its cookie opens nothing any more."""

    def leave(connection: Connection) -> None:
        sessions.end(connection, visit.cookie)
        audit.note(connection, visit.by, "user.logged_out", application_id=None, now=visit.now)

    return Write(leave, lambda _: left(visit))


# -- the first user, and who is invited -------------------------------------------------------------------------------


def _wrong_fields(form: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with the fields of somebody new: the sentences, by field."""
    wrong: dict[str, str] = {}
    checks: tuple[Callable[[], Any], ...] = (
        lambda: users.check_email(form["email"]),
        lambda: users.check_name(form["name"]),
        lambda: passwords.check_new(form["password"], form["email"]),
    )
    for check in checks:
        try:
            check()
        except Invalid as error:
            wrong |= errors_of(error)
    return wrong


def _typed(visit: Visit) -> dict[str, str]:
    return {name: visit.form[name] for name in ("email", "name", "password")}


def _link_page(error: TidingsError) -> Work:
    """The page of a link that opens nothing (any more), with the way to the log-in."""
    return Page("link.html", {"sentence": error.message, "used": isinstance(error, Gone)}, STATUS.get(type(error), 500))


def _new_user_work(
    visit: Visit,
    check: Callable[[Connection], Any],
    make: Callable[[Connection, str], User],
    page: Callable[[Any, dict[str, str], int], Page],
    to: str,
) -> Work:
    """Makes a user of the form and logs them in. `check` raises for a link that will not do, before anything is hashed."""
    typed = _typed(visit)

    def enter(connection: Connection, password_hash: str) -> str:
        user = make(connection, password_hash)
        return log_in.enter(
            connection,
            user,
            cookie=visit.cookie,
            address=visit.address,
            user_agent=visit.user_agent,
            now=visit.now,
        )

    def reckon() -> tuple[dict[str, str], str]:
        wrong = _wrong_fields(typed)
        return wrong, "" if wrong else passwords.hash_of(typed["password"])

    def go_on(found: Any) -> Work:
        def store(wrong: dict[str, str], password_hash: str) -> Work:
            if wrong:
                return page(found, wrong, 422)
            return Write(
                lambda connection: enter(connection, password_hash), lambda cookie: entered(visit, cookie, to), refused
            )

        def refused(error: TidingsError) -> Work:
            return page(found, errors_of(error), status_of(error)) if error.field else _link_page(error)

        return Aside(reckon, lambda reckoned: store(*reckoned), kind="hashing")

    return Read(check, go_on, _link_page)


def set_up_page(visit: Visit) -> Work:
    """The form for the first user. Looking uses nothing up."""
    token = visit.path["token"]
    return Read(
        lambda connection: users.check_set_up_token(connection, token),
        lambda _: Page("set_up.html", {"email": "", "name": "", "errors": {}}),
        _link_page,
    )


def set_up_post(visit: Visit) -> Work:
    """Makes the first user, an owner of everything."""
    token, typed = visit.path["token"], _typed(visit)

    def make(connection: Connection, password_hash: str) -> User:
        return users.set_up(
            connection, token, email=typed["email"], name=typed["name"], password_hash=password_hash, now=visit.now
        )

    def page(_found: Any, wrong: dict[str, str], status: int) -> Page:
        return Page("set_up.html", {"email": typed["email"], "name": typed["name"], "errors": wrong}, status)

    return _new_user_work(visit, lambda connection: users.check_set_up_token(connection, token), make, page, PREFIX)


def _invited(connection: Connection, visit: Visit) -> tuple[Invitation, Application | None]:
    found = members.invitation(connection, visit.path["token"], visit.now)
    return found, None if found.application_id is None else applications.retrieve(connection, found.application_id)


def _invitation_page(visit: Visit, found: tuple[Invitation, Application | None], wrong: dict[str, str], status: int) -> Page:
    values = {"invitation": found[0], "application": found[1], "here": f"{PREFIX}/invitation/{visit.path['token']}"}
    typed = {"email": visit.form["email"], "name": visit.form["name"], "errors": wrong}
    return Page("invitation.html", values | typed, status)


def invitation_page(visit: Visit) -> Work:
    """What one is invited to: a button for who is logged in, a form for who is new. Looking uses nothing up."""
    return Read(
        lambda connection: _invited(connection, visit),
        lambda found: _invitation_page(visit, found, {}, 200),
        _link_page,
    )


def invitation_post(visit: Visit) -> Work:
    """Accepts an invitation, as who is logged in or as somebody new."""
    token, typed = visit.path["token"], _typed(visit)
    user = visit.user
    if user is not None:
        return Write(
            lambda connection: members.accept(connection, token, user, visit.now),
            lambda found: Redirect(_where_to(found.application_id), "joined"),
            _link_page,
        )

    def make(connection: Connection, password_hash: str) -> User:
        made = users.create(
            connection,
            None,
            email=typed["email"],
            name=typed["name"],
            password_hash=password_hash,
            role=None,
            now=visit.now,
        )
        members.accept(connection, token, made, visit.now)
        return made

    def page(found: Any, wrong: dict[str, str], status: int) -> Page:
        return _invitation_page(visit, found, wrong, status)

    return _new_user_work(visit, lambda connection: _invited(connection, visit), make, page, PREFIX)


def _where_to(application_id: int | None) -> str:
    return PREFIX if application_id is None else f"{PREFIX}/applications/{application_id}"


ROUTES = (
    Route("/log-in", {"GET": log_in_page, "POST": log_in_post}, {"GET": "nobody", "POST": "nobody"}),
    Route("/log-out", {"POST": log_out_post}, {"POST": "user"}),
    Route("/set-up/{token}", {"GET": set_up_page, "POST": set_up_post}, {"GET": "nobody", "POST": "nobody"}),
    Route("/invitation/{token}", {"GET": invitation_page, "POST": invitation_post}, {"GET": "nobody", "POST": "nobody"}),
)
