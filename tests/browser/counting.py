"""A page whose widget sends its counts to the host pages' own server, which keeps every request as it came.

That server is asked as 127.0.0.1, where the page itself is on localhost: two sites, so that what a browser would ask or send
between sites shows. It answers for load.js, the feed and the counts; nothing lies between browser and socket.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.browser.visits import CORS, Visits

if TYPE_CHECKING:
    from tests.host_pages import HostPages, SeenRequest


@dataclass
class Counting:
    """What reached the server. `url`: its address for the widget; `events`: the feed; `tag`: the widget's script tag."""

    visit: Visits
    url: str
    client_id: str
    events: list[Mapping[str, Any]]

    @property
    def pages(self) -> HostPages:
        """The server itself."""
        return self.visit.host_page

    @property
    def tag(self) -> str:
        return f'<script async src="{self.url}/load.js"></script>'

    @property
    def html(self) -> str:
        """A page with that tag."""
        return f"<!doctype html><html lang=en><meta charset=utf-8><title>A shop</title>{self.tag}<h1>A shop</h1>"

    @property
    def uploads(self) -> list[SeenRequest]:
        """Every request for the address of the counts, whatever its method."""
        return [seen for seen in self.pages.requests if seen.path.endswith("/track")]

    @property
    def bodies(self) -> list[dict[str, Any]]:
        """The JSON of each upload."""
        return [json.loads(seen.body) for seen in self.uploads]

    @property
    def deeds(self) -> list[tuple[str, int]]:
        """What was counted, in order: kind and event."""
        return [(deed["k"], deed["id"]) for deed in self.told if deed["k"] not in ("goal", "visit")]

    @property
    def told(self) -> list[dict[str, Any]]:
        """Every entry of every upload, in order."""
        return [deed for body in self.bodies for deed in body["events"]]

    @property
    def goals(self) -> list[dict[str, Any]]:
        """The conversions, without their nonce and time."""
        return [{name: deed[name] for name in deed.keys() - {"k", "c", "t"}} for deed in self.told if deed["k"] == "goal"]

    @property
    def visits(self) -> list[str]:
        """The arm of each visit that was reported."""
        return [deed["arm"] for deed in self.told if deed["k"] == "visit"]

    @property
    def visitors(self) -> list[str]:
        """The arm of each visit that counts its visitor."""
        return [deed["arm"] for deed in self.told if deed["k"] == "visit" and deed.get("u") == 1]

    def reaches(self, *goals: dict[str, Any], within: float = 40.0) -> None:
        """Wait until exactly these conversions have come, in any order: each is an upload of its own."""

        def ordered(rows: Iterable[dict[str, Any]]) -> list[str]:
            return sorted(json.dumps(row, sort_keys=True) for row in rows)

        self._become("the conversions", lambda: ordered(self.goals), ordered(goals), within)

    def arrives(self, *deeds: tuple[str, int], within: float = 40.0) -> None:
        """Wait until exactly these were counted, in any order."""
        self._become("the counts", lambda: sorted(self.deeds), sorted(deeds), within)

    def _become(self, what: str, read: Callable[[], list[Any]], wanted: list[Any], within: float) -> None:
        try:
            self.visit.wait_until(what, lambda: read() == wanted, within)
        except AssertionError:
            raise AssertionError(f"{read()}, not {wanted}") from None


def count(visit: Visits, events: list[Mapping[str, Any]], **settings: Any) -> Counting:
    """Puts up the script with these settings, and the feed for some minutes to come."""
    pages, client_id = visit.host_page, visit.live.a.client_id
    url = pages.origin.replace("localhost", "127.0.0.1")
    code, _, given = visit.live.a.server.get(f"/api/v1/{client_id}/load.js").text.rpartition("})(")
    merged = json.loads(given.rstrip().removesuffix(");")) | {"pageLoad": 0, "fomoUrl": url} | settings
    kind = {"Content-Type": "text/javascript; charset=utf-8", "Cache-Control": "max-age=60", **CORS}
    pages.add("/load.js", f"{code}}})({json.dumps(merged)});".encode(), kind)
    bucket = int(time.time()) // 40 * 40
    for later in range(0, 400, 40):
        path = f"/js-obj/{client_id}/{merged['limit']}/{bucket + later}.json"
        pages.add(path, json.dumps(events).encode(), {"Content-Type": "application/json", **CORS})
    pages.add(f"/api/v1/{client_id}/track", b"", CORS, status=204)
    for version, files in json.loads(visit.live.a.server.get("/widget/integrity.json").text).items():
        for name in files:
            part = visit.live.a.server.get(f"/widget/{version}/{name}").text.encode()
            pages.add(f"/widget/{version}/{name}", part, {"Content-Type": "text/javascript; charset=utf-8", **CORS})
    return Counting(visit, url, client_id, events)
