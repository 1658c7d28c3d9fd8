"""Forms of other sites open and change nothing, and after the log-in one goes to a page of this dashboard."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from tests.surfaces.dashboard.ground import ACCOUNT, LOG_IN, PASSWORD, PREFIX, Dashboard, log_in

from tidings.records.user import User
from tidings.surfaces.dashboard.log_in import safe_next


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_page_of_another_site_logs_nobody_in_or_out(dashboard: Dashboard, user: User, headers: dict[str, str]) -> None:
    visitor, member = dashboard.nobody(), dashboard.as_role("owner")
    visitor.get(LOG_IN)
    assert visitor.post(LOG_IN, {"email": user.email, "password": PASSWORD}, headers).status == 403
    assert "tidings_session" not in visitor.cookies
    assert member.post(f"{PREFIX}/log-out", {}, headers).status == 403
    assert member.get(ACCOUNT).status == 200


def test_forms_carry_the_token_of_their_own_visitor(dashboard: Dashboard, user: User) -> None:
    visitor, other, member = dashboard.nobody(), dashboard.nobody(), dashboard.as_role("owner")
    visitor.get(LOG_IN)
    other.get(LOG_IN)
    fields = {"email": user.email, "password": PASSWORD}
    for token in ("", "x", other.csrf, member.csrf, visitor.csrf[:-1]):
        assert visitor.post(LOG_IN, fields, csrf=token).status == 403
    for token in ("", "x", visitor.csrf, dashboard.as_role("owner").csrf):
        assert member.post(ACCOUNT, {"name": "Eve"}, csrf=token).status == 403
    assert "Eve" not in member.get(ACCOUNT).text
    assert visitor.post(LOG_IN, fields).status == 303


# -- where to, afterwards -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", [PREFIX, f"{PREFIX}/account", f"{PREFIX}/applications/7/members?q=mug%20%26&page=2", f"{PREFIX}?done=saved"]
)
def test_back_to_the_page_that_was_asked_for(dashboard: Dashboard, user: User, path: str) -> None:
    client = dashboard.nobody()
    asked = client.get(path)
    assert asked.status == 303
    form = client.follow(asked).text
    hidden = form.partition('name="next" value="')[2].partition('"')[0].replace("&amp;", "&")
    assert hidden == path
    assert log_in(client, user, next=hidden).location == path


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "////evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/%5cevil.example",
        "/%2f/evil.example",
        "javascript:alert(1)",
        "https://evil.example/dashboard",
        "//evil.example/dashboard",
        "https:evil.example",
        "/dashboard.evil.example",
        "/dashboard@evil.example",
        "/dashboard/../../..//evil.example",
        "/dashboard/\\evil.example",
        "/dashboard/\r\nSet-Cookie: a=b",
        "/dashboard/\tx",
        " /dashboard",
        "/api/v1/applications/me",
        "/demo/",
        "/",
        "",
        "/dashboard/" + "x" * 3_000,
    ],
)
def test_never_to_anywhere_else(path: str) -> None:
    assert safe_next(path) == PREFIX


@pytest.mark.parametrize("path", ["//evil.example", "/\\evil.example"])
def test_neither_by_the_form_nor_by_the_address_of_the_page(dashboard: Dashboard, user: User, path: str) -> None:
    client = dashboard.nobody()
    assert log_in(client, user, next=path).location == PREFIX
    query = f"{LOG_IN}?next={quote(path)}"
    page = dashboard.nobody().post(query, {"email": user.email, "password": PASSWORD})
    assert page.location == PREFIX
    assert client.get(query).location == PREFIX
