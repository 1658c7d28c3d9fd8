"""What the widget asks of the network, when, and what it does when the answers are bad."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.browser.visits import CORS, Visit, Visits, event

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

pytestmark = pytest.mark.browser
DIST = Path(__file__).parents[2] / "widget" / "dist"


@pytest.mark.criterion(5, 7, 46)
def test_two_requests_to_one_origin_and_no_cookie(visit: Visits) -> None:
    """The script, then the feed; nothing else before the first card or during five, and no cookie either way."""
    sent: list[str] = []
    v = visit(
        [event(n) for n in range(5, 0, -1)],
        {"displayFor": 1, "displayInterval": 1},
        clock=True,
        before=lambda page: page.on("request", lambda request: sent.append(request.headers.get("cookie", ""))),
        init="document.cookie = 'shop=1';",
    )
    v.run(0.5)
    v.see()
    asked = v.widget_requests
    assert [path.split("/")[0] for path in asked] == ["api", "js-obj"]
    v.run(12)
    assert v.shown() == [5, 4, 3, 2, 1]
    later = v.widget_requests[2:]
    assert all(path.startswith("js-obj/") or path.endswith("/track") for path in later), "a newer bucket, or a count"
    assert len(v.requests) == len(v.widget_requests) + 1, "the page itself is all that came from elsewhere"
    assert not any(sent)
    assert [cookie["name"] for cookie in v.page.context.cookies()] == ["shop"]


@pytest.mark.criterion(13)
@pytest.mark.parametrize(
    ("fault", "answer"),
    [
        ("500", {"status": 500, "body": "no"}),
        ("404", {"status": 404, "body": "/* unknown client */"}),
        ("HTML", {"body": "<!doctype html><p>Down for repair", "headers": {"Content-Type": "text/html", **CORS}}),
        ("truncated JSON", {"body": '[{"id": 1, "mess', "headers": CORS}),
        ("an object", {"body": "{}", "headers": CORS}),
        ("connection refused", None),
    ],
)
def test_a_broken_feed_shows_nothing_and_is_retried_once(visit: Visits, fault: str, answer: dict[str, Any]) -> None:
    """No card, no error, at most one warning, one retry after a pause."""
    tried: list[str] = []

    def break_feed(route: Route) -> None:
        tried.append(route.request.url)
        if answer is None or route.request.url.endswith(".js"):
            route.abort("connectionrefused")
        else:
            route.fulfill(**answer)

    v = visit(clock=True, before=lambda page: page.route("**/js-obj/**", break_feed))
    v.run(4)
    attempts = [url for url in tried if url.endswith(".json")]
    assert len(attempts) == 1, "the retry comes after a pause"
    v.run(30, step=3)
    assert len([url for url in tried if url.endswith(".json")]) == 2
    assert v.card.count() == 0
    assert v.js("fomo.whyDisabled()") == "no_feed"
    assert len([line for line in v.console if line.startswith("warning: fomo")]) <= 1
    assert v.told() == [["ready", None], ["error", None]]


@pytest.mark.criterion(13)
def test_a_feed_that_hangs_is_given_up(visit: Visits) -> None:
    tried: list[str] = []
    v = visit(clock=True, before=lambda page: page.route("**/js-obj/**", lambda route: tried.append(route.request.url)))
    v.run(60, step=3)
    assert len(tried) == 2
    assert v.card.count() == 0


@pytest.mark.criterion(13)
def test_a_failure_in_between_ends_in_silence_not_in_old_times(visit: Visits) -> None:
    """A feed that cannot be made anew is not shown on: its "2 minutes ago" would no longer be true."""
    down: list[bool] = []

    def feed(route: Route) -> None:
        if down:
            route.abort()
        else:
            route.fulfill(body=json.dumps([event(2), event(1)]), headers=CORS)

    v = visit(None, {"displayFor": 50}, clock=True, before=lambda page: page.route("**/js-obj/**", feed))
    v.run(1)
    v.see()
    down.append(True)
    v.run(80, step=2)
    assert v.shown() == [2]
    assert v.js("fomo.whyDisabled()") == "no_feed"


@pytest.mark.criterion(19, 20)
def test_nothing_of_ours_before_load(visit: Visits) -> None:
    """No node, no feed and no storage before the page's `load`; an image holds that back here."""
    init = """
      const get = Object.getOwnPropertyDescriptor(Window.prototype, 'localStorage') ||
        Object.getOwnPropertyDescriptor(window, 'localStorage');
      window.touched = []; window.added = []; window.loaded = 0;
      Object.defineProperty(window, 'localStorage', {configurable: true, get() {
        touched.push(performance.now()); return get.get.call(window); }});
      addEventListener('load', () => { loaded = performance.now(); });
      new MutationObserver((records) => { for (const r of records) for (const n of r.addedNodes)
        if (n.id === 'someone-purchased') added.push(performance.now()); })
        .observe(document, {childList: true, subtree: true});
    """
    held: list[Route] = []
    v = visit(
        init=init,
        body="<p>x<img src=/slow.png alt=''>",
        before=lambda page: page.route("**/slow.png", lambda route: held.append(route)),
        until="commit",
    )
    v.page.wait_for_function("window.fomo && fomo.version")
    v.quiet(0.3)
    assert v.js("loaded") == 0
    assert v.js("[touched.length, added.length]") == [0, 0]
    assert not [path for path in v.widget_requests if path.startswith("js-obj")]
    held[0].abort()
    v.see()
    assert v.js("touched[0] >= loaded && added[0] >= loaded && touched.length > 0")


@pytest.mark.criterion(71)
def test_a_prerendered_page_waits_for_its_activation(visit: Visits) -> None:
    v = visit(init="Object.defineProperty(document, 'prerendering', {value: true, configurable: true});")
    v.quiet(0.4)
    assert v.card.count() == 0
    assert not [path for path in v.widget_requests if path.startswith("js-obj")]
    v.js("document.dispatchEvent(new Event('prerenderingchange'))")
    v.see()


def stand_alone(visit: Visits, code: str, integrity: str) -> Visit:
    """A page that names the versioned file with its hash, as sites do that pin their scripts."""
    answer = visit.live.a.server.get(f"/api/v1/{visit.live.a.client_id}/load.js")
    settings = json.loads(answer.text.rpartition("})(")[2].rstrip().removesuffix(");")) | {"pageLoad": 0}
    kind = {"Content-Type": "text/javascript", **CORS}

    def routes(page: Page) -> None:
        page.route("**/widget/1/fomo.js", lambda route: route.fulfill(body=code, headers=kind))
        page.route("**/settings.json", lambda route: route.fulfill(body=json.dumps(settings), headers=CORS))

    tag = (
        f'<script async src="{visit.live.base_url}/widget/1/fomo.js" integrity="{integrity}" crossorigin '
        f'data-client-id="{visit.live.a.client_id}"></script>'
    )
    return visit(html=f"<!doctype html><title>A shop</title>{tag}<h1>A shop</h1>", before=routes)


@pytest.mark.criterion(6)
def test_the_pinned_file_runs_and_a_changed_one_does_not(visit: Visits) -> None:
    """Subresource integrity: the bytes that the manifest names, and no others; the settings come by themselves."""
    code = (DIST / "fomo.js").read_text()
    integrity = json.loads((DIST / "manifest.json").read_text())["files"]["fomo.js"]
    v = stand_alone(visit, code, integrity)
    v.see()
    assert [path.rpartition("/")[2] for path in v.widget_requests][:2] == ["fomo.js", "settings.json"]
    assert v.js("fomo.clientHash") == visit.live.a.client_id
    changed = stand_alone(visit, code.replace("polite", "hasty").replace("7e3", "8e3") + " ", integrity)
    changed.quiet(0.3)
    assert changed.js("window.fomo") is None
    assert changed.card.count() == 0
