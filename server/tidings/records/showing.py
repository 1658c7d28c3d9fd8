"""A rule about showing, and what it says of an event, a page and a device."""

from typing import Literal

from msgspec import Struct

Verdict = Literal["passes", "stops", "depends"]
Device = Literal["phone", "desktop"]
# Where a rule is changed; "" where nobody can.
Where = Literal["", "settings", "display", "advanced", "templates", "event", "events", "install"]


class Rule(Struct, frozen=True):
    """One rule and what it says. `name` is the widget's own word where it has one (`fomo.whyDisabled()`)."""

    name: str
    title: str
    verdict: Verdict
    sentence: str
    where: Where = ""
