"""Time ago: rounded down, never younger than the event, in the language of the application."""

import re
import unicodedata
from datetime import timedelta
from itertools import product

import pytest
from babel import Locale
from babel.dates import format_timedelta
from babel.localedata import locale_identifiers
from hypothesis import given
from hypothesis import strategies as st

from tidings.render.time_ago import UNITS, ZEROS, time_ago

ENGLISH = Locale("en")
SECONDS = {"minute": 60, "hour": 3_600, "day": 86_400, "week": 604_800, "month": 2_592_000, "year": 31_536_000}


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "just now"),
        (0, "just now"),
        (59, "just now"),
        (60, "1 minute ago"),
        (119, "1 minute ago"),
        (120, "2 minutes ago"),
        (3_599, "59 minutes ago"),
        (3_600, "1 hour ago"),
        (86_399, "23 hours ago"),
        (86_400, "1 day ago"),
        (13 * 86_400, "1 week ago"),
        (31_535_999, "12 months ago"),
        (31_536_000, "1 year ago"),
    ],
)
def test_english(seconds: int, words: str) -> None:
    assert time_ago(seconds, ENGLISH) == words


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", "vor 2 Minuten"),
        ("fr", "il y a 2 minutes"),
        ("pl", "2 minuty temu"),
        ("ar", "قبل دقيقتين"),
        ("ja", "2 分前"),
        ("ru", "2 минуты назад"),
    ],
)
def test_plural_forms(language: str, words: str) -> None:
    assert time_ago(150, Locale(language)) == words


@given(st.integers(min_value=60, max_value=3_000_000_000))
def test_never_older_and_less_than_one_unit_behind(seconds: int) -> None:
    number, unit, _ago = time_ago(seconds, ENGLISH).split()
    length = SECONDS[unit.removesuffix("s")]
    assert int(number) * length <= seconds < (int(number) + 1) * length


EVERY_LOCALE = sorted(locale_identifiers())
LANGUAGES = sorted({name.partition("_")[0] for name in EVERY_LOCALE})
AGES = sorted(
    {count * length for count in range(1, 13) for _unit, length in UNITS if count * length < 40 * SECONDS["year"]}
    | {21 * 60, 22 * 60, 31 * 60, 51 * 60, 59 * 60, 0, 59, 150}
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_locale_of_cldr(language: str) -> None:
    """Words for every age, never an exception, and no number but the right one, in the digits of the language."""
    locales = [Locale.parse(name) for name in EVERY_LOCALE if name.partition("_")[0] == language]
    for locale, seconds in product(locales, AGES):
        words = time_ago(seconds, locale)
        assert words == words.strip()
        assert any(character.isalpha() for character in words)
        assert "{" not in words
        assert not re.search(r"(?<!\S)[-−]\d", words)
        # What stands for the number in a word of its own ("two days" in Arabic) has no digits at all.
        digits = "".join(character for character in words if character.isdecimal())
        assert digits in ("", str(count_of(seconds)), in_digits_of(count_of(seconds), locale))


def count_of(seconds: int) -> int:
    return next((seconds // length for _unit, length in UNITS if seconds >= length), 0)


def in_digits_of(count: int, locale: Locale) -> str:
    zero = ord(ZEROS.get(locale.default_numbering_system, "0"))
    return "".join(chr(zero + int(digit)) for digit in str(count))


def test_all_default_digits_of_cldr_are_known() -> None:
    systems = {Locale.parse(name).default_numbering_system for name in EVERY_LOCALE}
    assert systems == {"latn", *ZEROS}
    for zero in ZEROS.values():
        assert [unicodedata.decimal(chr(ord(zero) + digit)) for digit in range(10)] == list(range(10))


# From CLDR's own charts (https://cldr.unicode.org), a count of each plural category.
PLURALS = {
    "pl": {1: "1 minutę temu", 2: "2 minuty temu", 5: "5 minut temu", 12: "12 minut temu", 22: "22 minuty temu"},
    "ru": {1: "1 минуту назад", 3: "3 минуты назад", 5: "5 минут назад", 11: "11 минут назад", 21: "21 минуту назад"},
    "uk": {1: "1 хвилину тому", 4: "4 хвилини тому", 7: "7 хвилин тому", 14: "14 хвилин тому", 31: "31 хвилину тому"},
    "ar": {
        1: "قبل دقيقة واحدة",
        2: "قبل دقيقتين",
        3: "قبل 3 دقائق",
        10: "قبل 10 دقائق",
        11: "قبل 11 دقيقة",
        59: "قبل 59 دقيقة",
    },
    "lt": {1: "prieš 1 minutę", 2: "prieš 2 minutes", 10: "prieš 10 minučių", 21: "prieš 21 minutę", 22: "prieš 22 minutes"},
    "cs": {1: "před 1 minutou", 2: "před 2 minutami", 5: "před 5 minutami"},
    "sl": {1: "pred 1 minuto", 2: "pred 2 minutama", 3: "pred 3 minutami", 5: "pred 5 minutami"},
    "he": {1: "לפני דקה", 2: "לפני שתי דקות", 3: "לפני 3 דקות", 20: "לפני 20 דקות"},
    "fr": {1: "il y a 1 minute", 2: "il y a 2 minutes"},
    "ga": {1: "1 nóiméad ó shin", 3: "3 nóiméad ó shin", 7: "7 nóiméad ó shin"},
    "lv": {1: "pirms 1 minūtes", 2: "pirms 2 minūtēm", 21: "pirms 21 minūtes"},
    "ro": {1: "acum 1 minut", 2: "acum 2 minute", 20: "acum 20 de minute"},
    "hr": {1: "prije 1 minutu", 2: "prije 2 minute", 5: "prije 5 minuta", 21: "prije 21 minutu"},
    "fa": {1: "۱ دقیقه پیش", 12: "۱۲ دقیقه پیش"},
    "bn": {1: "১ মিনিট আগে", 30: "৩০ মিনিট আগে"},
    "mr": {1: "१ मिनिटापूर्वी", 2: "२ मिनिटांपूर्वी"},
    "ja": {1: "1 分前", 2: "2 分前"},
}


@pytest.mark.parametrize(
    ("language", "count", "words"),
    [(language, count, words) for language, forms in PLURALS.items() for count, words in forms.items()],
)
def test_every_plural_form(language: str, count: int, words: str) -> None:
    assert time_ago(count * 60 + 59, Locale(language)) == words


@pytest.mark.parametrize(
    "language", ["pl", "ru", "uk", "ar", "lt", "lv", "cs", "sk", "sl", "he", "cy", "br", "ga", "mt", "hr", "be"]
)
def test_the_form_is_the_one_that_cldr_names(language: str) -> None:
    """Babel's own formatting, which is CLDR's patterns and plural rules, says the same of whole units."""
    locale = Locale(language)
    for seconds in (count * length for unit, length in UNITS for count in range(1, 60) if count < LIMITS[unit]):
        ours = "".join(str(unicodedata.decimal(one, one)) for one in time_ago(seconds, locale))
        assert ours == format_timedelta(timedelta(seconds=-seconds), threshold=1, add_direction=True, locale=locale)


# How many of a unit there are before the next one takes over.
LIMITS = {"minute": 60, "hour": 24, "day": 7, "week": 4, "month": 12, "year": 60}


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("gsw", ["just now", "2 minutes ago"]),
        ("af", ["nou net", "2 minute gelede"]),
        ("hy", ["0 րոպե առաջ", "2 րոպե առաջ"]),
        ("mi", ["0 meneti i mua", "2 meneti i mua"]),
    ],
)
def test_just_now_and_languages_without_words(tag: str, words: list[str]) -> None:
    """In the catalogue's words; without a catalogue in CLDR's; where CLDR has none ("-2 min"), English as the labels are."""
    assert [time_ago(20, Locale(tag)), time_ago(120, Locale(tag))] == words
