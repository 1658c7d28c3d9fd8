"""Page rules in a request: a list of `{"match", "path"}`, for every door that takes them."""

import re
from collections.abc import Callable
from typing import Any

from tidings.errors import Invalid
from tidings.records.page_rule import PageRule

PAGE_RULES_ABOUT = (
    "On which pages: `*` is any run of characters, also of `/`. Held against the path; with `?` against path and query, "
    "with `://` against the whole address. Where there is an include, one must match; an exclude that matches wins."
)
MOST_PAGE_RULES = 50
PATH_LIMIT = 255
# A path, or the whole address of pages; a browser never has control characters in either.
PAGE_RULE_PATTERN = "^([/*]|https?://)[^\\x00-\\x1f\\x7f]*$"

_PAGE_RULE = re.compile(PAGE_RULE_PATTERN)


def in_words(name: str) -> str:
    """A member's name as people read it: Page rules."""
    return name.replace("_", " ").capitalize()


def page_rules(value: Any, name: str, label: Callable[[str], str] = in_words) -> tuple[PageRule, ...]:
    """The rules in a JSON value; `label`: how sentences say a name.

    Raises Invalid that names the rule of the member `name` that will not do.
    """
    if not isinstance(value, list):
        raise Invalid(f"{label(name)} is a list of rules", field=name)
    if len(value) > MOST_PAGE_RULES:
        raise Invalid(f"{label(name)} holds more than {MOST_PAGE_RULES} rules", field=name, code="too_many")
    return tuple(_page_rule(rule, f"{name}[{number}]", label) for number, rule in enumerate(value))


def _page_rule(rule: Any, name: str, label: Callable[[str], str]) -> PageRule:
    if not isinstance(rule, dict):
        raise Invalid(f"{label(name)} is not an object with match and path", field=name)
    match, path = rule.get("match"), rule.get("path")
    if match not in ("include", "exclude"):
        raise Invalid(f"{label(name)}.match is include or exclude", field=f"{name}.match")
    if not isinstance(path, str) or len(path) > PATH_LIMIT or not _PAGE_RULE.fullmatch(path):
        raise Invalid(
            f"{label(name)}.path is 1 to {PATH_LIMIT} characters, without control characters, "
            "and begins with /, *, http:// or https://",
            field=f"{name}.path",
        )
    return PageRule(match, path)
