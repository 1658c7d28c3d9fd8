"""What rules say, sorted out for a page: what stops it, what it depends on, what lets it pass, and where each is changed."""

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlencode

from msgspec import Struct

from tidings.domain.showing import Situation, first_stop
from tidings.errors import Invalid
from tidings.records.showing import Device, Rule, Where
from tidings.render.page_rules import LIMIT, address_of
from tidings.surfaces.dashboard.plumbing import Visit

# A link to where a rule is changed, by the word of records/showing.py.
_LINKS: dict[Where, str] = {
    "settings": "Settings",
    "display": "Display",
    "advanced": "Advanced",
    "templates": "Templates",
    "event": "Edit the event",
    "events": "Events",
    "install": "Is it installed?",
}
DEVICES: tuple[tuple[Device, str], ...] = (("desktop", "Desktop"), ("phone", "Phone"))


class Asked(Struct, frozen=True):
    """For which page and device a form asks; `url` as it was typed, `error` where that will not do."""

    url: str
    device: Device
    situation: Situation
    error: str = ""


class Said(NamedTuple):
    """A rule with the link to where it is changed; "" where nobody can."""

    rule: Rule
    href: str
    link: str


class SortedOut(Struct, frozen=True):
    """Rules by what they say, each kind in the order in which browsers ask them. `stop`: the first that stops it."""

    stop: Said | None
    stops: list[Said]
    depends: list[Said]
    passes: list[Said]


def asked(visit: Visit, url: str = "") -> Asked:
    """What `?url=` and `?device=` say; without them no page, or `url`, on a desktop."""
    typed = visit.query.get("url", url).strip()[: LIMIT + 1]
    device: Device = "phone" if visit.query.get("device") == "phone" else "desktop"
    try:
        address = address_of(typed, visit.application.url) if typed else None
    except Invalid as error:
        return Asked(typed, device, Situation(visit.now, None, device), error.message)
    return Asked(typed, device, Situation(visit.now, address, device))


def sorted_out(rules: Sequence[Rule], edit: str, base: str, of: Asked) -> SortedOut:
    """The rules by what they say; `edit`: the path of the event's form."""
    said = [_said(rule, edit, base, of) for rule in rules]
    stop = first_stop(rules)
    return SortedOut(
        stop=next((one for one in said if one.rule is stop), None),
        stops=[one for one in said if one.rule.verdict == "stops"],
        depends=[one for one in said if one.rule.verdict == "depends"],
        passes=[one for one in said if one.rule.verdict == "passes"],
    )


def _said(rule: Rule, edit: str, base: str, of: Asked) -> Said:
    if not rule.where:
        return Said(rule, "", "")
    href = edit if rule.where == "event" else f"{base}/{rule.where}"
    if rule.where == "install" and of.situation.address is not None:
        href += "?" + urlencode({"url": str(of.situation.address)})
    return Said(rule, href, _LINKS[rule.where])
