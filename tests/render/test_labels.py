"""The catalogues: every language has every label, and every locale finds the nearest of them."""

import re
import unicodedata

import pytest
from babel import Locale
from babel.localedata import locale_identifiers
from babel.messages.pofile import read_po

from tidings.render.labels import (
    CATALOGUES,
    ENGLISH,
    Labels,
    catalogues,
    direction_of,
    is_known_language,
    labels_of,
    locale_of,
)

FIELDS = Labels.__struct_fields__
TEMPLATE = CATALOGUES / "labels.pot"
WANTED = (
    "ar bg bn ca cs da de el es et fa fi fil fr he hi hr hu id it ja ko lt lv ms nl no pl pt pt_PT ro ru sk sl sr sv sw "
    "ta te th tr uk ur vi zh zh_Hant"
)


def test_there_are_catalogues_for_the_languages_that_people_sell_in() -> None:
    assert set(WANTED.split()) <= catalogues()
    assert len(catalogues()) >= 30


def test_the_template_asks_for_every_label() -> None:
    with TEMPLATE.open("rb") as file:
        asked = [message for message in read_po(file) if message.id]
    assert [message.id for message in asked] == [getattr(ENGLISH, name) for name in FIELDS]
    assert all(message.auto_comments for message in asked)


@pytest.mark.parametrize("name", sorted(catalogues()))
def test_no_label_is_missing(name: str) -> None:
    locale = Locale.parse(name)
    with (CATALOGUES / f"{name}.po").open("rb") as file:
        catalogue = read_po(file, abort_invalid=True)
    assert str(catalogue.locale) == name
    assert locale.get_display_name("en") in catalogue.header_comment
    written = {str(message.id): message for message in catalogue if message.id}
    assert list(written) == [getattr(ENGLISH, field) for field in FIELDS]
    for english, message in written.items():
        text = str(message.string)
        assert text
        assert text != english
        assert text == text.strip() == unicodedata.normalize("NFC", text)
        assert not message.fuzzy
        assert not any(unicodedata.category(character) in ("Cc", "Co", "Cn") for character in text)
        assert len(text) <= len(english) * 2 + 12
    labels = labels_of(locale)
    # Short enough for a button beside the time, on a card of 320 px.
    assert len(labels.close) <= 18
    assert len(labels.stop) <= 32
    assert "Fomo" in labels.off
    assert "Apps > Enable" in labels.off


@pytest.mark.parametrize("name", sorted(catalogues()))
def test_the_letters_are_those_of_the_language(name: str) -> None:
    """Most letters are of the script that CLDR says the language is written in; RTL languages have RTL labels."""
    scripts = {
        "ARABIC": "ar fa ur",
        "BENGALI": "bn",
        "CJK": "zh zh_Hant",
        "CYRILLIC": "be bg kk mk ru sr uk",
        "DEVANAGARI": "hi mr ne",
        "GEORGIAN": "ka",
        "GREEK": "el",
        "GUJARATI": "gu",
        "GURMUKHI": "pa",
        "HANGUL": "ko",
        "HEBREW": "he",
        "TAMIL": "ta",
        "TELUGU": "te",
        "THAI": "th",
    }
    script = next((script for script, names in scripts.items() if name in names.split()), "LATIN")
    labels = labels_of(Locale.parse(name))
    for text in (labels.someone, labels.just_now, labels.region, labels.close, labels.stop):
        letters = [letter for letter in text if letter.isalpha()]
        fitting = ("HIRAGANA", "KATAKANA", "CJK") if name == "ja" else (script, "MODIFIER LETTER")
        assert all(unicodedata.name(letter).startswith(fitting) for letter in letters), text
    assert (direction_of(Locale.parse(name)) == "rtl") == (script in ("ARABIC", "HEBREW"))


@pytest.mark.parametrize(
    ("tag", "close"),
    [
        ("en", "Close"),
        ("en-GB", "Close"),
        ("de-AT", "Schließen"),
        ("pt-BR", "Fechar"),
        ("nb", "Lukk"),
        ("no-NO", "Lukk"),
        ("iw", "סגירה"),
        ("zh-CN", "关闭"),
        ("zh-TW", "關閉"),
        ("zh-Hant-HK", "關閉"),
        ("zh-Hans-SG", "关闭"),
        ("sr-Latn-ME", "Zatvori"),
        ("sr-RS", "Затвори"),
        ("uz-Cyrl", "Close"),
        ("az-Arab", "Close"),
        ("gd", "Close"),
        ("de-MX", "Schließen"),
        ("xx", "Close"),
    ],
)
def test_the_nearest_catalogue(tag: str, close: str) -> None:
    assert labels_of(locale_of(tag)).close == close


@pytest.mark.parametrize("tag", ["en", "pt-BR", "pt_BR", "zh-Hant-TW", "no-NO", "de-MX", "DE-at", "yue-HK", "es-419"])
def test_a_language_that_cldr_knows(tag: str) -> None:
    assert is_known_language(tag)
    assert locale_of(tag).language == tag[:3].rstrip("-_").lower()


@pytest.mark.parametrize("tag", ["", "xx", "xx-DE", "english", "de-XX", "en-u-ca-buddhist", "de-", "-de", "e"])
def test_a_language_that_cldr_does_not_know(tag: str) -> None:
    assert not is_known_language(tag)
    assert locale_of(tag) == Locale("en")


def test_portuguese_of_africa_is_that_of_portugal() -> None:
    assert labels_of(locale_of("pt-AO")).stop == labels_of(locale_of("pt-PT")).stop != labels_of(locale_of("pt")).stop


def test_every_locale_has_labels() -> None:
    for name in locale_identifiers():
        labels = labels_of(Locale.parse(name))
        assert all(getattr(labels, field) for field in FIELDS if field != "just_now")
        # A language that has no catalogue says "just now" in words of CLDR.
        assert labels.just_now or labels.close == ENGLISH.close


def test_the_english_sentence_is_fomos_own() -> None:
    assert re.fullmatch(
        r"Fomo is currently turned off on this domain\. To re-enable, .+ next to this website\.", ENGLISH.off
    )
