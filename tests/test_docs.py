"""The documents are true: what they name is there, and what is there is named."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tidings import app_commands, theme_commands, token_commands, user_commands
from tidings.cli import app as command
from tidings.config import TABLE

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").glob("*.md")),
    ROOT / "widget" / "ARCHITECTURE.md",
    ROOT / "themes" / "README.md",
]
OPERATIONS = (ROOT / "docs" / "operations.md").read_text("utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")


@pytest.mark.parametrize("setting", TABLE, ids=lambda setting: setting.name)
def test_every_setting_is_documented_with_its_default(setting: object) -> None:
    name, default = setting.name, setting.default  # type: ignore[attr-defined]
    row = next((line for line in OPERATIONS.splitlines() if f"`TIDINGS_{name}`" in line and line.startswith("|")), "")
    assert row, f"TIDINGS_{name} is not in docs/operations.md"
    assert not default or f"`{default}`" in row


def test_every_command_is_documented() -> None:
    names = [found.name for found in command.registered_commands]
    names += [f"app {found.name}" for found in app_commands.app.registered_commands]
    names += [f"theme {found.name}" for found in theme_commands.app.registered_commands]
    names += [f"token {found.name}" for found in token_commands.app.registered_commands]
    names += [f"user {found.name}" for found in user_commands.app.registered_commands]
    assert names
    missing = [name for name in names if f"`tidings {name}" not in OPERATIONS]
    assert not missing


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text("utf-8")):
        if not target.startswith(("http://", "https://")):
            assert (path.parent / target).exists(), target


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_that_are_named_are_there(path: Path) -> None:
    places = (path.parent, ROOT, ROOT / "server" / "tidings", ROOT / "widget", ROOT / "server" / "tidings" / "surfaces")
    for name in re.findall(
        r"`([\w./-]+/[\w.-]+\.(?:py|md|toml|css|ts|mjs|jsonl|lock|json|js))[`:]", path.read_text("utf-8")
    ):
        assert any((place / name).exists() for place in places), name


def test_the_map_shows_the_house_as_it_is() -> None:
    picture = CONTRIBUTING.split("## The map")[1].split("```")[1]
    package = ROOT / "server" / "tidings"
    rooms = {path.name for path in package.iterdir() if path.is_dir() and not path.name.startswith(("_", "."))}
    modules = {path.name for path in package.glob("*.py") if not path.name.startswith("_")}
    surfaces = {path.name for path in (package / "surfaces").iterdir() if path.is_dir() and not path.name.startswith("_")}
    for name in sorted(rooms | surfaces):
        assert re.search(rf"^\s+{name}/\s", picture, re.MULTILINE), f"{name}/ is not in the map"
    for name in sorted(modules):
        assert re.search(rf"^\s+{name}\s", picture, re.MULTILINE), f"{name} is not in the map"
    for name in re.findall(r"^\s*([a-z_]+)/\s", picture, re.MULTILINE):
        assert name in rooms | surfaces or (ROOT / name).is_dir(), f"{name}/ is in the map, but not in the house"


def test_every_dependency_has_its_reason() -> None:
    wanted = PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"]
    names = [re.split(r"[<>=;\s\[]", requirement)[0] for requirement in wanted]
    missing = [name for name in names if f"`{name}`" not in CONTRIBUTING]
    assert not missing


def test_the_changelog_begins_with_this_version() -> None:
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert newest
    assert newest[1] == PROJECT["version"]


def test_make_targets_that_are_named_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for path in DOCUMENTS:
        for name in re.findall(r"`make ([a-z-]+)`", path.read_text("utf-8")):
            assert name in targets, f"make {name} in {path.name}"


def test_no_file_names_a_registry_or_a_path_of_one_machine() -> None:
    banned = re.compile(
        "|".join(("py" + r"pi\.org", "python" + "hosted", "npm" + r"js\.(org|com)", "/wo" + "rk/main", "/ro" + "ot/"))
    )
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\n")
    paths = [path for name in listed if (path := ROOT / name).is_file() and path.suffix not in (".png", ".jpg", ".woff2")]
    assert len(paths) > 100
    assert not [str(path.relative_to(ROOT)) for path in paths if banned.search(path.read_text("utf-8", "replace"))]
