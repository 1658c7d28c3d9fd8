"""From an event to the parts of its message, and from parts to plain text or HTML."""

import re
from collections.abc import Iterable
from html import escape
from typing import TypeGuard

from msgspec.structs import replace

from tidings.records.part import Break, Link, Part, Text, Time
from tidings.render.bidi import LRI, PDI, RLI, Direction, isolated
from tidings.render.template import Hole, Piece, Said, SaidLink, Template, Values

# Words that hang in the air when what they lead to is absent: "from" in "Someone from just ordered".
_DANGLING = re.compile(
    r"(?:^|(?<=\s))(?:from|in|at|near|of|by|for|to|with|on|a|an|the|aus|von|bei|de|à|en|desde|da|di|van|uit)\s*$",
    re.IGNORECASE,
)
_SPACES = re.compile(r"[ \t\r\n]+")
_TO_FOLD = re.compile(r"[\t\r\n]|  | [,.;!?](?:\s|$)")
_SPACE_BEFORE_STOP = re.compile(r" +(?=[,.;!?](?:\s|$))")


def message_parts(template: Template, values: Values, direction: Direction = "ltr") -> tuple[Part, ...]:
    """What the template says of an event, holes closed: no doubled space, no space before a comma, nothing dangling.

    Values of another direction than the wording's are isolated in it, and a wording of another one than `direction`, that
    of the line it will stand in, as a whole.
    """
    within = template.direction or direction
    parts = _tidy(_closed(template.pieces(values)), within)
    return tuple(parts if within == direction else _enclosed(parts, within))


def plain_text(parts: Iterable[Part]) -> str:
    """The message as text, without the time."""
    text = "".join(" " if isinstance(part, Break) else "" if isinstance(part, Time) else part.text for part in parts)
    return _SPACE_BEFORE_STOP.sub("", _SPACES.sub(" ", text)).strip()


def html(parts: Iterable[Part], link: str | None) -> str:
    """The message as an HTML fragment; `{{ time_ago }}` stays for the browser. `link` is the event's own."""
    return "".join(_html(part, link) for part in parts)


def _html(part: Part, link: str | None) -> str:
    match part:
        case Time():
            return "{{ time_ago }}"
        case Break():
            return "<br>"
        case Link(text, href):
            target = href or link
            return f'<a href="{escape(target)}">{escape(text)}</a>' if target else escape(text)
        case Text(text, mark):
            tag = {"strong": "strong", "emphasis": "em"}.get(mark)
            return f"<{tag}>{escape(text)}</{tag}>" if tag else escape(text)


def _closed(pieces: list[Piece]) -> list[Part]:
    """Takes the holes out, with the commas and the prepositions that only made sense with a value there."""
    if Hole not in map(type, pieces):
        return [piece for piece in pieces if not isinstance(piece, Hole)]
    done: list[Part] = []
    rest = pieces[::-1]
    while rest:
        piece = rest.pop()
        if not isinstance(piece, Hole):
            done.append(piece)
            continue
        follows = rest[-1] if rest else None
        if _is_own(follows) and follows.text.lstrip().startswith(","):
            # A missing member of a list takes the comma after it along: "in , Kenya" is "in Kenya".
            remaining = follows.text.lstrip()[1:].lstrip()
            rest.pop()
            if remaining:
                rest.append(replace(follows, text=f" {remaining}"))
            elif rest:
                if not isinstance(rest[-1], Hole):
                    done.append(replace(follows, text=" "))
                continue
        elif done and _is_own(done[-1]) and done[-1].text.rstrip().endswith(","):
            # The last member of a list is missing: "Lagos, just" is "Lagos just".
            done[-1] = replace(done[-1], text=done[-1].text.rstrip()[:-1] + " ")
            continue
        if done and _is_own(done[-1]):
            done[-1] = replace(done[-1], text=_DANGLING.sub("", done[-1].text))
    return done


def _is_own(part: Piece | None) -> TypeGuard[Text | Link]:
    """Whether this is the template's own text, from which a word or a comma may be taken."""
    return _is_wording(part) and not isinstance(part, Said | SaidLink)


def _is_wording(part: Piece | None) -> TypeGuard[Text | Link]:
    """Whether this may be the template's own text: a link to the event's own URL never is."""
    return isinstance(part, Text) or (isinstance(part, Link) and part.href is not None)


def _tidy(parts: list[Part], within: Direction) -> list[Part]:
    """Joins neighbours of a kind, folds spaces, takes those at either end and before a full stop or a comma away."""
    tidied: list[Part] = []
    after_space = True  # nothing at the start either
    for part in _joined(parts, within):
        if not _is_wording(part):
            after_space = isinstance(part, Break)
            if after_space:
                _strip_end(tidied)
            tidied.append(part)
            continue
        text = part.text
        if _TO_FOLD.search(text):
            text = _SPACE_BEFORE_STOP.sub("", _SPACES.sub(" ", text))
        if after_space:
            text = text.lstrip(" ")
        if text:
            after_space = text.endswith(" ")
            tidied.append(part if text == part.text else replace(part, text=text))
    _strip_end(tidied)
    return tidied


def _joined(parts: list[Part], within: Direction) -> list[Part]:
    joined: list[Part] = []
    for one in parts:
        part = _plain(one, within)
        last = joined[-1] if joined else None
        if isinstance(part, Text) and isinstance(last, Text) and part.mark == last.mark:
            joined[-1] = Text(last.text + part.text, part.mark)
        elif isinstance(part, Link) and isinstance(last, Link) and part.href == last.href and part.href is not None:
            joined[-1] = Link(last.text + part.text, part.href)
        else:
            joined.append(part)
    return joined


def _plain(part: Part, within: Direction) -> Part:
    """A value as a part like any other, isolated where it must be."""
    if isinstance(part, Said):
        return Text(isolated(part.text, within), part.mark)
    if isinstance(part, SaidLink) or (isinstance(part, Link) and part.href is None):
        return Link(isolated(part.text, within), part.href)
    return part


def _enclosed(parts: list[Part], within: Direction) -> list[Part]:
    """The whole message as a text of its own direction. A time at its end stays outside: it may be drawn elsewhere."""
    end = len(parts) - (1 if parts and isinstance(parts[-1], Time) else 0)
    if not end:
        return parts
    first, last = LRI if within == "ltr" else RLI, parts[end - 1]
    spaces = ""
    if isinstance(last, Text) and last.text.endswith(" "):
        last, spaces = replace(last, text=last.text.rstrip(" ")), " "
    return [Text(first), *parts[: end - 1], last, Text(PDI + spaces), *parts[end:]]


def _strip_end(parts: list[Part]) -> None:
    """Takes the spaces at the end away, with what consists of nothing else."""
    while parts and _is_wording(parts[-1]):
        text = parts[-1].text.rstrip(" ")
        if text:
            if text != parts[-1].text:
                parts[-1] = replace(parts[-1], text=text)
            return
        parts.pop()
