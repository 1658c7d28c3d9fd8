"""A style sheet as a flat list of rules: whom each reaches, under what conditions, and what it declares."""

from collections.abc import Iterator
from typing import Any

from msgspec import Struct
from tinycss2 import parse_blocks_contents, parse_stylesheet, serialize

from tidings.render.css_tokens import Node, Place, Problem, walk

# At-rules whose blocks hold rules that reach the same elements.
_CONDITIONS = frozenset({"media", "supports", "container", "layer", "scope", "starting-style"})


class Declaration(Struct, frozen=True):
    """`name` in small letters, but for custom properties; `value`: tokens without white space at either end."""

    name: str
    value: list[Node]
    important: bool
    line: int
    column: int

    def problem(self, reason: str) -> Problem:
        """This is wrong, here."""
        return Problem(reason, self.line, self.column)

    def places(self) -> Iterator[Place]:
        """Every token of the value, at every depth."""
        return walk(self.value)


class Rule(Struct, frozen=True):
    """`selectors`: as tokens, a list for each between commas; `conditions`: of the at-rules around, outermost first.

    `keyframes`: the name of the animation that this is a moment of, else "".
    """

    selectors: list[list[Node]]
    declarations: list[Declaration]
    conditions: tuple[str, ...]
    keyframes: str
    line: int
    column: int


class Sheet(Struct, frozen=True):
    """`problems`: what browsers would pass over, and at-rules that hold no rules for elements."""

    rules: list[Rule]
    problems: list[Problem]


def read_sheet(css: str) -> Sheet:
    """Reads a style sheet that has passed `css_problem` (so that its blocks are closed and not nested without end)."""
    sheet = Sheet([], [])
    _read(parse_stylesheet(css, skip_comments=True, skip_whitespace=True), sheet, (), "")
    return sheet


def _read(nodes: list[Any], sheet: Sheet, conditions: tuple[str, ...], keyframes: str) -> list[Declaration]:
    """Adds the rules among `nodes`; gives back the declarations among them."""
    declarations: list[Declaration] = []
    for node in nodes:
        if node.type == "declaration":
            name = node.name if node.name.startswith("--") else node.lower_name
            value = stripped(node.value)
            declarations.append(Declaration(name, value, node.important, node.source_line, node.source_column))
        elif node.type == "qualified-rule":
            mine: list[Declaration] = []
            selectors = split_at_commas(node.prelude)
            sheet.rules.append(Rule(selectors, mine, conditions, keyframes, node.source_line, node.source_column))
            mine += _read(_contents(node), sheet, conditions, keyframes)
        elif node.type == "at-rule":
            _read_at_rule(node, sheet, conditions)
        elif node.type == "error":
            reason = f"browsers pass over this: {node.message.rstrip('.')}"
            sheet.problems.append(Problem(reason, node.source_line, node.source_column))
    return declarations


def _read_at_rule(node: Any, sheet: Sheet, conditions: tuple[str, ...]) -> None:
    name = node.lower_at_keyword
    if name in _CONDITIONS and node.content is not None:
        within = (*conditions, f"{name} {serialize(node.prelude).strip().lower()}")
        loose = _read(_contents(node), sheet, within, "")
        if loose:
            # Right after "@media … {" within a rule; which rule it is of, no theme needs to know.
            sheet.rules.append(Rule([], loose, within, "", node.source_line, node.source_column))
    elif name in ("keyframes", "-webkit-keyframes") and node.content is not None:
        _read(_contents(node), sheet, conditions, serialize(node.prelude).strip() or "?")
    else:
        reason = f"@{node.at_keyword} is nothing for a theme"
        sheet.problems.append(Problem(reason, node.source_line, node.source_column))


def _contents(node: Any) -> list[Any]:
    return list(parse_blocks_contents(node.content, skip_comments=True, skip_whitespace=True))


def split_at_commas(nodes: list[Node]) -> list[list[Node]]:
    """What stands between commas, without the white space around."""
    parts: list[list[Node]] = [[]]
    for node in nodes:
        if node == ",":
            parts.append([])
        elif node.type != "comment":
            parts[-1].append(node)
    return [stripped(part) for part in parts]


def stripped(nodes: list[Node]) -> list[Node]:
    """Without white space and comments at either end."""
    start, end = 0, len(nodes)
    while start < end and nodes[start].type in ("whitespace", "comment"):
        start += 1
    while start < end and nodes[end - 1].type in ("whitespace", "comment"):
        end -= 1
    return nodes[start:end]


def last_compound(selector: list[Node]) -> list[Node]:
    """What a selector picks in the end: of "a > b.c" it is "b.c"."""
    start = 0
    for index, node in enumerate(selector):
        if node.type == "whitespace" or (node.type == "literal" and node.value in (">", "+", "~", "||")):
            start = index + 1
    return selector[start:]


def texts(nodes: list[Node]) -> list[str]:
    """Identifiers in small letters, at every depth."""
    return [place.node.lower_value for place in walk(nodes) if place.node.type == "ident"]
