"""The card in many languages, from the real server: labels, the age in plural forms and digits, direction, any script."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from tests.browser.visits import Visit

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from tests.host_pages import HostPages
    from tests.live import LiveApp

pytestmark = pytest.mark.browser

# The words as a person of that language expects them: "Close", and "3 hours ago" as CLDR has it.
WORDS = {
    "en": ("Close", "3 hours ago"),
    "de": ("Schließen", "vor 3 Stunden"),
    "fr": ("Fermer", "il y a 3 heures"),
    "es": ("Cerrar", "hace 3 horas"),
    "pt": ("Fechar", "há 3 horas"),
    "it": ("Chiudi", "3 ore fa"),
    "nl": ("Sluiten", "3 uur geleden"),
    "sv": ("Stäng", "för 3 timmar sedan"),
    "da": ("Luk", "for 3 timer siden"),
    "fi": ("Sulje", "3 tuntia sitten"),
    "pl": ("Zamknij", "3 godziny temu"),
    "cs": ("Zavřít", "před 3 hodinami"),
    "sk": ("Zavrieť", "pred 3 hodinami"),
    "sl": ("Zapri", "pred 3 urami"),
    "hu": ("Bezárás", "3 órával ezelőtt"),
    "ro": ("Închide", "acum 3 ore"),
    "bg": ("Затвори", "преди 3 часа"),
    "ru": ("Закрыть", "3 часа назад"),
    "uk": ("Закрити", "3 години тому"),
    "el": ("Κλείσιμο", "πριν από 3 ώρες"),
    "tr": ("Kapat", "3 saat önce"),
    "ar": ("إغلاق", "قبل 3 ساعات"),
    "he": ("סגירה", "לפני 3 שעות"),
    "fa": ("بستن", "۳ ساعت پیش"),
    "hi": ("बंद करें", "3 घंटे पहले"),
    "bn": ("বন্ধ করুন", "৩ ঘন্টা আগে"),
    "th": ("ปิด", "3 ชั่วโมงที่ผ่านมา"),
    "ja": ("閉じる", "3 時間前"),
    "zh": ("关闭", "3小时前"),
    "ko": ("닫기", "3시간 전"),
    "vi": ("Đóng", "3 giờ trước"),
    "id": ("Tutup", "3 jam yang lalu"),
    "sw": ("Funga", "saa 3 zilizopita"),
}
RIGHT_TO_LEFT = {"ar", "he", "fa"}
# One of each kind of script and direction; the others with `make test-all`.
EVERY_TIME = {"de", "ru", "ar", "fa", "hi", "th", "ja"}
READ = """() => {
  const card = document.querySelector('#someone-purchased').shadowRoot.querySelector('section');
  const of = (part) => card.querySelector(`[part=${part}]`);
  const message = of('message').getBoundingClientRect();
  return {
    close: of('close').getAttribute('aria-label'), stop: of('stop').textContent, region: card.getAttribute('aria-label'),
    time: of('time').textContent, lang: card.lang, direction: getComputedStyle(card).direction,
    message: of('message').textContent,
    overflow: [...card.querySelectorAll('p, small, button')].filter((one) => {
      const box = one.getBoundingClientRect(), all = card.getBoundingClientRect();
      return box.left < all.left - 1 || box.right > all.right + 1;
    }).map((one) => one.textContent),
    closeIsLeft: of('close').getBoundingClientRect().left < message.left + message.width / 2,
  };
}"""


@pytest.mark.parametrize(
    "language", [pytest.param(name, marks=() if name in EVERY_TIME else pytest.mark.slow) for name in WORDS]
)
def test_a_card_in_that_language(language: str, live_app: LiveApp, host_page: HostPages, page: Page) -> None:
    """A name of another script stays whole, the buttons are named, and everything fits a phone."""
    live_app.request("PATCH", "", {"application": {"language": language, "page_load": 0}})
    live_app.post_event(first_name="محمد", city="Zürich", title="墨水 ink", created_at=int(time.time()) - 3 * 3600 - 300)
    page.set_viewport_size({"width": 320, "height": 480})
    visit = Visit(page, host_page(f"<!doctype html><title>A shop</title><script src='{live_app.load_js}' async></script>"))
    page.goto(visit.url)
    visit.see()
    read = page.evaluate(READ)
    close, ago = WORDS[language]
    # CLDR sets some of its numbers off with a space that does not break.
    assert (read["close"], " ".join(read["time"].split())) == (close, ago)
    assert read["lang"] == language
    assert read["direction"] == ("rtl" if language in RIGHT_TO_LEFT else "ltr")
    assert read["closeIsLeft"] == (language in RIGHT_TO_LEFT)
    assert "محمد" in read["message"]
    assert "墨水 ink" in read["message"]
    assert read["region"]
    assert language == "en" or read["stop"] != "Stop showing these"
    assert read["overflow"] == []
