"""The Privacy page: what it says, forgetting a person after a look at what there is, and taking data along."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from tests.conftest import Live
from tests.live import LiveServer
from tests.surfaces.dashboard.ground import Client, Dashboard
from tests.surfaces.dashboard.import_ground import ORDERS, sent


def find(client: Client, **fields: str) -> str:
    page = client.post("/privacy/forget", fields)
    assert page.status == 200, page.text
    return page.text


def test_it_says_how_long_and_what(dashboard: Dashboard) -> None:
    page = dashboard.as_role("viewer").get("/privacy").text
    assert "<strong>For ever.</strong>" in page
    assert "The first name as it was sent" in page
    assert "Forget this person" not in page
    assert "See what there is" not in page
    assert "Download everything" not in page


def test_retention_and_names_as_they_are_set(new_server: Callable[..., LiveServer]) -> None:
    server = new_server(env={"TIDINGS_RETENTION_DAYS": "365"})
    application = server.create_application()
    client = Dashboard(server, application).as_role("owner")
    assert "<strong>365 days</strong>" in client.get("/privacy").text


def test_forgetting_is_two_steps(dashboard: Dashboard) -> None:
    application = dashboard.application
    for number in range(3):
        application.post_event(email_address="Mia@People.example", title=f"Desk {number}", first_name="<b>Mia</b>")
    kept = application.post_event(email_address="jo@people.example")
    client = dashboard.as_role("editor")
    shown = find(client, email=" mia@people.example ")
    assert "3 events of this person" in shown
    assert "&lt;b&gt;Mia&lt;/b&gt; from New York" in shown
    assert application.count() == 4
    done = client.post("/privacy/forget", {"email": "mia@people.example", "sure": "on"})
    assert done.status == 303
    assert "The person is forgotten" in client.follow(done).text
    assert [event["id"] for event in application.events()] == [kept["id"]]
    entry = dashboard.audit()[0]
    assert (entry.deed, entry.detail) == ("person.forgotten", {"events": 3, "conversions": 0, "rows_of_imports": 0})
    assert "mia" not in entry.subject.lower()


def test_many_events_are_forgotten_some_at_a_time(dashboard: Dashboard) -> None:
    application = dashboard.application
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: application.post_event(email_address="mia@people.example"), range(230)))
    client = dashboard.as_role("editor")
    assert "230 events of this person" in find(client, email="mia@people.example")
    assert client.post("/privacy/forget", {"email": "mia@people.example", "sure": "on"}).status == 303
    assert application.count() == 0
    assert dashboard.audit()[0].detail == {"events": 230, "conversions": 0, "rows_of_imports": 0}


def test_rows_of_imports_are_told_of(dashboard: Dashboard) -> None:
    client = dashboard.as_role("editor")
    sent(client, ORDERS)
    done = client.post("/privacy/forget", {"email": "mia@people.example", "sure": "on"})
    assert "1 row of imports that was theirs is gone too" in client.follow(done).text
    assert dashboard.audit()[0].detail == {"events": 0, "conversions": 0, "rows_of_imports": 1}
    assert "rows of imports" not in client.get("/privacy?rows=3").text
    assert client.get("/privacy?rows=x&done=forgotten").status == 200


def test_by_an_id_of_ones_own(dashboard: Dashboard, live: Live) -> None:
    dashboard.application.post_event(external_id="order-1")
    other = live.new_application()
    other.post_event(external_id="order-1")
    client = dashboard.as_role("editor")
    assert "1 event of this person" in find(client, external_id="order-1")
    assert "0 events of this person" in find(client, external_id="order-2")
    client.post("/privacy/forget", {"external_id": "order-1", "sure": "on"})
    assert (dashboard.application.count(), other.count()) == (0, 1)


def test_nobody_is_nobody(dashboard: Dashboard) -> None:
    dashboard.application.post_event()
    client = dashboard.as_role("editor")
    for fields in ({}, {"email": " ", "external_id": ""}, {"email": "x" * 300}):
        assert client.post("/privacy/forget", {**fields, "sure": "on"}).status == 422
    assert dashboard.application.count() == 1


def test_who_may_do_what(dashboard: Dashboard) -> None:
    viewer, editor, stranger = (dashboard.as_role(role) for role in ("viewer", "editor", None))
    for path in ("/privacy/forget", "/privacy/export", "/events.csv"):
        assert viewer.post(path, {"email": "a@b.example", "sure": "on"}).status == 403
        assert stranger.post(path, {"email": "a@b.example", "sure": "on"}).status == 404
        assert editor.post(path, {}, csrf="wrong").status == 403
    assert editor.post("/privacy/export").status == 403
    assert editor.post("/events.csv").status == 200
    assert stranger.get("/privacy").status == 404


def test_everything_can_be_taken_along(dashboard: Dashboard) -> None:
    dashboard.application.post_event(title="Desk", email_address="mia@people.example")
    answer = dashboard.as_role("owner").post("/privacy/export")
    assert answer.status == 200
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["cache-control"] == "no-store"
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert [line["title"] for line in lines if line["record"] == "event"] == ["Desk"]
    assert dashboard.application.row["client_secret"] not in answer.text
    assert dashboard.application.auth_token not in answer.text
    assert dashboard.audit()[0].deed == "application.exported"


def test_events_as_csv_run_nothing(dashboard: Dashboard) -> None:
    dashboard.application.post_event(title="=1+1", first_name="@Mia")
    answer = dashboard.as_role("editor").post("/events.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    row = next(csv.DictReader(io.StringIO(answer.answer.body.decode("utf-8-sig"), newline="")))
    assert (row["title"], row["first_name"]) == ("'=1+1", "'@Mia")
    assert dashboard.audit()[0].deed == "events.exported"


def test_an_export_gives_its_place_back(dashboard: Dashboard) -> None:
    owner = dashboard.as_role("owner")
    assert [owner.post("/privacy/export").status for _ in range(5)] == [200] * 5
