"""Goals in a page: what is counted as a conversion, when, and what is told of it."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

import pytest
from tests.browser.counting import Counting, count
from tests.browser.visits import Visits, event

if TYPE_CHECKING:
    from tests.browser.visits import Visit

pytestmark = pytest.mark.browser
GOAL, OTHER = "ABCDEFGH", "IJKLMNOP"
NONE = {"g": GOAL, "a": "none"}
SALE = NONE | {"v": 1999}
# Without events nothing shows, and no conversion is credited.
QUIET: list[Any] = []


def opened(visit: Visits, body: str = "", head: str = "", init: str = "", **settings: Any) -> tuple[Visit, Counting]:
    """A page of an application with goals, once the widget has told that it is ready."""
    counted = count(visit, QUIET, **({"goals": [], "attribution": [604800, 86400]} | settings))
    v = visit(counted.events, html=f"{counted.html.replace('<script', f'{head}<script', 1)}{body}", init=init)
    v.page.wait_for_function("told.length")
    return v, counted


@pytest.mark.criterion(101)
def test_one_upload_at_once_for_each_conversion(visit: Visits) -> None:
    """Plain text, without cookies, with a nonce of its own; from the stub queue, by the stub's method, by the widget's."""
    stub = """<script>window.fomo = window.fomo || {q: []};
      fomo.trackGoal = fomo.trackGoal || ((...values) => fomo.q.push(['trackGoal', ...values]));
      fomo.q.push(['trackGoal', 'ABCDEFGH', 1999]); fomo.trackGoal('IJKLMNOP');</script>"""
    spy = """window.asked = []; const real = fetch;
      window.fetch = (address, options) => { asked.push(options); return real(address, options); };"""
    v, counted = opened(visit, head=stub, init=spy)
    v.js("fomo.trackGoal('ABCDEFGH', 0, 'order-1001')")
    counted.reaches(SALE, NONE | {"g": OTHER}, NONE | {"v": 0, "x": "order-1001"})
    assert {upload.method for upload in counted.uploads} == {"POST"}
    assert all(upload.headers["content-type"].startswith("text/plain") for upload in counted.uploads)
    assert not any({"cookie", "authorization"} & upload.headers.keys() for upload in counted.uploads)
    assert [len(body["events"]) for body in counted.bodies] == [1, 1, 1]
    # What outlives the page, and takes nothing of the visitor's along.
    sent = "asked.filter(({method}) => method === 'POST').map(({keepalive, credentials}) => [keepalive, credentials])"
    assert v.js(sent) == [[True, "omit"]] * 3
    nonces = [deed["c"] for deed in counted.told]
    assert len(set(nonces)) == 3
    assert all(re.fullmatch(r"[\w-]{8,32}", nonce) for nonce in nonces)
    assert all(abs(deed["t"] - time.time()) < 30 for deed in counted.told)


@pytest.mark.criterion(101)
def test_a_value_is_a_whole_number(visit: Visits) -> None:
    """Of hundredths; anything else is left out and said once. A goal that is none is not counted."""
    v, counted = opened(visit)
    for value in ("19.99", "-1", "1e10", "NaN", "'12,50'", "''", "{}", "true", "1000000001"):
        v.js(f"fomo.trackGoal('ABCDEFGH', {value})")
    v.js("fomo.trackGoal('ABCDEFGH', 1000000000)")
    v.js("fomo.trackGoal('ABCDEFGH', '250')")
    for wrong in ("", "'abcdefgh'", "'ABC'", "null", "{}", "'ABCDEFGH\"'", "Symbol()"):
        v.js(f"void fomo.trackGoal({wrong})")
    counted.reaches(*[NONE] * 9, NONE | {"v": 10**9}, NONE | {"v": 250})
    assert sum("whole number" in line for line in v.console) == 1
    assert sum("8 capital letters" in line for line in v.console) == 1


@pytest.mark.criterion(101)
def test_what_a_call_says_back_and_an_order_that_is_a_number(visit: Visits) -> None:
    """Nothing, before the part has come and afterwards; a number is the order's digits, if it has them all."""
    early = "<script>window.fomo = {q: [['trackGoal', 'ABCDEFGH', 1, 1001]]};</script>"
    v, counted = opened(visit, head=early)
    assert v.js("['nope', 'ABCDEFGH'].map((goal) => fomo.trackGoal(goal) === undefined)") == [True, True]
    for order in ("0", "9007199254740993", "1.5", "NaN"):
        v.js(f"fomo.trackGoal('ABCDEFGH', 2, {order})")
    two = NONE | {"v": 2}
    counted.reaches(NONE | {"v": 1, "x": "1001"}, NONE, two | {"x": "0"}, two, two, two)
    assert sum("an order is" in line for line in v.console) == 1
    without = count(visit, QUIET)
    bare = visit(without.events, html=without.html)
    bare.page.wait_for_function("told.length")
    assert bare.js("fomo.trackGoal('ABCDEFGH') === undefined")


BODY = """<form data-fomo-goal=ABCDEFGH target=f action=about:blank onsubmit="window.sent = 1 + (window.sent || 0)">
    <p id=words>Words <input id=name name=dataset><button id=send>Send</button></p></form><iframe name=f></iframe>
  <button id=buy data-fomo-goal=ABCDEFGH data-fomo-value=1999 data-fomo-order=order-7><b id=inner>Buy</b></button>
  <div id=host></div><script>
    const root = document.getElementById('host').attachShadow({mode: 'open'});
    const inside = document.createElement('button');
    inside.id = 'deep'; inside.dataset.fomoGoal = 'IJKLMNOP'; inside.textContent = 'Deep'; root.append(inside);
    window.deep = inside; window.seen = [];
    for (const type of ['click', 'submit'])
      document.addEventListener(type, (event) => seen.push([type, event.defaultPrevented]));
  </script>"""


@pytest.mark.criterion(102)
def test_what_is_clicked_and_submitted(visit: Visits) -> None:
    """By pointer and by keyboard, on what lies inside, in a shadow tree; a form by its submission and not by its clicks."""
    v, counted = opened(visit, BODY)
    v.page.locator("#inner").click()
    sale = SALE | {"x": "order-7"}
    counted.reaches(sale)
    v.quiet(1.1)
    v.page.locator("#words").click()
    v.quiet(1.1)
    assert counted.goals == [sale]
    v.page.locator("#name").focus()
    v.page.keyboard.press("Enter")
    counted.reaches(sale, NONE)
    v.quiet(1.1)
    v.page.locator("#send").click()
    counted.reaches(sale, NONE, NONE)
    v.js("deep.focus()")
    v.page.keyboard.press("Enter")
    counted.reaches(sale, NONE, NONE, NONE | {"g": OTHER})
    v.quiet(1.1)
    v.page.locator("#buy").focus()
    v.page.keyboard.press("Space")
    counted.reaches(sale, NONE, NONE, NONE | {"g": OTHER}, sale)
    assert v.js("window.sent") == 2
    assert {prevented for type_, prevented in v.js("seen") if type_ == "click"} == {False}


@pytest.mark.criterion(102)
def test_one_act_is_one_conversion(visit: Visits) -> None:
    """A double click, a label and its field, a button with the goal of its form; a script's `form.submit()` tells nobody."""
    body = """<button id=buy data-fomo-goal=ABCDEFGH>Buy</button>
      <label id=label data-fomo-goal=IJKLMNOP>News <input type=checkbox></label>
      <form data-fomo-goal=QRSTUVWX target=f action=about:blank><button id=send data-fomo-goal=QRSTUVWX>Send</button></form>
      <iframe name=f></iframe>"""
    v, counted = opened(visit, body)
    v.page.locator("#buy").click()
    v.page.locator("#buy").click()
    counted.reaches(NONE)
    v.js("document.querySelector('#label').click()")
    v.page.locator("#send").click()
    v.quiet(0.5)
    counted.reaches(NONE, NONE | {"g": OTHER}, NONE | {"g": "QRSTUVWX"})
    v.quiet(1.1)
    v.js("document.querySelector('form').submit()")
    v.quiet(0.3)
    assert len(counted.goals) == 3
    v.js("document.querySelector('form').requestSubmit()")
    counted.reaches(NONE, *[NONE | {"g": goal} for goal in (OTHER, "QRSTUVWX", "QRSTUVWX")])


@pytest.mark.criterion(102)
def test_a_form_that_the_page_refuses(visit: Visits) -> None:
    """What its script prevents was not sent and does not count; what is put right at once does, and by one script a call."""
    body = """<form data-fomo-goal=ABCDEFGH target=f action=about:blank><input id=name><button id=send>Send</button></form>
      <iframe name=f></iframe><script>document.forms[0].addEventListener('submit', (event) => {
        window.tried = 1 + (window.tried || 0); if (!document.getElementById('name').value) event.preventDefault(); });
      </script>"""
    v, counted = opened(visit, body)
    for _ in range(2):
        v.page.locator("#send").click()
    v.quiet(1.1)
    v.page.locator("#send").click()
    v.quiet(0.3)
    assert v.js("tried") == 3
    assert counted.goals == []
    v.js("{ const field = document.getElementById('name'); send.click(); field.value = 'Ann'; send.click(); }")
    counted.reaches(NONE)
    v.quiet(0.3)
    assert len(counted.goals) == 1


@pytest.mark.criterion(102)
def test_a_form_is_judged_when_the_page_goes_at_once(visit: Visits) -> None:
    """Timers of a page that is being left may not come any more: what was submitted counts all the same, and once."""
    body = """<form data-fomo-goal=ABCDEFGH target=f action=about:blank></form><form data-fomo-goal=IJKLMNOP
      onsubmit="return false"></form><iframe name=f></iframe>"""
    v, counted = opened(visit, body)
    v.js("{ window.setTimeout = () => 0; for (const form of document.forms) form.requestSubmit(); }")
    v.quiet(0.3)
    assert counted.goals == []
    v.js("{ for (let times = 0; times < 2; times++) dispatchEvent(new Event('pagehide')); }")
    counted.reaches(NONE)
    v.quiet(0.3)
    assert len(counted.goals) == 1


@pytest.mark.criterion(102)
def test_the_middle_button_opens_links(visit: Visits) -> None:
    """On a link, or what lies in one, it is a click; on a button it does nothing, so it is none."""
    target = visit.host_page("<!doctype html><title>Elsewhere</title>", path="/else")
    body = f"""<button id=buy data-fomo-goal=ABCDEFGH>Buy</button><a id=bare data-fomo-goal=ABCDEFGH>No link</a>
      <div data-fomo-goal=IJKLMNOP><a id=go href='{target}'><b>Go</b></a></div>"""
    v, counted = opened(visit, body)
    for place in ("#buy", "#bare", "#go b"):
        v.page.locator(place).click(button="middle")
    counted.reaches(NONE | {"g": OTHER})
    v.quiet(0.3)
    assert len(counted.goals) == 1


@pytest.mark.criterion(102)
@pytest.mark.parametrize("how", ["link", "form", "call"])
def test_it_survives_leaving_the_page(visit: Visits, how: str) -> None:
    """The browser goes where it was going, undelayed, and the conversion arrives."""
    target = visit.host_page("<!doctype html><title>Paid</title><h1>Thanks</h1>")
    body = {
        "link": f"<a id=go data-fomo-goal=ABCDEFGH href='{target}'>Pay</a>",
        "form": f"<form data-fomo-goal=ABCDEFGH action='{target}' method=post><button id=go>Pay</button></form>",
        "call": f"<button id=go onclick=\"fomo.trackGoal('ABCDEFGH'); location.href = '{target}'\">Pay</button>",
    }[how]
    v, counted = opened(visit, body)
    v.page.locator("#go").click()
    v.page.wait_for_url(target)
    counted.reaches(NONE)
    v.quiet(0.3)
    assert len(counted.goals) == 1


@pytest.mark.criterion(102)
def test_the_page_may_leave_one_out(visit: Visits) -> None:
    """`fomo:goal` tells the page of each; one that it cancels is not sent."""
    v, counted = opened(visit)
    v.js("void fomo.on('goal', (event) => { window.last = event.detail; if (last.value === 1) event.preventDefault(); })")
    v.js("fomo.trackGoal('ABCDEFGH', 1)")
    v.js("fomo.trackGoal('ABCDEFGH', 2, 'o-1')")
    counted.reaches(NONE | {"v": 2, "x": "o-1"})
    assert v.js("last") == {"goal": GOAL, "attribution": "none", "value": 2, "order": "o-1"}


@pytest.mark.criterion(104)
def test_an_address_that_is_reached(visit: Visits) -> None:
    """When the page is loaded there, and when it walks there without loading; not by a reload, nor while it stays."""
    place = [{"id": GOAL, "paths": [{"match": "include", "path": "/thank-you"}]}]
    counted = count(visit, QUIET, goals=place)
    page = visit.host_page(counted.html, path="/thank-you")
    v = visit(counted.events, html=counted.html)
    v.page.wait_for_function("told.length")
    v.page.goto(page)
    counted.reaches(NONE)
    v.page.reload()
    v.page.wait_for_function("told.length")
    v.js("history.pushState(null, '', '/thank-you?order=1#top')")
    v.quiet(1.3)
    assert len(counted.goals) == 1
    v.js("history.pushState(null, '', '/shop')")
    v.quiet(1.3)
    v.js("history.pushState(null, '', '/thank-you')")
    counted.reaches(NONE, NONE)
    v.quiet(1.3)
    assert len(counted.goals) == 2


@pytest.mark.criterion(107)
def test_without_goals_nothing_more_is_fetched(visit: Visits) -> None:
    """An application without goals asks for what it always did, and a call is no error."""
    counted = count(visit, [event(1)], displayFor=600)
    head = "<script>window.fomo = {q: [['trackGoal', 'ABCDEFGH', 1]]};</script>"
    v = visit(counted.events, html=counted.html.replace("<script", f"{head}<script", 1) + BODY)
    v.see()
    v.js("void fomo.trackGoal('ABCDEFGH')")
    v.page.locator("#buy").click()
    counted.arrives(("display", 1))
    assert counted.goals == []
    assert [path.partition("/")[0] for path in v.widget_requests if not path.endswith("/track")] == ["load.js", "js-obj"]
    assert v.js("localStorage.getItem(Object.keys(localStorage)[0])") == "0,1"
