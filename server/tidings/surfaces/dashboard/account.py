"""One's own account: name, password, and the sessions that are open."""

from functools import partial

from sqlalchemy import Connection

from tidings.domain import audit, log_in, passwords, sessions, users
from tidings.domain.log_in import Attempt
from tidings.errors import TidingsError
from tidings.surfaces.dashboard.errors import errors_of, status_of
from tidings.surfaces.dashboard.log_in import count_attempt, entered, left
from tidings.surfaces.dashboard.plumbing import PREFIX, Aside, Page, Read, Redirect, Route, Visit, Work, Write
from tidings.surfaces.kinds import parsed_id

ACCOUNT = f"{PREFIX}/account"


def _page(visit: Visit, errors: dict[str, str], status: int = 200, name: str | None = None) -> Work:
    user = visit.known_user
    values = {"name": user.name if name is None else name, "errors": errors}
    return Read(
        lambda connection: sessions.of_user(connection, user.id, visit.now),
        lambda found: Page("account.html", values | {"sessions": found}, status),
    )


def _refused(visit: Visit, error: TidingsError, name: str | None = None) -> Work:
    return _page(visit, errors_of(error), status_of(error), name)


def account_page(visit: Visit) -> Work:
    """The account of who is logged in."""
    return _page(visit, {})


def rename_post(visit: Visit) -> Work:
    """Changes how one is called."""
    user, name = visit.known_user, visit.form["name"]
    return Write(
        lambda connection: users.rename(connection, visit.by, user, name, visit.now),
        lambda _: Redirect(ACCOUNT, "saved"),
        lambda error: _refused(visit, error, name),
    )


def password_post(visit: Visit) -> Work:
    """Changes the password: asks for the present one, ends every other session, and gives this one a new id."""
    user, present, new = visit.known_user, visit.form["present"], visit.form["password"]

    def look(tried: Attempt) -> Work:
        def reckon() -> str | None:
            return passwords.hash_of(new) if passwords.is_right(present, tried.password_hash) else None

        return Aside(reckon, lambda new_hash: change(tried, new_hash), kind="hashing")

    def change(tried: Attempt, new_hash: str | None) -> Work:
        if new_hash is None:
            return wrong()

        def store(connection: Connection) -> str | None:
            return log_in.exchange(
                connection,
                tried,
                new_hash=new_hash,
                cookie=visit.cookie,
                address=visit.address,
                user_agent=visit.user_agent,
                now=visit.now,
            )

        return Write(store, lambda cookie: entered(visit, cookie, ACCOUNT, "password") if cookie else wrong())

    def wrong() -> Work:
        return _page(visit, {"present": "This is not your present password."}, 422)

    def refused(error: TidingsError) -> Work:
        return _refused(visit, error)

    counted = Write(partial(count_attempt, visit=visit, email=user.email), look, refused)
    return Aside(lambda: passwords.check_new(new, user.email), lambda _: counted, refused, "hashing")


def end_session_post(visit: Visit) -> Work:
    """Ends one session."""
    user = visit.known_user
    number = parsed_id(visit.path["session_id"]) or 0

    def end(connection: Connection) -> None:
        sessions.end_one(connection, user.id, number)
        audit.note(connection, visit.by, "session.ended", application_id=None, now=visit.now)

    own = visit.session is not None and visit.session.id == number
    return Write(end, lambda _: left(visit) if own else Redirect(ACCOUNT, "session_ended"))


def end_sessions_post(visit: Visit) -> Work:
    """Logs out everywhere, here too."""
    user = visit.known_user

    def end(connection: Connection) -> None:
        sessions.end_all(connection, user.id)
        audit.note(connection, visit.by, "sessions.ended", application_id=None, now=visit.now)

    return Write(end, lambda _: left(visit))


ROUTES = (
    Route("/account", {"GET": account_page, "POST": rename_post}, {"GET": "user", "POST": "user"}),
    Route("/account/password", {"POST": password_post}, {"POST": "user"}),
    Route("/account/sign-out-everywhere", {"POST": end_sessions_post}, {"POST": "user"}),
    Route("/account/sessions/{session_id}/end", {"POST": end_session_post}, {"POST": "user"}),
)
