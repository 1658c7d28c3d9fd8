"""Text as people count it: by grapheme clusters, what one takes for a letter, whatever it is made of."""

import regex

_CLUSTER = regex.compile(r"\X")
# What a name may begin with and nobody would call its initial: quotes, brackets, what is not seen.
_BEFORE_INITIAL = regex.compile(r"[\p{P}\p{C}\p{Z}\p{Lm}\p{DI}\s]+")
# In Thai and Lao a vowel that is spoken after its consonant is written before it.
_INITIAL = regex.compile(r"[\u0e40-\u0e44\u0ec0-\u0ec4]?\X")
_VISIBLE = regex.compile(r"[^\p{C}\p{Z}\s\p{DI}\u2800]")


def first_clusters(text: str, count: int) -> str:
    """The first `count` clusters, or the whole when there are no more."""
    if len(text) <= count or _is_plain(text):
        return text[:count]
    end = 0
    for number, found in enumerate(_CLUSTER.finditer(text)):
        if number == count:
            return text[:end]
        end = found.end()
    return text


def cluster_count(text: str) -> int:
    """How many letters a person counts."""
    return len(text) if _is_plain(text) else len(_CLUSTER.findall(text))


def cut(text: str, most: int) -> str:
    """At most `most` code points, and no cluster cut apart, unless one alone is longer than that."""
    if len(text) <= most or _is_plain(text):
        return text[:most]
    end = 0
    # The cluster across the limit is whole only when what follows is looked at, too; one more is enough to end it.
    for found in _CLUSTER.finditer(text):
        if found.end() > most:
            break
        end = found.end()
    return text[: end or most]


def initial_of(text: str) -> str:
    """The first letter with all that belongs to it; "" for a text without anything to see."""
    skipped = _BEFORE_INITIAL.match(text)
    found = _INITIAL.match(text, skipped.end() if skipped else 0) or _VISIBLE.search(text)
    return found[0] if found else ""


def is_visible(text: str) -> bool:
    """Whether there is anything to see in it."""
    return bool(_VISIBLE.search(text))


def large_first(text: str) -> str:
    """With its first letter large, where there is such a letter of one character."""
    # The form for titles: Georgian has capitals that begin no name, and "ǆ" becomes "ǅ". Not where one becomes two: "ß".
    large = text[:1].title()
    return large + text[1:] if len(large) == 1 else text


def _is_plain(text: str) -> bool:
    # In ASCII only a line end is two characters in one cluster.
    return text.isascii() and "\r" not in text
