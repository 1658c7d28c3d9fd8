"""What the settings of an application and the members of an event type may be (kinds.py has those of events)."""

import re
from typing import Any

from tidings.domain.days import time_zones
from tidings.domain.themes import FIRST
from tidings.errors import Invalid
from tidings.render.custom_css import LIMIT as CSS_LIMIT
from tidings.render.custom_css import css_problem
from tidings.render.labels import is_known_language
from tidings.render.template import SOURCE_LIMIT, compile_template
from tidings.surfaces.kinds import TEXT, TEXT_LIMIT, Kind, label, text
from tidings.surfaces.page_rules import MOST_PAGE_RULES, PAGE_RULE_PATTERN, PATH_LIMIT, page_rules

_SWITCHES = {"0": False, "1": True, "false": False, "true": True}


def _boolean(value: Any, name: str) -> bool:
    if isinstance(value, int | float) and value in (0, 1):
        return bool(value)
    if isinstance(value, str) and value in _SWITCHES:
        return _SWITCHES[value]
    raise Invalid(f"{label(name)} is true or false", field=name)


def whole(least: int, most: int) -> Kind:
    """A whole number within these bounds, also as digits in a string."""
    digits = re.compile(digits_pattern(least, most))

    def parse(value: Any, name: str) -> int:
        if isinstance(value, str) and digits.fullmatch(value):
            return int(value)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or value != int(value) or not least <= value <= most:
            raise Invalid(f"{label(name)} is a whole number from {least} to {most}", field=name)
        return int(value)

    number = {"type": "integer", "minimum": least, "maximum": most}
    return Kind(parse, {"anyOf": [number, {"type": "string", "pattern": f"^({digits.pattern})?$"}, {"type": "null"}]})


def digits_pattern(least: int, most: int) -> str:
    """A regular expression for the numbers from `least`, 0 or 1, to `most`, without leading zeros."""
    shown = str(most)
    choices = ["0"] if least == 0 else []
    if len(shown) > 1:
        choices.append(f"[1-9][0-9]{{0,{len(shown) - 2}}}")
    for place, digit in enumerate(shown):
        lowest = 0 if place else 1
        if int(digit) > lowest:
            choices.append(f"{shown[:place]}[{lowest}-{int(digit) - 1}][0-9]{{{len(shown) - place - 1}}}")
    return "|".join([*choices, shown])


def choice(*values: str) -> Kind:
    """One of these words."""

    def parse(value: Any, name: str) -> str:
        if value not in values:
            raise Invalid(f"{label(name)} is one of {', '.join(values)}", field=name)
        return str(value)

    return Kind(parse, {"enum": [*values, "", None]})


def _language(value: Any, name: str) -> str:
    if not isinstance(value, str) or not is_known_language(value):
        raise Invalid(
            f"{label(name)} is not a language that CLDR knows, such as en or pt-BR", field=name, code="unknown_language"
        )
    # Browsers take no underscore in a language.
    return value.replace("_", "-")


def _time_zone(value: Any, name: str) -> str:
    if not isinstance(value, str) or value not in time_zones():
        raise Invalid(
            f"{label(name)} is not a time zone that IANA knows, such as Europe/Berlin", field=name, code="unknown_time_zone"
        )
    return value


def _css(value: Any, name: str) -> str:
    css = text(CSS_LIMIT).parse(value, name)
    problem = css_problem(css)
    if problem:
        raise Invalid(f"{label(name)} is not let in: {problem}", field=name, code="invalid_css")
    return str(css)


def _message(value: Any, name: str) -> str:
    source: str = text(SOURCE_LIMIT).parse(value, name)
    compile_template(source)
    return source


def _visible(value: Any, name: str) -> str:
    written: str = TEXT.parse(value, name)
    if not written.strip():
        raise Invalid(f"{label(name)} is blank", field=name)
    return written


BOOLEAN = Kind(_boolean, {"title": "true or false", "enum": [True, False, 0, 1, "0", "1", "true", "false", "", None]})
LANGUAGE = Kind(_language, {"type": ["string", "null"], "maxLength": 35})
TIME_ZONE = Kind(_time_zone, {"type": ["string", "null"], "maxLength": 35})
# Which themes there are is known when the server has started: the domain refuses others, the document lists them all.
THEME = Kind(TEXT.parse, {"title": "theme1, theme2, custom, or another that the server has", "enum": [*FIRST, "", None]})
CSS = Kind(_css, {"type": ["string", "number", "null"], "maxLength": CSS_LIMIT})
MESSAGE = Kind(_message, {"type": ["string", "number", "null"], "maxLength": SOURCE_LIMIT})
VISIBLE = Kind(_visible, {"type": ["string", "number", "null"], "maxLength": TEXT_LIMIT, "pattern": "^$|[^\\s]"})
PAGE_RULES = Kind(
    page_rules,
    {
        "title": f"list of match and path, at most {MOST_PAGE_RULES}",
        "anyOf": [
            {
                "type": "array",
                "maxItems": MOST_PAGE_RULES,
                "items": {
                    "type": "object",
                    "required": ["match", "path"],
                    "properties": {
                        "match": {"enum": ["include", "exclude"]},
                        "path": {"type": "string", "minLength": 1, "maxLength": PATH_LIMIT, "pattern": PAGE_RULE_PATTERN},
                    },
                },
            },
            {"enum": ["", None]},
        ],
    },
)
