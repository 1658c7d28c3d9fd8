"""From an event to the parts of its message, and from parts to plain text or HTML."""

import re
from collections.abc import Iterable
from html import escape

from tidings.records.part import Break, Link, Part, Text, Time
from tidings.render.template import Hole, Piece, Template, Values

# Words that hang in the air when what they lead to is absent: "from" in "Someone from just ordered".
_DANGLING = re.compile(
    r"(?:^|(?<=\s))(?:from|in|at|near|of|by|for|to|with|on|a|an|the|aus|von|bei|de|à|en|desde|da|di|van|uit)\s*$",
    re.IGNORECASE,
)
_SPACES = re.compile(r"[ \t\r\n]+")
_SPACE_BEFORE_STOP = re.compile(r" +(?=[,.;!?](?:\s|$))")


def message_parts(template: Template, values: Values) -> tuple[Part, ...]:
    """What the template says of an event, holes closed: no doubled space, no space before a comma, nothing dangling."""
    return tuple(_tidy(_closed(template.pieces(values))))


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
    done: list[Part] = []
    rest = list(reversed(pieces))
    while rest:
        piece = rest.pop()
        if not isinstance(piece, Hole):
            if piece != Text(""):
                done.append(piece)
            continue
        follows = _following_text(rest)
        if follows is not None and follows.lstrip().startswith(","):
            # A missing member of a list takes the comma after it along: "in , Kenya" is "in Kenya".
            remaining = follows.lstrip()[1:].lstrip()
            rest.pop()
            if remaining:
                rest.append(Text(" " + remaining))
            elif rest:
                if isinstance(rest[-1], Hole):
                    continue
                done.append(Text(" "))
                continue
        elif done and isinstance(done[-1], Text) and done[-1].text.rstrip().endswith(","):
            # The last member of a list is missing: "Lagos, just" is "Lagos just".
            done[-1] = Text(done[-1].text.rstrip()[:-1] + " ", done[-1].mark)
            continue
        if done and isinstance(done[-1], Text):
            done[-1] = Text(_DANGLING.sub("", done[-1].text), done[-1].mark)
    return done


def _following_text(rest: list[Piece]) -> str | None:
    return rest[-1].text if rest and isinstance(rest[-1], Text) else None


def _tidy(parts: list[Part]) -> list[Part]:
    """Joins neighbouring text, folds spaces, takes those at either end and before a full stop or a comma away."""
    joined: list[Part] = []
    for part in parts:
        last = joined[-1] if joined else None
        if isinstance(part, Text) and isinstance(last, Text) and part.mark == last.mark:
            joined[-1] = Text(last.text + part.text, part.mark)
        else:
            joined.append(part)
    tidied: list[Part] = []
    after_space = True  # nothing at the start either
    for part in joined:
        if isinstance(part, Text):
            text = _SPACE_BEFORE_STOP.sub("", _SPACES.sub(" ", part.text))
            if after_space:
                text = text.lstrip(" ")
            if not text:
                continue
            after_space = text.endswith(" ")
            tidied.append(Text(text, part.mark))
        else:
            after_space = isinstance(part, Break)
            tidied.append(part)
    if tidied and isinstance(tidied[-1], Text):
        text = tidied[-1].text.rstrip(" ")
        tidied[-1:] = [Text(text, tidied[-1].mark)] if text else []
    return tidied
