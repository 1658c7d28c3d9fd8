"""`tidings theme check` and `theme list`, and a server with a folder of its own themes."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.commands import tidings
from tests.domain.test_themes import CSS, TOML, make
from tests.live import LiveServer


def test_a_whole_theme(tmp_path: Path) -> None:
    make(tmp_path)
    ended = tidings("theme", "check", str(tmp_path / "ours"), cwd=tmp_path)
    assert (ended.returncode, ended.stdout) == (0, "ours: nothing is missing, as far as it can be read.\n")
    ended = tidings("theme", "check", ".", "--json", cwd=tmp_path / "ours")
    assert (ended.returncode, json.loads(ended.stdout)) == (0, {"theme": "ours", "problems": []})


def test_what_it_lacks_line_by_line(tmp_path: Path) -> None:
    make(tmp_path, css=CSS + ".card {}\np { left: 0 }", toml=TOML.replace("like.", "like"))
    ended = tidings("theme", "check", str(tmp_path / "ours"), cwd=tmp_path)
    assert ended.returncode == 1
    assert [line.split(": ")[0] for line in ended.stdout.splitlines()] == [
        "theme.toml:3:1",
        "theme.css:5:2",
        "theme.css:6:5",
    ]
    found = json.loads(tidings("theme", "check", str(tmp_path / "ours"), "--json", cwd=tmp_path).stdout)["problems"]
    assert [(one["file"], one["line"], one["column"], one["served"]) for one in found] == [
        ("theme.toml", 3, 1, True),
        ("theme.css", 5, 2, True),
        ("theme.css", 6, 5, True),
    ]
    assert found[2]["message"].startswith("left is another side")


def test_the_list(tmp_path: Path) -> None:
    make(tmp_path, "zebra")
    ended = tidings("theme", "list", "--themes", str(tmp_path), cwd=tmp_path)
    assert ended.returncode == 0
    assert [line.split()[0] for line in ended.stdout.splitlines()][:2] == ["theme1", "theme2"]
    assert ended.stdout.splitlines()[-1].split() == ["zebra", "Ours", "What", "it", "is", "like."]
    rows = json.loads(tidings("theme", "list", "--json", cwd=tmp_path).stdout)
    assert rows[0]["name"] == "theme1"
    assert set(rows[0]) == {"name", "title", "author", "sentence", "folder"}
    assert "zebra" not in {row["name"] for row in rows}


def test_a_theme_of_the_operators_own_is_served(new_server: Callable[..., LiveServer], tmp_path: Path) -> None:
    make(tmp_path / "themes", "zebra", css=CSS + "p { color: red }")
    server = new_server(options=("--themes", str(tmp_path / "themes")))
    app = server.create_application()
    answer = app.request("PATCH", "", {"theme": "zebra"})
    assert (answer.status, answer.json()["theme"]) == (200, "zebra")
    settings = server.get(f"/api/v1/{app.client_id}/settings.json").json()
    assert settings["theme"] == "zebra"
    assert settings["themeCss"].endswith("p{color:red}")
    said = server.get("/openapi.json").json()["components"]["schemas"]["Settings"]["properties"]["theme"]["enum"]
    assert said[:3] == ["theme1", "theme2", "custom"]
    assert "zebra" in said
    refused = app.request("PATCH", "", {"theme": "zebu"})
    assert refused.status == 400
    assert refused.json()["error"]["field"] == "theme"
    assert refused.json()["message"].startswith("Theme is one of theme1, theme2, custom, ")


@pytest.mark.parametrize(
    ("name", "css", "sentence"),
    [
        ("theme2", CSS, "has the name of a theme that comes with Tidings"),
        ("ours", "a {\n  b: url(//x) }", "theme.css:2:6: url() would ask another server"),
    ],
)
def test_a_theme_that_can_not_be_served_stops_the_start(
    new_server: Callable[..., LiveServer], tmp_path: Path, name: str, css: str, sentence: str
) -> None:
    make(tmp_path / "themes", name, css=css)
    server = new_server(start=False, options=("--themes", str(tmp_path / "themes"))).spawn()
    assert server.wait_exit() == 1
    assert sentence in server.log
    assert "Traceback" not in server.log
    assert len(server.log.strip().splitlines()) == 1
