"""The filters of the message language: text in, text out, none longer than TEXT_LIMIT."""

import re
from collections.abc import Callable

from tidings.render.clusters import cluster_count, cut, first_clusters, initial_of, large_first

# No filter makes more than this many characters, whatever it is given: a chain of `replace` can not grow without end.
TEXT_LIMIT = 1_024

# Where a word may begin: after a space, a dash or an opening bracket.
_WORD = re.compile(r"[^-\s({\[<]+")


def _length(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= TEXT_LIMIT):
        raise ValueError(f"a length from 1 to {TEXT_LIMIT}")
    return int(text)


def truncate(text: str, length: str = "50", ending: str = "…") -> str:
    """At most `length` letters, `ending` among them."""
    most = _length(length)
    if first_clusters(text, most) == text:
        return text
    return first_clusters(text, max(most - cluster_count(ending), 0)).rstrip() + first_clusters(ending, most)


def truncatewords(text: str, count: str = "15", ending: str = "…") -> str:
    """The first `count` words."""
    words = text.split()
    return text if len(words) <= _length(count) else " ".join(words[: _length(count)]) + ending


def first_word(text: str) -> str:
    """What stands before the first space."""
    return text.split(maxsplit=1)[0] if text.strip() else ""


def initial(text: str) -> str:
    """The first letter, large, with its marks, and a full stop."""
    letter = initial_of(text)
    return f"{large_first(letter)}." if letter else ""


def capitalize(text: str) -> str:
    """The first letter large, all others small, as Liquid and Jinja have it."""
    return large_first(text[:1]) + text[1:].lower()


def _title(text: str) -> str:
    return _WORD.sub(lambda word: capitalize(word[0]), text)


def _replace(text: str, old: str, new: str) -> str:
    # Python finds "" between any two letters; nobody means that.
    return text.replace(old, new) if old else text


def _default(text: str, otherwise: str = "") -> str:
    return text or otherwise


def _bounded(apply: Callable[..., str]) -> Callable[..., str]:
    def bounded(text: str, *arguments: str) -> str:
        found = apply(text, *arguments)
        return found if len(found) <= TEXT_LIMIT else cut(found, TEXT_LIMIT)

    return bounded


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
