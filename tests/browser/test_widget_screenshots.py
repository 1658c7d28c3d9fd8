"""Each theme, scheme, direction and width as a picture: the same in any page, and never the same as another's.

Pictures of an earlier day would not do: fonts differ from machine to machine, so every letter would. What must not differ is
the card in two page loads of one run, one of them in a page whose style sheet attacks everything it can name.
"""

from __future__ import annotations

from itertools import combinations, product
from typing import TYPE_CHECKING

import pytest
from tests.browser.pixels import picture_of, share_that_differs
from tests.browser.test_widget_isolation import HOSTILE_CSS
from tests.browser.visits import Visit, Visits, event, theme_names, theme_settings

if TYPE_CHECKING:
    from PIL.Image import Image

pytestmark = pytest.mark.browser
MOST = 0.001
HEIGHT = 320
VARIANTS = list(product(("light", "dark"), ("ltr", "rtl"), (320, 1280)))
WORDS = ["Zo\u00eb from K\u00f6ln just bought a ", ["a", "clay pot"], " ", ["time"]]
EVENT = event(1, WORDS, first_name="Zo\u00eb", image_url=None)


Variant = tuple[str, str, str, int]


def pictures(visit: Visits, head: str) -> dict[Variant, Image]:
    """A picture of the card, and of what is around it: each theme in each variant, in one page load."""
    html = f"<!doctype html><html lang=en><meta charset=utf-8><title>A shop</title>{head}{{tag}}<body></body>"
    v = visit([EVENT], {"displayFor": 600, "manualTrigger": True}, html=html, reduced_motion="reduce")
    v.page.wait_for_function("window.fomo && fomo.recentEvents.length")
    return {(theme, *variant): picture(v, theme, *variant) for variant in VARIANTS for theme in theme_names()}


def picture(v: Visit, theme: str, scheme: str, direction: str, width: int) -> Image:
    v.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    v.page.set_viewport_size({"width": width, "height": HEIGHT})
    v.js(
        "(settings) => { fomo.trigger('stop'); fomo.configure(settings); }",
        {"direction": direction, **theme_settings(theme)},
    )
    v.js("fomo.displayNotification(fomo.recentEvents[0])")
    v.card.wait_for(state="attached")
    box = v.box()
    left, top = max(0, box["left"] - 12), max(0, box["top"] - 12)
    right, bottom = min(width, box["right"] + 12), min(HEIGHT, box["bottom"] + 12)
    return picture_of(v.page, {"x": left, "y": top, "width": right - left, "height": bottom - top})


@pytest.mark.slow
@pytest.mark.criterion(93)
def test_a_card_is_the_same_picture_in_any_page(visit: Visits) -> None:
    """At most one pixel in a thousand differs between a plain page and a hostile one; and no two variants are alike."""
    plain = pictures(visit, "")
    hostile = pictures(visit, f"<style>{HOSTILE_CSS}</style>")
    differ = {variant: share_that_differs(one, hostile[variant]) for variant, one in plain.items()}
    assert not {variant: share for variant, share in differ.items() if share > MOST}
    for one in plain.values():
        assert len(one.getcolors(1 << 20) or []) > 30, "it is a picture, not a plain surface"
    # Of one theme each scheme and direction (a width may be its own), of one variant each theme.
    for one, other in combinations(plain, 2):
        if one[1:] == other[1:] or (one[0] == other[0] and one[3] == other[3]):
            assert share_that_differs(plain[one], plain[other]) > MOST, (one, other)
