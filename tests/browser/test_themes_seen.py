"""Themes in pixels: words over a busy page, the focus ring, forced colours; how they move; their pictures."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest
from tests.browser.theme_drawing import AT_ONCE, HELD, USUAL, draw, probe, settings_of, settle
from tests.browser.visits import THEMES, Visit, Visits, event, theme_names

pytestmark = pytest.mark.browser
PRODUCTS = THEMES.parent / "demo_site" / "products"
SMALL = {"width": 720, "height": 240}
MOVES = {"opacity", "transform", "translate", "rotate", "scale"}
# Black, white and colours side by side, finer than a letter: the worst of every page at once.
BUSY = "repeating-conic-gradient(#fff 0 12.5%, #000 0 25%, #e11 0 37.5%, #11e 0 50%) 0 0 / 6px 6px"
WITHOUT_BLUR = "* { -webkit-backdrop-filter: none !important; backdrop-filter: none !important }"
NO_INK = """* { -webkit-text-fill-color: transparent !important; text-decoration-color: transparent !important }
  #fomo-close::before, #fomo-close::after { border-color: transparent !important }"""


def screenshot(v: Visit) -> str:
    """What is painted now, as base64 of a PNG."""
    settle(v)
    return base64.b64encode(v.page.screenshot()).decode()


def ground(v: Visit) -> str:
    """A screenshot without letters and cross: what they stand on."""
    swap = """(card, css) => { const root = card.getRootNode(), sheets = root.adoptedStyleSheets.slice(0, 3);
        if (css) { sheets.push(new CSSStyleSheet()); sheets.at(-1).replaceSync(css); }
        root.adoptedStyleSheets = sheets; }"""
    v.card.evaluate(swap, NO_INK)
    png = screenshot(v)
    v.card.evaluate(swap, "")
    return png


@pytest.mark.parametrize("theme", HELD)
def test_words_stand_out_over_the_busiest_page(visit: Visits, theme: str) -> None:
    """Text 4.5:1, the cross 3:1, against every pixel of the ground, in both schemes and without any blur."""
    v = draw(visit, theme, [event(1, USUAL, first_name="Maren")], AT_ONCE + WITHOUT_BLUR, viewport=SMALL)
    v.js("(ground) => { document.body.style.cssText = `margin: 0; height: 100vh; background: ${ground}` }", BUSY)
    v.display(1)
    for scheme in ("light", "dark"):
        v.page.emulate_media(color_scheme=scheme)
        v.box()
        inks = probe(v, "inks")
        assert len(inks) >= 5
        assert v.js("([png, inks]) => probe.faintInPixels(png, inks)", [ground(v), inks]) == [], scheme


@pytest.mark.parametrize("theme", HELD)
def test_the_ring_is_seen_with_and_without_forced_colours(visit: Visits, theme: str) -> None:
    """As many pixels as the way around change by 3:1 when link, stop and close get the focus; borders and cross stay."""
    v = draw(visit, theme, [event(1, USUAL, first_name="Maren")], viewport=SMALL)
    for scheme, forced in (("light", "none"), ("dark", "none"), ("dark", "active")):
        v.page.emulate_media(color_scheme=scheme, forced_colors=forced)
        v.display(1)
        v.box()
        v.page.locator("#buy").focus()
        before = screenshot(v)
        for part in ("link", "stop", "close"):
            v.page.keyboard.press("Tab")
            around, changed = v.js("([before, after]) => probe.ring(before, after)", [before, screenshot(v)])
            # A round ring is shorter than its box.
            assert changed >= around * 0.75, (part, scheme, forced)
    assert min(probe(v, "forced")) >= 3


@pytest.mark.parametrize("theme", HELD)
def test_motion_is_short_and_rests_for_who_asks(visit: Visits, theme: str) -> None:
    """150 to 250 ms, transform and opacity only, gone within the 200 ms of a leaving card; none under reduced motion."""
    v = draw(visit, theme, [event(1, USUAL)], "")
    v.display(1)
    animations, frames, (properties, durations, delays) = probe(v, "motion")
    assert len(animations) == 1, "the card comes in by an animation of its own, and nothing else moves"
    assert 0.15 <= seconds(animations[0][0]) <= 0.25
    assert animations[0][1:] == ["0s", "1"]
    assert {*frames} <= MOVES
    assert "opacity" in properties
    assert {*properties} <= MOVES
    assert all(0.15 <= seconds(one) <= 0.2 for one in durations)
    assert {*delays} == {"0s"}

    v.page.emulate_media(reduced_motion="reduce")
    v.display(1)
    animations, _, (_, durations, _) = probe(v, "motion")
    assert animations == []
    assert {*durations} == {"0s"}
    v.card.locator("#fomo-close").click()
    v.page.locator("[part=card]").wait_for(state="detached", timeout=1500)


def seconds(duration: str) -> float:
    return float(duration.removesuffix("s"))


@pytest.mark.parametrize("theme", theme_names())
def test_the_preview_of_each_theme(visit: Visits, theme: str, tmp_path: Path) -> None:
    """Draws the picture that theme.toml names, where SCREENSHOTS=1 asks for it anew."""
    path = THEMES / theme / "preview.png"
    asked = os.environ.get("SCREENSHOTS") == "1"
    if path.exists() and not asked:
        pytest.skip("the preview is there; SCREENSHOTS=1 makes it anew")
    picture = (PRODUCTS / "iron-gall-ink.svg").read_text("utf-8")
    colours = "linear-gradient(112deg, #efe8db 0 34%, #dba86c 0 58%, #44695c 0)"
    v = visit(
        [event(1, USUAL, time_ago="4 minutes ago", image_url="https://images.example/ink.svg")],
        settings_of(theme),
        html=f"<!doctype html><title>x</title><style>html {{ height: 100%; background: {colours} }}</style>{{tag}}",
        viewport=SMALL,
        device_scale_factor=2,
        before=lambda page: page.route("**/ink.svg", lambda it: it.fulfill(body=picture, content_type="image/svg+xml")),
    )
    v.see()
    box = v.box()
    clip = {"x": 0, "y": box["top"] - 16, "width": box["right"] + 16, "height": box["height"] + 32}
    drawn = v.page.screenshot(path=path if asked else tmp_path / "preview.png", clip=clip)
    assert 4000 < len(drawn) < 200_000
    assert path.exists(), "SCREENSHOTS=1 puts it there"
