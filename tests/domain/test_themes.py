"""Themes on disk: which there are, what of a folder is wrong and where, and what is not served at all."""

import shutil
from pathlib import Path

import pytest

from tidings import assets
from tidings.domain.themes import BUILT_IN, FIRST, Lack, ThemeError, Themes, check, read_themes

OURS = assets.themes()
PICTURE = b"\x89PNG\r\n"
TOML = """name = "Ours"
author = "Someone"
sentence = "What it is like."
preview = "preview.png"

[variables]
"""
CSS = """
.fomo-notification { border: 1px solid; color: #000 }
@media (prefers-color-scheme: dark) { .fomo-notification { color: #fff } }
[data-state="leaving"] { opacity: 0; transition: opacity 0.15s }
"""


def make(parent: Path, name: str = "ours", css: str | bytes = CSS, toml: str | bytes = TOML) -> Path:
    folder = parent / name
    folder.mkdir(parents=True)
    for file, content in (("theme.css", css), ("theme.toml", toml), ("preview.png", PICTURE)):
        (folder / file).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


@pytest.mark.parametrize("folder", sorted(path.parent for path in OURS.glob("*/theme.css")), ids=lambda folder: folder.name)
def test_every_theme_of_ours_is_whole(folder: Path) -> None:
    assert [str(lack) for lack in check(folder)] == []


def test_ours_are_read() -> None:
    themes = read_themes(OURS)
    assert themes.names[:3] == FIRST == ("theme1", "theme2", "custom")
    assert len(set(themes.names)) == len(themes.names)
    assert [theme.name for theme in themes.all()] == [name for name in themes.names if name != "custom"]
    assert themes.css(BUILT_IN) == themes.css("custom") == ""
    assert themes.css("theme2").startswith(".fomo-notification{")
    assert themes.css("gone") == themes.css("../theme2") != ""


def test_a_server_without_folders_has_the_one_in_the_widget() -> None:
    assert Themes().names == ("theme1", "custom")
    assert Themes().css("theme1") == Themes().css("gone") == ""


def test_a_folder_of_ones_own(tmp_path: Path) -> None:
    make(tmp_path, "zebra", css=CSS + "/* stripes */ p { color: red }")
    (tmp_path / ".git").mkdir()
    (tmp_path / "README.md").write_text("x")
    themes = read_themes(OURS, tmp_path)
    assert themes.names[-1] == "zebra"
    assert themes.css("zebra").endswith("p{color:red}")
    assert (themes.all()[-1].title, themes.all()[-1].folder) == ("Ours", tmp_path / "zebra")


@pytest.mark.parametrize(
    ("name", "css", "toml", "sentence"),
    [
        ("theme2", CSS, TOML, "has the name of a theme that comes with Tidings; give the folder another."),
        ("custom", CSS, TOML, "has the name of a theme that comes with Tidings; give the folder another."),
        ("a-b", CSS, TOML, "'a-b' can not be the name of a theme: "),
        ("leftish", CSS, TOML, "'leftish' can not be the name of a theme: "),
        ("content", CSS, TOML, "'content' can not be the name of a theme: "),
        ("ours", CSS + "\n@import 'x';", TOML, "can not be served: theme.css:6:1: @import would ask another server"),
        ("ours", "a {\n  b: url(//x)}", TOML, "can not be served: theme.css:2:6: url() would ask another server"),
        ("ours", "a {", TOML, "can not be served: theme.css:1:3: this { is never closed by a }"),
        ("ours", b"\xff", TOML, "can not be served: theme.css: it can not be read: "),
        ("ours", " " * 70_000, TOML, "can not be served: theme.css: it is larger than 64 KiB"),
        ("ours", CSS, TOML + "x = y", "can not be served: theme.toml:7:5: Invalid value"),
        ("ours", CSS, TOML.replace("name", "title"), "can not be served: theme.toml: it says no name"),
        ("ours", CSS, TOML.replace('"Someone"', "5"), "can not be served: theme.toml:2:1: it says no author"),
        ("ours", CSS, TOML + '"--fomo-font" = 5', "can not be served: theme.toml: [variables] is a table of texts"),
    ],
)
def test_what_is_not_served(tmp_path: Path, name: str, css: str | bytes, toml: str, sentence: str) -> None:
    make(tmp_path, name, css, toml)
    with pytest.raises(ThemeError) as refused:
        read_themes(OURS, tmp_path)
    assert sentence in str(refused.value)
    assert str(tmp_path / name) in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_folder_that_is_not_there_or_holds_no_theme(tmp_path: Path) -> None:
    with pytest.raises(ThemeError, match="There is no folder of themes at"):
        read_themes(OURS, tmp_path / "none")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ThemeError, match=r"empty can not be served: theme\.css: it is not there\.$"):
        read_themes(OURS, tmp_path)


@pytest.mark.parametrize(
    ("css", "toml", "line"),
    [
        (CSS + ".card { color: red }", TOML, "theme.css:5:2: .card reaches nothing"),
        (CSS, TOML.replace("preview.png", "other.png"), "theme.toml:4:1: preview is no picture in this folder: other.png"),
        (CSS, TOML.replace("preview.png", "../ours/preview.png"), "theme.toml:4:1: preview is no picture in this folder"),
        (CSS, TOML.replace('preview = "preview.png"', ""), "theme.toml: it says no preview"),
        (CSS, TOML.replace("like.", "like"), "theme.toml:3:1: sentence is one sentence, with its full stop"),
        (CSS, TOML.replace("like.", "like. And more."), "theme.toml:3:1: sentence is one sentence"),
        (CSS, TOML.replace('"Ours"', f'"{"x" * 41}"'), "theme.toml:1:1: name is one line of at most 40 characters"),
        (CSS, f'colour = "red"\n{TOML}', "theme.toml:1:1: colour means nothing here"),
        (CSS, TOML + '"--fomo-font" = "serif"', "theme.css: --fomo-font is in [variables] of theme.toml, but is not read"),
    ],
)
def test_what_is_served_all_the_same_but_lacks_something(tmp_path: Path, css: str, toml: str, line: str) -> None:
    lacks = check(make(tmp_path, css=css, toml=toml))
    assert str(lacks[0]).startswith(line)
    assert len(lacks) == 1
    assert not lacks[0].grave
    assert "ours" in read_themes(OURS, tmp_path).names


def test_what_keeps_it_from_being_served_comes_first(tmp_path: Path) -> None:
    lacks: list[Lack] = check(make(tmp_path, "a-b", css="a{b:url(x)}", toml=TOML.replace("like.", "like")))
    assert [lack.grave for lack in lacks] == [True, True, False]


def test_the_readmes_own_theme_is_whole(tmp_path: Path) -> None:
    """ "One to start from" in themes/README.md, as it is written there."""
    said = (OURS / "README.md").read_text("utf-8")
    css, toml = (said.split(f"```{kind}\n")[1].split("```")[0] for kind in ("css", "toml"))
    assert [str(lack) for lack in check(make(tmp_path, "plain", css, toml))] == []


def test_a_theme_of_ours_that_is_damaged_is_said(tmp_path: Path) -> None:
    shutil.copytree(OURS / "theme2", tmp_path / "theme2")
    (tmp_path / "theme2" / "theme.toml").write_text("name = 'x'")
    with pytest.raises(ThemeError, match="theme2 can not be read: 'author'"):
        read_themes(tmp_path)
