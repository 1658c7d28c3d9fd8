"""Words that the sentences of `showing.py` are made of."""

from tidings.records.application import DisplaySettings
from tidings.render.page_rules import Address, Decision

UNMUTE = "in that browser; fomo.trigger('unmute') in its console undoes it."
_UNITS = {1: "second", 2: "minute", 3: "hour", 4: "day"}


def counted(number: int, noun: str) -> str:
    """3 events, 1 event."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def duration(display: DisplaySettings) -> str:
    """How old an event may be: 30 days; "" for any age."""
    if not display.display_threshold:
        return ""
    return counted(display.display_threshold, _UNITS[display.display_period])


def span(seconds: int) -> str:
    """So many seconds, in words."""
    return counted(seconds, "second")


def decided_by(decision: Decision, address: Address) -> str:
    """Which rule decided, and what it said."""
    if decision.rule is None:
        if decision.allowed:
            return "No rule leaves this page out."
        return f"It shows on some pages only, and none of those rules matches {address.path}{address.search}."
    what = "lets it show" if decision.rule.match == "include" else "leaves it out"
    return f"The rule “{decision.rule.match} {decision.rule.path}” matches this page and {what}."
