"""The ways of the install page, tried in a browser; and what is said of policies, held against what Chromium does."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.commands import ROOT
from tests.conftest import Live
from tests.host_pages import HostPages
from tests.outbound.receivers import OPEN_GUARD

from tidings.domain.installation import judge
from tidings.outbound.page_fetch import Page as Fetched
from tidings.outbound.page_fetch import fetch
from tidings.records.installation import Wanted
from tidings.surfaces.dashboard.install_guides import Snippet, site_guides

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
MODULES = ROOT / "widget" / "node_modules"
CARD = "[part=card]:not([data-state])"
VERSION = "() => typeof window.fomo?.version === 'string'"

# {w}: this server's origin; {h}: its host; {p}: its port; {t}: the tag's hash. A tag in place of the usual one, if any.
POLICIES = [
    "",
    "img-src 'none'",
    "default-src *",
    "default-src 'none'",
    "default-src 'self'",
    "default-src",
    "default-src 'self' {w}",
    "default-src 'none'; script-src {w}",
    "default-src 'none'; script-src-elem {w}",
    "script-src {w}; script-src-elem 'self'",
    "script-src 'none'; script-src-elem {w}",
    "script-src 'self'; script-src {w}",
    "SCRIPT-SRC HTTP://{h}:{p}",
    "script-src 'none' {w}",
    "script-src http:",
    "script-src https:",
    "script-src data: blob:",
    "script-src https://{h}:{p}",
    "script-src ws://{h}:{p}",
    "script-src wss://{h}:{p}",
    "script-src {h}",
    "script-src {h}:{p}",
    "script-src {h}:*",
    "script-src {h}:80",
    "script-src {h}:1",
    "script-src *:{p}",
    "script-src http://*:{p}",
    "script-src http://*:*",
    "script-src http://*",
    "script-src *.0.0.1:{p}",
    "script-src {w}/",
    "script-src {w}/api/",
    "script-src {w}/api",
    "script-src {w}/%61pi/v1/",
    "script-src {w}/api/v1/{c}/load.js",
    "script-src {w}/api/v1/{c}/load.j",
    "script-src {w}/api/v1/{c}/load.js?a=1",
    "script-src 'unsafe-inline' 'unsafe-eval'",
    "script-src 'strict-dynamic' {w}",
    "script-src 'nonce-abc'",
    "script-src 'nonce-abc' 'strict-dynamic'",
    "sandbox allow-same-origin",
    "sandbox allow-scripts allow-same-origin",
    "script-src {w}, script-src 'self'",
    "script-src {w}, img-src 'self'",
    "require-trusted-types-for 'script'; trusted-types 'none'",
    ";;, ;",
    "script-src\t{w} ;",
    "script-src é {w}",
    "script-src {w}; é",
]
TAGS = [
    ("script-src 'nonce-abc'", "nonce=abc"),
    ("script-src 'NONCE-abc'", "nonce=abc"),
    ("script-src 'nonce-abc'", "nonce=ABC"),
    ("script-src 'nonce-abc' 'strict-dynamic'", "nonce=abc"),
    ("default-src 'nonce-abc'", "nonce=abc"),
    ("script-src '{t}'", "integrity={t} crossorigin"),
    ("script-src '{t}'", "integrity={t}"),
    ("script-src '{t}' 'strict-dynamic'", "integrity={t} crossorigin"),
    ("script-src 'sha256-AAAA'", "integrity={t} crossorigin"),
    ("script-src '{t}'", ""),
    ("script-src {w}", "type=text/plain"),
    ("script-src {w}", "type=TEXT/JavaScript"),
    ("script-src {w}", "type=module crossorigin"),
    ("script-src {w}", "nomodule"),
]


def snippet(live: Live) -> Snippet:
    integrity = live.server.get("/widget/integrity.json").json()
    [(version, files)] = integrity.items()
    w, app = live.server.base_url, live.a
    pinned = f"{w}/widget/{version}/fomo.js"
    return Snippet(app.row["snippet"], app.load_js, w, app.client_id, pinned, files["fomo.js"])


def guide(live: Live, name: str) -> list[str]:
    """The code of a guide's steps."""
    return [step.code for one in site_guides(snippet(live)) if one.id == name for step in one.steps if step.code]


def said(live: Live, url: str) -> str:
    """What "Is it installed?" makes of a page."""
    found = fetch(OPEN_GUARD, url)
    assert isinstance(found, Fetched), found
    return judge(found, url, Wanted(live.a.client_id, live.server.base_url)).verdict


def filled(text: str, live: Live) -> str:
    made = snippet(live)
    for name, value in (("{w}", made.base_url), ("{h}", "127.0.0.1"), ("{p}", str(live.server.port))):
        text = text.replace(name, value)
    return text.replace("{c}", made.client_id).replace("{t}", made.integrity)


@pytest.mark.slow
def test_what_is_said_of_policies_is_what_the_browser_does(
    live: Live, host_page: HostPages, new_page: Callable[..., Page]
) -> None:
    """Every policy as a header, and again in the page itself."""
    page, wrong = new_page(), []
    for policy in POLICIES:
        text = filled(policy, live)
        meta = f'<meta http-equiv="Content-Security-Policy" content="{text}">'
        pages = [host_page(f"<!doctype html><head><meta charset=utf-8>{meta}{live.a.row['snippet']}</head>")]
        if text.isascii():
            pages.append(host_page(f"<!doctype html>{live.a.row['snippet']}", {"Content-Security-Policy": text}))
        for where, url in zip(("page", "header"), pages, strict=False):
            verdict = said(live, url)
            # A sandbox without scripts can not be asked by a script: its feed is never asked for.
            page.goto(url, wait_until="load")
            ran = False if "sandbox allow-same-origin" in text and where == "header" else bool(page.evaluate(VERSION))
            if (verdict == "installed") is not ran:
                wrong.append((where, policy, verdict, ran))
    assert not wrong


def test_what_is_said_of_tags_is_what_the_browser_does(
    live: Live, host_page: HostPages, new_page: Callable[..., Page]
) -> None:
    """Nonces, hashes, and kinds of scripts that do not run."""
    page, wrong, made = new_page(), [], snippet(live)
    for policy, attributes in TAGS:
        headers = {"Content-Security-Policy": filled(policy, live)}
        hashed = "{t}" in attributes
        address = f"src={made.pinned} data-client-id={made.client_id}" if hashed else f"src={made.url}"
        url = host_page(f"<!doctype html><script async {address} {filled(attributes, live)}></script>", headers)
        page.goto(url, wait_until="load")
        ran, verdict = bool(page.evaluate(VERSION)), said(live, url)
        if (verdict == "installed") is not ran:
            wrong.append((policy, attributes, verdict, ran))
    assert not wrong


@pytest.mark.parametrize("way", ["html", "strict"])
def test_the_tag_of_a_guide_shows_a_card(way: str, live: Live, host_page: HostPages, new_page: Callable[..., Page]) -> None:
    """That of strict pages under the policy that its own guide names."""
    *policy, tag = guide(live, way) or [snippet(live).tag]
    headers = {"Content-Security-Policy": policy[0]} if policy else {}
    url = host_page(f"<!doctype html><head>{tag}</head>", headers)
    page = new_page()
    page.goto(url)
    page.locator(CARD).wait_for()
    assert said(live, url) == "installed"


TAG_MANAGER = """<!doctype html><body><template id=custom>{tag}</template><script>
  // As a tag manager puts custom HTML in: elements that come as text do not run, so each script is made anew, with the
  // attributes that it knows and no others.
  const holder = document.createElement('div');
  holder.hidden = true;
  holder.innerHTML = document.querySelector('#custom').innerHTML;
  for (const script of holder.querySelectorAll('script')) {{
    const anew = document.createElement('script');
    if (script.src) anew.src = script.src;
    anew.async = true;
    anew.text = script.text;
    script.replaceWith(anew);
  }}
  addEventListener('load', () => document.body.append(holder));
</script>"""


def test_a_tag_manager_brings_it_in(live: Live, host_page: HostPages, new_page: Callable[..., Page]) -> None:
    [tag] = guide(live, "tag-manager")
    page = new_page()
    page.goto(host_page(TAG_MANAGER.format(tag=tag)))
    page.locator(CARD).wait_for()


@pytest.mark.parametrize("early", [True, False], ids=["before it has loaded", "after"])
@pytest.mark.parametrize("agreed", [True, False])
def test_shopifys_banner_is_waited_for(
    early: bool, agreed: bool, live: Live, host_page: HostPages, new_page: Callable[..., Page]
) -> None:
    """Its event, as its own page dispatches it; nothing is asked for before."""
    code = guide(live, "shopify")[1]
    detail = f"{{detail: {{analyticsAllowed: {str(agreed).lower()}}}}}"
    tell = f"document.dispatchEvent(new CustomEvent('visitorConsentCollected', {detail}))"
    now = f"<script>{tell}</script>" if early else ""
    page, asked = new_page(), []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(host_page(f"<!doctype html><head>{code}{now}</head>"), wait_until="load")
    page.wait_for_function(VERSION)
    if not early:
        page.evaluate("() => new Promise((done) => setTimeout(done, 300))")
        assert not [url for url in asked if "/js-obj/" in url]
        page.evaluate(tell)
    if agreed:
        page.locator(CARD).wait_for()
    else:
        page.evaluate("() => new Promise((done) => setTimeout(done, 1500))")
        assert not [url for url in asked if "/js-obj/" in url]
        assert page.evaluate("fomo.whyDisabled()") == "consent"


CLIENT = """
import { StrictMode, createElement as h } from 'react';
import { createRoot } from 'react-dom/client';
import { Tidings } from './tidings.js';
const root = createRoot(document.querySelector('#root'));
window.draw = (there) => root.render(h(StrictMode, null, h('h1', null, 'Shop'), there ? h(Tidings) : null));
draw(true);
"""


def test_react_loads_one_widget_however_often_it_mounts(
    live: Live, host_page: HostPages, new_page: Callable[..., Page], tmp_path: Path, page_errors: list[str]
) -> None:
    """In strict mode, which mounts everything twice."""
    if not (MODULES / "react-dom").exists():
        pytest.skip("react-dom is not installed: npm ci in widget/")
    (tmp_path / "tidings.js").write_text(guide(live, "react")[1])
    (tmp_path / "client.js").write_text(CLIENT)
    command = [str(MODULES / ".bin" / "esbuild"), str(tmp_path / "client.js"), "--bundle", "--log-level=error"]
    command += ['--define:process.env.NODE_ENV="development"', f"--outfile={tmp_path / 'out.js'}"]
    subprocess.run(command, check=True, env={"NODE_PATH": str(MODULES), "PATH": os.environ["PATH"]}, timeout=60)
    host_page.add("/client.js", (tmp_path / "out.js").read_bytes(), {"Content-Type": "text/javascript"})
    page = new_page()
    page.goto(host_page("<!doctype html><div id=root></div><script src=/client.js></script>"))
    page.locator(CARD).wait_for()
    for there in (False, True, False, True):
        page.evaluate(f"draw({str(there).lower()})")
        page.evaluate("() => new Promise((done) => setTimeout(done, 200))")
    assert page.locator("div#someone-purchased").count() == 1
    assert not page_errors
