"""The message language: parsed by Jinja2's parser, held to an allow-list, evaluated here with a bounded cost.

`{{ name | filter }}` and `{% if … %}`; no loops, calls, attributes or arithmetic (spec: Fomo's template variables).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from jinja2 import Environment, TemplateSyntaxError, nodes
from jinja2.parser import Parser

from tidings.errors import Invalid
from tidings.records.part import Break, Link, Part, Text, Time
from tidings.render.filters import FILTERS

SOURCE_LIMIT = 2_048
# Filters upon filters, conditions within conditions: far beyond any message, far within Python's own stack.
DEPTH_LIMIT = 32


@dataclass(frozen=True, slots=True)
class Hole:
    """The place of a value that is absent; `render/message.py` closes it."""


Piece = Part | Hole
Value = str | Link | Time
Values = Mapping[str, Value]
_Expression = Callable[[Values], Value]
_Block = Callable[[Values, list[Piece]], None]


@dataclass(frozen=True, slots=True)
class Template:
    """A checked template. `pieces` gives what it says of an event, in order, holes included."""

    source: str
    blocks: tuple[_Block, ...]

    def pieces(self, values: Values) -> list[Piece]:
        """Text, links, times and holes. `values` that are missing or empty are holes."""
        found: list[Piece] = []
        for block in self.blocks:
            block(values, found)
        return found


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
    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        return _MessageParser(self, source, name, filename).parse()


# No comments in this language: "{#" is text, and Fomo's help writes "#{{ first_name }}".
_environment = _MessageEnvironment(comment_start_string="{\0#", comment_end_string="#\0}", keep_trailing_newline=True)
_RAW = re.compile(r"\{%[-+]?\s*raw\b")


@lru_cache(maxsize=4_096)
def compile_template(source: str) -> Template:
    """Checks a template and makes it ready to render.

    Raises Invalid (field "message") with line, column and reason for anything that is not of the language.
    """
    if len(source) > SOURCE_LIMIT:
        raise Invalid(f"Message is longer than {SOURCE_LIMIT} characters", field="message")
    if "\0" in source:
        raise Invalid("Message holds a NUL character", field="message")
    raw = _RAW.search(source)
    if raw:
        raise _refusal(source, source.count("\n", 0, raw.start()) + 1, "raw is not part of the message language", "raw")
    try:
        tree = _environment.parse(source)
        _check_depth(tree)
        return Template(source, tuple(_block(node, source) for node in _without_hash(tree.body)))
    except TemplateSyntaxError as error:
        raise _refusal(source, error.lineno, error.message or "it can not be read", "") from None
    except RecursionError:
        raise _too_deep() from None


def _check_depth(tree: nodes.Template) -> None:
    level: list[nodes.Node] = [tree]
    for _ in range(DEPTH_LIMIT):
        level = [child for node in level for child in node.iter_child_nodes()]
        if not level:
            return
    raise _too_deep()


def _too_deep() -> Invalid:
    return Invalid("Message can not be read: it is nested too deeply", field="message")


def _refusal(source: str, line: int, reason: str, culprit: str) -> Invalid:
    lines = source.split("\n")
    text = lines[line - 1] if 0 < line <= len(lines) else ""
    column = max(text.find(culprit) if culprit else text.find("{"), 0) + 1
    return Invalid(f"Message can not be read at line {line}, column {column}: {reason}", field="message")


def _without_hash(body: list[nodes.Node]) -> list[nodes.Node]:
    """Drops the "#" of "#{{ name }}"."""
    for node in body:
        if isinstance(node, nodes.Output):
            for before, after in zip(node.nodes, node.nodes[1:], strict=False):
                if isinstance(before, nodes.TemplateData) and not isinstance(after, nodes.TemplateData):
                    before.data = before.data.removesuffix("#")
    return body


def _block(node: nodes.Node, source: str) -> _Block:
    if isinstance(node, nodes.Output):
        steps = [_output(child, source) for child in node.nodes]

        def output(values: Values, found: list[Piece]) -> None:
            for step in steps:
                step(values, found)

        return output
    if isinstance(node, nodes.If):
        branches = [
            (_expression(choice.test, source), [_block(child, source) for child in _without_hash(choice.body)])
            for choice in (node, *node.elif_)
        ]
        otherwise = [_block(child, source) for child in _without_hash(node.else_)]

        def choose(values: Values, found: list[Piece]) -> None:
            chosen = next((body for test, body in branches if test(values)), otherwise)
            for step in chosen:
                step(values, found)

        return choose
    raise _refusal(source, node.lineno, f"{type(node).__name__.lower()} is not part of the message language", "{%")


def _output(node: nodes.Expr, source: str) -> _Block:
    if isinstance(node, nodes.TemplateData):
        lines = node.data.split("\n")

        def text(_values: Values, found: list[Piece]) -> None:
            for number, line in enumerate(lines):
                if number:
                    found.append(Text(" "))
                found.append(Text(line))

        return text
    value_of = _expression(node, source)

    def show(values: Values, found: list[Piece]) -> None:
        value = value_of(values)
        found.append(Hole() if value == "" else Text(value) if isinstance(value, str) else value)

    return show


def _expression(node: nodes.Node, source: str) -> _Expression:
    match node:
        case nodes.Name(name=name):
            return lambda values: values.get(name, "")
        case nodes.Const(value=bool() | None as constant):
            return lambda _values: "true" if constant else ""
        case nodes.Const(value=str() | int() as constant):
            return lambda _values: str(constant)
        case nodes.Filter(node=nodes.Expr() as inner, name=name, args=arguments):
            return _filter(inner, name, arguments, source, node.lineno)
        case nodes.Not(node=inner):
            negated = _expression(inner, source)
            return lambda values: "" if negated(values) else "true"
        case nodes.And(left=left, right=right):
            first, second = _expression(left, source), _expression(right, source)
            return lambda values: first(values) and second(values)
        case nodes.Or(left=left, right=right):
            first, second = _expression(left, source), _expression(right, source)
            return lambda values: first(values) or second(values)
        case nodes.Compare(expr=left, ops=[nodes.Operand(op="eq" | "ne" as op, expr=right)]):
            first, second = _expression(left, source), _expression(right, source)
            wanted = op == "eq"
            return lambda values: "true" if (_text(first(values)) == _text(second(values))) is wanted else ""
    described = {"Call": "a call", "Getattr": "an attribute", "Getitem": "an index"}
    kind = described.get(type(node).__name__, type(node).__name__.lower())
    raise _refusal(source, getattr(node, "lineno", 1), f"{kind} is not part of the message language", "")


def _filter(inner: nodes.Expr, name: str, arguments: list[nodes.Expr], source: str, line: int) -> _Expression:
    if name not in FILTERS:
        raise _refusal(source, line, f"there is no filter {name!r}; known: {', '.join(sorted(FILTERS))}", name)
    apply, least, most = FILTERS[name]
    constants: list[str] = []
    for argument in arguments:
        if not isinstance(argument, nodes.Const) or not isinstance(argument.value, str | int):
            raise _refusal(source, line, f"the filter {name!r} takes plain text or numbers", name)
        constants.append(str(argument.value))
    if not least <= len(constants) <= most:
        raise _refusal(source, line, f"the filter {name!r} takes {least} to {most} values, not {len(constants)}", name)
    value_of = _expression(inner, source)
    try:
        apply("probe", *constants)
    except ValueError as error:
        raise _refusal(source, line, f"the filter {name!r} takes {error}", name) from None

    def filtered(values: Values) -> Value:
        value = value_of(values)
        if isinstance(value, Link):
            return Link(apply(value.text, *constants), value.href)
        return value if isinstance(value, Time) else apply(value, *constants)

    return filtered


def _text(value: Value) -> str:
    return value if isinstance(value, str) else value.text if isinstance(value, Link) else ""


__all__ = ["SOURCE_LIMIT", "Break", "Hole", "Piece", "Template", "Value", "Values", "compile_template"]
