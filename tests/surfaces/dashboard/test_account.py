"""One's own account over HTTP: the name, the password, and sessions that end where one says."""

from __future__ import annotations

import re

import pytest
from tests.surfaces.dashboard.ground import ACCOUNT, PASSWORD, PREFIX, Client, Dashboard, hash_of_password

from tidings.domain import sessions
from tidings.surfaces.context import clock

NEW = "another horse entirely"


@pytest.fixture
def client(dashboard: Dashboard) -> Client:
    return dashboard.as_role("viewer", password_hash=hash_of_password())


def second_session(dashboard: Dashboard, client: Client, agent: str = "Another browser") -> Client:
    """The same user in another browser."""
    assert client.user is not None
    with dashboard.connection() as connection:
        cookie = sessions.begin(connection, client.user.id, address="192.0.2.9", user_agent=agent, now=clock())
    return Client(client.server, client.secret, client.base, {"tidings_session": cookie}, client.user)


def test_the_name_is_changed(client: Client) -> None:
    page = client.post(ACCOUNT, {"name": " Ada  <b>L.</b> "})
    assert page.location == f"{ACCOUNT}?done=saved"
    assert 'value="Ada &lt;b&gt;L.&lt;/b&gt;"' in client.follow(page).text
    page = client.post(ACCOUNT, {"name": ""})
    assert page.status == 422
    assert "Name is required" in page.text


def test_sessions_are_listed_and_ended(dashboard: Dashboard, client: Client) -> None:
    other, stranger = second_session(dashboard, client, "<i>Browser</i>"), dashboard.as_role("viewer")
    text = client.get(ACCOUNT).text
    assert "192.0.2.9" in text
    assert "&lt;i&gt;Browser&lt;/i&gt;" in text
    numbers = re.findall(r"/account/sessions/(\d+)/end", text)
    assert len(numbers) == 2
    for number in numbers:
        assert stranger.post(f"{ACCOUNT}/sessions/{number}/end").status == 404
    others = next(number for number in numbers if f"sessions/{number}/end" in text.split("192.0.2.9")[1])
    assert client.post(f"{ACCOUNT}/sessions/{others}/end").location == f"{ACCOUNT}?done=session_ended"
    assert other.get(ACCOUNT).status == 303
    own = next(number for number in numbers if number != others)
    page = client.post(f"{ACCOUNT}/sessions/{own}/end")
    assert page.location == f"{PREFIX}/log-in?done=logged_out"
    assert client.get(ACCOUNT).status == 303


def test_log_out_everywhere_is_everywhere(dashboard: Dashboard, client: Client) -> None:
    others = [second_session(dashboard, client) for _ in range(3)]
    kept = dict(client.cookies)
    page = client.post(f"{ACCOUNT}/sign-out-everywhere")
    assert page.location == f"{PREFIX}/log-in?done=logged_out"
    for one in [*others, Client(client.server, client.secret, cookies=kept)]:
        assert one.get(ACCOUNT).status == 303


def test_a_new_password_signs_out_every_other_session(dashboard: Dashboard, client: Client) -> None:
    other, before = second_session(dashboard, client), dict(client.cookies)
    page = client.post(f"{ACCOUNT}/password", {"present": PASSWORD, "password": NEW})
    assert page.location == f"{ACCOUNT}?done=password", page.text
    assert client.cookies != before, "a new session id"
    assert client.get(ACCOUNT).status == 200
    assert other.get(ACCOUNT).status == 303
    assert Client(client.server, client.secret, cookies=before).get(ACCOUNT).status == 303
    assert client.user is not None
    email, visitor = client.user.email, dashboard.nobody()
    assert visitor.post(f"{PREFIX}/log-in", {"email": email, "password": PASSWORD}).status == 401
    assert visitor.post(f"{PREFIX}/log-in", {"email": email, "password": NEW}).status == 303


@pytest.mark.parametrize(
    ("present", "new", "sentence"),
    [
        ("wrong", NEW, "This is not your present password."),
        ("", NEW, "This is not your present password."),
        (PASSWORD, "short", "Password has at least 8 characters"),
        (PASSWORD, "", "Password has at least 8 characters"),
    ],
)
def test_not_without_the_present_password_and_a_good_new_one(
    dashboard: Dashboard, client: Client, present: str, new: str, sentence: str
) -> None:
    other = second_session(dashboard, client)
    page = client.post(f"{ACCOUNT}/password", {"present": present, "password": new})
    assert page.status == 422
    assert sentence in page.text
    assert other.get(ACCOUNT).status == 200


def test_who_found_an_open_browser_can_not_guess_for_ever(client: Client) -> None:
    fields = {"present": "wrong", "password": NEW}
    statuses = [client.post(f"{ACCOUNT}/password", fields).status for _ in range(6)]
    assert statuses == [422] * 5 + [429]


def test_it_is_nobody_elses(dashboard: Dashboard, client: Client) -> None:
    assert dashboard.nobody().get(ACCOUNT).location.startswith(f"{PREFIX}/log-in?next=")
    assert dashboard.nobody().post(ACCOUNT, {"name": "Eve"}).status == 303
    assert "Eve" not in client.get(ACCOUNT).text
