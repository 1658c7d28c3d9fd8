"""Times in files: read when they leave no doubt, asked when they do, refused when they are none."""

import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tidings.errors import Invalid
from tidings.records.imports import TimeFormat
from tidings.surfaces.import_times import formats_of, read_time

READ: list[tuple[str, TimeFormat | None, str]] = [
    ("2026-03-04 10:22:33 -0500", None, "2026-03-04T15:22:33Z"),
    ("2026-03-04T10:22:33.123Z", "iso", "2026-03-04T10:22:33.123Z"),
    ("2026-03-04T10:22:33.123456789+05:30", None, "2026-03-04T04:52:33.123Z"),
    ("2026-03-04 10:22:33 UTC", None, "2026-03-04T10:22:33Z"),
    ("2026/3/4 10:22", None, "2026-03-04T09:22:00Z"),
    ("2026-03-04", "day_first", "2026-03-03T23:00:00Z"),
    ("03/04/2026 2:05 PM", "day_first", "2026-04-03T12:05:00Z"),
    ("03/04/2026 2:05 PM", "month_first", "2026-03-04T13:05:00Z"),
    ("12/31/25 12:00 am", "month_first", "2025-12-30T23:00:00Z"),
    ("31.12.2025 23:59", "day_first", "2025-12-31T22:59:00Z"),
    ("4. März 2026", None, "2026-03-03T23:00:00Z"),
    ("4 mars 2026 à 10h22", None, "2026-03-04T09:22:00Z"),
    ("4 de marzo de 2026, 10:22", None, "2026-03-04T09:22:00Z"),
    ("Mar 4, 2026, 10:22 am", None, "2026-03-04T09:22:00Z"),
    ("March 4th, 2026", None, "2026-03-03T23:00:00Z"),
    ("Wed, 04 Mar 2026 10:22:00 GMT", None, "2026-03-04T10:22:00Z"),
    ("1772618400", "seconds", "2026-03-04T10:00:00Z"),
    ("1772618400.5", "seconds", "2026-03-04T10:00:00.500Z"),
    ("1772618400123", "milliseconds", "2026-03-04T10:00:00.123Z"),
    ("46085.5", "excel", "2026-03-04T11:00:00Z"),
    ("2026-07-04 10:00", None, "2026-07-04T08:00:00Z"),
]


@pytest.mark.parametrize(("text", "time_format", "moment"), READ)
def test_it_is_read(text: str, time_format: TimeFormat | None, moment: str) -> None:
    found = read_time(text, time_format, "Europe/Berlin")
    assert found == round(datetime.fromisoformat(moment).timestamp() * 1_000)


@pytest.mark.parametrize(
    "text",
    ["", "  ", "now", "10", "20260304", "2026-02-30", "2026-13-01", "03/04/2026", "2026-03-04 25:00", "Foo 4, 2026",
     "2026-03-04 10:00 +99:00", "13:00 pm 2026", "x" * 101, "2026-03-04 13:00 PM",
     "1772618400", "２０２６-03-04", "0001-01-01"],
)  # fmt: skip
def test_it_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        read_time(text, "iso", "UTC")


def test_what_is_no_text_is_no_time() -> None:
    for value in (None, True, [], {}):
        with pytest.raises(Invalid):
            read_time(value, "seconds", "UTC")


@pytest.mark.parametrize(
    ("values", "formats"),
    [
        (["03/04/2026", "13/04/2026"], ["day_first"]),
        (["03/04/2026", "04/13/2026"], ["month_first"]),
        (["03/04/2026", "05/06/2026"], ["day_first", "month_first"]),
        (["13/04/2026", "04/13/2026"], ["day_first", "month_first"]),
        (["13/04/2026", "04/05/2026", "n/a"], ["day_first"]),
        (["2026-01-01", "n/a", "1969-01-01", "2026-01-02 10:00"], ["iso"]),
        (["1772618400", "1772618401", "never"], ["seconds"]),
        (["n/a", "never", "2026-01-01"], []),
        (["2026-01-01", "", None, "4 Mar 2026"], ["iso"]),
        (["1772618400", 1772618400.5], ["seconds"]),
        (["1772618400123"], ["milliseconds"]),
        (["46085.5", "46086"], ["excel"]),
        (["12"], []),
        (["Tuesday"], []),
        ([], []),
    ],
)
def test_what_a_column_may_be(values: list[object], formats: list[str]) -> None:
    assert formats_of(values) == formats


@given(some.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1)))
def test_what_iso_writes_is_read(when: datetime) -> None:
    expected = int(when.replace(tzinfo=UTC, microsecond=0).timestamp()) * 1_000 + when.microsecond // 1_000
    assert read_time(when.isoformat() + "Z", None, "Asia/Tokyo") == expected


@given(some.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    for time_format in ("iso", "day_first", "seconds", "excel", None):
        with contextlib.suppress(Invalid):
            assert read_time(text, time_format, "UTC") >= 0  # type: ignore[arg-type]
