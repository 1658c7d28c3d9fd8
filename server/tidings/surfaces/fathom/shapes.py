"""Fathom's words for our records: its event is our goal, its completion our conversion."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from tidings.domain.goals import Page
from tidings.errors import Invalid
from tidings.records.conversion import MOST_CENTS, Conversion, ConversionDraft
from tidings.records.goal import Goal
from tidings.surfaces.goals import TEXT_LIMIT

# How far ahead of this server's clock a conversion may be, in milliseconds.
FUTURE_LIMIT = 5 * 60 * 1_000
# Seconds since 1970 have nine digits at the least: since 1973.
LEAST_SECONDS = 10**8

_DIGITS = re.compile(r"[0-9]{1,13}", re.ASCII)


def goal_json(goal: Goal, *, with_currency: bool, with_rules: bool) -> dict[str, Any]:
    """A goal as Fathom tells an event; its page rules, which Fathom has not, only to who asks."""
    shown: dict[str, Any] = {
        "id": goal.id,
        "object": "event",
        "name": goal.name,
        "currency": goal.currency if with_currency else None,
        "created_at": time_text(goal.created_at),
    }
    if with_rules:
        shown["page_rules"] = [{"match": rule.match, "path": rule.path} for rule in goal.page_rules]
    return shown


def list_json(page: Page, url: str, *, with_rules: bool) -> dict[str, Any]:
    """A page of a list."""
    return {
        "object": "list",
        "url": url,
        "has_more": page.has_more,
        "data": [goal_json(goal, with_currency=False, with_rules=with_rules) for goal in page.goals],
    }


def deleted_json(name: str, kind: str) -> dict[str, Any]:
    """What was deleted; `kind`: `event` or `conversion`."""
    return {"id": name, "object": kind, "deleted": True}


def conversion_draft(body: Mapping[str, Any], now: int) -> ConversionDraft:
    """A conversion from the body of a create. `now`: milliseconds. Raises Invalid that names the member."""
    sent = {name: read(body[name], name) for name, read in _CONVERSION.items() if body.get(name) not in (None, "")}
    if sent.get("occurred_at", now) > now + FUTURE_LIMIT:
        raise Invalid("occurred_at lies in the future", field="occurred_at", code="out_of_range")
    return ConversionDraft(sent.get("value"), sent.get("external_id"), sent.get("occurred_at"))


def _cents(value: Any, name: str) -> int:
    number = int(value) if isinstance(value, str) and _DIGITS.fullmatch(value) else value
    if type(number) is not int or not 0 <= number <= MOST_CENTS:
        raise Invalid(f"{name} is a whole number of hundredths, from 0 to {MOST_CENTS}", field=name)
    return number


def _external_id(value: Any, name: str) -> str:
    written = str(value) if type(value) is int else value
    if not isinstance(written, str) or len(written) > TEXT_LIMIT:
        raise Invalid(f"{name} is text of 1 to {TEXT_LIMIT} characters", field=name)
    return written


def _moment(value: Any, name: str) -> int:
    try:
        if isinstance(value, str) and not value.isdigit():
            when = datetime.fromisoformat(value.strip())
            milliseconds = int((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp() * 1_000)
        else:
            milliseconds = _seconds(value) * 1_000
    except (ValueError, OverflowError):
        raise Invalid(f"{name} is a time in UTC, as in 2021-08-10 10:45:43", field=name) from None
    if milliseconds < 0:
        raise Invalid(f"{name} lies before 1970", field=name, code="out_of_range")
    return milliseconds


def _seconds(value: Any) -> int:
    """Seconds since 1970, in digits or as a number, below zero too. Raises ValueError for anything else.

    So few digits that they could be meant for a day (20210810) or a year are no seconds.
    """
    number = int(value) if isinstance(value, str) and _DIGITS.fullmatch(value) else value
    if type(number) is not int or 0 <= number < LEAST_SECONDS:
        raise ValueError
    return number


_CONVERSION: dict[str, Callable[[Any, str], Any]] = {"value": _cents, "external_id": _external_id, "occurred_at": _moment}


def conversion_json(conversion: Conversion) -> dict[str, Any]:
    """A conversion, in the manner of Fathom, which has no such object."""
    return {
        "object": "conversion",
        "event": conversion.goal_id,
        "external_id": conversion.external_id,
        "value": conversion.cents,
        "currency": conversion.currency,
        "occurred_at": time_text(conversion.occurred_at),
        "refunded": conversion.refunded,
    }


def time_text(milliseconds: int) -> str:
    """2021-08-10 10:45:43, UTC."""
    return datetime.fromtimestamp(milliseconds // 1_000, UTC).strftime("%Y-%m-%d %H:%M:%S")
