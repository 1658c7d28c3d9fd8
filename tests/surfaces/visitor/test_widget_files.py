"""The widget's files: what is read at the start, and which version gets which bytes."""

import asyncio
import base64
import hashlib
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from tidings.surfaces.visitor.app import Visitor
from tidings.surfaces.visitor.widget_files import WidgetError, WidgetFiles, read_widget

FILES = {"fomo.js": "go(null);\n", "explain.js": "export const explain = 1;\n"}
FOREVER = "public, max-age=31536000, immutable"


def integrity(content: str) -> str:
    return "sha384-" + base64.b64encode(hashlib.sha384(content.encode()).digest()).decode()


def built(folder: Path, files: dict[str, str], hashes: dict[str, str] | None = None) -> Path:
    for name, content in files.items():
        (folder / name).write_text(content)
    hashes = {name: integrity(content) for name, content in files.items()} if hashes is None else hashes
    (folder / "manifest.json").write_text(json.dumps({"version": "2.0.0-abc", "files": hashes}))
    return folder


@pytest.fixture
def visitor(tmp_path: Path) -> Visitor:
    context: Any = SimpleNamespace(settings=SimpleNamespace(rate_limits=False))

    async def others(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise AssertionError("handed on")

    return Visitor(others, context, read_widget(built(tmp_path, FILES)))


def get(visitor: Visitor, path: str) -> tuple[int, dict[str, str], str]:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        raise AssertionError("nothing is read")

    asyncio.run(visitor({"type": "http", "method": "GET", "path": path, "headers": []}, receive, send))
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, sent[1]["body"].decode()


@pytest.mark.parametrize("name", FILES)
def test_every_file_of_the_manifest_is_served_for_ever_under_its_version(visitor: Visitor, name: str) -> None:
    status, headers, body = get(visitor, f"/widget/2.0.0-abc/{name}")
    assert (status, body, headers["cache-control"]) == (200, FILES[name], FOREVER)
    assert headers["content-type"] == "text/javascript; charset=utf-8"
    assert headers["access-control-allow-origin"] == "*"
    told = json.loads(get(visitor, "/widget/integrity.json")[2])
    assert told["2.0.0-abc"][name] == integrity(body)


@pytest.mark.parametrize("version", ["1.9.0-fff", "3.0", "x"])
def test_a_part_of_another_version_is_the_present_one_for_a_minute(visitor: Visitor, version: str) -> None:
    status, headers, body = get(visitor, f"/widget/{version}/explain.js")
    assert (status, body, headers["cache-control"]) == (200, FILES["explain.js"], "public, max-age=60")
    assert headers["etag"] == get(visitor, "/widget/2.0.0-abc/explain.js")[1]["etag"]


@pytest.mark.parametrize(
    "path",
    [
        "/widget/1.9.0-fff/fomo.js",
        "/widget/1.9.0-fff/other.js",
        "/widget/1.9.0-fff/manifest.json",
        "/widget//explain.js",
        "/widget/explain.js",
        "/widget/1.9.0-fff/x/explain.js",
        "/widget/../explain.js/explain.js",
        f"/widget/{'9' * 65}/explain.js",
        "/widget/1 9/explain.js",
        "/widget/",
    ],
)
def test_nothing_else_is_there(visitor: Visitor, path: str) -> None:
    status, headers, body = get(visitor, path)
    assert (status, body) == (404, "/* There is nothing at this address. */\n")
    assert headers["cache-control"] == "public, max-age=10"


def test_what_is_not_what_the_manifest_says_is_refused(tmp_path: Path) -> None:
    assert read_widget(built(tmp_path, FILES)) == WidgetFiles(
        "2.0.0-abc", FILES, {name: integrity(content) for name, content in FILES.items()}
    )
    for hashes, reason in (
        ({"fomo.js": integrity("other")}, "is not what manifest.json says"),
        ({"explain.js": integrity(FILES["explain.js"])}, "names no fomo.js"),
        ({"gone.js": integrity("")}, "can not be read"),
    ):
        with pytest.raises(WidgetError, match=reason):
            read_widget(built(tmp_path, FILES, hashes))
