"""The themes of this server: those that come with Tidings, and those of a folder of the operator's own."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from msgspec import Struct

from tidings.records.theme import Theme
from tidings.render.css_minify import minified
from tidings.render.css_tokens import Problem
from tidings.render.custom_css import css_problem
from tidings.render.theme_check import style_problems

CSS, FACTS = "theme.css", "theme.toml"
# Part of the widget (widget/src/stage.ts); "custom" starts from it.
BUILT_IN = "theme1"
CUSTOM = "custom"
# As Fomo's documentation lists them; others follow by name.
FIRST = (BUILT_IN, "theme2", CUSTOM)
FILE_LIMIT = 64 * 1024

# A class of the card ends in it, and base.css knows the corners by "-left" and "-right".
_NAME = re.compile(r"(?!left|right|container|image|content|meta|position|custom$)[a-z][a-z0-9_]{0,31}")
_TEXTS = {"name": 40, "author": 80, "sentence": 160, "preview": 80}
_PICTURES = (".png", ".webp", ".jpg", ".jpeg", ".avif", ".svg")


class ThemeError(Exception):
    """A theme that can not be served: one sentence with the file and the line."""


class Lack(Struct, frozen=True):
    """What a theme lacks. `file`: of its folder, "" for the folder; `grave`: it is not served like that."""

    file: str
    problem: Problem
    grave: bool

    def __str__(self) -> str:
        place = f":{self.problem.line}:{self.problem.column}" if self.problem.line else ""
        return f"{self.file}{place}: {self.problem.reason}" if self.file else self.problem.reason


class Themes:
    """What an application's `theme` may be, and the CSS of each. Read once, at the start."""

    def __init__(self, found: Mapping[str, Theme] | None = None) -> None:
        self._found = found or {}

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Every theme that an application may have, Fomo's first."""
        first = [name for name in FIRST if name in self._found or name in (BUILT_IN, CUSTOM)]
        return (*first, *sorted(self._found.keys() - set(first)))

    def all(self) -> list[Theme]:
        """Every theme that is a folder, in the order of `names`."""
        return [self._found[name] for name in self.names if name in self._found]

    def css(self, name: str) -> str:
        """What a page needs of a theme beside the widget, minified: "" for what is part of it.

        A theme that is not there, such as one whose folder was taken away, looks like the built-in one: never unstyled.
        """
        if name in (BUILT_IN, CUSTOM):
            return ""
        theme = self._found.get(name) or self._found.get(BUILT_IN)
        return minified(theme.css) if theme else ""


def read_themes(ours: Path, own: Path | None = None) -> Themes:
    """The themes of `ours`, which come with Tidings, and of `own`. Raises ThemeError for one that can not be served."""
    found = {folder.name: _read(folder) for folder in _folders(ours) if (folder / CSS).is_file()}
    if own is not None:
        if not own.is_dir():
            raise ThemeError(f"There is no folder of themes at {own}.")
        for folder in _folders(own):
            if folder.name in found or folder.name == CUSTOM:
                raise ThemeError(f"{folder} has the name of a theme that comes with Tidings; give the folder another.")
            grave = next((lack for lack in check(folder) if lack.grave), None)
            if grave is not None:
                raise ThemeError(f"The theme {folder} can not be served: {grave}.")
            found[folder.name] = _read(folder)
    return Themes(found)


def check(folder: Path) -> list[Lack]:
    """Everything that a theme lacks, as far as it can be read; what keeps it from being served first."""
    lacks = [*_of_name(folder.name)]
    css, unreadable = _text(folder / CSS)
    facts, wrong = _facts(folder)
    lacks += [Lack(CSS, Problem(reason), True) for reason in unreadable]
    lacks += wrong
    if not unreadable:
        problem = css_problem(css)
        variables = facts.get("variables")
        told = frozenset(variables) if isinstance(variables, dict) else frozenset()
        problems = [problem] if problem else style_problems(folder.name, css, told)
        lacks += [Lack(CSS, one, problem is not None) for one in problems]
    return sorted(lacks, key=lambda lack: not lack.grave)


def _folders(parent: Path) -> list[Path]:
    return (
        sorted(path for path in parent.iterdir() if path.is_dir() and not path.name.startswith("."))
        if parent.is_dir()
        else []
    )


def _read(folder: Path) -> Theme:
    try:
        facts = tomllib.loads((folder / FACTS).read_text("utf-8"))
        return Theme(
            name=folder.name,
            folder=folder,
            css=(folder / CSS).read_text("utf-8"),
            title=facts["name"],
            author=facts["author"],
            sentence=facts["sentence"],
            preview=facts.get("preview", ""),
            variables=facts.get("variables", {}),
        )
    except (OSError, ValueError, KeyError) as error:
        raise ThemeError(f"The theme {folder} can not be read: {error}.") from None


def _of_name(name: str) -> Iterator[Lack]:
    if not _NAME.fullmatch(name):
        reason = (
            f"{name!r} can not be the name of a theme: a word of at most 32 small letters, figures and _ that begins with a "
            "letter, but neither with left or right nor with a part of the card (container, image, content, meta, position)"
        )
        yield Lack("", Problem(reason), True)


def _text(path: Path) -> tuple[str, list[str]]:
    """A text file, and why it can not be read."""
    try:
        if path.stat().st_size > FILE_LIMIT:
            return "", [f"it is larger than {FILE_LIMIT // 1024} KiB"]
        return path.read_text("utf-8"), []
    except FileNotFoundError:
        return "", ["it is not there"]
    except (OSError, UnicodeDecodeError) as error:
        return "", [f"it can not be read: {error}"]


def _facts(folder: Path) -> tuple[dict[str, Any], list[Lack]]:
    """`theme.toml`, and what it lacks."""
    text, unreadable = _text(folder / FACTS)
    if unreadable:
        return {}, [Lack(FACTS, Problem(reason), True) for reason in unreadable]
    try:
        facts = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"^(.*) \(at line (\d+), column (\d+)\)$", str(error))
        problem = Problem(found[1], int(found[2]), int(found[3])) if found else Problem(str(error))
        return {}, [Lack(FACTS, problem, True)]
    return facts, [*_of_facts(facts, text, folder)]


def _of_facts(facts: dict[str, Any], text: str, folder: Path) -> Iterator[Lack]:
    def lack(reason: str, member: str = "", *, grave: bool = False) -> Lack:
        found = re.search(rf'^[ \t]*"?{re.escape(member)}"?[ \t]*=', text, re.MULTILINE) if member else None
        return Lack(FACTS, Problem(reason, text.count("\n", 0, found.start()) + 1, 1) if found else Problem(reason), grave)

    for member, most in _TEXTS.items():
        value = facts.get(member)
        if not isinstance(value, str) or not value.strip():
            yield lack(f"it says no {member}", member, grave=member != "preview")
        elif len(value) > most or "\n" in value:
            yield lack(f"{member} is one line of at most {most} characters", member)
        elif member == "sentence" and (not value.endswith(".") or ". " in value):
            yield lack("sentence is one sentence, with its full stop", member)
        elif member == "preview":
            is_picture = value.endswith(_PICTURES) and "/" not in value and (folder / value).is_file()
            if not is_picture:
                yield lack(f"preview is no picture in this folder: {value}", member)
    variables = facts.get("variables", {})
    if not isinstance(variables, dict) or not all(isinstance(value, str) for value in variables.values()):
        yield lack("[variables] is a table of texts", grave=True)
    for member in facts:
        if member not in (*_TEXTS, "variables"):
            yield lack(f"{member} means nothing here", member)
