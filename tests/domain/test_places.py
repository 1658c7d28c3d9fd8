"""Where an address is: by a database that the test makes, and what becomes of one that will not do."""

from pathlib import Path

import pytest
from tests.places_database import write_places

from tidings.domain.places import Place, Places, PlacesError


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(write_places(tmp_path / "places.mmdb"))


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("203.0.113.9", Place("Kisumu", "KE")),
        (" 203.0.113.255 ", Place("Kisumu", "KE")),
        ("2001:db8::1", Place("Oulu", "FI")),
        ("198.51.100.1", Place(None, "PE")),
        ("192.0.2.1", Place()),
        ("10.0.0.1", Place()),
        ("203.0.113.999", Place()),
        ("no address", Place()),
        ("", Place()),
        ("x" * 255, Place()),
    ],
)
def test_place(places: Places, address: str, place: Place) -> None:
    assert places.place(address) == place


def test_without_a_database_every_place_is_unknown() -> None:
    assert Places().place("203.0.113.9") == Place()


def test_an_ipv4_database_does_not_know_ipv6(tmp_path: Path) -> None:
    assert Places(write_places(tmp_path / "places.mmdb", ip_version=4)).place("2001:db8::1") == Place()


def test_a_file_that_will_not_do_is_named(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.mmdb"
    wrong.write_text("no database")
    cut = write_places(tmp_path / "cut.mmdb")
    cut.write_bytes(cut.read_bytes()[:300])
    for path in (wrong, cut, tmp_path / "missing.mmdb", tmp_path):
        with pytest.raises(PlacesError) as refusal:
            Places(path)
        assert str(path) in str(refusal.value)
        assert "\n" not in str(refusal.value)
