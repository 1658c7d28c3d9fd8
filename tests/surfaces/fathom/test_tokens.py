"""Tokens with scopes: what each opens, what it does not, and that a revoked one opens nothing at once."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import Any

import pytest
from tests.conftest import Live
from tests.surfaces.fathom.conftest import Site, make_token, refused


def rows(live: Live) -> list[dict[str, Any]]:
    return list(json.loads(live.server.command_line("token", "list", "--json").stdout))


@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Bearer ", "Bearer nobody", "Basic x", "Bearer " + "x" * 5_000]
)
def test_no_token_and_a_wrong_one_are_refused_alike(site: Site, authorization: str | None) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    for url in (site.url, "/v1/sites/NOTHERE/events"):
        for method in ("GET", "POST"):
            answer = site.application.server.request(method, url, headers, {} if method == "POST" else None)
            refused(answer, 401, "Unauthenticated.")
            assert answer.headers["www-authenticate"] == 'Bearer realm="tidings"'


def test_the_applications_own_token_opens_nothing_here(site: Site) -> None:
    answer = site.application.server.get(site.url, {"Authorization": f"Bearer {site.application.auth_token}"})
    refused(answer, 401)
    fomo = site.application.server.get("/api/v1/applications/me", {"Authorization": f"Bearer {site.token}"})
    assert fomo.status == 401


def test_scopes(sites: list[Site]) -> None:
    mine, other = sites[-1], sites[0]
    application = mine.application
    goal = mine.goal()
    read = make_token(application, "--app", str(application.id), "--scope", "read")
    read_all = make_token(application, "--scope", "all-sites-readonly")
    manage = make_token(application, "--scope", f"manage:{mine.site_id}")
    for token, others in ((read, 404), (read_all, 200), (manage, 404)):
        holder = Site(application, token)
        assert holder.ask("GET").status == 200
        assert holder.ask("GET", f"/{goal['id']}").status == 200
        assert holder.ask("GET", site=other.site_id).status == others
        for method, path, body in (
            ("POST", "", {"name": "B"}),
            ("POST", f"/{goal['id']}", {"name": "B"}),
            ("DELETE", f"/{goal['id']}/conversions/x", None),
            ("POST", f"/{goal['id']}/conversions", {"value": 1, "external_id": "x"}),
        ):
            answer = holder.ask(method, path, body)
            if token == manage:
                assert answer.status in (200, 404), answer.text
            else:
                refused(answer, 403, f"manage:{mine.site_id}")
            refused(holder.ask(method, path, body, site=other.site_id), 403 if token == read_all else 404)
        for unknown in ("NOTHERE", "cdbugs", "A", "A" * 300, mine.site_id.lower(), "%00%00%00%00%00%00"):
            refused(holder.ask("GET", site=unknown), 404, "Site not found")
    assert mine.ask("GET", f"/{goal['id']}").json()["name"] == "B"


def test_wiping_is_gone_for_everyone(site: Site) -> None:
    for token in (site.token, "", "nobody"):
        refused(Site(site.application, token).ask("DELETE", "/ABCDEFGH/data"), 410)


def test_a_revoked_token_opens_nothing_at_once(site: Site, live: Live) -> None:
    token = make_token(site.application, "--app", str(site.application.id))
    holder = Site(site.application, token)
    assert holder.ask("GET").status == 200
    number = str(rows(live)[-1]["id"])
    revoked = live.server.command_line("token", "revoke", number)
    assert (revoked.returncode, revoked.stdout) == (0, f"Revoked token {number}.\n")
    refused(holder.ask("GET"), 401)
    again = live.server.command_line("token", "revoke", number)
    assert (again.returncode, again.stderr) == (1, f"There is no token {number}.\n")
    assert site.ask("GET").status == 200


def test_only_a_hash_is_kept_and_the_last_use(site: Site, live: Live) -> None:
    token = make_token(site.application, "--app", str(site.application.id))
    assert len(token) >= 43
    assert rows(live)[-1]["scopes"] == f"manage:{site.site_id}"
    assert rows(live)[-1]["last_used_at"] is None
    holder = Site(site.application, token)
    holder.ask("GET")
    used = rows(live)[-1]["last_used_at"]
    assert used is not None
    holder.ask("GET")
    assert rows(live)[-1]["last_used_at"] == used
    with closing(sqlite3.connect(f"file:{live.server.database}?mode=ro", uri=True)) as database:
        kept = "".join(database.iterdump())
    assert token not in kept
    assert site.application.auth_token not in kept


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--scope", "manage:NOTHERE"], "There is no site NOTHERE"),
        (["--scope", "manage"], "manage:SITE"),
        (["--scope", "everything"], "manage:SITE"),
        ([], "needs a scope"),
        (["--app", "999999"], "There is no application 999999."),
        (["--app", "{id}", "--scope", "all-sites-readonly"], "not of this application"),
        (["--app", "{id}", "--scope", "manage:{other}"], "not of this application"),
    ],
)
def test_what_is_no_scope(site: Site, sites: list[Site], arguments: list[str], says: str) -> None:
    filled = [one.format(id=site.application.id, other=sites[0].site_id) for one in arguments]
    made = site.application.server.command_line("token", "create", *filled)
    assert (made.returncode, made.stdout) == (1, "")
    assert says in made.stderr
    assert made.stderr.count("\n") == 1


def test_a_deleted_application_takes_its_tokens_along(live: Live) -> None:
    application = live.server.create_application()
    site_id, before = application.row["site_id"], rows(live)
    alone = Site(application, make_token(application, "--app", str(application.id)))
    with_another = Site(live.a, make_token(live.a, "--scope", f"read:{site_id}", "--scope", f"read:{live.a.row['site_id']}"))
    assert alone.ask("GET").status == with_another.ask("GET").status == 200
    assert live.server.command_line("app", "delete", str(application.id), "--yes").returncode == 0
    refused(alone.ask("GET"), 401)
    assert with_another.ask("GET").status == 200
    refused(with_another.ask("GET", site=site_id), 404)
    left = [row["scopes"] for row in rows(live) if row["id"] not in {row["id"] for row in before}]
    assert left == [f"read:{live.a.row['site_id']}"]
