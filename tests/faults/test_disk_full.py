"""A disk that fills up: writes are refused with 503, reads go on, and it heals by itself when there is room again."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.cases.ground import assert_refusal
from tests.commands import wait_until
from tests.live import LiveServer

NewServer = Callable[..., LiveServer]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """An empty file system of 4 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "none", str(disk)], capture_output=True, text=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip(f"needs the right to mount a small tmpfs: {mounted.stderr.strip()}")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def fill(disk: Path) -> Path:
    """A file that takes all the room that is left."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while file.write(b"\0" * 4096) == 4096:
                pass
        except OSError:
            pass
    return filler


def test_full_then_freed(new_server: NewServer, small_disk: Path) -> None:
    server = new_server(database=small_disk / "tidings.db")
    application = server.create_application()
    acknowledged = {application.post_event(external_id="before")["external_id"]}
    filler = fill(small_disk)

    # What the write-ahead log has room for still goes in; then come the refusals.
    event = {"event_type_id": application.event_type_id, "url": "https://shop.example/" + "x" * 200, "title": "y" * 255}
    refused = None
    for number in range(3000):
        answer = application.request("POST", "/events", {"event": {**event, "external_id": f"full-{number}"}})
        if answer.status != 200:
            refused = answer
            break
        acknowledged.add(f"full-{number}")
    assert refused is not None, "the disk never got full"
    assert refused.status == 503
    assert_refusal(refused)

    assert application.request("GET", "/events").status == 200
    assert server.get(f"/api/v1/{application.client_id}/load.js").status == 200
    assert application.feed() is not None
    unready = server.get("/readyz")
    assert unready.status == 503
    assert "full" in unready.text

    filler.unlink()
    wait_until("writes again", lambda: application.request("POST", "/events", {"event": event}).status == 200, 10)
    wait_until("ready again", server.is_ready)
    stored = [found["external_id"] for found in application.events() if found["external_id"]]
    assert sorted(stored) == sorted(acknowledged)
    assert server.log.count("The database refuses writes") <= 3
    assert "Traceback" not in server.log
    assert server.stop() == 0
