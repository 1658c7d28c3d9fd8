"""Logging in and out over HTTP: cookies, sessions, forms of other sites, delays, and where one goes afterwards."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.live import LiveServer
from tests.surfaces.dashboard.ground import (
    ACCOUNT,
    LOG_IN,
    PASSWORD,
    PREFIX,
    Client,
    Dashboard,
    hash_of_password,
    log_in,
)

from tidings.records.user import User


def test_the_right_password_opens_the_dashboard(dashboard: Dashboard, user: User) -> None:
    client = dashboard.nobody()
    page = log_in(client, user)
    assert (page.status, page.location) == (303, PREFIX)
    assert client.get(ACCOUNT).status == 200
    cookie = page.headers["set-cookie"]
    assert cookie.startswith("tidings_session=")
    for part in ("; Path=/", "; HttpOnly", "; SameSite=Lax"):
        assert part in cookie
    assert "Secure" not in cookie  # http, here
    assert "Domain" not in cookie
    assert len(client.cookies["tidings_session"]) == 43


def test_an_address_in_other_case_is_the_same(dashboard: Dashboard, user: User) -> None:
    page = dashboard.nobody().post(LOG_IN, {"email": f" {user.email.upper()} ", "password": PASSWORD})
    assert page.status == 303


def test_where_https_is_spoken_no_neighbour_can_set_the_cookie(new_server: Callable[..., LiveServer]) -> None:
    server = new_server(options=("--base-url", "https://tidings.example"))
    made = server.command_line("user", "create", "ada@shop.example", "--json")
    assert made.returncode == 0, made.stderr
    headers = {"Origin": "https://tidings.example", "Content-Type": "application/x-www-form-urlencoded"}
    page = server.get(LOG_IN)
    form_cookie = page.headers["set-cookie"].partition(";")[0]
    assert form_cookie.startswith("__Host-tidings_form=")
    csrf = page.text.partition('name="csrf" value="')[2].partition('"')[0]
    password = json.loads(made.stdout)["password"]
    body = f"csrf={csrf}&email=ada%40shop.example&password={password}"
    answer = server.request("POST", LOG_IN, headers | {"Cookie": form_cookie}, body)
    assert answer.status == 303, answer.text
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-tidings_session=")
    for part in ("; Path=/", "; Secure", "; HttpOnly", "; SameSite=Lax"):
        assert part in cookie
    name_and_value = cookie.partition(";")[0]
    assert server.get(ACCOUNT, {"Cookie": name_and_value}).status == 200
    assert server.get(ACCOUNT, {"Cookie": name_and_value.replace("__Host-", "")}).status == 303


@pytest.mark.parametrize("password", ["", "incorrect", PASSWORD + " ", PASSWORD.upper(), "a" * 1_025, "a" * 60_000])
def test_a_wrong_password_opens_nothing(dashboard: Dashboard, user: User, password: str) -> None:
    client = dashboard.nobody()
    page = log_in(client, user, password)
    assert page.status == 401
    assert "E-mail address or password is wrong." in page.text
    assert f'value="{user.email}"' in page.text, "the address stays"
    assert not password or password not in page.text
    assert "tidings_session" not in client.cookies
    assert client.get(ACCOUNT).status == 303


def test_nobody_learns_who_has_an_account(dashboard: Dashboard, user: User) -> None:
    pages = [
        dashboard.nobody().post(LOG_IN, {"email": email, "password": "wrong password"})
        for email in (user.email, "not." + user.email)
    ]
    texts = [page.text.replace("not.", "") for page in pages]
    for page in pages:
        assert page.status == 401
    without_tokens = [" ".join(part for part in text.split('"') if len(part) != 64) for text in texts]
    assert without_tokens[0] == without_tokens[1]


@pytest.mark.alone
def test_nobody_learns_it_by_the_time_it_takes(dashboard: Dashboard) -> None:
    """Fresh accounts each time, since delays begin at the fifth failure."""

    taken: dict[bool, list[float]] = {True: [], False: []}
    for there in (True, False) * 9:  # in turns: what else the machine does is done to both
        client = dashboard.as_role("viewer", password_hash=hash_of_password())
        assert client.user is not None
        visitor = dashboard.nobody()
        visitor.get(LOG_IN)
        email = client.user.email if there else "not." + client.user.email
        started = time.perf_counter()
        assert visitor.post(LOG_IN, {"email": email, "password": "wrong password"}).status == 401
        taken[there].append(time.perf_counter() - started)
    known, unknown = min(taken[True]), min(taken[False])
    assert 0.6 < known / unknown < 1.7, (known, unknown)


def test_a_new_session_at_each_log_in(dashboard: Dashboard, user: User) -> None:
    """Who plants a cookie of theirs, or knows the one of before, gets nothing by it."""
    client = dashboard.nobody()
    client.cookies["tidings_session"] = planted = "A" * 43
    log_in(client, user)  # the form is bound to another cookie than the planted one
    client.cookies.pop("tidings_session", None)
    assert log_in(client, user).status == 303
    first = client.cookies["tidings_session"]
    assert first != planted
    again = Client(dashboard.server, dashboard.secret, cookies={"tidings_session": first})
    # Who is logged in is sent on; a log-in all the same ends the session of before.
    assert again.get(LOG_IN).location == PREFIX
    assert log_in(again, user).status == 303
    assert again.cookies["tidings_session"] != first
    assert Client(dashboard.server, dashboard.secret, cookies={"tidings_session": first}).get(ACCOUNT).status == 303


def test_a_cookie_of_after_the_log_out_opens_nothing(dashboard: Dashboard) -> None:
    client = dashboard.as_role("owner")
    kept = dict(client.cookies)
    page = client.post(f"{PREFIX}/log-out")
    assert (page.status, page.location) == (303, f"{LOG_IN}?done=logged_out")
    assert "tidings_session" not in client.cookies
    assert "You are logged out." in client.follow(page).text
    replayed = Client(dashboard.server, dashboard.secret, dashboard.base, kept)
    for path in ("", "/members", ACCOUNT):
        assert replayed.get(path).status == 303
        assert replayed.get(path).location.startswith(LOG_IN)
    assert replayed.post(f"{PREFIX}/log-out").status == 303


def test_nobody_is_logged_out_by_a_link(dashboard: Dashboard) -> None:
    client = dashboard.as_role("owner")
    assert client.get(f"{PREFIX}/log-out").status == 405
    assert client.post(f"{PREFIX}/log-out", csrf="").status == 403
    assert client.get(ACCOUNT).status == 200


@pytest.mark.parametrize(
    "spoil",
    [
        lambda cookie: f"tidings_session={cookie[:-1]}",
        lambda cookie: f"tidings_session={cookie}x",
        lambda cookie: f"tidings_session={cookie.swapcase()}",
        lambda cookie: f"tidings_session={'A' * 8_000}",
        lambda cookie: f"tidings_session={cookie}; tidings_session={cookie}",
        lambda cookie: f"tidings_session={'A' * 43}; tidings_session={cookie}",
        lambda cookie: f"tidings_form={cookie}",
        lambda cookie: f"__Host-tidings_session={cookie}",
        lambda cookie: f"tidings_session={cookie[:20]}%00{cookie[20:]}",
        lambda cookie: "tidings_session=ä€",
        lambda cookie: "tidings_session",
        lambda cookie: ";;;=;=;",
    ],
)
def test_spoilt_cookies_are_no_session(dashboard: Dashboard, spoil: Callable[[str], str]) -> None:
    client = dashboard.as_role("owner")
    sent = spoil(client.cookies["tidings_session"]).encode().decode("latin-1")
    answer = dashboard.server.get(ACCOUNT, {"Cookie": sent})
    assert answer.status == 303
    assert answer.headers["location"].startswith(LOG_IN)


def test_a_session_goes_with_its_user(dashboard: Dashboard) -> None:
    client = dashboard.as_role("editor")
    assert client.user is not None
    assert client.get(ACCOUNT).status == 200
    ended = dashboard.server.command_line("user", "delete", client.user.email)
    assert ended.returncode == 0, ended.stderr
    assert client.get(ACCOUNT).status == 303


# -- delays -----------------------------------------------------------------------------------------------------------


def test_who_guesses_is_told_to_wait(dashboard: Dashboard, user: User) -> None:
    client = dashboard.nobody()
    # Five are looked at; on a busy machine looking takes longer than the first waits, so that a few more are.
    tried = [log_in(client, user, "wrong password").status for _ in range(5)]
    assert tried == [401] * 5
    while (page := log_in(client, user, "wrong password")).status == 401 and len(tried) < 12:
        tried.append(page.status)
    assert page.status == 429
    wait = int(page.headers["retry-after"])
    assert 1 <= wait <= 1 << (len(tried) - 5)
    assert re.search(r"Too many failed log-ins\. Please try again in (a second|\d+ seconds)\.", page.text)
    page = log_in(client, user)
    assert page.status == 429, "the right password waits too"
    assert "tidings_session" not in client.cookies
    deadline = time.monotonic() + wait + 5
    while page.status == 429 and time.monotonic() < deadline:
        time.sleep(0.1)
        page = log_in(client, user)
    assert page.status == 303


def test_a_hundred_at_once_are_not_looked_at(dashboard: Dashboard, user: User) -> None:
    """Counted before the password is looked at, so that none slips in between."""
    client = dashboard.nobody()
    client.get(LOG_IN)
    with ThreadPoolExecutor(20) as threads:
        statuses = list(threads.map(lambda number: log_in(client, user, f"wrong {number}").status, range(40)))
    # As many more as waits of a second, of two and of four pass meanwhile.
    assert 5 <= statuses.count(401) <= 8
    assert statuses.count(429) == 40 - statuses.count(401)


# -- the page itself -----------------------------------------------------------------------------------------------------


def test_every_answer_has_the_headers_of_a_safe_page(dashboard: Dashboard) -> None:
    client = dashboard.nobody()
    pages = [client.get(LOG_IN), client.get(ACCOUNT), client.get(f"{PREFIX}/log-out"), client.post(LOG_IN, csrf="x")]
    for page in pages:
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
        assert "unsafe" not in page.headers["content-security-policy"]
        assert page.headers["x-frame-options"] == "DENY"
        assert page.headers["x-content-type-options"] == "nosniff"
        assert page.headers["cache-control"] == "no-store"


def test_without_any_user_the_page_says_what_to_do(new_server: Callable[..., LiveServer]) -> None:
    server = new_server()
    assert "Nobody can log in yet." in server.get(LOG_IN).text
    server.command_line("user", "create", "ada@shop.example")
    assert "Nobody can log in yet." not in server.get(LOG_IN).text
