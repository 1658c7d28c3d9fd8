"""Webhooks in the dashboard: added, tested, logged, sent again, paused and deleted; secrets shown once; answers harmless."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from standardwebhooks import Webhook as Verifier
from tests.commands import wait_until
from tests.live import LiveServer
from tests.outbound.receivers import answered, receiver
from tests.surfaces.dashboard.ground import Client, Dashboard, Page
from tests.webhook_ground import LOOPBACK, Receiver

SECRET = re.compile(r"whsec_[A-Za-z0-9+/=]+")


@pytest.fixture(scope="module")
def allowing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server whose operator lets webhooks call this machine."""
    environment = {"TIDINGS_OUTBOUND_ALLOWED_NETWORKS": LOOPBACK}
    with LiveServer(tmp_path_factory.mktemp("allowing"), env=environment) as server:
        yield server


@pytest.fixture
def near(allowing: LiveServer) -> Dashboard:
    """A dashboard whose webhooks may call this machine."""
    return Dashboard(allowing, allowing.create_application())


def add(dashboard: Dashboard, url: str = "https://hooks.shop.example/figures", **fields: object) -> tuple[int, str]:
    """The id of a new webhook, and its secret."""
    page = dashboard.as_role("editor").post("/webhooks", {"url": url, **fields})
    assert page.status == 200, page.text
    [secret] = SECRET.findall(page.text)
    found = re.search(r"/webhooks/(\d+)\"", page.text)
    assert found
    return int(found[1]), secret


def wait_for(client: Client, path: str, text: str) -> Page:
    page = client.get(path)

    def there() -> bool:
        nonlocal page
        page = client.get(path)
        return text in page.text

    wait_until(f"{text!r} on {path}", there)
    return page


def test_a_webhook_is_added_and_its_secret_shown_once(dashboard: Dashboard) -> None:
    editor = dashboard.as_role("editor")
    assert "No webhook yet" in editor.get("/webhooks").text
    assert editor.get("/webhooks/new").status == 200
    number, secret = add(dashboard, figures=["hover"])
    listed = editor.get("/webhooks").text
    assert "https://hooks.shop.example/figures" in listed
    assert "3 figures" in listed
    page = editor.get(f"/webhooks/{number}")
    assert "Nothing has been sent yet" in page.text
    assert re.search(r'value="hover" checked', page.text)
    for text in (listed, page.text, editor.get("/audit").text, dashboard.server.log, repr(dashboard.audit())):
        assert secret not in text
    assert dashboard.audit()[0].deed == "webhook.created"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "The address is required"),
        ("http://127.0.0.1/x", "this machine (loopback)"),
        ("http://169.254.169.254/", "link-local"),
        ("ftp://a.example", "neither with http"),
        ("https://a.example:8443/", "Port 8443 may not be called"),
        ("https://a b.example/", "a space"),
    ],
)
def test_an_address_that_will_not_do_is_refused_with_what_was_typed(dashboard: Dashboard, url: str, words: str) -> None:
    page = dashboard.as_role("editor").post("/webhooks", {"url": url, "figures": "hover"})
    assert page.status == 422
    assert words in page.text
    assert 'value="hover" checked' in page.text
    assert "No webhook yet" in dashboard.as_role("viewer").get("/webhooks").text
    number, _ = add(dashboard)
    page = dashboard.as_role("editor").post(f"/webhooks/{number}", {"url": url})
    assert page.status == 422
    assert words in page.text
    assert "https://hooks.shop.example/figures" in page.text


def test_what_is_unknown_is_refused(dashboard: Dashboard) -> None:
    page = dashboard.as_role("editor").post("/webhooks", {"url": "https://a.example/", "figures": "<b>"})
    assert page.status == 422
    assert "&lt;b&gt;" in page.text
    assert "<b>" not in page.text


def test_a_test_goes_out_at_once_and_its_result_is_shown(near: Dashboard) -> None:
    with closing(Receiver()) as taking:
        number, secret = add(near, taking.url + "/figures")
        editor = near.as_role("editor")
        page = editor.follow(editor.post(f"/webhooks/{number}/test"))
        assert "The test is on its way" in page.text
        page = wait_for(editor, f"/webhooks/{number}", "taken</strong>, status 200")
        assert "hx-trigger" not in page.text.split('id="log"')[1], "nothing is under way: nothing is asked again"
        [(_, headers, body)] = taking.taken
        assert Verifier(secret).verify(body, headers)
        assert headers["tidings-test"] == "true"
        assert "delivered" in editor.get("/webhooks").text
        assert near.audit()[0].deed == "webhook.tested"


def test_a_second_test_waits_for_the_first(near: Dashboard) -> None:
    with closing(Receiver(lambda _path: None)) as taking:
        number, _ = add(near, taking.url + "/hangs")
        editor = near.as_role("editor")
        assert editor.post(f"/webhooks/{number}/test").status == 303
        taking.wait_for(1)
        page = editor.post(f"/webhooks/{number}/test")
        assert page.status == 409
        assert "on its way already" in page.text
        assert "being sent" in page.text
        fragment = editor.get(f"/webhooks/{number}", {"HX-Request": "true"})
        assert "<html" not in fragment.text
        assert 'hx-trigger="every 2s"' in fragment.text
        again = re.search(r"/deliveries/(\d+)/send-again", near.as_role("editor").get(f"/webhooks/{number}").text)
        assert again is None, "what is being sent can not be sent again"


def test_what_failed_is_sent_again(near: Dashboard) -> None:
    statuses = {"now": 500}
    with closing(Receiver(lambda _path: statuses["now"])) as taking:
        number, _ = add(near, taking.url + "/figures")
        editor = near.as_role("editor")
        editor.post(f"/webhooks/{number}/test")
        page = wait_for(editor, f"/webhooks/{number}", "failed</span>")
        assert "too busy</strong>, status 500" in page.text
        [again] = re.findall(r"/webhooks/\d+/deliveries/(\d+)/send-again", page.text)
        statuses["now"] = 200
        page = editor.post(f"/webhooks/{number}/deliveries/{again}/send-again")
        assert "on its way once more" in editor.follow(page).text
        wait_for(editor, f"/webhooks/{number}", "taken</strong>, status 200")
        assert taking.taken[0][1]["webhook-id"] == taking.taken[1][1]["webhook-id"]
        assert near.audit()[0].deed == "delivery.sent_again"
        assert editor.post(f"/webhooks/{number}/deliveries/999999/send-again").status == 404


def test_a_hostile_answer_is_text(near: Dashboard) -> None:
    hostile = b"<script>alert(1)</script>\x00\x1b[2J\xe2\x80\xae"
    with receiver(answered("400 Bad Request", hostile)) as served:
        number, _ = add(near, served.url("/figures"))
        editor = near.as_role("editor")
        editor.post(f"/webhooks/{number}/test")
        page = wait_for(editor, f"/webhooks/{number}", "status 400")
        assert "&lt;script&gt;alert(1)&lt;/script&gt;\\x00\\x1b[2J\\u202e" in page.text
        assert "<script>alert" not in page.text


def test_pausing_and_going_on(dashboard: Dashboard) -> None:
    number, _ = add(dashboard)
    editor = dashboard.as_role("editor")
    page = editor.follow(editor.post(f"/webhooks/{number}/enabled", {"enabled": "off"}))
    assert "paused</span>" in page.text
    assert "Switch on" in page.text
    page = editor.follow(editor.post(f"/webhooks/{number}/enabled", {"enabled": "on"}))
    assert "Pause" in page.text
    assert [entry.deed for entry in dashboard.audit()][:2] == ["webhook.resumed", "webhook.paused"]


def test_what_changes_nothing_is_not_in_the_audit_log(dashboard: Dashboard) -> None:
    number, _ = add(dashboard, figures=["hover"])
    editor = dashboard.as_role("editor")
    same = {"url": "https://hooks.shop.example/figures", "figures": "hover"}
    assert "Saved." in editor.follow(editor.post(f"/webhooks/{number}", same)).text
    assert editor.post(f"/webhooks/{number}/enabled", {"enabled": "on"}).status == 303
    assert editor.post("/switch", {"enabled": "on"}).status == 303
    assert dashboard.audit()[0].deed == "webhook.created"


def test_an_address_is_a_secret_of_those_who_may_change_it(near: Dashboard) -> None:
    with closing(Receiver()) as taking:
        number, _ = add(near, taking.url + "/services/T0000/hookSecret")
        editor, viewer = near.as_role("editor"), near.as_role("viewer")
        editor.post(f"/webhooks/{number}/test")
        assert "hookSecret" in wait_for(editor, f"/webhooks/{number}", "taken</strong>").text
        # Elsewhere from now on: the attempt names where it went.
        editor.post(f"/webhooks/{number}", {"url": "https://new.example/otherSecret"})
        for path in ("/webhooks", f"/webhooks/{number}"):
            page = viewer.get(path).text
            assert "new.example/…cret" in page
            assert "Secret" not in page
        editor.post(f"/webhooks/{number}/delete")
    subjects = [entry.subject for entry in near.audit()]
    assert f"webhook {number}: https://new.example" in subjects
    assert "Secret" not in repr(subjects)


def test_what_waits_is_one_line(dashboard: Dashboard) -> None:
    number, _ = add(dashboard)
    assert dashboard.server.database is not None
    with closing(sqlite3.connect(dashboard.server.database)) as database, database:
        database.executemany(
            "INSERT INTO deliveries (message_id, webhook_id, application_id, channel, lane, test, timeframe_from,"
            " timeframe_to, body, state, attempts, rung, doubtful, created_at)"
            " VALUES (?, ?, ?, 'webhook', 'lane', 0, ?, ?, x'7b7d', 'waiting', 0, 0, 0, 1)",
            [
                (f"waits-{number}-{n}", number, dashboard.application.id, 1_795_000_000 + n * 14_400, 1_795_000_000)
                for n in range(18)
            ],
        )
    page = dashboard.as_role("viewer").get(f"/webhooks/{number}").text
    assert "18 windows wait, the oldest from" in page
    assert "<details" not in page.split('id="log"')[1]
    assert "nothing delivered yet" in page


def test_one_that_was_paused_by_itself_says_why(near: Dashboard) -> None:
    with closing(Receiver(lambda _path: 410)) as taking:
        number, _ = add(near, taking.url + "/gone")
        editor = near.as_role("editor")
        editor.post(f"/webhooks/{number}/test")
        page = wait_for(editor, f"/webhooks/{number}", "It was paused by itself")
        assert "410 Gone" in page.text
        assert "paused by itself" in editor.get("/webhooks").text


def test_a_new_secret_is_shown_once_and_signs_from_then_on(near: Dashboard) -> None:
    with closing(Receiver()) as taking:
        number, old = add(near, taking.url + "/figures")
        editor = near.as_role("editor")
        page = editor.post(f"/webhooks/{number}/secret")
        [new] = SECRET.findall(page.text)
        assert new != old
        assert new not in editor.get(f"/webhooks/{number}").text
        editor.post(f"/webhooks/{number}/test")
        taking.wait_for(1)
        [(_, headers, body)] = taking.taken
        assert Verifier(new).verify(body, headers)
        assert near.audit()[1].deed == "webhook.secret_rotated"


def test_changing_and_deleting(dashboard: Dashboard) -> None:
    number, _ = add(dashboard)
    editor = dashboard.as_role("editor")
    changed = editor.post(f"/webhooks/{number}", [("url", "https://new.example/x"), ("figures", "hover")])
    page = editor.follow(changed)
    assert "Saved." in page.text
    assert "https://new.example/x" in page.text
    page = editor.follow(editor.post(f"/webhooks/{number}", {"url": "https://new.example/x"}))
    assert 'value="hover" checked' not in page.text, "no box ticked: no figure beside the two"
    assert "Delete it" in editor.get(f"/webhooks/{number}/delete").text
    assert "It is gone." in editor.follow(editor.post(f"/webhooks/{number}/delete")).text
    assert editor.get(f"/webhooks/{number}").status == 404
    assert editor.post(f"/webhooks/{number}/delete").status == 404
    assert [entry.deed for entry in dashboard.audit()][:2] == ["webhook.deleted", "webhook.updated"]


def test_another_applications_webhook_is_not_there(dashboard: Dashboard) -> None:
    other = Dashboard(dashboard.server, dashboard.server.create_application())
    number, _ = add(other)
    owner = dashboard.as_role("owner")
    for path in ("", "/delete"):
        assert owner.get(f"/webhooks/{number}{path}").status == 404
    for path in ("", "/test", "/enabled", "/secret", "/delete", "/deliveries/1/send-again"):
        assert owner.post(f"/webhooks/{number}{path}", {"url": "https://a.example/"}).status == 404, path
    assert owner.get("/webhooks/x").status == 404


def test_who_may_do_what(dashboard: Dashboard) -> None:
    number, _ = add(dashboard)
    viewer = dashboard.as_role("viewer")
    page = viewer.get(f"/webhooks/{number}")
    assert page.status == 200
    assert "<form" not in page.text.split('id="content"')[1]
    assert "Add a webhook" not in viewer.get("/webhooks").text
    assert viewer.get("/webhooks/new").status == 403
    for path in ("", f"/{number}", f"/{number}/test", f"/{number}/enabled", f"/{number}/secret", f"/{number}/delete"):
        assert viewer.post(f"/webhooks{path}", {"url": "https://a.example/"}).status == 403, path


def test_there_is_an_end_to_adding(dashboard: Dashboard) -> None:
    for number in range(20):
        add(dashboard, f"https://a.example/{number}")
    editor = dashboard.as_role("editor")
    page = editor.post("/webhooks", {"url": "https://a.example/more"})
    assert page.status == 409
    assert "There are 20 webhooks already" in page.text
    assert "Add a webhook" not in editor.get("/webhooks").text
