"""One SQLite file, one server: a second one refuses with one sentence, by whatever name it is given the file."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.live import LiveServer

NewServer = Callable[..., LiveServer]


def assert_one_sentence(text: str, *words: str) -> None:
    """One line of reason, without a traceback, holding these words."""
    lines = [line for line in text.strip().splitlines() if line.strip()]
    assert len(lines) == 1, text
    for word in words:
        assert word in lines[0]


@pytest.mark.parametrize("by", ["the same path", "a symlink"])
def test_refuses(new_server: NewServer, tmp_path: Path, by: str) -> None:
    first = new_server("first")
    assert first.database is not None
    database = first.database
    if by == "a symlink":
        database = tmp_path / "elsewhere.db"
        database.symlink_to(first.database)
    second = new_server("second", start=False, database=database).spawn()
    assert second.wait_exit(10) == 1
    assert_one_sentence(second.log, str(database), "server")
    assert first.is_ready()
    first.create_application().post_event()


def test_its_place_is_free_after_kill(new_server: NewServer) -> None:
    first = new_server("first")
    first.kill()
    assert new_server("second", database=first.database).is_ready()


def test_taken_port(new_server: NewServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        server = new_server(start=False, port=taken.getsockname()[1]).spawn()
        assert server.wait_exit(10) == 1
    assert_one_sentence(server.log, str(server.port))
