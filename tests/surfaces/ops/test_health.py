"""Health: alive is one thing, ready another."""

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from tests.commands import wait_until
from tests.live import LiveServer

from tidings.storage import engine, store
from tidings.storage.migrate import migrate
from tidings.surfaces.ops.routes import ops_routes


def test_a_sound_server_is_alive_and_ready(live_app: object, new_server: Callable[..., LiveServer]) -> None:
    server = new_server()
    assert (server.get("/healthz").status, server.get("/healthz").text) == (200, "ok\n")
    assert server.get("/readyz").json() == {"ready": True, "problems": []}


def test_a_database_that_was_removed_takes_no_event_and_is_named(new_server: Callable[..., LiveServer]) -> None:
    server = new_server()
    app = server.create_application("Shop")
    app.post_event(title="kept")
    assert server.database is not None
    server.database.rename(server.database.with_name("elsewhere.db"))
    assert app.request("POST", "/events", {"event": {"event_type_tag": "new_order", "title": "lost"}}).status == 503
    # A look at the database stands for a second.
    answer = wait_until("readyz to notice", lambda: (found := server.get("/readyz")).status == 503 and found)
    assert answer.json()["problems"] == ["The database file tidings.db was removed or replaced while in use."]
    assert server.get("/healthz").status == 200


def test_it_is_ready_again_as_soon_as_the_database_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.05)
    monkeypatch.setattr(store, "LOOK_SECONDS", 0)
    monkeypatch.setattr(store, "FAILURE_SECONDS", 0)
    path = tmp_path / "a.db"
    migrate(path)
    opened = store.Store(path, engine.ServerLock(path))

    async def play() -> None:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        assert "locked" in (await opened.problems())[0]
        other.execute("ROLLBACK")
        other.close()
        assert await opened.problems() == []

    asyncio.run(play())
    opened.close()


def test_jobs_that_do_not_move_make_a_server_that_is_not_ready(tmp_path: Path) -> None:
    class Sound:
        async def problems(self) -> list[str]:
            return []

    context: Any = SimpleNamespace(store=Sound(), job_problems=lambda: ["The task tidings-jobs has ended."])
    answer = TestClient(Starlette(routes=[*ops_routes(context)])).get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "problems": ["The task tidings-jobs has ended."]}


def test_without_jobs_of_its_own_it_does_not_ask_for_them(new_server: Callable[..., LiveServer]) -> None:
    assert new_server(options=("--no-jobs",)).get("/readyz").json() == {"ready": True, "problems": []}
