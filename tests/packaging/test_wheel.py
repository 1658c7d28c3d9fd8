"""The wheel in an empty environment without Node: it holds only the package, and `tidings demo` works from it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import pytest
from tests.commands import ROOT, wait_until
from tests.conftest import DemoServer

NODE = ("node", "npm", "npx", "nodejs")


def run(*command: str, cwd: Path) -> None:
    ended = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, f"{' '.join(command)}\n{ended.stdout[-2000:]}\n{ended.stderr[-4000:]}"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built as `pip install .` would build it."""
    folder = tmp_path_factory.mktemp("wheel")
    run("make", "--silent", "dashboard", cwd=ROOT)
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(ROOT), cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` folder of a new environment into which nothing but the wheel was installed."""
    folder = tmp_path_factory.mktemp("venv")
    venv.create(folder, with_pip=True)
    run(str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", str(wheel), cwd=folder)
    return folder / "bin"


@pytest.fixture
def path_without_node(tmp_path: Path) -> str:
    """A PATH that finds what the system finds, but no Node."""
    folder = tmp_path / "path"
    folder.mkdir()
    for place in reversed(os.environ["PATH"].split(os.pathsep)):
        for tool in Path(place).glob("*"):
            link = folder / tool.name
            if tool.name not in NODE:
                link.unlink(missing_ok=True)
                link.symlink_to(tool)
    return str(folder)


class InstalledDemo(DemoServer):
    """`tidings demo` by the installed command; nothing of the checkout is on its path."""

    bin: Path
    path: str

    def spawn(self) -> Self:
        with (self.folder / "server.log").open("wb") as log:
            self.process = subprocess.Popen(
                [str(self.bin / "tidings"), "demo", "--port", str(self.port)],
                cwd=self.folder,
                env={"PATH": self.path, "HOME": str(self.folder)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self


@pytest.fixture
def demo_of_wheel(installed: Path, path_without_node: str, tmp_path: Path) -> Iterator[InstalledDemo]:
    server = InstalledDemo(tmp_path / "empty")
    server.bin, server.path = installed, path_without_node
    yield server
    server.kill()


def test_holds_only_the_package(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"tidings"}
    wrong = [name for name in names if name.endswith((".ts", ".tsx", ".map")) or "node_modules" in name or "/test" in name]
    assert wrong == []
    assert any(name.endswith("fomo.js") for name in names), "the built widget is missing"
    assert any(name.endswith("theme1/theme.css") for name in names), "the themes are missing"
    for asset in ("manifest.json", ".css.br", ".js.br", ".woff2"):
        assert any(name.startswith("tidings/_dashboard/") and name.endswith(asset) for name in names), asset
    assert "tidings/templates/dashboard/layout.html" in names
    for language in ("de", "pt_PT", "zh_Hant"):
        assert f"tidings/render/locales/{language}.po" in names
    for page in ("templates/docs/reference.html.j2", "static/docs/docs.css", "static/docs/docs.js", "static/docs/mark.svg"):
        assert f"tidings/{page}" in names


def test_a_wheel_without_the_dashboard_is_refused_in_one_sentence(tmp_path: Path) -> None:
    copy = tmp_path / "checkout"
    left_out = shutil.ignore_patterns("node_modules", "dist", ".git", ".venv", "var", ".*_cache", "__pycache__", "tests")
    shutil.copytree(ROOT, copy, ignore=left_out)
    shutil.copytree(ROOT / "widget" / "dist", copy / "widget" / "dist")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(tmp_path), str(copy)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode != 0
    assert "The dashboard is not built: run `make dashboard`, which needs Node, and build the wheel again." in ended.stderr
    assert not list(tmp_path.glob("*.whl"))


def test_demo_without_node(demo_of_wheel: InstalledDemo) -> None:
    demo = demo_of_wheel.start()
    assert demo.shop_url in demo.log
    shop = demo.get("/demo/")
    assert shop.status == 200
    assert shop.headers["content-type"].startswith("text/html")
    assert "/load.js" in shop.text
    client_id = shop.text.split("/load.js")[0].rsplit("/", 1)[-1]
    script = demo.get(f"/api/v1/{client_id}/load.js")
    assert script.status == 200
    assert client_id in script.text
    assert len(script.body) > 5000
    for path in ("/docs", "/docs/docs.css", "/docs/docs.js", "/openapi.json"):
        assert demo.get(path).status == 200
    door = demo.get("/dashboard/log-in")
    assert door.status == 200
    for path in re.findall(r'(?:href|src)="(/dashboard/assets/[^"#]+)"', door.text):
        assert demo.get(path).headers["cache-control"] == "public, max-age=31536000, immutable", path
    gallery = demo.get("/demo/pages/themes").text
    frames = [f"/demo/pages/{address}" for address in re.findall(r'<iframe [^>]*src="([^"]+)"', gallery)]
    assert len(frames) > 2
    for path in (*frames, "/demo/pages/right-to-left", "/demo/assets/pages/manual.js", "/demo/pages/themes/theme2.css"):
        assert demo.get(path).status == 200, path

    headers = {"Authorization": f"Token {demo.token}"}
    event = {"event": {"event_type_tag": "new_order", "first_name": "Ada", "title": "From the wheel"}}
    created = demo.request("POST", "/api/v1/applications/me/events", headers, event)
    assert created.status == 200, created.text
    feed = wait_until("the feed", lambda: demo.get(f"/js-obj/{client_id}/30/0.json").json())
    assert all("message" in found for found in feed)
    assert demo.stop(signal.SIGINT, within=12) == 0
    assert "Traceback" not in demo.log
