"""GET …/events/find over a real server: the newest match, however the query is written, and nobody else's."""

import pytest
from tests.conftest import Live
from tests.live import LiveApp
from tests.wire import Answer


def find(app: LiveApp, query: str) -> Answer:
    return app.request("GET", f"/events/find?{query}")


def test_by_external_id(live: Live, live_app: LiveApp) -> None:
    created = live_app.post_event(external_id="order 7/ü", email_address="a@b.example")
    live.b.post_event(external_id="order of b")
    for written in ("order%207/%C3%BC", "order+7%2F%c3%bc"):
        assert find(live_app, f"field=external_id&q={written}").json() == created
    for query in ("q=order of b", "q=order", "q=%25", "q=ORDER%207/%C3%BC", "q=order%207/%C3%BC%20"):
        answer = find(live_app, f"field=external_id&{query}".replace(" ", "%20"))
        assert answer.status == 404
        assert answer.json()["error"]["code"] == "event_not_found"
    assert live_app.request("DELETE", f"/events/{created['id']}").status == 200
    assert find(live_app, "field=external_id&q=order%207/%C3%BC").status == 404


def test_by_email_the_newest(live: Live, live_app: LiveApp) -> None:
    live.b.post_event(email_address="only@b.example")
    newest = live_app.post_event(email_address="john+shop@mail.example", title="newest")
    old = live_app.post_event(email_address="john+shop@mail.example", created_at=1_500_000_000)
    live_app.post_event(email_address="john@mail.example")
    for written in (
        "john+shop@mail.example",
        "john%2Bshop%40mail.example",
        "JOHN+shop@Mail.example",
        "%20john%2bshop@mail.example",
    ):
        answer = find(live_app, f"field=email_address&q={written}")
        assert answer.json() == newest
        assert "mail.example" not in answer.text
    live_app.delete_event(newest["id"])
    assert find(live_app, "q=john+shop@mail.example&field=email_address").json() == old
    for written in ("only@b.example", "john%20shop@mail.example", "@mail.example", "%25"):
        assert find(live_app, f"field=email_address&q={written}").status == 404


def test_a_plus_in_an_external_id(live_app: LiveApp) -> None:
    plus = live_app.post_event(external_id="a+b")
    assert find(live_app, "field=external_id&q=a+b").json() == plus
    space = live_app.post_event(external_id="a b")
    assert find(live_app, "field=external_id&q=a%20b").json() == space
    assert find(live_app, "field=external_id&q=a%2Bb").json() == plus


@pytest.mark.parametrize(
    ("query", "blamed"),
    [
        ("field=title&q=x", "field"),
        ("field=client_secret&q=x", "field"),
        ("field=External_id&q=x", "field"),
        ("q=x", "field"),
        ("field=&q=x", "field"),
        ("field=external_id", "q"),
        ("field=external_id&q=", "q"),
        ("field=email_address&q=" + "x" * 256, "q"),
    ],
)
def test_refusals_name_the_parameter(live_app: LiveApp, query: str, blamed: str) -> None:
    answer = find(live_app, query)
    assert answer.status == 400
    assert answer.json()["error"]["field"] == blamed


def test_only_get(live_app: LiveApp) -> None:
    for method in ("PATCH", "PUT", "POST", "DELETE"):
        answer = live_app.request(method, "/events/find", None if method == "DELETE" else {"title": "x"})
        assert answer.status == 405
        assert answer.headers["allow"] == "GET, HEAD"
