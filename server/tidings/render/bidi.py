"""Text of one writing direction within text of the other: kept apart by isolates, so that neither scrambles the other.

Characters do it (Unicode's bidirectional algorithm, UAX #9), not markup: they hold in a page, in a label for screen readers
and in plain text alike.
"""

import re
from typing import Literal

import regex

Direction = Literal["ltr", "rtl"]

# Begin a text that goes by its own first letter, from left to right, from right to left; and end it.
FSI, LRI, RLI, PDI = "\u2068", "\u2066", "\u2067", "\u2069"

# What embeds, overrides or isolates: without its end, or with one too many, it would reach beyond its text.
_CONTROLS = re.compile("[\u202a-\u202e\u2066-\u2069]")
# What ends a paragraph, and with it every isolate.
_ENDS = re.compile("[\x1c-\x1e\x85\u2029]")
_STRONG = regex.compile(r"(?P<ltr>\p{bc=L})|[\p{bc=R}\p{bc=AL}]")
# What would not stay in its place in a line of the other direction; digits and their signs turn round, too.
_FOREIGN = {
    "ltr": regex.compile(r"[\p{bc=R}\p{bc=AL}\p{bc=AN}]"),
    "rtl": regex.compile(r"[\p{bc=L}\p{bc=EN}]"),
}


def without_controls(text: str) -> str:
    """A value without the characters that would turn round what stands beside it."""
    if text.isprintable():  # nearly always: they are not
        return text
    return _ENDS.sub(" ", _CONTROLS.sub("", text))


def direction_of_text(text: str) -> Direction | None:
    """The direction of the first letter that has one."""
    found = _STRONG.search(text)
    return None if found is None else "ltr" if found["ltr"] else "rtl"


def isolated(text: str, within: Direction) -> str:
    """`text` so that it can stand in a line of a direction: as it is where that does no harm. Free of controls."""
    if (within == "ltr" and text.isascii()) or not _FOREIGN[within].search(text):
        return text
    # Spaces at either end stay outside, where they can be folded with their neighbours.
    core = text.strip()
    start = text.index(core)
    return f"{text[:start]}{FSI}{core}{PDI}{text[start + len(core) :]}"
