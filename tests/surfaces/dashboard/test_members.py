"""Members over HTTP: who may see and change them, here and everywhere, and a log that says what was done."""

from __future__ import annotations

import re

import pytest
from tests.surfaces.dashboard.ground import PREFIX, Client, Dashboard

from tidings.records.user import Role

EVERYWHERE = f"{PREFIX}/members"


@pytest.mark.parametrize(
    ("role", "everywhere", "here", "server"),
    [
        (None, False, 404, 403),
        ("viewer", False, 403, 403),
        ("editor", False, 403, 403),
        ("owner", False, 200, 403),
        ("viewer", True, 403, 403),
        ("editor", True, 403, 403),
        ("owner", True, 200, 200),
    ],
)
def test_who_may_see_and_invite(dashboard: Dashboard, role: Role | None, everywhere: bool, here: int, server: int) -> None:
    client = dashboard.as_role(role, everywhere=everywhere)
    for path, status in (("/members", here), ("/audit", here), (EVERYWHERE, server), (f"{PREFIX}/audit", server)):
        assert client.get(path).status == status, path
    fields = {"role": "viewer", "note": "somebody"}
    assert client.post("/members", fields).status == here
    assert client.post(EVERYWHERE, fields).status == server
    invited = [entry.deed for entry in dashboard.audit()]
    assert invited == (["member.invited"] if here == 200 else [])
    assert dashboard.nobody().get("/members").status == 303
    assert dashboard.nobody().post("/members", fields).status == 303


def member_id(client: Client) -> int:
    assert client.user is not None
    return client.user.id


def test_a_role_is_changed_from_the_next_request_on(dashboard: Dashboard) -> None:
    owner, bob = dashboard.as_role("owner"), dashboard.as_role("owner")
    assert bob.get("/members").status == 200
    page = owner.post(f"/members/{member_id(bob)}/role", {"role": "viewer"})
    assert page.location == f"{dashboard.base}/members?done=saved"
    assert bob.get("/members").status == 403
    assert bob.user is not None
    asked = owner.get(f"/members/{member_id(bob)}/remove")
    assert f"{bob.user.name} is viewer of" in asked.text
    assert f'action="{dashboard.base}/members/{member_id(bob)}/remove"' in asked.text
    assert owner.post(f"/members/{member_id(bob)}/remove").location == f"{dashboard.base}/members?done=member_removed"
    assert bob.get("/members").status == 404
    entries = [(entry.deed, entry.email, entry.subject, dict(entry.detail)) for entry in dashboard.audit()]
    assert owner.user is not None
    assert entries == [
        ("member.removed", owner.user.email, bob.user.email, {"before": "viewer"}),
        ("member.changed", owner.user.email, bob.user.email, {"before": "owner", "role": "viewer"}),
    ]
    text = owner.get("/audit").text
    assert "removed a member" in text
    assert bob.user.email in text


@pytest.mark.parametrize("role", ["", "admin", "OWNER", "owner\n"])
def test_roles_that_are_none_change_nothing(dashboard: Dashboard, role: str) -> None:
    owner, bob = dashboard.as_role("owner"), dashboard.as_role("editor")
    page = owner.post(f"/members/{member_id(bob)}/role", {"role": role})
    assert page.status == 422
    assert "Role is owner, editor or viewer" in page.text
    assert owner.post("/members", {"role": role, "note": ""}).status == 422
    assert dashboard.audit() == []


def test_members_of_elsewhere_are_nobody_here(dashboard: Dashboard) -> None:
    owner, everywhere = dashboard.as_role("owner"), dashboard.as_role("editor", everywhere=True)
    for number in (str(member_id(everywhere)), "999999", "0", "-1", "x", "9" * 30):
        assert owner.post(f"/members/{number}/role", {"role": "viewer"}).status == 404, number
        assert owner.get(f"/members/{number}/remove").status == 404, number
        assert owner.post(f"/members/{number}/remove").status == 404, number
        assert owner.post(f"{EVERYWHERE}/{number}/remove").status == 403, number
    assert everywhere.get(PREFIX + "/account").status == 200


def test_who_leaves_is_led_away(dashboard: Dashboard) -> None:
    owner = dashboard.as_role("owner")
    assert owner.post(f"/members/{member_id(owner)}/remove").location == f"{PREFIX}?done=member_removed"
    assert owner.get("/members").status == 404


def test_the_list_is_escaped_and_names_those_of_everything(dashboard: Dashboard) -> None:
    everywhere, owner = dashboard.as_role("owner", everywhere=True), dashboard.as_role("owner")
    assert everywhere.post(f"{PREFIX}/account", {"name": "<img src=x>"}).status == 303
    text = owner.get("/members").text
    assert "&lt;img src=x&gt;" in text
    assert "<img src=x>" not in text
    assert "Owner, everywhere" in text
    assert f"/members/{member_id(everywhere)}/role" not in text
    assert owner.post("/members", {"role": "viewer", "note": "<svg onload=1>"}).status == 200
    assert "&lt;svg onload=1&gt;" in owner.get("/members").text


def test_the_audit_log_goes_page_by_page(dashboard: Dashboard) -> None:
    owner = dashboard.as_role("owner")
    for number in range(51):
        owner.post("/members", {"role": "viewer", "note": f"guest {number}"})
    first = owner.get("/audit").text
    assert "guest 50" in first
    assert "guest 0<" not in first
    older = re.search(r'href="([^"]+\?before=\d+)"', first)
    assert older
    second = owner.get(older[1]).text
    assert "guest 0" in second
    assert "guest 50" not in second
    for before in ("x", "-1", "0", "9" * 40, "%00"):
        assert owner.get(f"/audit?before={before}").status in (200, 400)
