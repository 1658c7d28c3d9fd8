"""The filters of the message language: text in, text out, none longer than TEXT_LIMIT."""

import re
import unicodedata
from collections.abc import Callable

# No filter makes more than this many characters, whatever it is given: a chain of `replace` can not grow without end.
TEXT_LIMIT = 1_024

# Where a word may begin: after a space, a dash or an opening bracket.
_WORD = re.compile(r"[^-\s({\[<]+")


def _length(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= TEXT_LIMIT):
        raise ValueError(f"a length from 1 to {TEXT_LIMIT}")
    return int(text)


def truncate(text: str, length: str = "50", ending: str = "…") -> str:
    """At most `length` characters, `ending` among them."""
    most = _length(length)
    return text if len(text) <= most else text[: max(most - len(ending), 0)].rstrip() + ending[:most]


def truncatewords(text: str, count: str = "15", ending: str = "…") -> str:
    """The first `count` words."""
    words = text.split()
    return text if len(words) <= _length(count) else " ".join(words[: _length(count)]) + ending


def first_word(text: str) -> str:
    """What stands before the first space."""
    return text.split(maxsplit=1)[0] if text.strip() else ""


def initial(text: str) -> str:
    """The first letter, large, with its marks, and a full stop."""
    stripped = text.strip()
    if not stripped:
        return ""
    end = 1
    while end < len(stripped) and (_is_mark(stripped[end]) or stripped[end - 1] == "\u200d"):
        end += 1
    return f"{_upper_first(stripped[:end])}."


def _is_mark(character: str) -> bool:
    # Accents, variation selectors, skin tones, and the joiner of emoji that are made of several.
    return bool(
        unicodedata.combining(character)
        or unicodedata.category(character) in ("Mn", "Me")
        or character == "\u200d"
        or "\U0001f3fb" <= character <= "\U0001f3ff"
    )


def capitalize(text: str) -> str:
    """The first letter large, all others small, as Liquid and Jinja have it."""
    return _upper_first(text[:1]) + text[1:].lower()


def _upper_first(text: str) -> str:
    # Not where a letter becomes two: "ß".
    return text[:1].upper() + text[1:] if len(text[:1].upper()) == 1 else text


def _title(text: str) -> str:
    return _WORD.sub(lambda word: capitalize(word[0]), text)


def _replace(text: str, old: str, new: str) -> str:
    # Python finds "" between any two letters; nobody means that.
    return text.replace(old, new) if old else text


def _default(text: str, otherwise: str = "") -> str:
    return text or otherwise


def _bounded(apply: Callable[..., str]) -> Callable[..., str]:
    return lambda text, *arguments: apply(text, *arguments)[:TEXT_LIMIT]


# name: (function, fewest and most arguments)
FILTERS: dict[str, tuple[Callable[..., str], int, int]] = {
    name: (_bounded(apply), least, most)
    for name, apply, least, most in (
        ("default", _default, 1, 1),
        ("capitalize", capitalize, 0, 0),
        ("upcase", str.upper, 0, 0),
        ("upper", str.upper, 0, 0),
        ("downcase", str.lower, 0, 0),
        ("lower", str.lower, 0, 0),
        ("title", _title, 0, 0),
        ("trim", str.strip, 0, 0),
        ("truncate", truncate, 0, 2),
        ("truncatewords", truncatewords, 0, 2),
        ("first_word", first_word, 0, 0),
        ("initial", initial, 0, 0),
        ("replace", _replace, 2, 2),
        # What goes into a page is always escaped (message.py) or set as text (the widget): nothing is left to do.
        ("escape", str, 0, 0),
    )
}
