"""What the system sees of calls: no connect() to an address that may not be called, and no memory for what is sent back."""

from __future__ import annotations

import gzip
import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.commands import ROOT, clean_environment
from tests.outbound.receivers import answered, read_request, receiver
from tests.outbound.test_addresses import REFUSED
from tests.outbound.test_guard import HOSTILE, LOOPBACK_SPELLINGS

CALLER = [sys.executable, str(ROOT / "tests" / "outbound" / "caller.py")]
MIB = 1024 * 1024


def run(task: dict[str, Any], *before: str) -> dict[str, Any]:
    done = subprocess.run(
        [*before, *CALLER],
        input=json.dumps({"allowed": [], "threads": 1, "warm_up": [], **task}),
        env=clean_environment({"PYTHONUTF8": "1"}),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if before and "Operation not permitted" in done.stderr:
        pytest.skip(f"strace may not look at another process here: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace (apt-get install strace)")
def test_no_connection_to_a_refused_address_is_begun(tmp_path: Path) -> None:
    """Every refused address, in the URL and behind a name, alone and beside a good one, which must not be called then."""
    good = "127.0.0.9"
    hostile = [[url] for url in HOSTILE.values()] + [[f"http://{host}/"] for host in LOOPBACK_SPELLINGS.split()]
    for address in REFUSED.split():
        hostile += [[f"http://[{address}]/" if ":" in address else f"http://{address}/"], ["https://a.example/", address]]
        hostile += [["http://a.example/", good, address], ["https://a.example/", address, good]]
    assert len(hostile) > 350
    trace = tmp_path / "trace"
    with receiver(answered(), host=good) as served:
        task = {"allowed": [good], "calls": [[served.url(host="a.example"), good], *hostile], "threads": 8}
        told = run(task, "strace", "-f", "-qq", "-e", "trace=connect,sendto,sendmsg,sendmmsg", "-o", str(trace))
        assert served.connections == 1
    assert told["results"][0] == ["Answered", 200]
    others = [
        (one, result) for one, result in zip(hostile, told["results"][1:], strict=True) if result[1] != "refused_address"
    ]
    assert not others
    # the one good call stands in the trace, and nothing else that goes to an address
    begun = [line for line in trace.read_text().splitlines() if "sa_family=AF_INET" in line]
    assert begun
    assert [line for line in begun if f'inet_addr("{good}")' not in line] == []


def endless(beginning: bytes, piece: bytes) -> Callable[[socket.socket], None]:
    def play(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(beginning)
        while True:
            connection.sendall(piece)

    return play


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
BOMB = gzip.compress(b"\0" * 10_000_000, 9) * 60  # 583 kB on the wire, 600 MB unpacked
FLOODS: dict[str, tuple[Callable[[socket.socket], None] | bytes, list[Any]]] = {
    "gzip bomb": (answered(body=BOMB, headers="Content-Encoding: gzip\r\n"), ["Answered", 200]),
    "endless body": (endless(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * MIB), ["Answered", 200]),
    "endless headers": (endless(b"HTTP/1.1 200 OK\r\n", b"X-Pad: 0123456789\r\n" * 50_000), ["NotAnswered", "bad_answer"]),
    "endless header": (endless(b"HTTP/1.1 200 OK\r\nX: ", b"x" * MIB), ["NotAnswered", "bad_answer"]),
    "100 for ever": (endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 40_000), ["NotAnswered", "bad_answer"]),
    "one chunk": (
        endless(CHUNKED + b"fffffff\r\n", b"x" * MIB),
        ["Answered", 200],
    ),
    "tiny chunks": (
        endless(CHUNKED, b"1\r\nx\r\n" * 9999),
        ["Answered", 200],
    ),
    "a chunk's name": (endless(CHUNKED + b"1;", b"x" * MIB), ["Answered", 200]),
}


@pytest.mark.parametrize("flood", FLOODS)
def test_what_is_sent_back_takes_no_memory(flood: str) -> None:
    play, expected = FLOODS[flood]
    with receiver(answered()) as plain, receiver(play) as served:
        task = {"allowed": ["127.0.0.1"], "threads": 8, "warm_up": [[plain.url()]] * 32, "calls": [[served.url()]] * 32}
        told = run(task)
    assert told["results"] == [expected] * 32
    assert told["grown"] < 5 * MIB
