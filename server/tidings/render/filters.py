"""The filters of the message language: text in, text out, none longer than TEXT_LIMIT."""

import unicodedata
from collections.abc import Callable

# No filter makes more than this many characters, whatever it is given: a chain of `replace` can not grow without end.
TEXT_LIMIT = 1_024


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
    """The first letter with its marks, and a full stop."""
    stripped = text.strip()
    if not stripped:
        return ""
    end = 1
    while end < len(stripped) and (unicodedata.combining(stripped[end]) or stripped[end] in "\u200d\ufe0f"):
        end += 1
    return f"{stripped[:end]}."


def capitalize(text: str) -> str:
    """The first letter large, the others as they are."""
    return text[:1].upper() + text[1:]


def _title(text: str) -> str:
    return " ".join(capitalize(word) for word in text.split(" "))


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
        ("replace", str.replace, 2, 2),
        # What goes into a page is always escaped (message.py) or set as text (the widget): nothing is left to do.
        ("escape", str, 0, 0),
    )
}
