"""CSS as tokens (tinycss2's), each with its place, and what at the end of a style sheet is still open."""

from collections.abc import Iterator
from typing import Any

from msgspec import Struct
from tinycss2 import parse_component_value_list

# Blocks in blocks: far beyond any style sheet, far within Python's own stack.
DEPTH_LIMIT = 32

_END = "tidings-end"
_BLANK = ("whitespace", "comment")
Node = Any  # tinycss2's nodes: each has `type`, `source_line`, `source_column` and what its type brings


class Problem(Struct, frozen=True):
    """What is wrong and where: line and column count from 1; line 0 is the whole."""

    reason: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.reason}" if self.line else self.reason


class Place(Struct, frozen=True):
    """A token among its neighbours. `depth`: in how many blocks; `first`: what its declaration or rule begins with."""

    node: Node
    neighbours: list[Node]
    index: int
    depth: int
    first: Node

    def problem(self, reason: str) -> Problem:
        """This is wrong, here."""
        return Problem(reason, self.node.source_line, self.node.source_column)


def read_tokens(css: str) -> tuple[list[Node], Node | None]:
    """The tokens of a style sheet, and the innermost block or comment that its end leaves open."""
    # Whatever is open at the end swallows what is put there.
    tokens: list[Node] = parse_component_value_list(f"{css}\n@{_END};")
    if tokens[-1] == ";" and tokens[-2].type == "at-keyword" and tokens[-2].value == _END:
        return tokens[:-2], None
    inner, still_open = tokens, None
    while inner and (content := inside(inner[-1])) is not None:
        still_open = inner[-1]
        inner = content
    if inner and inner[-1].type == "comment":
        still_open = inner[-1]
    return tokens, still_open


def inside(node: Node) -> list[Node] | None:
    """The tokens in a block or in a function's parentheses; None for any other token."""
    if node.type == "function":
        return node.arguments  # type: ignore[no-any-return]
    return node.content if node.type in ("{} block", "[] block", "() block") else None


def walk(tokens: list[Node]) -> Iterator[Place]:
    """Every token at every depth, in the order of the text. Never deeper than one below DEPTH_LIMIT."""
    stack: list[tuple[list[Node], int, Node]] = [(tokens, 0, None)]
    while stack:
        neighbours, index, first = stack.pop()
        while index < len(neighbours):
            node = neighbours[index]
            if first is None and node.type not in _BLANK:
                first = node
            yield Place(node, neighbours, index, len(stack), first or node)
            if node == ";" or node.type == "{} block":
                first = None
            index += 1
            content = inside(node)
            if content and len(stack) <= DEPTH_LIMIT:
                stack.append((neighbours, index, first))
                neighbours, index, first = content, 0, None


def significant(tokens: list[Node], index: int) -> Node | None:
    """The first token from `index` on that is neither white space nor a comment."""
    while index < len(tokens):
        if tokens[index].type not in _BLANK:
            return tokens[index]
        index += 1
    return None
