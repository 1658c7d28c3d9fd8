"""Page rules in a form: rows of "show on" or "not on" and a path, with one more row or one less without any script."""

import re
from collections.abc import Iterable, Sequence

from msgspec import Struct

from tidings.errors import Invalid
from tidings.records.page_rule import PageRule
from tidings.surfaces.dashboard.forms import Form
from tidings.surfaces.page_rules import MOST_PAGE_RULES

MATCH, PATH, ADD, REMOVE = "rule_match", "rule_path", "add_rule", "remove_rule"
_PLACE = re.compile(r"page_rules\[(\d+)\]")


class Row(Struct, frozen=True):
    """One row as it was typed."""

    match: str = "include"
    path: str = ""


def rows_of(rules: Iterable[PageRule]) -> list[Row]:
    """Rules as rows."""
    return [Row(rule.match, rule.path) for rule in rules]


def typed_rows(form: Form) -> list[Row]:
    """The rows of a form, with what its buttons for one more or one less ask for."""
    rows = [Row(match, path) for match, path in zip(form.all(MATCH), form.all(PATH), strict=False)]
    if form[REMOVE].isascii() and form[REMOVE].isdigit():
        rows = [row for place, row in enumerate(rows) if place != int(form[REMOVE][:3])]
    if ADD in form and len(rows) < MOST_PAGE_RULES:
        rows.append(Row())
    return rows


def asks_for_rows(form: Form) -> bool:
    """Whether a form was sent for another number of rows, not to be saved."""
    return ADD in form or REMOVE in form


def rules_value(rows: Sequence[Row]) -> list[dict[str, str]]:
    """The rules as a request would have them. Rows without a path are left out."""
    return [{"match": row.match, "path": row.path.strip()} for row in rows if row.path.strip()]


def row_errors(rows: Sequence[Row], error: Invalid) -> dict[str, str]:
    """A refusal of the rules by the row that it is about: `rule_path_2` is the third."""
    found = _PLACE.match(error.field or "")
    if found is None:
        return {"page_rules": error.message}
    filled = [place for place, row in enumerate(rows) if row.path.strip()]
    place = filled[int(found[1])]
    sentence = error.message.partition("].")[2]
    return {f"{PATH}_{place}": f"{sentence[:1].upper()}{sentence[1:]}" if sentence else error.message}
