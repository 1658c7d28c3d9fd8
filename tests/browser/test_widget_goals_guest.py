"""Goals as a guest's: what a visitor's wish, a page's policy or a page's habits leave of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.browser.counting import Counting, count
from tests.browser.visits import Visits, event

if TYPE_CHECKING:
    from tests.browser.visits import Visit

pytestmark = pytest.mark.browser
NONE = {"g": "ABCDEFGH", "a": "none"}
GOALS: dict[str, Any] = {"goals": [], "attribution": [604_800, 86_400], "holdout": 1, "displayFor": 600}
BUTTON = "<button id=buy data-fomo-goal=ABCDEFGH>Buy</button>"
SIGNALS = ["globalPrivacyControl', {value: true}", "doNotTrack', {value: '1'}"]
KEPT = "[localStorage.length, sessionStorage.length, document.cookie]"


def buying(visit: Visits, init: str = "", html: str = "", **settings: Any) -> tuple[Visit, Counting]:
    counted = count(visit, [event(7)], **(GOALS | settings))
    v = visit(counted.events, html=(html or counted.html).replace("{tag}", counted.tag) + BUTTON, init=init)
    v.page.wait_for_function("window.told && told.length")
    return v, counted


@pytest.mark.criterion(105)
@pytest.mark.parametrize("signal", SIGNALS, ids=["GPC", "DNT"])
def test_with_privacy_asked_for_there_are_no_goals(visit: Visits, signal: str) -> None:
    """Not fetched, not kept, not sent; the notifications show as they always did, also with a hold-out."""
    v, counted = buying(visit, f"Object.defineProperty(navigator, '{signal});", holdout=100)
    v.see()
    v.page.locator("#buy").click()
    v.js("void fomo.trackGoal('ABCDEFGH', 5)")
    v.quiet(1.2)
    v.hide_tab(True)
    v.quiet(0.2)
    assert counted.uploads == []
    assert v.js(KEPT) == [0, 0, ""]
    assert not [path for path in v.widget_requests if path.startswith("widget/")]


@pytest.mark.criterion(105)
def test_before_consent_nothing_and_afterwards_what_was_called(visit: Visits) -> None:
    """A call waits in the page for the visitor's yes; a click does not. The no takes everything back."""
    v, counted = buying(visit, consentRequired=True)
    v.page.locator("#buy").click()
    v.js("void fomo.trackGoal('ABCDEFGH', 5)")
    v.quiet(0.5)
    assert counted.uploads == []
    assert v.js(KEPT) == [0, 0, ""]
    assert [path.partition("?")[0] for path in v.widget_requests] == ["load.js"]
    v.js("fomo.consent(true)")
    v.see()
    counted.arrives(("display", 7))
    counted.reaches(NONE | {"v": 5, "arm": "shown", "f": 1})
    assert counted.visits == ["shown"]
    assert v.js(KEPT) == [1, 0, ""]
    v.js("fomo.consent(false)")
    assert v.js(KEPT) == [0, 0, ""]
    v.page.locator("#buy").click()
    v.js("void fomo.trackGoal('ABCDEFGH', 6)")
    v.quiet(0.3)
    assert len(counted.goals) == 1
    assert v.js(KEPT) == [0, 0, ""]


@pytest.mark.criterion(105, 106)
def test_consent_that_is_taken_back_and_given_again(visit: Visits) -> None:
    """Somebody new: a lot of their own, a visit, a first conversion, all of one arm; what was called between is dropped."""
    v, counted = buying(visit, holdout=50)
    key = f"fomo:{counted.client_id}"
    lot = "(key) => Number(localStorage.getItem(key).split(';')[1].split('.')[0])"
    arms = []
    for times in range(12):
        # At once, and after it has had its time: a call waits for no part of it.
        if times % 2:
            v.page.wait_for_function("(key) => localStorage.getItem(key)", arg=key)
        v.js("void fomo.trackGoal('ABCDEFGH', 5)")
        arms.append("held" if v.js(lot, key) < 50 else "shown")
        assert (v.js("fomo.whyDisabled()") == "held_out") == (arms[-1] == "held")
        v.js("fomo.consent(false)")
        v.js("void fomo.trackGoal('ABCDEFGH', 6)")
        assert v.js(KEPT) == [0, 0, ""]
        if times < 11:
            v.js("fomo.consent(true)")
    visit.wait_until("what was told", lambda: len(counted.goals) == len(counted.visits) == 12)
    assert sorted(goal["arm"] for goal in counted.goals) == sorted(counted.visitors) == sorted(arms)
    assert all((goal["v"], goal["f"]) == (5, 1) for goal in counted.goals)
    assert set(arms) == {"held", "shown"}


@pytest.mark.criterion(105)
@pytest.mark.parametrize("how", ["none", "broken"])
def test_without_storage_there_is_no_arm_and_no_credit(visit: Visits, how: str) -> None:
    """Everybody sees what there is, and a conversion says no more than that it was."""
    broken = "Storage.prototype.setItem = () => { throw new Error('full'); };" if how == "broken" else ""
    v, counted = buying(visit, broken, holdout=100, **({"storage": "none"} if how == "none" else {}))
    v.see()
    counted.arrives(("display", 7))
    v.page.locator("#buy").click()
    counted.reaches(NONE)
    assert counted.visits == []
    assert v.js(KEPT) == [0, 0, ""]


@pytest.mark.criterion(105)
def test_a_storage_that_is_full_reports_no_visit_on_every_page(visit: Visits) -> None:
    """What can be read and not be written would begin a visit with each page: there is no arm then."""
    key = f"fomo:{visit.live.a.client_id}"
    full = (
        f"localStorage.setItem('{key}', '0,;50.1000.;;'); Storage.prototype.setItem = () => {{ throw new Error('full'); }};"
    )
    v, counted = buying(visit, full, pageLoad=600)
    v.page.locator("#buy").click()
    counted.reaches(NONE)
    assert counted.visits == []


@pytest.mark.criterion(105)
def test_an_application_that_is_off_counts_nothing(visit: Visits) -> None:
    v, counted = buying(visit, enabled=False)
    v.page.locator("#buy").click()
    v.js("void fomo.trackGoal('ABCDEFGH', 5)")
    v.quiet(0.5)
    assert counted.uploads == []
    assert v.js(KEPT) == [0, 0, ""]


PATCHES = {
    "fetch": "window.fetch = undefined;",
    "fetch without a promise": "const real = fetch; window.fetch = (...call) => { real(...call); };",
    "no keepalive": "delete Request.prototype.keepalive;",
    "collections": "Set.prototype.has = Map.prototype.get = () => { throw new Error('patched'); };",
    "path": "Event.prototype.composedPath = () => { throw new Error('patched'); };",
    "crypto": "crypto.getRandomValues = () => { throw new Error('patched'); };",
    "performance": "performance.getEntriesByType = () => [];",
    "history": "history.pushState = history.replaceState = () => { throw new Error('patched'); };",
}


@pytest.mark.criterion(108)
@pytest.mark.parametrize("patch", PATCHES)
def test_what_a_page_has_patched(visit: Visits, patch: str) -> None:
    """Counted once or not at all, and no error of ours in the page (the fixture looks)."""
    counted = count(visit, [event(7)], **{name: GOALS[name] for name in ("goals", "attribution", "displayFor")})
    # The recorder of these tests comes first and pushes in its own way.
    v = visit(counted.events, html=f"<script>{PATCHES[patch]}</script>{counted.html}{BUTTON}")
    v.quiet(1.5)
    v.page.locator("#buy").click()
    v.quiet(0.8)
    if patch in ("fetch", "fetch without a promise", "no keepalive", "performance", "history"):
        assert counted.goals[:1] in ([NONE], [{"g": "ABCDEFGH", "a": "display", "id": 7}])
        assert len({deed["c"] for deed in counted.told if deed["k"] == "goal"}) == 1
    else:
        assert len(counted.goals) <= 1


def test_on_a_page_with_an_old_prototype_js(visit: Visits) -> None:
    """Whose arrays and strings are written as JSON in their own way."""
    init = "Array.prototype.toJSON = String.prototype.toJSON = function () { return 'patched'; };"
    v, counted = buying(visit, html=f"<script>{init}</script>{{tag}}", holdout=0, pageLoad=600)
    v.page.locator("#buy").click()
    counted.reaches(NONE)


@pytest.mark.criterion(108)
def test_under_the_strictest_policies(visit: Visits) -> None:
    """With `connect-src` there is no violation; without it the conversion is refused, and nothing else happens."""
    counted = count(visit, [event(7)], **GOALS)
    trusted = "; require-trusted-types-for 'script'; trusted-types 'none'"
    policy = f"default-src 'none'; script-src {counted.url}; style-src 'none'{trusted}; connect-src "
    for sources, goals in ((counted.url, 1), ("'none'", 0)):
        before = len(counted.goals)
        v = visit(counted.events, html=counted.html + BUTTON, headers={"Content-Security-Policy": policy + sources})
        v.quiet(2)
        v.page.locator("#buy").click()
        v.quiet(0.8)
        assert len(counted.goals) == before + goals
        if goals:
            assert v.js("violations") == []
            assert counted.visits == ["shown"]


AGAIN = """(src) => {
  told.length = 0; const tag = document.createElement('script'); tag.src = src; document.head.append(tag); }"""


@pytest.mark.criterion(108)
def test_two_tags_and_a_widget_that_is_loaded_again(visit: Visits) -> None:
    """One click is one conversion with two tags, and after `destroy()` and another load; of a destroyed one it is none."""
    html = "<!doctype html><html lang=en><meta charset=utf-8><title>A shop</title>{tag}{tag}<h1>A shop</h1>"
    v, counted = buying(visit, html=html, holdout=0)
    v.page.locator("#buy").click()
    v.quiet(1.2)
    assert len(counted.goals) == 1
    v.js("fomo.destroy()")
    v.page.locator("#buy").click()
    v.quiet(1.2)
    assert len(counted.goals) == 1
    v.js(AGAIN, f"{counted.url}/load.js?again")
    v.page.wait_for_function("told.some(([type]) => type === 'ready')")
    v.page.locator("#buy").click()
    v.quiet(0.5)
    assert len(counted.goals) == 2


@pytest.mark.criterion(108)
def test_a_form_whose_fields_bear_our_words(visit: Visits) -> None:
    """`form.getAttribute` may be a field; the goal of the form is read all the same."""
    v, counted = buying(visit, holdout=0, pageLoad=600)
    fields = "<input name=getAttribute><input name=dataset><input name=localName>"
    form = f"<form data-fomo-goal=IJKLMNOP target=f>{fields}</form><iframe name=f></iframe>"
    submit = "(form) => { document.body.insertAdjacentHTML('beforeend', form); "
    v.js(submit + "HTMLFormElement.prototype.requestSubmit.call(document.forms[0]); }", form)
    counted.reaches(NONE | {"g": "IJKLMNOP"})


@pytest.mark.criterion(108)
def test_a_page_that_comes_back_out_of_the_cache(visit: Visits) -> None:
    """Back from another page, its address is no new arrival, and a click counts once."""
    place = [{"id": "IJKLMNOP", "paths": [{"match": "include", "path": "/page-*"}]}]
    v, counted = buying(visit, goals=place, holdout=0, pageLoad=600)
    counted.reaches(NONE | {"g": "IJKLMNOP"})
    v.page.goto(visit.host_page("<!doctype html><title>Elsewhere</title>", path="/else"))
    v.js("void history.back()")
    v.page.wait_for_url(v.url)
    v.page.wait_for_function("window.told && told.length")
    v.quiet(1.3)
    v.page.locator("#buy").click()
    v.quiet(0.5)
    assert [goal["g"] for goal in counted.goals] == ["IJKLMNOP", "ABCDEFGH"]
