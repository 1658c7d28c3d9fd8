"""The page at /docs: the OpenAPI tables drawn for people, with a curl for each call."""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from msgspec import Struct

from tidings import __version__
from tidings.surfaces.fomo.openapi import EVERYWHERE, REFUSALS, WITH_BODY, body_example
from tidings.surfaces.fomo.operation import Operation
from tidings.surfaces.fomo.operations import OPERATIONS, SECTIONS
from tidings.surfaces.message_language import FILTERS, MESSAGES, NAMES

ROOT = "/applications/{app}"

_JSON_TOKEN = re.compile(r'("(?:[^"\\]|\\.)*")(\s*:)?|\b(true|false|null)\b|(-?\d+(?:\.\d+)?)')


class Row(Struct, frozen=True):
    """A member or parameter: what it is called, what it may be, what it means."""

    name: str
    kind: str
    about: str
    default: str = ""
    required: bool = False


class Example(Struct, frozen=True):
    """An answer as JSON text; `is_new` False: the page has shown it before."""

    name: str
    text: str
    is_new: bool


class Entry(Struct, frozen=True):
    """One operation as the page shows it; `also`: its other spellings."""

    anchor: str
    method: str
    path: str
    also: list[str]
    title: str
    about: str
    query: list[Row]
    members: list[Row]
    wrapper: str
    curl: str
    examples: list[Example]
    refusals: list[int]


class Section(Struct, frozen=True):
    """The operations of one kind of thing."""

    anchor: str
    name: str
    about: str
    entries: list[Entry]


def page(templates: Path, base_url: str, table: Iterable[tuple[str, Mapping[str, Any]]]) -> str:
    """The whole page for the routes of `table`, as HTML."""
    environment = Environment(
        loader=FileSystemLoader(templates), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"prose": prose, "coloured": coloured, "breakable": breakable}
    return environment.get_template("docs/reference.html.j2").render(
        sections=sections(table),
        names=[Row(name, "", about) for name, about in NAMES.items()],
        filters=[Row(name, "", about) for name, about in FILTERS.items()],
        messages=MESSAGES,
        refusals=[(status, about, code) for status, (about, _message, code, _field) in REFUSALS.items()],
        base_url=base_url,
        version=__version__,
    )


def sections(table: Iterable[tuple[str, Mapping[str, Any]]]) -> list[Section]:
    """What the page says of the routes of `table`, in the order of the sections."""
    found: dict[str, list[Entry]] = {name: [] for name in SECTIONS}
    routes = [(method, path, OPERATIONS[method, path]) for path, handlers in table for method in handlers]
    seen: set[str] = set()
    for method, path, operation in routes:
        if not operation.same_as:
            also = [f"{other} {ROOT}{way}" for other, way, one in routes if one.same_as == operation.name]
            found[operation.section].append(_entry(method, path, operation, also, seen))
    return [
        Section(name.lower().replace(" ", "-"), name, SECTIONS[name], entries) for name, entries in found.items() if entries
    ]


def _entry(method: str, path: str, operation: Operation, also: list[str], seen: set[str]) -> Entry:
    body = operation.body
    texts = {name: json.dumps(value, indent=2, ensure_ascii=False) for name, value in operation.examples.items()}
    # The first one is open, if the page has not shown it yet.
    examples = [Example(name, text, number == 0 and text not in seen) for number, (name, text) in enumerate(texts.items())]
    seen.update(texts.values())
    return Entry(
        anchor=operation.name,
        method=method,
        path=ROOT + path,
        also=also,
        title=operation.title,
        about=operation.about,
        query=[
            Row(
                parameter.name,
                in_words(parameter.kind.schema),
                parameter.about,
                "" if parameter.default is None else _plain(parameter.default),
                parameter.required,
            )
            for parameter in operation.query
        ],
        members=[
            Row(member.name, in_words(member.kind.schema), member.about, required=member.name in body.required)
            for member in body.members
        ]
        if body
        else [],
        wrapper=body.wrapper if body else "",
        curl=_curl(method, path, operation),
        examples=examples,
        refusals=sorted({*EVERYWHERE, *operation.refusals, *(WITH_BODY if body else ())}),
    )


def _curl(method: str, path: str, operation: Operation) -> str:
    """A command that works when TIDINGS and TOKEN are set: as short as it can be."""
    body = operation.body if operation.body and not operation.body.optional else None
    query = "&".join(
        f"{parameter.name}={quote(_plain(parameter.example), safe='@')}"
        for parameter in operation.query
        if parameter.example is not None
    )
    url = f"$TIDINGS/applications/me{path.replace('{id}', '1').replace('{delivery_id}', '1')}"
    lines = [f'curl -g "{url}?{query}"' if query else f'curl "{url}"']
    if method != "GET":
        lines.append(f"-X {method}")
    lines.append('-H "Authorization: Token $TOKEN"')
    if body is not None:
        sent = json.dumps(body_example(body), indent=2, ensure_ascii=False).replace("'", "'\\''")
        lines += ['-H "Content-Type: application/json"', f"-d '{sent}'"]
    return " \\\n  ".join(lines)


def _plain(value: Any) -> str:
    """A value as it stands in a query: JSON without quotes."""
    return json.dumps(value).strip('"')


def in_words(schema: Mapping[str, Any]) -> str:
    """What a schema lets in, for people. null and "" mean absent everywhere and are not told again."""
    if "title" in schema:
        return str(schema["title"])
    if "enum" in schema:
        return ", ".join(str(value) for value in schema["enum"] if value not in (None, ""))
    for choice in ("anyOf", "oneOf"):
        if choice in schema:
            words = [in_words(one) for one in schema[choice] if one.get("type") != "null" and not _is_digits(one)]
            return " or ".join(dict.fromkeys(word for word in words if word))
    types = schema.get("type", [])
    names = [types] if isinstance(types, str) else [name for name in types if name != "null"]
    for name, say in _SAY.items():
        if name in names:
            return say(schema)
    return ""


def _is_digits(schema: Mapping[str, Any]) -> bool:
    """Whether a schema is that of a number's digits as text."""
    pattern = str(schema.get("pattern", ""))
    return pattern != "" and set(pattern) <= set("^$()[]{}|?,-0123456789")


def _text(schema: Mapping[str, Any]) -> str:
    kind = {"uri-reference": "http(s) URL", "date": "YYYY-MM-DD", "date-time": "ISO 8601"}.get(
        schema.get("format", ""), "text"
    )
    return f"{kind}, at most {schema['maxLength']:,}" if "maxLength" in schema else kind


def _number(schema: Mapping[str, Any]) -> str:
    least, most = schema.get("minimum"), schema.get("maximum")
    if least is None or most is None or most >= 10**9:
        return "whole number" if least is None else f"whole number from {least:,}"
    return f"{least:,} to {most:,}"


def _list(schema: Mapping[str, Any]) -> str:
    most = f", at most {schema['maxItems']}" if "maxItems" in schema else ""
    return f"list of {in_words(schema.get('items', {})) or 'values'}{most}"


def _boolean(_schema: Mapping[str, Any]) -> str:
    return "true or false"


def _object(_schema: Mapping[str, Any]) -> str:
    return "object"


_SAY = {
    "array": _list,
    "object": _object,
    "string": _text,
    "integer": _number,
    "number": _number,
    "boolean": _boolean,
}


def prose(text: str) -> Markup:
    """Text with `code` in backticks and an empty line between paragraphs, as HTML."""
    paragraphs = [re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(one.strip()))) for one in text.split("\n\n")]
    return Markup("".join(f"<p>{one}</p>" for one in paragraphs))  # noqa: S704 - escaped above


def breakable(name: str) -> Markup:
    """A name that may go on in the next line after an underscore."""
    return Markup("_<wbr>").join(name.split("_"))


def coloured(text: str) -> Markup:
    """JSON text with its strings, names and values marked."""
    found, end = Markup(""), 0
    for token in _JSON_TOKEN.finditer(text):
        string, colon, word, _number_text = token.groups()
        kind = "name" if colon else "string" if string else "word" if word else "number"
        written = string if string else token.group()
        found += escape(text[end : token.start()]) + Markup('<span class="{}">{}</span>').format(kind, written)
        found += colon or ""
        end = token.end()
    return found + escape(text[end:])
