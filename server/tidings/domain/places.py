"""Where an address is, by a database on this machine: nobody else is asked, and the address is not kept."""

from ipaddress import ip_address
from pathlib import Path
from typing import Any

import maxminddb
from msgspec import Struct

# What a text column holds; a database may say anything.
LONGEST_NAME = 255


class PlacesError(Exception):
    """A database of places that can not be used: one sentence that names the file."""


class Place(Struct, frozen=True):
    """A city by its English name, and a country by its code; None where the database does not say."""

    city: str | None = None
    country: str | None = None


class Places:
    """Looks addresses up in a file of the MaxMind DB format; without a file every place is unknown."""

    def __init__(self, path: Path | None = None) -> None:
        """Raises PlacesError for a file that is missing or of another kind."""
        self._reader = None if path is None else _opened(path)

    def place(self, address: str) -> Place:
        """The place of an IP address; an empty one for what is no address, or none that the database knows."""
        if self._reader is None:
            return Place()
        try:
            found: Any = self._reader.get(ip_address(address.strip()))
        except (ValueError, maxminddb.InvalidDatabaseError):
            return Place()
        if not isinstance(found, dict):
            return Place()
        country = _member(found, "country", "iso_code")
        return Place(
            city=_member(found, "city", "names", "en"),
            country=country.upper() if country and len(country) == 2 else None,
        )


def _opened(path: Path) -> maxminddb.Reader:
    try:
        return maxminddb.open_database(path)
    except FileNotFoundError:
        raise PlacesError(f"TIDINGS_GEOIP_DATABASE names {path}, which is not there.") from None
    except (maxminddb.InvalidDatabaseError, OSError, ValueError) as error:
        reason = " ".join(str(error).split()).rstrip(".")
        raise PlacesError(f"TIDINGS_GEOIP_DATABASE names {path}, which is no MaxMind database ({reason}).") from None


def _member(found: Any, *names: str) -> str | None:
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, str) and found and len(found) <= LONGEST_NAME and "\0" not in found else None
