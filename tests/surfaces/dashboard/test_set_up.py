"""The set-up link and invitations over HTTP: printed, looked at as often as one likes, used once, by one."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from tests.live import LiveServer
from tests.surfaces.dashboard.ground import LOG_IN, PASSWORD, PREFIX, Client, Dashboard

FIELDS = {"email": "ada@shop.example", "name": "Ada Lovelace", "password": PASSWORD}
ACCOUNT = f"{PREFIX}/account"


def printed(server: LiveServer) -> list[str]:
    """The paths of the set-up links that a server has printed, the oldest first."""
    return re.findall(rf"{server.base_url}({PREFIX}/set-up/\S+)", server.log)


def secret_of(server: LiveServer) -> bytes:
    assert server.database is not None
    return server.database.with_name(server.database.name + ".secret").read_bytes().strip()


def users_of(server: LiveServer) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(str(server.database))) as database:
        return database.execute("SELECT email, role_everywhere FROM users ORDER BY id").fetchall()


def visitor_of(server: LiveServer) -> Client:
    return Client(server, secret_of(server))


def test_from_the_first_start_to_an_owner(new_server: Callable[..., LiveServer]) -> None:
    server = new_server()
    (link,) = printed(server)
    client = visitor_of(server)
    for _ in range(3):
        page = client.get(link)
        assert page.status == 200
    assert "Set up your log-in" in page.text
    assert client.ask("HEAD", link).status == 200
    assert users_of(server) == []
    page = client.post(link, FIELDS)
    assert (page.status, page.location) == (303, PREFIX)
    assert "Ada Lovelace" in client.get(ACCOUNT).text
    assert client.get(f"{PREFIX}/members").status == 200, "an owner of everything"
    assert users_of(server) == [("ada@shop.example", "owner")]

    # Used a second time, in another browser.
    other = visitor_of(server)
    page = other.get(link)
    assert page.status == 410
    assert "This link was used" in page.text
    assert f'href="{PREFIX}/log-in"' in page.text
    page = other.post(link, FIELDS | {"email": "eve@shop.example"})
    assert page.status == 410
    assert users_of(server) == [("ada@shop.example", "owner")]
    page = other.post(LOG_IN, {"email": FIELDS["email"], "password": PASSWORD})
    assert page.status == 303

    server.stop()
    server.start()
    assert len(printed(server)) == 1, "who has a user prints none"
    assert client.get(ACCOUNT).status == 200, "sessions outlast a restart"


def test_each_start_prints_another_link_and_the_older_ones_end(new_server: Callable[..., LiveServer]) -> None:
    server = new_server()
    server.stop()
    server.start()
    older, newer = printed(server)
    assert older != newer
    client = visitor_of(server)
    assert client.get(older).status == 404
    assert client.post(older, FIELDS).status == 404
    assert client.post(newer, FIELDS).status == 303
    with closing(sqlite3.connect(str(server.database))) as database:
        kept = database.execute("SELECT * FROM set_up_links").fetchall()
    assert older.rpartition("/")[2] not in repr(kept)


def test_of_many_at_once_one_wins(new_server: Callable[..., LiveServer]) -> None:
    server = new_server()
    (link,) = printed(server)
    clients = [visitor_of(server) for _ in range(8)]
    for client in clients:
        client.get(link)

    def try_it(number: int) -> int:
        return clients[number].post(link, FIELDS | {"email": f"{number}@shop.example"}).status

    with ThreadPoolExecutor(8) as threads:
        statuses = sorted(threads.map(try_it, range(8)))
    assert statuses == [303] + [410] * 7
    assert len(users_of(server)) == 1
    assert sorted("tidings_session" in client.cookies for client in clients) == [False] * 7 + [True]


def test_what_is_wrong_with_the_form_stands_at_its_field(new_server: Callable[..., LiveServer]) -> None:
    server = new_server()
    (link,) = printed(server)
    client = visitor_of(server)
    for fields, sentence in (
        ({"email": "nonsense"}, "E-mail address is not valid"),
        ({"name": " "}, "Name is required"),
        ({"password": "seven77"}, "Password has at least 8 characters"),
        ({"password": "x" * 1_025}, "Password is longer than 1,024 bytes"),
        ({"password": "password"}, "Password is one that very many people use"),
        ({"password": "ADA@shop.example"}, "Password is the e-mail address"),
    ):
        page = client.post(link, FIELDS | fields)
        assert page.status == 422
        assert sentence in page.text
        assert FIELDS["password"] not in page.text
    page = client.post(link, {"email": "<b>&\"'", "name": "<script>alert(1)</script>", "password": ""})
    assert "<script>alert" not in page.text
    assert '<b>&"' not in page.text
    assert client.post(link, {}).status == 422
    assert users_of(server) == []
    assert client.post(link, FIELDS).status == 303


def test_a_kill_before_the_commit_leaves_the_link_open(new_server: Callable[..., LiveServer]) -> None:
    """User, link and session are one transaction: with the database locked nothing of them is there."""
    server = new_server()
    (link,) = printed(server)
    client = visitor_of(server)
    client.get(link)
    with closing(sqlite3.connect(str(server.database), isolation_level=None)) as lock, ThreadPoolExecutor(1) as thread:
        lock.execute("BEGIN IMMEDIATE")
        asked = thread.submit(lambda: client.post(link, FIELDS))
        assert asked.result().status == 503
        server.kill()
        lock.execute("ROLLBACK")
    assert users_of(server) == []
    server.start()
    assert client.post(printed(server)[-1], FIELDS).status == 303


# -- invitations ------------------------------------------------------------------------------------------------------


def invite(owner: Client, where: str, role: str = "editor", note: str = "Bob") -> str:
    """The path of a new invitation."""
    page = owner.post(where, {"role": role, "note": note})
    assert page.status == 200, page.text
    found = re.search(rf"{PREFIX}/invitation/[A-Za-z0-9_-]{{43}}", page.text)
    assert found
    return found[0]


def test_somebody_new_joins_an_application_and_sees_nothing_else(dashboard: Dashboard) -> None:
    owner, other = dashboard.as_role("owner"), dashboard.server.create_application("Other")
    link = invite(owner, "/members")
    assert link not in owner.get("/members").text, "shown this once"
    client = dashboard.nobody()
    assert dashboard.application.row["name"] in client.get(link).text
    fields = FIELDS | {"email": f"bob-of-{dashboard.application.id}@shop.example"}
    assert client.post(link, fields | {"password": "short"}).status == 422
    page = client.post(link, fields)
    assert (page.status, page.location) == (303, PREFIX)
    assert client.get("/members").status == 403, "an editor is no owner"
    assert client.get(f"{PREFIX}/applications/{other.id}/members").status == 404
    assert client.get(f"{PREFIX}/members").status == 403
    again = dashboard.nobody()
    assert again.get(link).status == 410
    assert again.post(link, fields | {"email": "x" + fields["email"]}).status == 410
    assert [entry.deed for entry in dashboard.audit()] == ["member.joined", "member.invited"]


def test_who_has_a_log_in_joins_with_it(dashboard: Dashboard) -> None:
    link = invite(dashboard.as_role("owner"), "/members", "viewer")
    client = dashboard.as_role(None)
    assert client.get("/members").status == 404
    page = client.get(link)
    assert client.user is not None
    assert client.user.email in page.text
    assert 'name="password"' not in page.text
    page = client.post(link)
    assert page.location == f"{dashboard.base}?done=joined"
    assert client.get("/members").status == 403
    assert client.post(link).status == 410


def test_an_address_that_is_taken_is_told_to_log_in(dashboard: Dashboard) -> None:
    link = invite(dashboard.as_role("owner"), "/members")
    known = dashboard.as_role("viewer").user
    assert known is not None
    page = dashboard.nobody().post(link, FIELDS | {"email": known.email.upper()})
    assert page.status == 409
    assert "log in instead" in page.text
    assert f"{PREFIX}/log-in?next={link}" in page.text
    assert dashboard.nobody().get(link).status == 200, "nothing was used up"


def test_an_invitation_that_is_taken_back_opens_nothing(dashboard: Dashboard) -> None:
    owner = dashboard.as_role("owner")
    link = invite(owner, "/members")
    number = re.search(r"/invitations/(\d+)/revoke", owner.get("/members").text)
    assert number
    assert dashboard.as_role("editor").post(f"/invitations/{number[1]}/revoke").status == 403
    assert owner.post(f"{PREFIX}/invitations/{number[1]}/revoke").status == 403, "that is for those of everything"
    assert owner.post(f"/invitations/{number[1]}/revoke").status == 303
    assert dashboard.nobody().get(link).status == 404
    assert owner.post(f"/invitations/{number[1]}/revoke").status == 404


@pytest.mark.parametrize("path", ["set-up", "invitation"])
def test_links_that_nobody_made(dashboard: Dashboard, path: str) -> None:
    client = dashboard.nobody()
    for token in ("x", "A" * 43, "%00", "..%2f..%2fetc%2fpasswd", "x" * 3_000):
        where = f"{PREFIX}/{path}/{token}"
        assert client.get(where).status == 404, token
        assert client.post(where, FIELDS).status == 404, token
