"""GEOIP_DATABASE over a real server: an address becomes a city when the event has none, and is kept nowhere."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.live import LiveServer
from tests.places_database import write_places


def test_an_address_fills_in_what_is_absent(new_server: Callable[..., LiveServer], tmp_path: Path) -> None:
    database = write_places(tmp_path / "places.mmdb")
    server = new_server(env={"TIDINGS_GEOIP_DATABASE": str(database)})
    application, other = server.create_applications(2)
    without = {"city": None, "country": "", "ip_address": "203.0.113.9"}
    looked_up = application.post_event(**without)
    assert (looked_up["city"], looked_up["province"], looked_up["country"]) == ("Kisumu", None, "KE")
    assert looked_up["message"].startswith("John from Kisumu")
    for said in ({"city": "Rome"}, {"country": "IT"}):
        event = application.post_event(**(without | said))
        assert {"city": event["city"], "country": event["country"]} == {"city": None, "country": None} | said
    unknown = application.post_event(**(without | {"ip_address": "nowhere"}))
    assert (unknown["city"], unknown["country"]) == (None, None)
    answer = application.request("PATCH", f"/events/{unknown['id']}", {"ip_address": "2001:db8::7"})
    assert (answer.json()["city"], answer.json()["country"]) == ("Oulu", "FI")
    answer = application.request("PATCH", f"/events/{looked_up['id']}", {"ip_address": "2001:db8::7"})
    assert answer.json()["city"] == "Kisumu"
    assert other.post_event(city=None, ip_address="198.51.100.1")["country"] == "PE"
    assert server.stop() == 0
    for file in server.folder.iterdir():
        content = file.read_bytes()
        assert b"203.0.113.9" not in content
        assert b"2001:db8" not in content


@pytest.mark.parametrize("what", ["missing", "wrong"])
def test_a_bad_database_stops_the_start(new_server: Callable[..., LiveServer], tmp_path: Path, what: str) -> None:
    path = tmp_path / "places.mmdb"
    if what == "wrong":
        path.write_text("not a database")
    server = new_server(start=False, env={"TIDINGS_GEOIP_DATABASE": str(path)}).spawn()
    assert server.wait_exit() == 1
    assert str(path) in server.log
    assert "Traceback" not in server.log
    assert len(server.log.strip().splitlines()) == 1


def test_without_a_database_an_address_is_ignored(new_server: Callable[..., LiveServer]) -> None:
    application = new_server().create_application()
    event = application.post_event(city=None, ip_address="203.0.113.9")
    assert (event["city"], event["country"]) == (None, None)
