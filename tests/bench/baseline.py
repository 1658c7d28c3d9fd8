"""What Tidings is measured against, under its uvicorn settings: `python baseline.py bytes FILE | echo --port N …`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route


def same_bytes(path: Path) -> Any:
    """A bare ASGI app that sends one answer, read from `path` (`headers`, `body` in hex), to every request."""
    answer = json.loads(path.read_text())
    headers = [(name.encode(), value.encode()) for name, value in answer["headers"]]
    start = {"type": "http.response.start", "status": 200, "headers": headers}
    body = {"type": "http.response.body", "body": bytes.fromhex(answer["body"])}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await send(start)
            await send(body)

    return app


async def echo(request: Request) -> JSONResponse:
    return JSONResponse(await request.json())


async def ready(_request: Request) -> JSONResponse:
    return JSONResponse({})


def echo_app() -> Starlette:
    """One Starlette route that reads JSON and sends it back."""
    return Starlette(
        routes=[
            Route("/readyz", ready),
            Route("/api/v1/applications/me/events", echo, methods=["POST"]),
            Route("/api/v1/{client_id}/track", echo, methods=["POST"]),
        ]
    )


if __name__ == "__main__":
    app = same_bytes(Path(sys.argv[2])) if sys.argv[1] == "bytes" else echo_app()
    port = int(sys.argv[sys.argv.index("--port") + 1])
    # The settings of tidings/serving.py, with the stock protocol: what our own protocol costs is ours to answer for.
    options: dict[str, Any] = {"server_header": False, "timeout_keep_alive": 65, "backlog": 2048, "ws": "none"}
    uvicorn.run(app, port=port, http="httptools", lifespan="off", access_log=False, log_level="warning", **options)
