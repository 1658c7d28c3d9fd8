"""Smaller CSS that means the same: no comments, and white space only where it separates.

Token by node, never by patterns over the text: `a :hover` within a rule is not the declaration `a:hover`.
"""

from functools import lru_cache

from tinycss2 import parse_component_value_list, serialize
from tinycss2.ast import IdentToken, LiteralToken, WhitespaceToken

from tidings.render.css_tokens import Node, inside

_COMBINATORS = (">", "~")
# What stands before the card on a page. In the widget's shadow tree only :host does.
_PAGE = frozenset({"html", "body"})


@lru_cache(maxsize=64)
def minified(css: str) -> str:
    """The same style sheet in fewer characters. `css` has passed `css_problem`."""
    return str(serialize(_statements(_parsed(css))))


def minified_for_shadow(css: str) -> str:
    """As `minified`, for CSS that was written for a page: "body .fomo-notification" is said of the widget's own tree."""
    tokens = _parsed(css)
    _host_for_page(tokens)
    return str(serialize(_statements(tokens)))


def _host_for_page(tokens: list[Node]) -> None:
    """In every rule's selector: `:host` in place of `html`, `body` and `:root` where these are ancestors of something."""
    start, index = 0, 0
    while index < len(tokens):
        node = tokens[index]
        if node.type == "{} block":
            first = _next(tokens, start)
            if tokens[first].type == "at-keyword":
                _host_for_page(node.content)
            else:
                selectors = _selectors_for_shadow(tokens[start:index])
                tokens[start:index] = selectors
                index = start + len(selectors)
        if node.type == "{} block" or node == ";":
            start = index + 1
        index += 1


def _selectors_for_shadow(prelude: list[Node]) -> list[Node]:
    found: list[Node] = []
    at_start = True
    index = 0
    while index < len(prelude):
        end = _end_of_page(prelude, index) if at_start else index
        if end > index:
            found += [LiteralToken(1, 1, ":"), IdentToken(1, 1, "host")]
            index = end
            while (further := _next(prelude, index)) < len(prelude):
                # "html > body > a": the page is one ancestor.
                further = _next(prelude, further + 1) if prelude[further] == ">" else further
                end = _end_of_page(prelude, further)
                if end == further:
                    break
                index = end
        at_start = prelude[index] == "," or (at_start and _is_blank(prelude[index]))
        found.append(prelude[index])
        index += 1
    return found


def _end_of_page(prelude: list[Node], index: int) -> int:
    """Where `html`, `body` or `:root` at `index` ends, when a descendant or a child of it follows; else `index`."""
    end = index
    if index < len(prelude) and prelude[index].type == "ident" and prelude[index].lower_value in _PAGE:
        end = index + 1
    elif prelude[index : index + 1] == [":"] and index + 1 < len(prelude) and prelude[index + 1].type == "ident":
        end = index + 2 if prelude[index + 1].lower_value == "root" else index
    follows = _next(prelude, end)
    is_ancestor = follows < len(prelude) and prelude[follows] not in (",", "+", "~", "||")
    return end if end > index and is_ancestor and (follows > end or prelude[end] == ">") else index


def _parsed(css: str) -> list[Node]:
    return list(parse_component_value_list(css, skip_comments=True))


def _statements(tokens: list[Node]) -> list[Node]:
    """The contents of a style sheet or of a {} block: declarations and rules, each squeezed."""
    squeezed: list[Node] = []
    statement: list[Node] = []
    for node in tokens:
        is_block = node.type == "{} block"
        if is_block or node == ";":
            squeezed += _statement(statement, is_rule=is_block)
            statement = []
            if is_block:
                node.content = _statements(node.content)
            if is_block or (squeezed and squeezed[-1] != ";"):
                squeezed.append(node)
        else:
            statement.append(node)
    squeezed += _statement(statement, is_rule=False)
    if squeezed and squeezed[-1] == ";":
        squeezed.pop()
    return squeezed


def _statement(tokens: list[Node], *, is_rule: bool) -> list[Node]:
    """A declaration, an at-rule's prelude or a selector, without what ends it."""
    tokens = _stripped(tokens)
    if not tokens:
        return []
    if tokens[0].type == "at-keyword":
        return [tokens[0], *_spaced(tokens[1:], _COMMA)]
    colon = _next(tokens, 1)
    is_custom = tokens[0].type == "ident" and tokens[0].value.startswith("--")
    if tokens[0].type == "ident" and colon < len(tokens) and tokens[colon] == ":" and (is_custom or not is_rule):
        value = _spaced(_stripped(tokens[colon + 1 :]), (*_COMMA, "!"))
        return [tokens[0], tokens[colon], *value]
    return _spaced(tokens, (*_COMMA, *_COMBINATORS) if is_rule else _COMMA)


_COMMA = (",",)


def _spaced(tokens: list[Node], tight: tuple[str, ...]) -> list[Node]:
    """One space for any white space, none beside the signs in `tight`; what is in brackets likewise."""
    spaced: list[Node] = []
    for node in tokens:
        content = inside(node)
        if content is not None:
            content[:] = _statements(content) if node.type == "{} block" else _bracketed(content)
        if node.type == "whitespace":
            if not (spaced and (spaced[-1] in tight or _is_blank(spaced[-1]))):
                spaced.append(node)
                node.value = " "
            continue
        if node.type == "literal" and node.value in tight and spaced and spaced[-1].type == "whitespace":
            spaced.pop()
        if node == "+" and spaced and spaced[-1].type == "ident" and spaced[-1].lower_value == "u":
            # "u+a" is a range of characters to some.
            spaced.append(WhitespaceToken(1, 1, " "))
        spaced.append(node)
    return spaced


def _bracketed(tokens: list[Node]) -> list[Node]:
    """What stands in ( ) or [ ]: "( max-width: 9px )" is "(max-width:9px)"."""
    tokens = _spaced(_stripped(tokens), _COMMA)
    colon = _next(tokens, 1)
    if colon < len(tokens) and tokens[0].type == "ident" and tokens[colon] == ":":
        return [tokens[0], tokens[colon], *_stripped(tokens[colon + 1 :])]
    return tokens


def _stripped(tokens: list[Node]) -> list[Node]:
    start, end = 0, len(tokens)
    while start < end and _is_blank(tokens[start]):
        start += 1
    while start < end and _is_blank(tokens[end - 1]):
        end -= 1
    return tokens[start:end]


def _next(tokens: list[Node], index: int) -> int:
    while index < len(tokens) and _is_blank(tokens[index]):
        index += 1
    return index


def _is_blank(node: Node) -> bool:
    return bool(node.type == "whitespace")
