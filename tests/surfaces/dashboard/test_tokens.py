"""API tokens in the dashboard: made with a scope, shown once and nowhere else, revoked; of other applications none."""

from __future__ import annotations

import re

from tests.surfaces.dashboard.ground import Dashboard

TOKEN = re.compile(r"<code>([A-Za-z0-9_-]{43})</code>")


def made(dashboard: Dashboard, scope: str = "manage") -> str:
    page = dashboard.as_role("owner").post("/tokens", {"scope": scope})
    assert page.status == 200, page.text
    assert page.headers["cache-control"] == "no-store"
    [token] = TOKEN.findall(page.text)
    return str(token)


def goals(dashboard: Dashboard, token: str, method: str = "GET", body: dict[str, str] | None = None) -> int:
    path = f"/v1/sites/{site_id(dashboard)}/events"
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    return int(dashboard.server.request(method, path, headers, body).status)


def site_id(dashboard: Dashboard) -> str:
    page = dashboard.as_role("owner").post("/tokens", {"scope": "read"})
    found = re.search(r"/v1/sites/([A-Z]+)/events", page.text)
    assert found
    return found[1]


def test_a_token_is_made_with_a_scope_and_opens_what_it_says(dashboard: Dashboard) -> None:
    reading, managing = made(dashboard, "read"), made(dashboard, "manage")
    assert (goals(dashboard, reading), goals(dashboard, managing)) == (200, 200)
    assert goals(dashboard, reading, "POST", {"name": "Purchase"}) == 403
    assert goals(dashboard, managing, "POST", {"name": "Purchase"}) == 200


def test_a_token_is_shown_once_and_never_again(dashboard: Dashboard) -> None:
    """DB-043: not in a later page, an address, the audit log or the server's log."""
    token = made(dashboard)
    owner = dashboard.as_role("owner")
    for path in ("", "/tokens", "/install", "/settings", "/audit"):
        page = owner.get(path)
        assert page.status == 200, path
        assert token not in page.text
        assert token not in str(dict(page.headers))
    assert page.headers["referrer-policy"] == "same-origin"
    assert goals(dashboard, token) == 200
    assert token not in dashboard.server.log
    assert not [entry for entry in dashboard.audit() if token in repr(entry)]
    assert [entry.deed for entry in dashboard.audit()].count("token.created") == 2  # the other by `site_id`


def test_the_list_says_when_a_token_was_used_last(dashboard: Dashboard) -> None:
    owner = dashboard.as_role("owner")
    token = made(dashboard)
    page = owner.get("/tokens")
    assert page.text.count('<span class="quiet">never</span>') == 1
    assert goals(dashboard, token) == 200
    assert owner.get("/tokens").text.count('<span class="quiet">never</span>') == 1  # that of `site_id`, never used


def test_a_token_is_revoked_after_a_question(dashboard: Dashboard) -> None:
    owner, token = dashboard.as_role("owner"), made(dashboard)
    [number] = re.findall(r"/tokens/(\d+)/revoke", owner.get("/tokens").text)
    asked = owner.get(f"/tokens/{number}/revoke")
    assert asked.status == 200
    assert "Revoke it" in asked.text
    assert goals(dashboard, token) == 200
    page = owner.post(f"/tokens/{number}/revoke")
    assert "Revoked" in owner.follow(page).text
    assert goals(dashboard, token) == 401
    assert owner.post(f"/tokens/{number}/revoke").status == 404
    assert [entry.deed for entry in dashboard.audit()][:2] == ["token.created", "token.revoked"]


def test_a_scope_has_to_be_chosen(dashboard: Dashboard) -> None:
    owner = dashboard.as_role("owner")
    for fields in ({}, {"scope": "all-sites-readonly"}, {"scope": "manage:OTHERS"}):
        page = owner.post("/tokens", fields)
        assert page.status == 422
        assert "Choose what the token may do" in page.text
        assert not TOKEN.search(page.text)


def test_only_tokens_of_this_application_are_listed_and_revoked(dashboard: Dashboard) -> None:
    other = Dashboard(dashboard.server, dashboard.server.create_application())
    made(other)
    theirs = other.as_role("owner")
    [number] = re.findall(r"/tokens/(\d+)/revoke", theirs.get("/tokens").text)
    owner = dashboard.as_role("owner")
    assert "No token yet" in owner.get("/tokens").text
    assert owner.get(f"/tokens/{number}/revoke").status == 404
    assert owner.post(f"/tokens/{number}/revoke").status == 404
    assert f"/tokens/{number}/revoke" in theirs.get("/tokens").text
    for odd in ("0", "x", "9" * 30):
        assert owner.post(f"/tokens/{odd}/revoke").status == 404


def test_a_token_for_all_sites_is_not_an_owners_to_see(dashboard: Dashboard) -> None:
    dashboard.server.command_line("token", "create", "--scope", "all-sites-readonly")
    assert "No token yet" in dashboard.as_role("owner").get("/tokens").text


def test_who_may_do_what(dashboard: Dashboard) -> None:
    made(dashboard)
    for role in ("viewer", "editor"):
        client = dashboard.as_role(role)
        page = client.get("/tokens")
        assert page.status == 200
        assert "Make a token" not in page.text
        assert "/revoke" not in page.text
        assert client.post("/tokens", {"scope": "read"}).status == 403
    assert dashboard.as_role(None).get("/tokens").status == 404
    assert dashboard.nobody().get("/tokens").status == 303
