"""The install page: the snippet, the guides, and "Is it installed?" against real sites on this machine."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Iterator
from html import unescape

import pytest
from tests.live import LiveServer
from tests.outbound.receivers import answered, read_request, receiver
from tests.surfaces.dashboard.ground import Dashboard, Page

HTML = "Content-Type: text/html; charset=utf-8\r\n"


@pytest.fixture(scope="module")
def allowing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server whose operator lets it call this machine, limits and all."""
    environment = {"TIDINGS_OUTBOUND_ALLOWED_NETWORKS": "127.0.0.0/8", "TIDINGS_RATE_LIMITS": "on"}
    with LiveServer(tmp_path_factory.mktemp("allowing"), env=environment) as server:
        yield server


@pytest.fixture
def near(allowing: LiveServer) -> Dashboard:
    """A dashboard that may look at sites of this machine."""
    return Dashboard(allowing, allowing.create_application())


def codes(page: Page) -> list[str]:
    return re.findall(r'data-code="(\w+)"', page.text)


def test_the_snippet_and_every_guide_are_there(dashboard: Dashboard) -> None:
    viewer = dashboard.as_role("viewer")
    page = viewer.get("/install")
    assert page.status == 200
    assert dashboard.application.row["snippet"] in unescape(page.text)
    for way in ("html", "wordpress", "shopify", "tag-manager", "react", "next", "strict"):
        page = viewer.get(f"/install?for={way}&events=php")
        assert 'events=php#ways" aria-current="page">' in page.text
        assert f"{dashboard.server.base_url}" in page.text
    assert viewer.get("/install?for=nonsense&events=%3Cscript%3E").status == 200
    for program in ("curl", "node", "python", "php"):
        assert "/api/v1/applications/me/events" in viewer.get(f"/install?events={program}").text


def test_no_token_is_in_the_page(dashboard: Dashboard) -> None:
    page = dashboard.as_role("owner").get("/install")
    assert dashboard.application.auth_token not in page.text
    assert "$TOKEN" in page.text


def test_an_installed_page_is_seen(near: Dashboard) -> None:
    body = f"<!doctype html><head><title>Shop</title>{near.application.row['snippet']}</head>".encode()
    with receiver(answered(body=body, headers=HTML)) as site:
        page = near.as_role("editor").post("/install", {"url": site.url("/")})
        assert site.url("/") in page.text
    assert page.status == 200
    assert "It is installed" in page.text
    assert codes(page) == ["installed"]


def test_what_a_site_sends_is_only_text_here(near: Dashboard) -> None:
    hostile = near.application.row["snippet"].replace("<script", '<script id="&quot;><img src=x onerror=alert(1)>"')
    policy = "Content-Security-Policy: script-src '><script>alert(2)</script>'\r\n"
    with receiver(answered(body=f"<head>{hostile}".encode(), headers=HTML + policy)) as site:
        page = near.as_role("editor").post("/install", {"url": site.url("/")})
    assert codes(page) == ["policy"]
    assert "<img src=x" not in page.text
    assert "<script>alert" not in page.text


def test_another_application_is_named_to_those_who_may_know_it(near: Dashboard) -> None:
    other = near.server.create_application("Winter shop")
    with receiver(answered(body=other.row["snippet"].encode(), headers=HTML)) as site:
        page = near.as_role("owner", everywhere=True).post("/install", {"url": site.url("/")})
        assert codes(page) == ["other_application"]
        assert "“Winter shop”" in page.text
        page = near.as_role("editor").post("/install", {"url": site.url("/")})
        assert codes(page) == ["unknown_client"]
        assert "Winter shop" not in page.text


def test_a_private_site_is_refused_and_the_setting_named(dashboard: Dashboard) -> None:
    with receiver(answered(body=b"secret")) as site:
        page = dashboard.as_role("editor").post("/install", {"url": site.url("/")})
        assert site.connections == 0
    assert page.status == 200
    assert codes(page) == ["refused_address"]
    assert "TIDINGS_OUTBOUND_ALLOWED_NETWORKS" in page.text


def test_this_servers_own_pages_can_be_looked_at(dashboard: Dashboard) -> None:
    """As the demo's shop is one of them."""
    page = dashboard.as_role("editor").post("/install", {"url": f"{dashboard.server.base_url}/docs"})
    assert codes(page)[0] in ("missing", "not_in_html")


def test_a_site_that_hangs_is_left_and_the_server_answers_meanwhile(near: Dashboard) -> None:
    with receiver(b"") as site:
        came = threading.Event()

        def hang(connection: socket.socket) -> None:
            read_request(connection)
            came.set()
            site.over.wait(30)

        site.play = hang
        editor, answers = near.as_role("editor"), []
        looking = threading.Thread(target=lambda: answers.append(editor.post("/install", {"url": site.url("/")})))
        looking.start()
        assert came.wait(10)
        started = time.monotonic()
        assert near.as_role("viewer").get("/install").status == 200
        assert time.monotonic() - started < 5
        looking.join(20)
    assert codes(answers[0]) == ["timed_out"]
    assert "within 12 s" in answers[0].text


def test_a_user_may_not_look_without_an_end(near: Dashboard) -> None:
    editor = near.as_role("editor")
    with receiver(answered(body=b"<p>x", headers=HTML)) as site:
        pages = [editor.post("/install", {"url": site.url("/")}) for _ in range(7)]
        assert [page.status for page in pages] == [200] * 6 + [429]
        assert "looked often within this minute" in pages[-1].text
        assert site.connections == 6
        assert near.as_role("editor").post("/install", {"url": site.url("/")}).status == 200


@pytest.mark.parametrize("url", ["x" * 3_000, "javascript:alert(1)", "http://[", "\u202e", "ftp://a.example/", "//"])
def test_what_is_no_address_is_said_so(dashboard: Dashboard, url: str) -> None:
    page = dashboard.as_role("editor").post("/install", {"url": url})
    assert page.status == 200
    assert codes(page) == ["refused_address"]


def test_who_may_look(dashboard: Dashboard) -> None:
    viewer = dashboard.as_role("viewer")
    assert "Is it installed?" not in viewer.get("/install").text.split("<main")[1].replace("“Is it installed?”", "")
    assert viewer.post("/install", {"url": "https://a.example/"}).status == 403
    assert dashboard.as_role(None).post("/install", {"url": "https://a.example/"}).status == 404
    assert dashboard.nobody().get("/install").status == 303
