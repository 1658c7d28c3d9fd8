"""What the server asks of the kernel: the log is synced before the answer, and failing calls refuse without losing."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from tests.cases.ground import assert_refusal
from tests.commands import wait_until
from tests.live import LiveApp, LiveServer
from tests.wire import Answer

NewServer = Callable[..., LiveServer]
pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace (apt-get install strace)")


@contextmanager
def traced(server: LiveServer, output: Path, *options: str) -> Iterator[None]:
    """strace on every thread of a running server, for as long as the block lasts."""
    command = ["strace", "-f", "-y", "-s", "64", "-o", str(output), "-p", str(server.pid), *options]
    with output.with_suffix(".attached").open("w+b") as said:
        tracer = subprocess.Popen(command, stderr=said, start_new_session=True)
        attached = output.with_suffix(".attached")
        wait_until("strace", lambda: b"attached" in attached.read_bytes() or tracer.poll() is not None)
    if tracer.poll() is not None:
        pytest.skip(f"strace may not look at another process here: {attached.read_text().strip()}")
    try:
        yield
    finally:
        os.kill(tracer.pid, signal.SIGINT)
        tracer.wait(10)


def post(application: LiveApp, external_id: str) -> Answer:
    event = {"event_type_id": application.event_type_id, "external_id": external_id}
    return application.request("POST", "/events", {"event": event})


def assert_sound(server: LiveServer, application: LiveApp, acknowledged: set[str]) -> None:
    """Everything acknowledged is there, once; the file is whole; the server needed no restart."""
    stored = [event["external_id"] for event in application.events()]
    assert set(stored) >= acknowledged
    assert len(stored) == len(set(stored))
    with closing(sqlite3.connect(f"file:{server.database}?mode=ro", uri=True)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert "Traceback" not in server.log
    assert server.stop() == 0


def test_log_is_synced_before_the_answer(new_server: NewServer, tmp_path: Path) -> None:
    server = new_server()
    application = server.create_application()
    application.post_event()
    output = tmp_path / "trace"
    with traced(server, output, "-e", "trace=pwrite64,fdatasync,fsync,write,sendto,sendmsg,writev"):
        assert post(application, "synced").status == 200
        wait_until("the trace", lambda: "200 OK" in output.read_text())
    lines = output.read_text().splitlines()
    written = next(number for number, line in enumerate(lines) if "pwrite64(" in line and "-wal>" in line)
    # a call that another thread interrupts is printed in two halves; the second one is when it returned
    synced = next(
        number
        for number, line in enumerate(lines)
        if number > written and re.search(r"(fdatasync|fsync)(\(\d+<[^>]*-wal>\)| resumed>\)).*= 0", line)
    )
    answered = next(number for number, line in enumerate(lines) if "200 OK" in line)
    last_write = max(number for number, line in enumerate(lines[:answered]) if "pwrite64(" in line and "-wal>" in line)
    assert last_write < synced < answered


def test_sync_that_fails(new_server: NewServer, tmp_path: Path) -> None:
    """A disk that says EIO: what is refused may exist, what is acknowledged must."""
    server = new_server()
    application = server.create_application()
    assert post(application, "before").status == 200
    with traced(server, tmp_path / "trace", "-e", "trace=fdatasync,fsync", "-e", "inject=fdatasync,fsync:error=EIO"):
        for number in range(3):
            refused = post(application, f"failed-{number}")
            assert refused.status == 503
            assert_refusal(refused)
        assert application.request("GET", "/events").status == 200
    wait_until("writes again", lambda: post(application, "after").status == 200)
    wait_until("ready again", server.is_ready)
    assert_sound(server, application, {"before", "after"})


def test_disk_full_for_ten_writes(new_server: NewServer, tmp_path: Path) -> None:
    server = new_server()
    application = server.create_application()
    assert post(application, "before").status == 200
    acknowledged = {"before"}
    refused = 0
    with traced(server, tmp_path / "trace", "-e", "trace=pwrite64", "-e", "inject=pwrite64:error=ENOSPC:when=1..10"):
        for number in range(30):
            answer = post(application, f"event-{number}")
            if answer.status == 200:
                acknowledged.add(f"event-{number}")
            else:
                assert answer.status == 503
                assert_refusal(answer)
                refused += 1
    assert 1 <= refused <= 10
    assert len(acknowledged) >= 20
    assert_sound(server, application, acknowledged)
