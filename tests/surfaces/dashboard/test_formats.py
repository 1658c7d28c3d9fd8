"""How pages write numbers, money, shares and times."""

import pytest

from tidings.records.goal import CURRENCIES
from tidings.surfaces.dashboard import formats

NOON = 1_792_584_000_000  # 2026-10-21T16:00:00Z


@pytest.mark.parametrize(("value", "text"), [(0, "0"), (1234567, "1,234,567"), (-5000, "-5,000"), (2.5, "2.5"), (None, "–")])
def test_numbers(value: float | None, text: str) -> None:
    assert formats.number(value) == text


@pytest.mark.parametrize(
    ("share", "places", "text"),
    [(0.0312, 1, "3.1%"), (0.5, 1, "50%"), (0.00042, 2, "0.04%"), (12.5, 0, "1,250%"), (0, 1, "0%"), (None, 1, "–")],
)
def test_shares(share: float | None, places: int, text: str) -> None:
    assert formats.percent(share, places) == text


@pytest.mark.parametrize(
    ("share", "text"), [(0.124, "+12%"), (0.054, "+5.4%"), (-0.5, "−50%"), (0, "0%"), (None, "–"), (3.0, "+300%")]
)
def test_changes_have_a_sign(share: float | None, text: str) -> None:
    assert formats.change(share) == text


@pytest.mark.parametrize(
    ("cents", "currency", "text"),
    [(123456, "pound", "£1,234.56"), (1999, "euro", "€19.99"), (500, "dollar", "US$5.00"), (1999, "integer", "1,999")],
)
def test_money(cents: int, currency: str, text: str) -> None:
    assert formats.money(cents, currency) == text
    assert formats.money(None, currency) == "–"


def test_every_currency_is_known() -> None:
    assert {*formats.ISO_CODES, "integer", "none"} == {*CURRENCIES}
    for currency in CURRENCIES:
        assert formats.money(100, currency)


def test_counted_things() -> None:
    assert formats.count(1, "event") == "1 event"
    assert formats.count(0, "event") == "0 events"
    assert formats.count(1234, "entry") == "1,234 entries"
    assert formats.count(2, "ox", "oxen") == "2 oxen"


def test_moments_are_told_in_a_time_zone() -> None:
    shown = formats.moment(NOON, "Europe/Lisbon")
    assert str(shown).startswith('<time datetime="2026-10-21T')
    assert "21 Oct 2026" in shown
    assert formats.moment(NOON, "UTC") != shown
    assert formats.moment(NOON, "Mars/Olympus") == formats.moment(NOON, "UTC"), "a zone that is not there any more"
    assert formats.moment(None) == "–"
    assert formats.day(NOON) == formats.moment(NOON, "UTC", "d MMM y")


def test_how_long_ago() -> None:
    assert ">2 minutes ago<" in formats.ago(NOON - 125_000, NOON)
    assert ">just now<" in formats.ago(NOON + 5_000, NOON), "a clock that was ahead"
    assert formats.ago(None, NOON) == "–"


def test_what_stands_in_a_time_is_escaped() -> None:
    assert "<b>" not in formats.moment(NOON, "UTC", "'<b>'")


@pytest.mark.parametrize(
    ("hours", "shown"), [(0, "20:06:40"), (20, "00:06:40"), (21, "17 Nov, 23:06"), (360 * 24, "23 Nov 2025, 20:06")]
)
def test_a_list_says_only_what_its_reader_does_not_know(hours: int, shown: str) -> None:
    now = 1_795_000_000_000
    assert f">{shown}</time>" in formats.listed(now - hours * 3_600_000, now, "Asia/Tokyo")
