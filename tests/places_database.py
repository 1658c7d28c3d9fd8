"""A small database of places of the MaxMind DB format, made for tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mmdb_writer import MMDBWriter
from netaddr import IPSet


def place(city: str | None, country: str | None) -> dict[str, Any]:
    """A record as such databases have it."""
    found: dict[str, Any] = {"location": {"latitude": 1.5}}
    if city:
        found["city"] = {"names": {"de": f"{city} (de)", "en": city}}
    if country:
        found["country"] = {"iso_code": country, "names": {"en": "of no use"}}
    return found


def write_places(path: Path, ip_version: int = 6) -> Path:
    """Writes the file and returns its path: 203.0.113.0/24 is in Kisumu, 198.51.100.0/24 in Peru, 2001:db8::/32 in Oulu."""
    writer = MMDBWriter(ip_version=ip_version, ipv4_compatible=ip_version == 6, database_type="Test-City")
    writer.insert_network(IPSet(["203.0.113.0/24"]), place("Kisumu", "KE"))
    writer.insert_network(IPSet(["198.51.100.0/24"]), place(None, "PE"))
    writer.insert_network(IPSet(["192.0.2.0/24"]), place("x" * 256, "LONG"))
    if ip_version == 6:
        writer.insert_network(IPSet(["2001:db8::/32"]), place("Oulu", "FI"))
    writer.to_db_file(str(path))
    return path
