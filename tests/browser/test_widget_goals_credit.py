"""Which notification a conversion is credited to, and who is held out of seeing any."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.browser.counting import Counting, count
from tests.browser.visits import Visits, event

if TYPE_CHECKING:
    from tests.browser.visits import Visit

pytestmark = pytest.mark.browser
GOAL, OTHER = "ABCDEFGH", "IJKLMNOP"
WEEK, DAY = 604_800, 86_400
NONE = {"g": GOAL, "a": "none"}
CLICKED = {"g": GOAL, "a": "click", "id": 7}
SEEN = {"g": GOAL, "a": "display", "id": 7}
GOALS: dict[str, Any] = {"goals": [], "attribution": [WEEK, DAY], "displayFor": 600}
# The clock of the page, so many seconds ahead, which a page may set to what it likes.
LATER = """const now = Date.now; window.ahead = 0;
  Date.now = () => now() + 1000 * (window.ahead || Number(localStorage.ahead) || 0);"""


def shown(visit: Visits, init: str = "", **settings: Any) -> tuple[Visit, Counting]:
    """A page where the notification of event 7 has been in sight for a second."""
    counted = count(visit, [event(7)], **(GOALS | settings))
    stay = "addEventListener('click', (press) => press.preventDefault());"
    v = visit(counted.events, html=counted.html, init=stay + init)
    v.see()
    counted.arrives(("display", 7))
    return v, counted


def click_card(v: Visit) -> None:
    box = v.box()
    v.page.mouse.click(box["x"] + 60, box["y"] + 30)


@pytest.mark.criterion(103)
def test_the_click_before_the_display_and_each_once(visit: Visits) -> None:
    """A second conversion of the same goal without another click is credited to nothing; another goal has its own."""
    v, counted = shown(visit)
    v.js("fomo.trackGoal('ABCDEFGH', 1999)")
    counted.reaches(SEEN | {"v": 1999})
    v.js("fomo.trackGoal('ABCDEFGH')")
    click_card(v)
    v.js("fomo.trackGoal('ABCDEFGH', 5)")
    v.js("fomo.trackGoal('ABCDEFGH')")
    v.js("fomo.trackGoal('IJKLMNOP')")
    expected = [SEEN | {"v": 1999}, NONE, CLICKED | {"v": 5}, NONE, CLICKED | {"g": OTHER}]
    counted.reaches(*expected)
    v.page.reload()
    v.page.wait_for_function("told.some(([type]) => type === 'end')")
    v.js("fomo.trackGoal('ABCDEFGH')")
    counted.reaches(*expected, NONE)


@pytest.mark.criterion(103)
def test_it_is_remembered_over_pages_and_only_so_long(visit: Visits) -> None:
    """A click for seven days, a display for one, as the settings say; of the visitor's own storage and in one key."""
    v, counted = shown(visit, LATER)
    click_card(v)
    expected: list[dict[str, Any]] = []
    for ahead, goal, told in ((DAY + 60, GOAL, CLICKED), (WEEK - 60, OTHER, CLICKED), (WEEK + 60, "QRSTUVWX", NONE)):
        v.js("(ahead) => { localStorage.ahead = ahead; }", ahead)
        v.page.reload()
        v.page.wait_for_function("told.length")
        v.js("(goal) => fomo.trackGoal(goal)", goal)
        expected.append(told | {"g": goal})
        counted.reaches(*expected)
    assert v.js("Object.keys(localStorage).filter((key) => key !== 'ahead')") == [f"fomo:{counted.client_id}"]


@pytest.mark.criterion(103)
def test_a_display_for_a_day(visit: Visits) -> None:
    v, counted = shown(visit, LATER)
    v.js("void (window.ahead = 86000)")
    v.js("fomo.trackGoal('ABCDEFGH')")
    v.js("void (window.ahead = 86800)")
    v.js("fomo.trackGoal('IJKLMNOP')")
    counted.reaches(SEEN, NONE | {"g": OTHER})


@pytest.mark.criterion(103)
def test_what_is_forgotten_and_what_is_not(visit: Visits) -> None:
    """`restartOrder` is about the order, "Stop showing these" about showing; junk in the storage is no credit."""
    v, counted = shown(visit)
    v.js("fomo.trigger('restartOrder')")
    v.card.locator("#fomo-stop").click()
    v.js("fomo.trackGoal('ABCDEFGH')")
    counted.reaches(SEEN)
    v.js("(key) => localStorage.setItem(key, '0,1,;1.2.3;\"}.9e99;x.y')", f"fomo:{counted.client_id}")
    v.js("fomo.trackGoal('ABCDEFGH')")
    counted.reaches(SEEN, NONE)


@pytest.mark.criterion(106)
def test_who_is_held_out_sees_nothing(visit: Visits) -> None:
    """No card, no node, no feed; the visit and each conversion say their arm; `explain()` says why."""
    counted = count(visit, [event(7)], **GOALS, holdout=100)
    v = visit(counted.events, html=counted.html)
    v.page.wait_for_function("told.length")
    for call in ("trigger('start')", "trigger('start', true)", "initiate()", "displayNotification({message: 'x'})"):
        v.js(f"void fomo.{call}")
    v.js("fomo.trackGoal('ABCDEFGH', 1999)")
    v.js("fomo.trackGoal('ABCDEFGH')")
    held = NONE | {"arm": "held"}
    counted.reaches(held | {"v": 1999, "f": 1}, held)
    assert v.js("[fomo.isFomoEnabled(), fomo.whyDisabled()]") == [False, "held_out"]
    assert v.page.locator("#someone-purchased").count() == 0
    assert v.shown() == []
    v.page.reload()
    v.page.wait_for_function("told.length")
    v.js("fomo.trackGoal('ABCDEFGH')")
    counted.reaches(held | {"v": 1999, "f": 1}, held, held)
    assert (counted.visits, counted.visitors) == (["held"], ["held"])
    assert not [path for path in v.widget_requests if path.startswith("js-obj")]
    rows = v.js("fomo.explain()")
    assert "hold-out" in rows[0]["because"]
    assert rows[0]["shows"] is False


@pytest.mark.criterion(106)
def test_the_others_see_what_they_always_saw(visit: Visits) -> None:
    """A visit says its arm once, the next one after half an hour; the visitor counts again after 30 days; the lot stays."""
    v, counted = shown(visit, LATER, holdout=1)
    key = f"fomo:{counted.client_id}"
    v.js("(key) => localStorage.setItem(key, localStorage.getItem(key).replace(/;\\d+[.]/, ';50.'))", key)
    v.js("fomo.trackGoal('ABCDEFGH')")
    told = SEEN | {"arm": "shown"}
    counted.reaches(told | {"f": 1})
    month = 30 * DAY + 60
    pages = ((1700, 1, 1), (3400, 1, 1), (5300, 2, 1), (month - 120, 3, 1), (month, 3, 1), (2 * month, 4, 2))
    for ahead, visits, visitors in pages:
        v.js("(ahead) => { localStorage.ahead = ahead; }", ahead)
        v.page.reload()
        v.page.wait_for_function("told.length")
        v.js("fomo.trackGoal('IJKLMNOP')")
        v.quiet(0.3)
        assert counted.visits == ["shown"] * visits
        assert counted.visitors == ["shown"] * visitors
        assert counted.goals[-1].get("f") == (1 if visitors == 2 else None)
    assert v.js("(key) => localStorage.getItem(key).split(';')[1].split('.')[0]", key) == "50"


@pytest.mark.criterion(106)
def test_a_page_that_walks_without_loading(visit: Visits) -> None:
    """However long it stays open, it is one visit with one first conversion; the next page that is loaded begins another."""
    counted = count(visit, [event(7)], **GOALS, holdout=100)
    v = visit(counted.events, html=counted.html, init=LATER)
    v.page.wait_for_function("told.length")
    walk = "(ahead) => { localStorage.ahead = window.ahead = ahead; history.pushState(null, '', `/step-${ahead}`); }"
    held = NONE | {"arm": "held"}
    expected: list[dict[str, Any]] = []
    for ahead in (1700, 3400, 5300, 5400, 40 * DAY):
        v.js(walk, ahead)
        v.quiet(1.2)
        v.js("fomo.trackGoal('ABCDEFGH')")
        expected.append(held if expected else held | {"f": 1})
        counted.reaches(*expected)
    assert (counted.visits, counted.visitors) == (["held"], ["held"])
    # 100 s after a step; but that was of a visit that had ended.
    v.js("(ahead) => { localStorage.ahead = ahead; }", 40 * DAY + 100)
    v.page.goto(v.url)
    v.page.wait_for_function("told.length")
    v.js("fomo.trackGoal('ABCDEFGH')")
    counted.reaches(*expected, held | {"f": 1})
    assert (counted.visits, counted.visitors) == (["held"] * 2, ["held"] * 2)


@pytest.mark.criterion(106)
def test_a_step_makes_a_visit_longer(visit: Visits) -> None:
    """What is loaded half an hour after the last step, and not after the last load, begins the next one."""
    counted = count(visit, [event(7)], **GOALS, holdout=100)
    v = visit(counted.events, html=counted.html, init=LATER)
    v.page.wait_for_function("told.length")
    v.js("() => { localStorage.ahead = window.ahead = 1700; history.pushState(null, '', '/step'); }")
    v.quiet(1.2)
    for ahead, visits in ((3400, 1), (5300, 2)):
        v.js("(ahead) => { localStorage.ahead = ahead; }", ahead)
        v.page.goto(v.url)
        v.page.wait_for_function("told.length")
        v.quiet(0.3)
        assert counted.visits == ["held"] * visits


@pytest.mark.criterion(106)
def test_one_that_the_page_leaves_out_is_not_the_first(visit: Visits) -> None:
    """A test order that `fomo:goal` cancels leaves the first conversion to the next one."""
    counted = count(visit, [event(7)], **GOALS, holdout=100)
    v = visit(counted.events, html=counted.html)
    v.page.wait_for_function("told.length")
    v.js("void fomo.on('goal', (event) => { if (event.detail.value === 1) event.preventDefault(); })")
    for value in (1, 2, 3):
        v.js("(value) => fomo.trackGoal('ABCDEFGH', value)", value)
    held = NONE | {"arm": "held"}
    counted.reaches(held | {"v": 2, "f": 1}, held | {"v": 3})


@pytest.mark.criterion(106)
def test_the_same_visitor_is_in_the_same_arm(visit: Visits) -> None:
    """The lot is drawn once; as many are held out as the setting says, whatever page they come to."""
    counted = count(visit, [event(7)], **GOALS, holdout=50)
    v = visit(counted.events, html=counted.html)
    arms = []
    for _ in range(16):
        v.page.wait_for_function("told.length")
        arms.append(v.js("fomo.whyDisabled()") == "held_out")
        v.page.reload()
        v.page.wait_for_function("told.length")
        assert (v.js("fomo.whyDisabled()") == "held_out") == arms[-1]
        v.js("localStorage.clear()")
        v.page.reload()
    assert len(set(arms)) == 2
