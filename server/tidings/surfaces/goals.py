"""What may be written of a goal, for every door that takes one."""

from collections.abc import Callable, Mapping
from typing import Any

from tidings.errors import Invalid
from tidings.records.goal import CURRENCIES, GoalChanges, GoalDraft
from tidings.records.page_rule import PageRule
from tidings.surfaces.page_rules import page_rules

TEXT_LIMIT = 255

# How sentences say a member's name.
Label = Callable[[str], str]


def goal_draft(body: Mapping[str, Any], label: Label = str) -> GoalDraft:
    """A goal from the members of a body. Raises Invalid that names the member."""
    found = _read(body, label)
    if "name" not in found:
        raise Invalid(f"{label('name')} is required", field="name", code="required")
    return GoalDraft(**found)


def goal_changes(body: Mapping[str, Any], label: Label = str) -> GoalChanges:
    """What the members of a body change; null leaves one as it is. Raises Invalid that names the member."""
    return GoalChanges(**_read(body, label))


def _read(body: Mapping[str, Any], label: Label) -> dict[str, Any]:
    # A goal that was fetched has the currency null: sent back, it says nothing.
    return {name: read(body[name], name, label) for name, read in _GOAL.items() if body.get(name) is not None}


def _name(value: Any, name: str, label: Label) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > TEXT_LIMIT:
        raise Invalid(f"{label(name)} is text of 1 to {TEXT_LIMIT} characters", field=name)
    return value


def _page_rules(value: Any, name: str, label: Label) -> tuple[PageRule, ...]:
    return page_rules(value, name, label=label)


def _currency(value: Any, name: str, label: Label) -> str:
    if value not in CURRENCIES:
        raise Invalid(f"{label(name)} is one of {', '.join(CURRENCIES)}", field=name)
    return str(value)


_GOAL: dict[str, Callable[[Any, str, Label], Any]] = {"name": _name, "currency": _currency, "page_rules": _page_rules}
