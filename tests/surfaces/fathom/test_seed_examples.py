"""Each example of Fathom's public page of its Events API, by its own curl: only host, token and ids are put in place."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import Any

import pytest
from tests.surfaces.fathom.conftest import Site

CURL = shutil.which("curl")
pytestmark = pytest.mark.skipif(CURL is None, reason="there is no curl on this machine")

LIST = """curl "https://api.usefathom.com/v1/sites/CDBUGS/events" \\
  -H "Authorization: Bearer YOUR_API_TOKEN" \\
  -H "Accept: application/json"
"""
LISTED = """{
    "object": "list",
    "url": "/v1/sites/CDBUGS/events",
    "has_more": false,
    "data": [
        {
            "id": "ABCDEFGH",
            "object": "event",
            "name": "Signed up to newsletter",
            "currency": null,
            "created_at": "2020-08-21 15:24:00"
        },
        {
            "id": "IJKLMNOP",
            "object": "event",
            "name": "Purchased product",
            "currency": null,
            "created_at": "2020-08-21 15:24:00"
        }
    ]
}"""
GET = """curl "https://api.usefathom.com/v1/sites/CDBUGS/events/ABCDEFGH" \\
  -H "Authorization: Bearer YOUR_API_TOKEN" \\
  -H "Accept: application/json"
"""
GOT = """{
    "id": "ABCDEFGH",
    "object": "event",
    "name": "Signed up to newsletter",
    "currency": null,
    "created_at": "2020-08-21 15:24:00"
}"""
CREATE = """curl -X POST "https://api.usefathom.com/v1/sites/CDBUGS/events" \\
  -H "Authorization: Bearer YOUR_API_TOKEN" \\
  -H "Content-Type: application/json" \\
  -H "Accept: application/json" \\
  -d '{
    "name": "Purchase early access"
  }'
"""
CREATED = """{
    "id": "ABCDEFGH",
    "object": "event",
    "name": "Purchase early access",
    "currency": "dollar",
    "created_at": "2021-08-10 10:45:43"
}"""
UPDATE = """curl -X POST "https://api.usefathom.com/v1/sites/CDBUGS/events/ABCDEFGH" \\
  -H "Authorization: Bearer YOUR_API_TOKEN" \\
  -H "Accept: application/json"
"""
UPDATED = """{
    "id": "ABCDEFGH",
    "object": "event",
    "name": "Purchase early access (live)",
    "currency": "dollar",
    "created_at": "2021-08-10 10:45:43"
}"""
DELETE = """curl -X DELETE "https://api.usefathom.com/v1/sites/CDBUGS/events/ABCDEFGH" \\
  -H "Authorization: Bearer YOUR_API_TOKEN" \\
  -H "Accept: application/json"
"""
DELETED = """{
    "id": "ABCDEFGH",
    "object": "event",
    "deleted": true
}"""


def run(site: Site, example: str, goal_id: str = "") -> tuple[str, str]:
    """Runs an example in a shell; the text of its answer and the last line of it, which is the status."""
    command = (
        example.replace("https://api.usefathom.com", site.application.base_url)
        .replace("YOUR_API_TOKEN", site.token)
        .replace("CDBUGS", site.site_id)
        .replace("ABCDEFGH", goal_id)
    )
    command = command.rstrip() + " --silent --show-error --noproxy '*' --max-time 20 --write-out '\\n%{http_code}'"
    ran = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, timeout=30, check=False)
    assert ran.returncode == 0, ran.stderr
    body, _, status = ran.stdout.rpartition("\n")
    return body, status


def answer(site: Site, example: str, goal_id: str = "") -> Any:
    body, status = run(site, example, goal_id)
    assert status == "200", body
    return json.loads(body)


def same(answered: Any, sample: Any, site: Site) -> None:
    """The sample's members in the sample's order, its words and types; ids and times of their form."""
    if isinstance(sample, dict):
        assert list(answered) == list(sample)
        for name in sample:
            if name == "id":
                assert re.fullmatch("[A-HJ-NP-Z]{8}", answered[name])
            elif name == "created_at":
                assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", answered[name])
            else:
                same(answered[name], sample[name], site)
    elif isinstance(sample, list):
        assert len(answered) == len(sample)
        for one, other in zip(answered, sample, strict=True):
            same(one, other, site)
    else:
        assert answered == (sample.replace("CDBUGS", site.site_id) if isinstance(sample, str) else sample)


def test_list_events(site: Site) -> None:
    for name in ("Signed up to newsletter", "Purchased product"):
        site.goal(name)
    same(answer(site, LIST), json.loads(LISTED), site)


def test_get_event(site: Site) -> None:
    same(answer(site, GET, site.goal("Signed up to newsletter")["id"]), json.loads(GOT), site)


def test_create_event(site: Site) -> None:
    same(answer(site, CREATE), json.loads(CREATED), site)


def test_update_event(site: Site) -> None:
    """The page's curl sends no member: nothing changes, and the whole goal is told with its currency."""
    goal = site.goal("Purchase early access (live)")
    answered = answer(site, UPDATE, goal["id"])
    same(answered, json.loads(UPDATED), site)
    assert answered == goal


def test_delete_event(site: Site) -> None:
    goal = site.goal()
    same(answer(site, DELETE, goal["id"]), json.loads(DELETED), site)
    assert run(site, GET, goal["id"])[1] == "404"


def test_wipe_event_is_gone(site: Site) -> None:
    """Whatever is asked, the goal's figures stay."""
    goal = site.goal()
    site.convert(goal["id"], value=1999)
    body, status = run(site, DELETE.replace('ABCDEFGH"', 'ABCDEFGH/data"'), goal["id"])
    assert status == "410"
    assert set(json.loads(body)) == {"error", "message"}
    assert site.found()["totals"][0]["cents"] == 1999
