"""Markdown in the wording of an event type: emphasis, strong, links and line breaks, nothing else.

Only the template's own text is read as Markdown. `{{ … }}` is a letter to it and `{% … %}` a punctuation mark, and what
they stand for is put in long after: an event's values are never parsed. The result is the template again, with marks of
one character in place of the Markdown; `render/template.py` reads them.
"""

import re

from markdown_it import MarkdownIt
from msgspec import Struct

from tidings.errors import Invalid
from tidings.render.links import is_web_url
from tidings.render.template_parser import refusal

# Code points that are no characters in any text: what a template holds of them itself is replaced.
STRONG, STRONG_END, EMPHASIS, EMPHASIS_END, LINK, LINK_END, BREAK, NOTHING = map(chr, range(0xFDD0, 0xFDD8))
MARKS = re.compile("[\ufdd0-\ufdd7]")
_FIRST_TAG = 0xF0000
_TAG = re.compile(
    r"""\{\{(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|(?!\}\}).)*\}\}|\{%(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|(?!%\}).)*%\}""",
    re.DOTALL,
)
# Around what stands for {% … %}: a "_" beside it begins or ends an emphasis.
_OPENING, _CLOSING = "\u2e22", "\u2e23"
_STOOD_FOR_TAG = re.compile("[\U000f0000-\U000f0fff]")
_STOOD_IN = re.compile(f"({_OPENING}?)([\U000f0000-\U000f0fff])({_CLOSING}?)")
_OURS = re.compile("[\ufdd0-\ufdd7\U000f0000-\U000f0fff]")
# A brace that Markdown has left alone in front of another: "{\\{ x }}" says "{{ x }}" and is no tag.
_LONE_BRACE = re.compile("\\{(?=[{%\u2e22\U000f0000-\U000f0fff])")
_BLANK_LINE = re.compile(r"[ \t]*\n[ \t]*\n\s*")
_MARK_OF = {
    "strong_open": STRONG,
    "strong_close": STRONG_END,
    "em_open": EMPHASIS,
    "em_close": EMPHASIS_END,
    "link_close": LINK_END,
    "softbreak": "\n",
    "hardbreak": BREAK,
}


class Marked(Struct, frozen=True):
    """A template with marks; `links` are the addresses of its LINK marks, in order."""

    text: str
    links: tuple[str, ...]


def _parser() -> MarkdownIt:
    parser = MarkdownIt("zero").enable(["emphasis", "link", "newline", "escape"])
    # Addresses come through as they were written; which of them are let in is decided here, with a refusal that says so.
    parser.normalizeLink = lambda url: url  # type: ignore[method-assign]
    parser.validateLink = lambda url: True  # type: ignore[method-assign]  # noqa: ARG005 - its parameter has this name
    return parser


_markdown = _parser()


def marked_source(source: str) -> Marked:
    """Reads the Markdown of a template that is otherwise in order. Raises Invalid for a link that leads nowhere good."""
    tags: list[str] = []

    def letter(found: re.Match[str]) -> str:
        tags.append(found[0])
        stands = chr(_FIRST_TAG + len(tags) - 1)
        return stands if found[0].startswith("{{") else f"{_OPENING}{stands}{_CLOSING}"

    def tag(found: re.Match[str]) -> str:
        stood_for = tags[ord(found[2]) - _FIRST_TAG]
        return f"{found[1]}{stood_for}{found[3]}" if stood_for.startswith("{{") else stood_for

    text = _TAG.sub(letter, _OURS.sub("\ufffd", source))
    paragraphs = _BLANK_LINE.sub("  \n", text.strip())
    pieces: list[str] = []
    links: list[str] = []
    for token in _markdown.parseInline(paragraphs)[0].children or []:
        if token.type == "text":
            pieces.append(token.content)
        elif token.type == "link_open":
            links.append(_address(str(token.attrGet("href") or ""), source))
            pieces.append(LINK)
        else:
            pieces.append(_MARK_OF[token.type])
    said = _LONE_BRACE.sub(f"{{{NOTHING}", "".join(pieces))
    return Marked(_STOOD_IN.sub(tag, said), tuple(links))


def _address(href: str, source: str) -> str:
    if _STOOD_FOR_TAG.search(href):
        raise _refused(source, href, "the address of a link holds no names; {{ linked_title }} leads to the event's own URL")
    if not is_web_url(href):
        raise _refused(source, href, "the address of a link is an absolute http or https URL")
    return href


def _refused(source: str, href: str, reason: str) -> Invalid:
    """Says where the address stands, as far as it is written there as it was read."""
    start = _STOOD_FOR_TAG.split(href)[0]
    found = re.search(rf"\]\([ \n<]*(?={re.escape(start)})", source) or re.search(r"\]\(", source)
    return refusal(source, found.end() + 1 if found else 1, reason)
