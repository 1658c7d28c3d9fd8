"""Time ago: rounded down, never younger than the event, in the language of the application."""

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from tidings.render.time_ago import time_ago

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
