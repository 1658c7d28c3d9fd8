"""A wording in its parts: variables apart from words, where it can not be read, and variables that no event has."""

import re

from msgspec import Struct

from tidings.domain import wordings
from tidings.surfaces.message_language import NAMES

_PLACE = re.compile(r"at line (\d+), column (\d+): (.*)", re.DOTALL)
_PIECE = re.compile(r"(\{\{.*?\}\}|\{%.*?%\})", re.DOTALL)


class Wrong(Struct, frozen=True):
    """Where in a message it can not be read, and why. `part`: what stands there, between `before` and `after`."""

    line: int
    column: int
    reason: str
    before: str
    part: str
    after: str


def notes_of(message: str, custom: set[str]) -> list[str]:
    """Variables that no event has, which is easily a slip of the keys."""
    found = wordings.unknown(message, {*NAMES, *custom})
    return [f"No event has {name}: it is left out.{f' Meant: {near}?' if near else ''}" for name, near in found]


def pieces(message: str) -> list[tuple[bool, str]]:
    """A message in pieces: whether each is a variable or a condition, and its text."""
    return [(bool(_PIECE.fullmatch(one)), one) for one in _PIECE.split(message) if one]


def wrong_place(message: str, sentence: str) -> Wrong | None:
    """The place that a refusal of a message names: its line with what is wrong apart."""
    found = _PLACE.search(sentence)
    if found is None:
        return None
    line, column, reason = int(found[1]), int(found[2]), found[3]
    lines = message.replace("\r\n", "\n").split("\n")
    text = lines[line - 1] if line <= len(lines) else ""
    at = min(column - 1, len(text))
    word = re.match(r"[\w.]+|[^\w\s]+|\s*", text[at:])
    end = at + (len(word[0]) if word else 0)
    return Wrong(line, column, reason, text[max(0, at - 60) : at], text[at:end] or " ", text[end : end + 60])
