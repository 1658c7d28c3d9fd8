"""What holds of every row of the table of pages: who may ask, where forms come from, and the headers of the answer."""

from __future__ import annotations

import re

import pytest
from tests.conftest import Live
from tests.surfaces.dashboard.ground import PREFIX, Client, Dashboard

from tidings.records.user import ROLES, Role
from tidings.surfaces.dashboard.plumbing import Method, Route
from tidings.surfaces.dashboard.routes import TABLE

ROWS = [(route, method) for route in TABLE for method in route.handlers]
CLOSED = [(route, method) for route, method in ROWS if route.needs[method] != "nobody"]
OF_APPLICATION = [(route, method) for route, method in CLOSED if route.needs[method] in ROLES]
FORMS = [route for route in TABLE if "POST" in route.handlers]


def named(value: object) -> str | None:
    return value.path if isinstance(value, Route) else value if isinstance(value, str) else None


@pytest.fixture(scope="module")
def shared(live: Live) -> Dashboard:
    """One application for all rows: nothing here gets as far as a change."""
    return Dashboard(live.server, live.new_application())


@pytest.fixture(scope="module")
def people(shared: Dashboard) -> dict[Role | None, Client]:
    """Somebody of each role in the application, and a stranger who is logged in."""
    return {role: shared.as_role(role) for role in (None, *ROLES)}


def path_of(route: Route, dashboard: Dashboard) -> str:
    path = route.path.replace("{application_id}", str(dashboard.application.id))
    return PREFIX + re.sub(r"\{[^}]*\}", "1", path)


def ask(client: Client, method: Method, path: str, **post: str) -> int:
    return (client.get(path) if method == "GET" else client.post(path, {}, **post)).status


def test_every_row_says_who_may_ask() -> None:
    for route in TABLE:
        assert set(route.needs) == set(route.handlers), route.path
        of_application = "{application_id}" in route.path
        assert all((need in ROLES) == of_application for need in route.needs.values()), route.path
    assert len({route.path for route in TABLE}) == len(TABLE)


@pytest.mark.parametrize(("route", "method"), CLOSED, ids=named)
def test_nobody_is_sent_to_the_log_in(shared: Dashboard, route: Route, method: Method) -> None:
    client, path = shared.nobody(), path_of(route, shared)
    page = client.get(path) if method == "GET" else client.post(path, {})
    assert page.status == 303
    assert page.location.startswith(f"{PREFIX}/log-in"), page.location
    assert ("next=" in page.location) == (method == "GET")


@pytest.mark.parametrize(("route", "method"), OF_APPLICATION, ids=named)
def test_an_application_is_hidden_from_who_has_no_role_in_it(
    people: dict[Role | None, Client], shared: Dashboard, route: Route, method: Method
) -> None:
    """And what is not there answers in the same way."""
    path = path_of(route, shared)
    assert ask(people[None], method, path) == 404
    unknown = path.replace(f"/{shared.application.id}", "/999999999", 1)
    assert ask(people["owner"], method, unknown) == 404
    assert ask(people["owner"], method, path.replace(f"/{shared.application.id}", "/0x1", 1)) == 404


@pytest.mark.parametrize(("route", "method"), OF_APPLICATION, ids=named)
def test_a_weaker_role_is_refused(
    people: dict[Role | None, Client], shared: Dashboard, route: Route, method: Method
) -> None:
    needs = route.needs[method]
    for role in ROLES[: ROLES.index(needs)]:  # type: ignore[arg-type]
        assert ask(people[role], method, path_of(route, shared)) == 403, role
    if method == "POST":
        assert needs != "viewer", "a viewer changes nothing"


@pytest.mark.parametrize("route", FORMS, ids=named)
def test_a_form_has_to_come_from_a_page_of_this_session(
    people: dict[Role | None, Client], shared: Dashboard, route: Route
) -> None:
    client = shared.nobody() if route.needs["POST"] == "nobody" else people["owner"]
    path = path_of(route, shared)
    before = shared.audit()
    for token in ("", "other", people["viewer"].csrf):
        assert client.post(path, {}, csrf=token).status in (403, 415), token
    for origin in ("https://evil.example", "null", f"{shared.server.base_url}.evil.example"):
        assert client.post(path, {}, {"Origin": origin}).status == 403, origin
    assert client.post(path, {}, {"Sec-Fetch-Site": "cross-site"}).status == 403
    assert shared.audit() == before


@pytest.mark.parametrize(("route", "method"), ROWS, ids=named)
def test_every_answer_has_the_headers_of_safety(shared: Dashboard, route: Route, method: Method) -> None:
    """A refusal as well: a path that nobody may frame, keep, or run a script of others in."""
    client, path = shared.nobody(), path_of(route, shared)
    for page in (client.get(path), client.ask("DELETE", path), client.get(path + "/nope")):
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors" in policy
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["x-content-type-options"] == "nosniff"
        assert page.headers["referrer-policy"] in ("same-origin", "no-referrer")
        assert "server" not in page.headers
    refused = client.ask("DELETE", path)
    assert refused.status == 405
    assert refused.headers["allow"] == ", ".join(
        one for each in route.handlers for one in (("GET", "HEAD") if each == "GET" else (each,))
    )


def test_head_is_get_without_its_body(dashboard: Dashboard) -> None:
    client = dashboard.as_role("viewer")
    page = client.ask("HEAD", dashboard.base)
    assert (page.status, page.text) == (200, "")
    assert int(page.headers["content-length"]) > 1_000


def test_what_is_asked_for_comes_after_the_log_in(dashboard: Dashboard) -> None:
    """With its query, and never for a form or a part of a page."""
    path = f"{dashboard.base}/events?q=a%26b"
    assert dashboard.nobody().get(path).location == f"{PREFIX}/log-in?next={dashboard.base}/events%3Fq%3Da%2526b"
    part = dashboard.nobody().get(path, {"HX-Request": "true"})
    assert (part.status, part.headers["hx-redirect"]) == (401, f"{PREFIX}/log-in")


@pytest.mark.parametrize(
    "cookie",
    ["x", "x" * 8_000, "tidings_session=", "A" * 43, "\xff\xfe", '"quoted"', "a; tidings_session=b"],
    ids=["short", "8 kB", "none", "unknown", "no text", "quoted", "two"],
)
def test_a_cookie_that_is_none_of_ours_is_no_session(dashboard: Dashboard, cookie: str) -> None:
    page = dashboard.nobody().get(dashboard.base, {"Cookie": f"tidings_session={cookie}"})
    assert page.status == 303


def test_two_cookies_of_one_name_are_none(dashboard: Dashboard) -> None:
    """A neighbouring host can add a cookie of the name: it must neither win nor be tried."""
    client = dashboard.as_role("owner")
    good = client.cookies["tidings_session"]
    assert client.get(dashboard.base, {"Cookie": f"tidings_session={good}; tidings_session=x"}).status == 303
    assert client.get(dashboard.base, {"Cookie": f"tidings_session={good}"}).status == 200
