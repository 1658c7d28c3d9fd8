"""The pages of goals: figures, adding, changing and deleting, each with its rule, its refusal and its line in the log."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.surfaces.dashboard.figures_ground import big_numbers, chart, text_of
from tests.surfaces.dashboard.ground import Dashboard, Page

from tidings.domain import beacons, conversions, goals
from tidings.records.beacon import Beacon
from tidings.records.conversion import CLICKED, DISPLAYED, ConversionDraft, Reached
from tidings.records.goal import Goal, GoalDraft
from tidings.records.page_rule import PageRule
from tidings.surfaces.context import clock


def goal(dashboard: Dashboard, name: str = "Order", currency: str = "dollar", **members: Any) -> Goal:
    with dashboard.connection() as connection:
        draft = GoalDraft(name, currency=currency, **members)
        return goals.create(connection, application_id=dashboard.application.id, draft=draft, now=clock())


def reached(dashboard: Dashboard, of: Goal, attribution: int, cents: int, event_id: int, nonce: str) -> None:
    with dashboard.connection() as connection:
        one = Reached(of.id, nonce, clock(), cents, attribution, event_id)
        beacons.count(connection, [Beacon(dashboard.application.id, "", (), clock(), (one,))])


def every(dashboard: Dashboard) -> list[Goal]:
    with dashboard.connection() as connection:
        return goals.every(connection, application_id=dashboard.application.id)


def fields(name: str = "Order", currency: str = "dollar", *rules: tuple[str, str]) -> list[tuple[str, str]]:
    pairs = [("name", name), ("currency", currency)]
    return pairs + [pair for match, path in rules for pair in (("match", match), ("path", path))]


def cells(page: Page, of: Goal) -> list[str]:
    row = re.search(rf"<tr>\s*<th[^>]*><a[^>]*>{of.name}</a>.*?</tr>", page.text, re.DOTALL)
    assert row, page.text
    return re.findall(r'<td class="number">(.*?)</td>', row[0])


# -- figures --------------------------------------------------------------------------------------------------------


def test_none_yet(dashboard: Dashboard) -> None:
    assert "There is no goal yet" in dashboard.as_role("viewer").get("/goals").text
    assert "/goals/new" not in dashboard.as_role("viewer").get("/goals").text
    assert "/goals/new" in dashboard.as_role("editor").get("/goals").text


def test_what_each_brought(dashboard: Dashboard) -> None:
    event = int(dashboard.application.post_event()["id"])
    order, letter = goal(dashboard), goal(dashboard, "Newsletter", "none")
    reached(dashboard, order, CLICKED, 1_000, event, "one")
    reached(dashboard, order, DISPLAYED, 500, event, "two")
    reached(dashboard, letter, DISPLAYED, 0, event, "three")
    with dashboard.connection() as connection:
        draft = ConversionDraft(cents=250)
        conversions.record(connection, application_id=dashboard.application.id, goal_id=order.id, draft=draft, now=clock())
    page = dashboard.as_role("viewer").get("/goals?range=7")
    assert cells(page, order) == ["3", "1", "1", "US$17.50"]
    assert cells(page, letter) == ["1", "0", "1", "–"]
    one = dashboard.as_role("viewer").get(f"/goals/{order.id}?range=7")
    numbers = big_numbers(one)
    assert numbers == {"Conversions": "3", "After a click": "1", "After a display": "1", "Worth": "US$17.50"}
    lines = {line["id"]: sum(line["now"]) for line in chart(one)["lines"]}
    assert lines == {"number": 3, "attributed": 2, "cents": 1_750}
    assert {line["id"] for line in chart(dashboard.as_role("viewer").get(f"/goals/{letter.id}"))["lines"]} == {
        "number",
        "attributed",
    }


def test_whole_things_are_no_hundredths(dashboard: Dashboard) -> None:
    letters = goal(dashboard, "Letters", "integer")
    event = int(dashboard.application.post_event()["id"])
    reached(dashboard, letters, CLICKED, 7, event, "one")
    assert cells(dashboard.as_role("viewer").get("/goals"), letters)[-1] == "7"


@pytest.mark.parametrize("name", ["1", "7", "90", "365"])
def test_one_goal_over_any_range(dashboard: Dashboard, name: str) -> None:
    order = goal(dashboard)
    reached(dashboard, order, CLICKED, 5, int(dashboard.application.post_event()["id"]), "one")
    data = chart(dashboard.as_role("viewer").get(f"/goals/{order.id}?range={name}"))
    assert sum(value or 0 for value in data["lines"][0]["now"]) == 1


def test_how_it_is_reported(dashboard: Dashboard) -> None:
    order = goal(dashboard, page_rules=(PageRule("include", "/thank-you*"), PageRule("exclude", "/thank-you/test")))
    text = text_of(dashboard.as_role("viewer").get(f"/goals/{order.id}"))
    site = dashboard.application.row["site_id"]
    assert f'data-fomo-goal="{order.id}" data-fomo-value="1999"' in text
    assert f"fomo.trackGoal('{order.id}', 1999, '1001-x7f3k')" in text
    assert f"/v1/sites/{site}/events/{order.id}/conversions" in text
    assert "whoever arrives at /thank-you* , but not /thank-you/test" in text


# -- adding, changing, deleting ---------------------------------------------------------------------------------------


def test_add_change_delete(dashboard: Dashboard) -> None:
    editor = dashboard.as_role("editor")
    assert editor.get("/goals/new").status == 200
    rules = [("include", "/thank-you*"), ("include", " "), ("exclude", "/thank-you/test")]
    page = editor.post("/goals/new", fields("Order <1>", "euro", *rules))
    made = every(dashboard)[0]
    assert page.location == f"{dashboard.base}/goals/{made.id}?done=created"
    assert (made.name, made.currency) == ("Order <1>", "euro")
    assert made.page_rules == (PageRule("include", "/thank-you*"), PageRule("exclude", "/thank-you/test"))
    assert "Order &lt;1&gt;" in editor.follow(page).text

    form = editor.get(f"/goals/{made.id}/edit").text
    assert 'value="/thank-you*"' in form
    assert re.search(r'<option value="euro" selected>', form)
    page = editor.post(f"/goals/{made.id}/edit", fields("Order", "dollar"))
    assert page.location == f"{dashboard.base}/goals/{made.id}?done=saved"
    assert (every(dashboard)[0].name, every(dashboard)[0].page_rules) == ("Order", ())
    editor.post(f"/goals/{made.id}/edit", fields("Order", "dollar"))  # nothing new: no line in the log

    reached(dashboard, every(dashboard)[0], CLICKED, 5, int(dashboard.application.post_event()["id"]), "one")
    assert "1 conversion" in text_of(editor.get(f"/goals/{made.id}/delete"))
    page = editor.post(f"/goals/{made.id}/delete")
    assert page.location == f"{dashboard.base}/goals?done=deleted"
    assert every(dashboard) == []
    deeds = [(one.deed, one.subject) for one in dashboard.audit() if one.deed.startswith("goal.")]
    assert deeds == [
        ("goal.deleted", f"Order ({made.id})"),
        ("goal.updated", f"Order ({made.id})"),
        ("goal.created", f"Order <1> ({made.id})"),
    ]


@pytest.mark.parametrize(
    ("sent", "field", "words"),
    [
        (fields(""), "name", "Name is text of 1 to 255 characters"),
        (fields("   "), "name", "Name is text of 1 to 255 characters"),
        (fields("x" * 256), "name", "Name is text of 1 to 255 characters"),
        (fields("Order", "gold"), "currency", "The currency is one of"),
        (fields("Order", ""), "currency", "The currency is one of"),
        (fields("Order", "dollar", ("include", "/a"), ("include", "thank-you")), "path-1", "begins with /"),
        (fields("Order", "dollar", ("perhaps", "/a")), "path-0", "include or exclude"),
        (fields("Order", "dollar", *[("include", f"/{n}") for n in range(51)]), "page_rules", "more than 50 rules"),
    ],
)
def test_what_will_not_do_is_said_at_its_field(
    dashboard: Dashboard, sent: list[tuple[str, str]], field: str, words: str
) -> None:
    editor = dashboard.as_role("editor")
    page = editor.post("/goals/new", sent)
    assert page.status == 422
    assert words in text_of(page)
    assert f'href="#f-{field}"' in page.text
    assert f'id="f-{field}"' in page.text
    there = goal(dashboard, "Kept")
    assert editor.post(f"/goals/{there.id}/edit", sent).status == 422
    assert [one.name for one in every(dashboard)] == ["Kept"]
    assert not [one for one in dashboard.audit() if one.deed.startswith("goal.")]


def test_what_was_typed_is_still_there(dashboard: Dashboard) -> None:
    page = dashboard.as_role("editor").post("/goals/new", fields("", "euro", ("exclude", 'nowhere"><script>')))
    assert "nowhere&#34;&gt;&lt;script&gt;" in page.text
    assert re.search(r'<option value="euro" selected>', page.text)
    assert re.search(r'<option value="exclude" selected>', page.text)


def test_too_many(dashboard: Dashboard, monkeypatch: pytest.MonkeyPatch) -> None:
    with dashboard.connection() as connection:
        for number in range(goals.MOST_GOALS):
            draft = GoalDraft(f"Goal {number}")
            goals.create(connection, application_id=dashboard.application.id, draft=draft, now=clock())
    page = dashboard.as_role("editor").post("/goals/new", fields())
    assert page.status == 409
    assert "There are 500 goals already" in text_of(page)


@pytest.mark.parametrize("path", ["", "/edit", "/delete"])
def test_another_applications_goal_is_not_there(dashboard: Dashboard, path: str) -> None:
    server = dashboard.application.server
    other = Dashboard(server, server.create_application("Other"))
    theirs = goal(other, "Secret")
    editor = dashboard.as_role("editor")
    page = editor.get(f"/goals/{theirs.id}{path}")
    assert page.status == 404
    assert "Secret" not in page.text
    if path:
        assert editor.post(f"/goals/{theirs.id}{path}", fields("Mine now")).status == 404
    assert [one.name for one in every(other)] == ["Secret"]


def test_a_viewer_changes_nothing(dashboard: Dashboard) -> None:
    there, viewer = goal(dashboard), dashboard.as_role("viewer")
    for path in ("/goals/new", f"/goals/{there.id}/edit", f"/goals/{there.id}/delete"):
        assert viewer.get(path).status == 403
        assert viewer.post(path, fields("Other")).status == 403
    assert [one.name for one in every(dashboard)] == ["Order"]
    assert "/edit" not in viewer.get(f"/goals/{there.id}").text
