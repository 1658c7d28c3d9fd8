"""The message language: parsed by Jinja2's parser, held to an allow-list, evaluated here with a bounded cost.

`{{ name | filter }}` and `{% if … %}`; no loops, calls, attributes or arithmetic (spec: Fomo's template variables).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from jinja2 import nodes

from tidings.errors import Invalid
from tidings.records.part import Break, Link, Part, Text, Time
from tidings.render import markdown
from tidings.render.bidi import Direction, direction_of_text
from tidings.render.filters import FILTERS
from tidings.render.template_parser import parse, refusal

SOURCE_LIMIT = 2_048
_UNSENDABLE = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Hole:
    """The place of a value that is absent; `render/message.py` closes it."""


class Said(Text, frozen=True):
    """A value of the event, apart from the template's own text: closing a hole takes nothing from it."""


class SaidLink(Link, frozen=True):
    """A value of the event in a link of the template's own."""


class StandIn(str):
    """Text in place of an absent value, such as "Someone": shown, but `default`, `or` and `if` know that it is none."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return False


Piece = Part | Hole
Value = str | Link | Time
Values = Mapping[str, Value]
_Expression = Callable[[Values], Value]
_Block = Callable[[Values, list[Piece]], None]


@dataclass(frozen=True, slots=True)
class Template:
    """A checked template. `pieces` gives what it says of an event, in order, holes included.

    `direction`: of its own text, None for a template that has no letters of its own.
    """

    source: str
    blocks: tuple[_Block, ...]
    direction: Direction | None

    def pieces(self, values: Values) -> list[Piece]:
        """Text, links, times and holes. `values` that are missing or empty are holes."""
        found: list[Piece] = []
        for block in self.blocks:
            block(values, found)
        return found


@lru_cache(maxsize=4_096)
def compile_template(source: str, is_markdown: bool = False) -> Template:
    """Checks a template and makes it ready to render; `is_markdown`: its own text, never a value, is read as Markdown.

    Raises Invalid (field "message") with line, column and reason for anything that is not of the language.
    """
    if len(source) > SOURCE_LIMIT:
        raise Invalid(f"Message is longer than {SOURCE_LIMIT} characters", field="message", code="too_long")
    compiler = _Compiler(source)
    blocks = compiler.blocks()
    if is_markdown:
        # First as it was written, so that a refusal names places in that; then with the Markdown as marks.
        marked = markdown.marked_source(source)
        compiler = _Compiler(marked.text, marked.links)
        blocks = compiler.blocks()
    return Template(source, blocks, direction_of_text("".join(compiler.own_text)))


class _Compiler:
    """Turns the syntax tree into closures, in the order of the text: Markdown's marks hold from where they stand."""

    def __init__(self, source: str, links: tuple[str, ...] | None = None) -> None:
        self._source = source
        self._is_marked = links is not None
        self._links = list(reversed(links or ()))
        self._strong = 0
        self._emphasis = 0
        self._href: str | None = None
        self.own_text: list[str] = []

    def blocks(self) -> tuple[_Block, ...]:
        """The steps of the whole text."""
        return tuple(self._blocks(parse(self._source).body))

    def _refuse(self, node: nodes.Node, reason: str) -> Invalid:
        return refusal(self._source, node.lineno, reason)

    def _blocks(self, body: list[nodes.Node]) -> list[_Block]:
        for node in body:
            if isinstance(node, nodes.Output):
                _drop_hash(node)
        return [self._block(node) for node in body]

    def _block(self, node: nodes.Node) -> _Block:
        if isinstance(node, nodes.Output):
            steps = [step for child in node.nodes for step in self._output(child)]

            def output(values: Values, found: list[Piece]) -> None:
                for step in steps:
                    step(values, found)

            return output
        if isinstance(node, nodes.If):
            branches = [(self._expression(one.test), self._blocks(one.body)) for one in (node, *node.elif_)]
            otherwise = self._blocks(node.else_)

            def choose(values: Values, found: list[Piece]) -> None:
                chosen = next((body for test, body in branches if test(values)), otherwise)
                for step in chosen:
                    step(values, found)

            return choose
        raise self._refuse(node, f"{type(node).__name__.lower()} is not part of the message language")

    def _output(self, node: nodes.Expr) -> list[_Block]:
        if isinstance(node, nodes.TemplateData):
            pieces = [piece for piece in self._texts(node.data) if not isinstance(piece, Text | Link) or piece.text]
            return [lambda _values, found: found.extend(pieces)]
        value_of, href, mark = self._expression(node), self._href, self._mark()

        def show(values: Values, found: list[Piece]) -> None:
            value = value_of(values)
            if value == "":
                found.append(Hole())
            elif isinstance(value, Time):
                found.append(value)
            elif href is not None:
                found.append(SaidLink(_text(value), href))
            else:
                found.append(Said(str(value), mark) if isinstance(value, str) else value)

        return [show]

    def _texts(self, data: str) -> list[Piece]:
        """The template's own text. Line ends are spaces; marks, where there are any, change what follows."""
        data = data.replace("\n", " ")
        self.own_text.append(data)
        if not self._is_marked:
            return [Text(data)]
        pieces: list[Piece] = []
        start = 0
        for found in markdown.MARKS.finditer(data):
            pieces.append(self._literal(data[start : found.start()]))
            start = found.end()
            if found[0] == markdown.BREAK:
                pieces.append(Break())
            else:
                self._follow(found[0])
        return [*pieces, self._literal(data[start:])]

    def _follow(self, mark: str) -> None:
        if mark == markdown.LINK:
            self._href = self._links.pop()
        elif mark == markdown.LINK_END:
            self._href = None
        elif mark in (markdown.STRONG, markdown.STRONG_END):
            self._strong += 1 if mark == markdown.STRONG else -1
        elif mark in (markdown.EMPHASIS, markdown.EMPHASIS_END):
            self._emphasis += 1 if mark == markdown.EMPHASIS else -1

    def _mark(self) -> Literal["", "strong", "emphasis"]:
        return "strong" if self._strong else "emphasis" if self._emphasis else ""

    def _literal(self, text: str) -> Piece:
        return Text(text, self._mark()) if self._href is None else Link(text, self._href)

    def _expression(self, node: nodes.Node) -> _Expression:
        match node:
            case nodes.Name(name=name):
                return lambda values: values.get(name, "")
            case nodes.Const(value=bool() | None as constant):
                return lambda _values: "true" if constant else ""
            case nodes.Const(value=str() | int() as constant):
                literal = self._plain(node, constant)
                return lambda _values: literal
            case nodes.Filter(node=nodes.Expr() as inner):
                return self._filter(node, self._expression(inner))
            case nodes.Not(node=inner):
                negated = self._expression(inner)
                return lambda values: "" if negated(values) else "true"
            case nodes.And(left=left, right=right):
                first, second = self._expression(left), self._expression(right)
                return lambda values: first(values) and second(values)
            case nodes.Or(left=left, right=right):
                first, second = self._expression(left), self._expression(right)
                return lambda values: first(values) or second(values)
            case nodes.Compare(expr=left, ops=[nodes.Operand(op="eq" | "ne" as op, expr=right)]):
                first, second = self._expression(left), self._expression(right)
                wanted = op == "eq"
                return lambda values: "true" if (_text(first(values)) == _text(second(values))) is wanted else ""
        # A call is where its name is, a comparison where it begins.
        begins = node.node if isinstance(node, nodes.Call) else node.expr if isinstance(node, nodes.Compare) else node
        raise self._refuse(begins, f"{_described(node)} is not part of the message language")

    def _plain(self, node: nodes.Node, constant: str | int) -> str:
        """A literal as text. An escape in it can make what no one could store or send."""
        written = str(constant)
        if _UNSENDABLE.search(written):
            raise self._refuse(node, "NUL and halves of surrogate pairs are not text")
        return written

    def _filter(self, node: nodes.Filter, value_of: _Expression) -> _Expression:
        name = node.name
        if name not in FILTERS:
            raise self._refuse(node, f"there is no filter {name!r}; known: {', '.join(sorted(FILTERS))}")
        apply, least, most = FILTERS[name]
        constants: list[str] = []
        for argument in node.args:
            if not isinstance(argument, nodes.Const) or not isinstance(argument.value, str | int):
                raise self._refuse(argument, f"the filter {name!r} takes plain text or numbers")
            constants.append(self._plain(argument, argument.value))
        if not least <= len(constants) <= most:
            wanted = str(least) if least == most else f"{least} to {most}"
            raise self._refuse(node, f"the filter {name!r} takes {wanted} values, not {len(constants)}")
        try:
            apply("probe", *constants)
        except ValueError as error:
            raise self._refuse(node.args[0], f"the filter {name!r} takes {error}") from None

        def filtered(values: Values) -> Value:
            value = value_of(values)
            if isinstance(value, Link):
                text = apply(value.text, *constants)
                return Link(text, value.href) if text else ""
            return value if isinstance(value, Time) else apply(value, *constants)

        return filtered


def _described(node: nodes.Node) -> str:
    """What a person would call it."""
    if isinstance(node, nodes.BinExpr | nodes.UnaryExpr):
        return "arithmetic"
    names = {
        "Call": "a call",
        "Getattr": "an attribute",
        "Getitem": "an index",
        "Compare": "a comparison other than == or != of two values",
        "CondExpr": "an if within {{ }}",
        "Concat": "~",
        "Test": "is",
    }
    return names.get(type(node).__name__, f"a {type(node).__name__.lower()}")


def _drop_hash(output: nodes.Output) -> None:
    """Drops the "#" of "#{{ name }}", as Fomo's help pages write it."""
    for before, after in zip(output.nodes, output.nodes[1:], strict=False):
        if isinstance(before, nodes.TemplateData) and not isinstance(after, nodes.TemplateData):
            before.data = before.data.removesuffix("#")


def _text(value: Value) -> str:
    return str(value) if isinstance(value, str) else value.text if isinstance(value, Link) else ""
