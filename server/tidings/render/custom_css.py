"""What is let into an application's own CSS: all that styles, nothing that fetches, runs or swallows what follows.

Browsers forgive much, and so does this: an unknown property, a bad value or an unknown at-rule is theirs to pass over.
"""

import re
from functools import lru_cache

from tidings.render.css_minify import minified_for_shadow
from tidings.render.css_tokens import DEPTH_LIMIT, Place, Problem, inside, read_tokens, significant, walk

LIMIT = 32 * 1024

_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff]")
# Longer than any number that means something; Python reads no more than 4,300 digits as one.
_ENDLESS_NUMBER = re.compile(r"[0-9]{400}")
_STYLE_END = re.compile(r"<[/]style", re.IGNORECASE)
_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})[ \t\n]?|(.))", re.DOTALL)
_LINE_ENDS = re.compile(r"\r\n|\r|\f")
# Some browsers take "×" for a sign of its own, so that a name ends or begins there.
_PLAIN = re.compile(r"[\x00-\x7f]*")
_PLAIN_END = re.compile(r"[\x00-\x7f]*\Z")
# Functions that fetch what a text within them names, also with a browser's own prefix.
_FETCHES = ("image-set", "image", "cross-fade", "src")
# Properties that once ran scripts.
_SCRIPTS = frozenset({"behavior", "-ms-behavior", "-moz-binding"})
_LOCAL_URL = re.compile(r"[\x00-\x20]*(?:data:|#)", re.IGNORECASE)

_NOT_CLOSED = {
    "{} block": "this { is never closed by a }",
    "[] block": "this [ is never closed by a ]",
    "() block": "this ( is never closed by a )",
    "function": "this ( is never closed by a )",
    "comment": "this comment is never closed by a */",
}
_BROKEN = {
    "bad-string": "this text in quotes does not end on its line",
    "eof-in-string": "this text in quotes never ends",
    "bad-url": "this url( has a quote, a bracket, a space or a \\ in it; put its address in quotes",
    "eof-in-url": "this url( is never closed by a )",
}


@lru_cache(maxsize=64)
def css_problem(css: str) -> Problem | None:
    """The first thing in this CSS that is not let in, with its place; None when all is well."""
    if len(css.encode("utf-8", "surrogatepass")) > LIMIT:
        return Problem(f"it is longer than {LIMIT // 1024} KiB")
    text = _LINE_ENDS.sub("\n", css)
    control = _CONTROL.search(text)
    if control:
        return _at(text, control.start(), f"a control character (U+{ord(control[0]):04X})")
    endless = _ENDLESS_NUMBER.search(text)
    if endless:
        return _at(text, endless.start(), "a number of more than 400 digits")
    return _style_end(text) or _in_tokens(text)


def served_css(css: str) -> str:
    """An application's own CSS as pages get it. CSS that is not let in (any more) is left out as a whole."""
    return "" if css_problem(css) else minified_for_shadow(css)


def _at(text: str, offset: int, reason: str) -> Problem:
    line = text.count("\n", 0, offset) + 1
    return Problem(reason, line, offset - text.rfind("\n", 0, offset))


def _style_end(text: str) -> Problem | None:
    """`</style`, in whatever way it is written."""
    offsets: list[int] = []
    plain = text
    if "\\" in text:
        pieces: list[str] = []
        start = 0
        for found in _ESCAPE.finditer(text):
            pieces += [text[start : found.start()], _character(found)]
            offsets += [*range(start, found.start()), *[found.start()] * len(pieces[-1])]
            start = found.end()
        pieces.append(text[start:])
        offsets += range(start, len(text))
        plain = "".join(pieces)
    found_end = _STYLE_END.search(plain)
    if not found_end:
        return None
    place = offsets[found_end.start()] if offsets else found_end.start()
    return _at(text, place, "</style> would end the style; paste only what stands between <style> and </style>")


def _character(found: re.Match[str]) -> str:
    if found[1] is None:
        return "" if found[2] == "\n" else found[2]
    number = int(found[1], 16)
    return chr(number) if 0 < number < 0x110000 else "\ufffd"


def _in_tokens(text: str) -> Problem | None:
    tokens, still_open = read_tokens(text)
    first: Problem | None = None
    for place in walk(tokens):
        node = place.node
        if node.type == "error" and node.kind in _BROKEN:
            # What comes after it is not what it looks like: nothing else is worth saying.
            return place.problem(_BROKEN[node.kind])
        if first is None:
            reason = _reason(place)
            first = place.problem(reason) if reason else None
    if still_open is not None:
        return Problem(_NOT_CLOSED[still_open.type], still_open.source_line, still_open.source_column)
    return first


def _reason(place: Place) -> str | None:
    """Why this token is not let in."""
    node, kind = place.node, place.node.type
    if place.depth > DEPTH_LIMIT:
        return "it is nested too deeply"
    if kind in ("ident", "function", "at-keyword", "hash", "string", "url", "dimension"):
        name = node.unit if kind == "dimension" else node.name if kind == "function" else node.value
        if _CONTROL.search(name):
            return "a control character"
    if kind == "error":
        # One that closes nothing becomes a part of the next selector, and its rule is lost.
        return "this } closes nothing: browsers drop the rule after it" if node.kind == "}" and place.depth == 0 else None
    if kind == "at-keyword":
        is_import = _plain(_PLAIN, node.value) == "import"
        return "@import would ask another server; paste the rules themselves instead" if is_import else None
    if kind == "url":
        if "\\" in node.value:
            # At the end of a line it makes the whole a "bad url" to browsers, and to tinycss2 it does not.
            return _BROKEN["bad-url"]
        return None if _LOCAL_URL.match(node.value) else _only_local("url()")
    if kind == "function":
        return _function_reason(place)
    if kind == "ident" and _plain(_PLAIN_END, node.value) in _SCRIPTS:
        is_property = significant(place.neighbours, place.index + 1) == ":"
        return f"{node.value} would run a script" if is_property else None
    if kind == "literal" and node.value == "\\":
        return "this \\ escapes nothing"
    if kind == "literal" and node.value == ";" and place.depth == 0 and place.first.type != "at-keyword":
        return "this ; stands outside of a rule: browsers drop the rule after it"
    is_descriptor = place.first.type == "ident" and place.first.lower_value == "unicode-range"
    if kind == "unicode-range" and not is_descriptor:
        # To newer browsers this is a name, a plus sign and whatever follows.
        return "U+ stands only in unicode-range; elsewhere leave a space before the +"
    return None


def _function_reason(place: Place) -> str | None:
    name = _plain(_PLAIN_END, place.node.name)
    if name == "url":
        held = [node for node in inside(place.node) or () if node.type not in ("whitespace", "comment")]
        is_local = len(held) == 1 and held[0].type == "string" and _LOCAL_URL.match(held[0].value)
        return None if is_local else _only_local("url()")
    if any(name == fetches or name.endswith(f"-{fetches}") for fetches in _FETCHES):
        return _only_local(f"{name}()") + "; url(data:…) can"
    return "expression() would run a script" if name == "expression" else None


def _only_local(name: str) -> str:
    if name != "url()":
        return f"{name} can not be held to pictures that are in the CSS itself"
    return "url() would ask another server; it may hold a picture itself (data:) or a #fragment"


def _plain(pattern: re.Pattern[str], name: str) -> str:
    found = pattern.search(name)
    return found[0].lower() if found else ""
