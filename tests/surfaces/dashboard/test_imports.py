"""Importing a file in the dashboard, from sending it to its report, and what is refused on the way."""

from __future__ import annotations

import csv
import io

import pytest
from tests.surfaces.dashboard.ground import Dashboard
from tests.surfaces.dashboard.import_ground import BOUNDARY, ORDERS, multipart, send, send_body, sent


def test_a_file_becomes_events_with_their_own_time(dashboard: Dashboard) -> None:
    client = dashboard.as_role("editor")
    one = sent(client, ORDERS)
    assert one.fields() == ["created_at", "first_name", "city", "country", "title", "external_id", "email_address", ""]
    assert "O&#39;Hara, Jo" in one.page
    assert "The row has no time" in one.page
    assert dashboard.application.count() == 0
    one.start()
    report = one.wait()
    assert one.figures() == ["2", "0", "1"]
    assert "The row has no time" in report
    events = dashboard.application.events()
    assert [(event["first_name"], event["city"], event["title"]) for event in events] == [
        ("O'Hara, Jo", "Cork", 'Lamp "Sol"'),
        ("Mia", "Lisbon", "Desk"),
    ]
    assert events[1]["created_at"].startswith("2026-03-04T10:00:00")
    with dashboard.connection() as connection:
        rows = connection.exec_driver_sql(
            "SELECT provenance, email_hash IS NOT NULL FROM events WHERE application_id = ?", (dashboard.application.id,)
        ).all()
        assert [tuple(row) for row in rows] == [("import", 1), ("import", 1)]
    assert [entry.deed for entry in dashboard.audit()][:2] == ["import.started", "import.uploaded"]


def test_the_rows_of_a_finished_import_are_gone_but_for_the_refused_ones(dashboard: Dashboard) -> None:
    one = sent(dashboard.as_role("editor"), ORDERS)
    one.start()
    one.wait()
    with dashboard.connection() as connection:
        cells = connection.exec_driver_sql(
            "SELECT cells FROM import_rows WHERE application_id = ?", (dashboard.application.id,)
        ).all()
    assert len(cells) == 1
    assert "mia@" not in str(cells)


def test_the_same_file_again_adds_nothing(dashboard: Dashboard) -> None:
    client = dashboard.as_role("editor")
    for figures in (["2", "0", "1"], ["0", "2", "1"]):
        one = sent(client, ORDERS)
        one.start()
        one.wait()
        assert one.figures() == figures
    assert dashboard.application.count() == 2


def test_refused_rows_can_be_taken_along_and_run_nothing(dashboard: Dashboard) -> None:
    client = dashboard.as_role("editor")
    one = sent(client, "created_at,title\n,=cmd|' /C calc'!A0\n,plain\n2026-01-01,fine\n")
    one.start()
    one.wait()
    answer = client.get(f"{one.path}/refused.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(csv.reader(io.StringIO(answer.answer.body.decode("utf-8-sig"), newline="")))
    assert rows == [
        ["row", "reason", "created_at", "title"],
        ["2", "The row has no time", "", "'=cmd|' /C calc'!A0"],
        ["3", "The row has no time", "", "plain"],
    ]


def test_an_ambiguous_order_of_day_and_month_is_asked(dashboard: Dashboard) -> None:
    one = sent(dashboard.as_role("editor"), "date,title\n03/04/2026,A\n05/06/2026,B\n")
    assert one.chosen("time_format") == ""
    assert "is 03/04/2026 in March or in April?" in one.page
    refused = one.say("start")
    assert refused.status == 422
    assert "Say how the times are written" in refused.text
    assert one.say("preview", time_format="day_first").status == 303
    assert "3 Apr 2026" in one.page
    one.start()
    one.wait()
    assert [event["created_at"][:10] for event in dashboard.application.events()] == ["2026-06-05", "2026-04-03"]


def test_what_was_changed_since_the_preview_is_shown_before_it_starts(dashboard: Dashboard) -> None:
    one = sent(dashboard.as_role("editor"), "date,title,city\n2026-01-01,A,Rome\n")
    changed = one.say("start", ["created_at", "city", "title"])
    assert changed.status == 200
    assert "look at the preview once more" in changed.text
    assert dashboard.application.count() == 0
    one.start()
    one.wait()
    assert dashboard.application.events()[0]["title"] == "Rome"


def test_one_unreadable_time_changes_nothing_but_its_own_row(dashboard: Dashboard) -> None:
    one = sent(dashboard.as_role("editor"), "date,title\n2026-01-01,A\nn/a,B\n2026-01-02,C\n")
    assert one.chosen("time_format") == "iso"
    assert "Import 2 events, refuse 1 row" in one.page
    one.start()
    one.wait()
    assert one.figures() == ["2", "0", "1"]


def test_a_form_of_other_columns_is_refused(dashboard: Dashboard) -> None:
    one = sent(dashboard.as_role("editor"), "date,title,city\n2026-01-01,A,Rome\n")
    for fields in ([], ["created_at"], ["created_at", "title"], ["created_at", "title", "", ""]):
        answer = one.say("start", fields)
        assert answer.status == 422
        assert "Say of each column what it is" in answer.text


def test_no_time_column_no_start(dashboard: Dashboard) -> None:
    one = sent(dashboard.as_role("editor"), "title\nA\n")
    answer = one.say("start")
    assert answer.status == 422
    assert "events without one are not imported" in answer.text


def test_what_it_added_can_be_taken_out_again(dashboard: Dashboard) -> None:
    client = dashboard.as_role("editor")
    kept = dashboard.application.post_event(external_id="o-1")
    one = sent(client, ORDERS)
    one.start()
    one.wait()
    assert one.figures() == ["1", "1", "1"]
    assert client.post(f"{one.path}/undo").status == 303
    one.wait()
    assert [event["id"] for event in dashboard.application.events()] == [kept["id"]]
    assert client.post(f"{one.path}/undo").status == 409


def test_a_cancelled_import_adds_nothing_and_its_rows_go(dashboard: Dashboard) -> None:
    client = dashboard.as_role("editor")
    one = sent(client, ORDERS)
    assert client.post(f"{one.path}/cancel").status == 303
    fields = [("field", "created_at")] * 8 + [("time_zone", "UTC"), ("do", "start")]
    assert client.post(one.path, fields).status == 422
    assert dashboard.application.count() == 0
    assert client.post(f"{one.path}/cancel").status == 409


def test_the_list_says_who_and_how_much(dashboard: Dashboard) -> None:
    client = dashboard.as_role("editor")
    assert "Nothing was imported yet" in client.get("/import").text
    sent(client, ORDERS, "käufer <b>.csv")
    page = client.get("/import").text
    assert "käufer &lt;b&gt;.csv" in page
    assert "waits for you" in page
    assert client.user is not None
    assert client.user.email in page


def test_who_may_not_import(dashboard: Dashboard) -> None:
    viewer = dashboard.as_role("viewer")
    assert viewer.get("/import").status == 200
    assert send(viewer, ORDERS).status == 403
    assert send(dashboard.as_role(None), ORDERS).status == 404
    assert send(dashboard.nobody(), ORDERS).status in (303, 403)
    one = sent(dashboard.as_role("editor"), ORDERS)
    assert viewer.get(one.path).status == 403


def test_another_applications_import_is_not_there(dashboard: Dashboard, live: object) -> None:
    owner = dashboard.as_role("owner", everywhere=True)
    one = sent(owner, ORDERS)
    other = one.path.replace(f"/{dashboard.application.id}/", f"/{live.a.id}/")  # type: ignore[attr-defined]
    assert owner.get(other).status == 404
    assert owner.get(f"{other}/refused.csv").status == 404
    assert owner.post(f"{other}/cancel").status == 404
    assert owner.get(one.path).status == 200


CSV_PART = ("csrf", b"")
BAD_FILES = {
    "zip": (b"PK\x03\x04" + b"\0" * 100, "ZIP archive"),
    "nul": (b"a,b\n1,\0\n", "NUL character"),
    "unclosed quote": (b'created_at,title\n2026-01-01,"open\n2026-01-01,x\n', "never closed"),
    "columns": (b"a," * 10_000 + b"\n1\n", "columns"),
    "long row": (b"created_at,title\n2026-01-01," + b"x" * 10_000_000 + b"\n", "is longer than"),
    "json array": (b'[{"title": "x"}]', "one object a line"),
    "empty": (b"", "empty"),
    "header alone": (b"created_at,title\n", "no rows"),
    "no text": (bytes(range(128, 160)) * 9, "neither in UTF-8"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_that_can_not_be_read_is_refused_with_a_sentence(dashboard: Dashboard, name: str) -> None:
    client = dashboard.as_role("editor")
    content, sentence = BAD_FILES[name]
    answer = send(client, content)
    assert answer.status == 422
    assert sentence in answer.text
    assert "Imports</h2>" not in client.get("/import").text


def test_utf16_and_windows_1252_are_read(dashboard: Dashboard) -> None:
    client = dashboard.as_role("editor")
    text = "created_at;first_name\n2026-01-01;Zoë\n"
    utf16 = sent(client, text.encode("utf-16"))
    assert "Zoë" in utf16.page
    assert "Windows-1252" not in utf16.page
    windows = sent(client, text.encode("cp1252"))
    assert "Zoë" in windows.page
    assert "It was read as Windows-1252" in windows.page


def test_lines_of_json_that_will_not_do_are_refused_alone(dashboard: Dashboard) -> None:
    lines = (
        '{"created_at": 1767225600, "title": "A"}\n{"title": "x", "title": "y"}\n'
        + '{"a":' * 20
        + "1"
        + "}" * 20
        + "\n[1]\n"
    )
    one = sent(dashboard.as_role("editor"), lines, "events.jsonl")
    one.start()
    report = one.wait()
    assert one.figures() == ["1", "0", "3"]
    assert "twice" in report
    assert "nested deeper" in report


BAD_FORMS = {
    "no boundary": (multipart([CSV_PART], b"a"), "multipart/form-data", 400),
    "another boundary": (multipart([CSV_PART], b"a"), "multipart/form-data; boundary=other", 400),
    "not multipart": (b"a=b", "application/x-www-form-urlencoded", 415),
    "a thousand parts": (multipart([CSV_PART] * 1_000, b"a"), f"multipart/form-data; boundary={BOUNDARY}", 400),
    "cut off": (multipart([CSV_PART], b"a" * 1_000)[:-500], f"multipart/form-data; boundary={BOUNDARY}", 400),
    "a long field": (multipart([("csrf", b"x" * 10_000)], b"a"), f"multipart/form-data; boundary={BOUNDARY}", 413),
}


@pytest.mark.parametrize("name", BAD_FORMS)
def test_a_form_that_can_not_be_read_is_refused(dashboard: Dashboard, name: str) -> None:
    body, kind, status = BAD_FORMS[name]
    assert send_body(dashboard.as_role("editor"), body, kind).status == status


def test_a_form_without_its_token_or_its_file_is_refused(dashboard: Dashboard) -> None:
    client = dashboard.as_role("editor")
    assert send(client, ORDERS, csrf="wrong").status == 403
    assert send_body(client, multipart([], ORDERS.encode())).status == 403
    assert send_body(client, multipart([("csrf", client.csrf.encode())], None)).status == 422
    assert "Choose a file." in send_body(client, multipart([("csrf", client.csrf.encode())], b"", "")).text


def test_another_sites_form_is_refused(dashboard: Dashboard) -> None:
    client = dashboard.as_role("editor")
    body = multipart([("csrf", client.csrf.encode())], ORDERS.encode())
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}", "Origin": "https://evil.example"}
    assert client.ask("POST", "/import", headers, body).status == 403
