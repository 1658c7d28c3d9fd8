"""The code of the install page, run: every program tells of an event, and what WordPress is given is PHP that enqueues."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from html import unescape

import pytest
from tests.surfaces.dashboard.ground import Dashboard

from tidings.domain.applications import retrieve
from tidings.records.application import Application
from tidings.surfaces.dashboard.install_guides import Snippet, event_guides, site_guides

URL = "https://t.example/api/v1/CID/load.js"
SNIPPET = Snippet("<script></script>", URL, "https://t.example", "CID", "https://t.example/widget/1/fomo.js", "sha384-A")
RUN = {
    "curl": ["bash", "-ec"],
    "node": ["node", "--input-type=module", "-e"],
    "python": [sys.executable, "-c"],
    "php": ["php", "-r"],
}


def run(command: list[str], environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


def code(dashboard: Dashboard, program: str) -> str:
    """As it stands on the page."""
    page = dashboard.as_role("viewer").get(f"/install?events={program}")
    block = page.text.split('id="events"')[1].split("<code>")[1].split("</code>")[0]
    return unescape(block)


@pytest.mark.parametrize("program", RUN)
def test_the_program_on_the_page_tells_of_an_event(dashboard: Dashboard, program: str) -> None:
    if shutil.which(RUN[program][0]) is None:
        pytest.skip(f"{RUN[program][0]} is not installed")
    environment = {**os.environ, "TOKEN": dashboard.application.auth_token}
    command = [*RUN[program], code(dashboard, program)]
    ended = run(command, environment)
    assert ended.returncode == 0, ended.stderr
    [event] = dashboard.application.request("GET", "/events").json()
    assert (event["external_id"], event["first_name"], event["title"]) == ("order-1001", "John", "Corvette")


def test_the_tag_of_an_event_type_may_hold_anything(dashboard: Dashboard) -> None:
    """It is written as each language writes text."""
    tag = 'it\'s "$HOME" \\ `id` <b> é'
    answer = dashboard.application.request("POST", "/event_types", {"name": "Odd", "event_type_tag": tag, "message": "x"})
    assert answer.status == 200, answer.text
    for guide in event_guides(_application(dashboard), dashboard.server.base_url, tag):
        if shutil.which(RUN[guide.id][0]) is None:
            continue
        environment = {**os.environ, "TOKEN": dashboard.application.auth_token}
        told = guide.steps[0].code.replace("order-1001", f"order-{guide.id}")
        ended = run([*RUN[guide.id], told], environment)
        assert ended.returncode == 0, ended.stderr
        found = dashboard.application.request("GET", f"/events/find?field=external_id&q=order-{guide.id}")
        assert found.status == 200, (guide.id, found.text)


def _application(dashboard: Dashboard) -> Application:
    with dashboard.connection() as connection:
        return retrieve(connection, dashboard.application.id)


def test_what_wordpress_is_given_enqueues_the_script() -> None:
    if shutil.which("php") is None:
        pytest.skip("php is not installed")
    guide = next(guide for guide in site_guides(SNIPPET) if guide.id == "wordpress")
    stubs = (
        "function add_action($name, $do) { echo $name, ' '; $do(); }\n"
        "function wp_enqueue_script($handle, $src, $deps, $ver, $args) { echo json_encode(func_get_args()); }\n"
    )
    ended = run(["php", "-r", stubs + guide.steps[0].code])
    assert ended.returncode == 0, ended.stderr
    expected = f'wp_enqueue_scripts ["tidings","{URL}",[],null,{{"strategy":"async"}}]'
    assert ended.stdout.replace("\\/", "/") == expected
