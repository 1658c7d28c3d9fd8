"""Health: alive is one thing, ready another."""

from collections.abc import Callable

from tests.live import LiveServer


def test_a_sound_server_is_alive_and_ready(live_app: object, new_server: Callable[..., LiveServer]) -> None:
    server = new_server()
    assert (server.get("/healthz").status, server.get("/healthz").text) == (200, "ok\n")
    assert server.get("/readyz").json() == {"ready": True, "problems": []}


def test_a_database_that_was_removed_is_named(new_server: Callable[..., LiveServer]) -> None:
    server = new_server()
    assert server.database is not None
    server.database.unlink()
    answer = server.get("/readyz")
    assert answer.status == 503
    assert "was removed or replaced" in answer.json()["problems"][0]
    assert server.get("/healthz").status == 200
