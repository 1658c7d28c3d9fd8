"""Goals in a beacon: `{"k": "goal", …}` for one that was reached, `{"k": "visit", …}` for a visit of a hold-out.

A goal: `g` its id, `c` what the page calls this conversion, at random: told again with the same, it is the same one; `t`
when it was. `v` its worth in hundredths; `a` what it is put down to, `click` or `display`, of the event `id`; `arm`
the visitor's in a hold-out, `f` 1 for the first since the visitor was counted, `x` the owner's own name for it, such as an
order's number.

A visit: `arm` its visitor's, `u` 1 where the visitor is counted with it: the first time, and again after a while.
"""

import re
from collections.abc import Mapping
from typing import Any, TypeGuard

from tidings.records.conversion import CLICKED, DISPLAYED, HELD, MOST_CENTS_OF_PAGE, NO_ARM, SHOWN, UNATTRIBUTED, Reached

# Kinds of events in a beacon.
GOAL, VISIT = "goal", "visit"
EXTERNAL_ID_LIMIT = 255

_GOAL = re.compile(r"[A-Z]{8}", re.ASCII)
_NONCE = re.compile(r"[A-Za-z0-9_-]{8,32}", re.ASCII)
_ARMS = {"shown": SHOWN, "held": HELD}
_ATTRIBUTIONS = {"click": CLICKED, "display": DISPLAYED}


def is_id(value: Any) -> TypeGuard[int]:
    """Whether it could be the id of an event."""
    return type(value) is int and 1 <= value < 2**63


def arm_of_visit(event: Mapping[str, Any]) -> int:
    """The arm of a visit that begins; NO_ARM for a word that is none."""
    return _word(event, "arm", _ARMS, NO_ARM)


def reached_goal(event: Mapping[str, Any]) -> Reached | None:
    """A goal that was reached; None for what can not be counted. The time in `event` is one."""
    goal_id, nonce, cents = event.get("g"), event.get("c"), event.get("v")
    if not isinstance(goal_id, str) or not _GOAL.fullmatch(goal_id):
        return None
    if not isinstance(nonce, str) or not _NONCE.fullmatch(nonce):
        return None
    if cents is not None and (type(cents) is not int or cents < 0):
        return None
    event_id: Any = event.get("id")
    external_id = event.get("x")
    attribution = _word(event, "a", _ATTRIBUTIONS, UNATTRIBUTED)
    if not is_id(event_id):
        attribution, event_id = UNATTRIBUTED, 0
    return Reached(
        goal_id=goal_id,
        nonce=nonce,
        at=int(event["t"] * 1_000),
        cents=None if cents is None or cents > MOST_CENTS_OF_PAGE else cents,
        attribution=attribution,
        event_id=event_id,
        arm=_word(event, "arm", _ARMS, NO_ARM),
        first=event.get("f") == 1,
        external_id=external_id if _is_name(external_id) else None,
    )


def _word(event: Mapping[str, Any], name: str, words: Mapping[str, int], otherwise: int) -> int:
    value = event.get(name)
    return words.get(value, otherwise) if isinstance(value, str) else otherwise


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= EXTERNAL_ID_LIMIT
