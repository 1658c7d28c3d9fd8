"""Reads the text of a message with Jinja2's own lexer and parser; what it finds carries its place in the text.

Jinja2 counts lines. Here every node's `lineno` is an offset into the text instead (from 1), so that a refusal can say
line and column.
"""

import re
from collections.abc import Iterator

from jinja2 import Environment, TemplateSyntaxError, nodes
from jinja2.lexer import Lexer
from jinja2.parser import Parser

from tidings.errors import Invalid

# Filters upon filters, conditions within conditions: far beyond any message, far within Python's own stack.
DEPTH_LIMIT = 32

_LINE_ENDS = re.compile(r"\r\n|\r|\n")
_RAW = re.compile(r"\{%[-+]?\s*(raw)\b")
_AT = re.compile(r" at \d+$")
_TOO_DEEP = "it is nested too deeply"


class _PlacedLexer(Lexer):
    """Jinja2's lexer, with the offset of each token (from 1) in place of its line."""

    def tokeniter(
        self, source: str, name: str | None, filename: str | None = None, state: str | None = None
    ) -> Iterator[tuple[int, str, str]]:
        position = 0
        try:
            for _line, token, value in super().tokeniter(source, name, filename, state):
                # What is left out between two tokens is white space that a "-" takes away.
                position = max(source.find(value, position), position)
                yield position + 1, token, value
                position += len(value)
        except TemplateSyntaxError as error:
            while position < len(source) and source[position].isspace():
                position += 1
            raise TemplateSyntaxError(_AT.sub("", error.message or ""), position + 1) from None


class _MessageParser(Parser):
    """Jinja2's parser, which also reads the Liquid way to give a filter its arguments: `default: "Someone"`."""

    def parse_filter(self, node: nodes.Expr | None, start_inline: bool = False) -> nodes.Expr | None:
        while self.stream.current.type == "pipe" or start_inline:
            start_inline = False
            next(self.stream)
            token = self.stream.expect("name")
            arguments: list[nodes.Expr] = []
            if self.stream.current.type == "colon":
                next(self.stream)
                arguments.append(self.parse_primary())
                while self.stream.current.type == "comma":
                    next(self.stream)
                    arguments.append(self.parse_primary())
            elif self.stream.current.type == "lparen":
                given, named, star, double_star = self.parse_call_args()
                if named or star is not None or double_star is not None:
                    self.fail("a filter takes plain values only", token.lineno)
                arguments = given
            node = nodes.Filter(node, token.value, arguments, [], None, None, lineno=token.lineno)
        return node


class _MessageEnvironment(Environment):
    @property
    def lexer(self) -> Lexer:
        return _lexer

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        parser = _MessageParser(self, source, name, filename)
        try:
            return parser.parse()
        except RecursionError:
            raise TemplateSyntaxError(_TOO_DEEP, parser.stream.current.lineno) from None
        except TemplateSyntaxError as error:
            message = error.message or "it makes no sense"
            if message.startswith("Unexpected end of template"):
                message = "unexpected end of message: an {% if … %} has no {% endif %}"
            # Jinja2 names the last thing it read; what is missing is missing at the end.
            at_end = message.startswith("unexpected end of")
            raise TemplateSyntaxError(message, len(source) + 1 if at_end else error.lineno) from None


# No comments in this language: "{#" is text, and Fomo's help writes "#{{ first_name }}".
_environment = _MessageEnvironment(comment_start_string="{\0#", comment_end_string="#\0}", keep_trailing_newline=True)
_lexer = _PlacedLexer(_environment)


def parse(source: str) -> nodes.Template:
    """The syntax tree of a message, not deeper than DEPTH_LIMIT. Raises Invalid (field "message") with the place."""
    # The lexer reads every line end as "\n"; so do the places.
    source = _LINE_ENDS.sub("\n", source)
    if "\0" in source:
        raise refusal(source, source.index("\0") + 1, "it holds a NUL character")
    raw = _RAW.search(source)
    if raw:
        raise refusal(source, raw.start(1) + 1, "raw is not part of the message language")
    try:
        tree = _environment.parse(source)
    except TemplateSyntaxError as error:
        raise refusal(source, error.lineno, error.message or "") from None
    level: list[nodes.Node] = [tree]
    for _ in range(DEPTH_LIMIT):
        level = [child for node in level for child in node.iter_child_nodes()]
        if not level:
            return tree
    raise refusal(source, level[0].lineno, _TOO_DEEP)


def names_in(source: str) -> set[str]:
    """The names of all variables that a message asks for. Raises Invalid as `parse`."""
    return {node.name for node in parse(source).find_all(nodes.Name)}


def refusal(source: str, place: int, reason: str) -> Invalid:
    """A refusal that says where: `place` is an offset from 1, line and column count from 1 too."""
    before = _LINE_ENDS.sub("\n", source)[: place - 1]
    line = before.count("\n") + 1
    column = len(before) - before.rfind("\n")
    message = f"Message can not be read at line {line}, column {column}: {reason.rstrip('.')}"
    return Invalid(message, field="message", code="invalid_message")
