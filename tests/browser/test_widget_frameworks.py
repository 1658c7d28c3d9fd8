"""Sites that swap their pages in place: history, Turbo, htmx, Astro's swap; and React, which owns the whole document."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from tests.browser.visits import Visit, Visits, event
from tests.commands import ROOT
from tests.host_pages import HostPages

pytestmark = pytest.mark.browser
MODULES = ROOT / "widget" / "node_modules"
EVENTS = [event(number) for number in range(6, 0, -1)]
SHOWN = "told.filter(([type]) => type === 'show').length"
QUICK = {"displayFor": 2, "displayInterval": 0.25}
SCRIPT = {"Content-Type": "text/javascript"}
PAGE = """<!doctype html><html lang=en><head><meta charset=utf-8><title>{name}</title>{head}</head>
<body><h1>{name}</h1>{body}<div id=fomo_feed></div></body></html>"""


def library(pages: HostPages, path: str) -> str:
    """Puts a published library's own file up, and returns its address."""
    file = MODULES / path
    if not file.exists():
        pytest.skip(f"{path} is not installed: npm ci in widget/")
    return pages.add(f"/{file.name}", file.read_bytes(), SCRIPT)


@pytest.mark.criterion(67)
@pytest.mark.parametrize("method", ["pushState", "replaceState"])
def test_page_rules_follow_the_history(visit: Visits, method: str) -> None:
    """Asked before each card with the address of that moment, and the page's history is left as it is."""
    rules = [{"match": "include", "path": "/shop/*"}, {"match": "exclude", "path": "/shop/checkout*"}]
    v = visit(EVENTS, {**QUICK, "pageRules": rules}, clock=True)
    native = "[history.pushState, history.replaceState].map((method) => Function.prototype.toString.call(method))"
    assert all("[native code]" in text for text in v.js(native))
    v.run(5)
    assert v.shown() == []
    assert v.js("[fomo.isFomoEnabled(), fomo.whyDisabled()]") == [False, "page_rule"]
    v.js(f"history.{method}(null, '', '/shop/mugs')")
    v.run(2)
    assert v.shown()[:1] == [6]
    shown = v.js(f"history.{method}(null, '', '/shop/checkout/1?step=2'), {SHOWN}")
    assert v.card.count() == 1, "an open card stays"
    v.run(8)
    assert v.js(SHOWN) == shown
    v.js(f"history.{method}(null, '', '/shop/jugs#red')")
    v.run(2.5)
    assert v.js(SHOWN) > shown
    assert v.js(f"history.{method} === History.prototype.{method} && !Object.hasOwn(history, '{method}')")


@pytest.mark.criterion(67)
def test_page_rules_follow_the_back_button(visit: Visits) -> None:
    """`popstate`: out of the excluded page by going back, into it by going forward."""
    v = visit(EVENTS, {**QUICK, "pageRules": [{"match": "exclude", "path": "/checkout"}]}, clock=True)
    v.js("history.pushState(null, '', '/checkout/')")
    v.run(6)
    assert v.shown() == []
    v.js("new Promise((done) => { addEventListener('popstate', done, {once: true}); history.back(); })")
    v.see()
    assert v.shown()[:1] == [6]
    forward = "new Promise((done) => { addEventListener('popstate', () => done(%s), {once: true}); history.forward(); })"
    shown = v.js(forward % SHOWN)
    v.run(8)
    assert v.js(SHOWN) == shown


# How each library comes to its next page: what it loads, and the link's attributes.
TURBO = ("@hotwired/turbo/dist/turbo.es2017-umd.js", "")
HTMX = ("htmx.org/dist/htmx.js", 'hx-get="/next.html" hx-target="body" hx-swap="outerHTML" hx-push-url="true"')
# What Astro's own router does on a click, by its swap functions, with its events; a body's scripts run again.
ASTRO = """
  addEventListener('click', async (press) => {
    if (press.target.id !== 'on') return;
    press.preventDefault();
    const tell = (type) => document.dispatchEvent(new Event('astro:' + type));
    const next = new DOMParser().parseFromString(await (await fetch(press.target.href)).text(), 'text/html');
    history.pushState({}, '', press.target.href);
    tell('before-swap');
    const root = document.documentElement;
    for (const {name} of [...root.attributes]) root.removeAttribute(name);
    for (const {name, value} of next.documentElement.attributes) root.setAttribute(name, value);
    for (const node of [...document.head.children]) if (node.localName !== 'script') node.remove();
    for (const node of [...next.head.children]) if (node.localName !== 'script') document.head.append(node);
    document.body.replaceWith(next.body);
    tell('after-swap');
    for (const old of document.body.querySelectorAll('script')) {
      const script = document.createElement('script');
      for (const {name, value} of old.attributes) script.setAttribute(name, value);
      old.replaceWith(script);
    }
    tell('page-load');
  });
"""


def swapping(visit: Visits, how: str, where: str, settings: dict[str, object]) -> Visit:
    """A page whose link "On" swaps the next one in; the tag is in `head` or `body` of both."""
    pages = visit.host_page
    if how == "Astro":
        head, link = f"<script>{ASTRO}</script>", ""
    else:
        file, link = TURBO if how == "Turbo" else HTMX
        head = f'<script src="{library(pages, file)}"></script>'
    tag = {where: visit.tag}
    kind = {"Content-Type": "text/html; charset=utf-8"}
    next_ = PAGE.format(name="Second", head=head + tag.get("head", ""), body=tag.get("body", ""))
    pages.add("/next.html", next_.encode(), kind)
    body = f'<a id=on href="/next.html" {link}>On</a>'
    first = PAGE.format(name="First", head=head + tag.get("head", ""), body=body + tag.get("body", ""))
    return visit(EVENTS, settings, html=first, init="window.same = Math.random();")


def on(v: Visit) -> None:
    """Follow the link, and see that the page was swapped, not loaded."""
    same = v.js("same")
    v.page.locator("#on").click()
    v.page.wait_for_function("document.querySelector('h1').textContent === 'Second'")
    assert v.js("same") == same


@pytest.mark.criterion(68)
@pytest.mark.parametrize("where", ["head", pytest.param("body", marks=pytest.mark.slow)])
@pytest.mark.parametrize("how", ["Turbo", "htmx", "Astro"])
def test_a_card_outlives_the_swap(visit: Visits, how: str, where: str) -> None:
    """The card stands on, the series goes on with the next event, and there is one widget, whatever ran again."""
    v = swapping(visit, how, where, {"displayFor": 3, "displayInterval": 0.25})
    v.see()
    v.js("window.first = document.querySelector('div#someone-purchased')")
    on(v)
    assert v.told("hide") == []
    assert v.card.count() == 1
    v.page.wait_for_function("told.filter(([type]) => type === 'show').length === 2", timeout=8000)
    assert v.shown() == [6, 5]
    assert v.page.locator("div#someone-purchased").count() == 1
    assert v.js("first === document.querySelector('div#someone-purchased')")
    assert v.told("ready") == [None]
    assert len([path for path in v.widget_requests if path.startswith("js-obj")]) <= 2, "one feed, or a newer bucket"
    assert not [line for line in v.console if "fomo" in line]


@pytest.mark.criterion(68)
@pytest.mark.parametrize("where", ["head", pytest.param("body", marks=pytest.mark.slow)])
@pytest.mark.parametrize("how", ["Turbo", "htmx", "Astro"])
def test_the_next_pages_feed_box_is_filled(visit: Visits, how: str, where: str) -> None:
    v = swapping(visit, how, where, {"feedMode": True})
    v.page.locator("#fomo_feed li").first.wait_for()
    on(v)
    v.page.locator("#fomo_feed li").first.wait_for(timeout=15_000)
    assert v.page.locator("#fomo_feed li").count() == len(EVENTS)
    assert v.page.locator(".fomo-feed").count() == 1


REACT = """
import { createElement as h, useEffect, useState } from 'react';
export const Shop = ({ words }) => {
  const [page, go] = useState('first');
  useEffect(() => { window.hydrated = true; }, []);
  return h('html', { lang: 'en' },
    h('head', null, h('meta', { charSet: 'utf-8' }), h('title', null, 'Shop, ' + page),
      h('script', { src: 'TAG', async: true })),
    h('body', { className: page },
      h('main', { key: page }, h('h1', null, words), h('p', null, page),
        h('button', { id: 'more', onClick: () => go('second') }, 'More'))));
};
"""
SERVER = """
import { createElement as h } from 'react';
import { renderToReadableStream } from 'react-dom/server.edge';
import { Shop } from './shop.js';
const stream = await renderToReadableStream(h(Shop, { words: 'Pots' }), { bootstrapScripts: ['/client.js'] });
process.stdout.write(await new Response(stream).text());
"""
CLIENT = """
import { createElement as h } from 'react';
import { hydrateRoot } from 'react-dom/client';
import { Shop } from './shop.js';
window.hydrate = (words, onRecoverableError) => hydrateRoot(document, h(Shop, { words }), { onRecoverableError });
"""


def react_page(visit: Visits, folder: Path) -> str:
    """A document that React has rendered on the server, with the widget's tag in its head; `hydrate(words)` wakes it."""
    if not (MODULES / "react-dom").exists():
        pytest.skip("react-dom is not installed: npm ci in widget/")
    sources = {"shop.js": REACT.replace("TAG", visit.load_js), "server.js": SERVER, "client.js": CLIENT}
    for name, text in sources.items():
        (folder / name).write_text(text)

    def bundle(entry: str, platform: str, ending: str) -> Path:
        out = folder / f"{entry}.{ending}"
        command = [str(MODULES / ".bin" / "esbuild"), str(folder / f"{entry}.js"), "--bundle", f"--outfile={out}"]
        command += [f"--platform={platform}", '--define:process.env.NODE_ENV="development"', "--log-level=error"]
        command += ["--format=esm"] if platform == "node" else []
        # A require() in a module for Node, which some of React's own files have.
        command += ["--banner:js=import{createRequire}from'module';const require=createRequire(import.meta.url);"] * (
            platform == "node"
        )
        subprocess.run(command, check=True, env={"NODE_PATH": str(MODULES), "PATH": os.environ["PATH"]}, timeout=60)
        return out

    visit.host_page.add("/client.js", bundle("client", "browser", "bundle.js").read_bytes(), SCRIPT)
    rendered = subprocess.run(["node", str(bundle("server", "node", "mjs"))], check=True, capture_output=True, timeout=60)
    return rendered.stdout.decode()


@pytest.mark.criterion(69)
@pytest.mark.parametrize("late", [False, True], ids=["before the card", "with a card there"])
def test_react_takes_the_whole_document(visit: Visits, tmp_path: Path, late: bool) -> None:
    """No warning of a mismatch, no node of ours removed, and the page's own state works with the card beside it."""
    v = visit(EVENTS, {"displayFor": 600, "pageLoad": 0 if late else 2}, html=react_page(visit, tmp_path))
    if late:
        v.see()
    v.js("void hydrate('Pots')")
    v.page.wait_for_function("window.hydrated")
    v.see()
    v.page.locator("#more").click()
    v.page.wait_for_function("document.body.className === 'second'")
    assert v.js("document.title") == "Shop, second"
    assert v.card.count() == 1
    assert v.shown() == [6]
    assert v.page.locator("div#someone-purchased").count() == 1
    assert [line for line in v.console if line.startswith(("error", "warning"))] == []


@pytest.mark.criterion(69)
def test_react_throws_the_document_away_and_draws_it_anew(visit: Visits, tmp_path: Path) -> None:
    """After a mismatch of its own (a date, a random number) it draws all again: one widget goes on, with the next card."""
    v = visit(EVENTS, {"displayFor": 2, "displayInterval": 0.25}, html=react_page(visit, tmp_path))
    v.see()
    v.js("void hydrate('Other pots', () => { window.recovered = true; })")
    v.page.wait_for_function("document.querySelector('h1').textContent === 'Other pots'")
    v.page.wait_for_function("told.filter(([type]) => type === 'show').length === 2", timeout=8000)
    v.see()
    assert v.js("recovered") is True
    assert v.shown() == [6, 5]
    assert v.page.locator("div#someone-purchased").count() == 1
    assert v.told("ready") == [None]
