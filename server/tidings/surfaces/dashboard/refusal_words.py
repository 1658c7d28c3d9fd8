"""A refusal in the words of a form: its field by the label that stands there, and what to type."""

import re
from collections.abc import Mapping

from tidings.errors import TidingsError
from tidings.surfaces.kinds import label

# Where the label is another word than that of the API.
LABELS = {
    "custom_css": "The CSS",
    "message": "The wording",
    "event_type_tag": "Tag",
    "image_url": "Picture",
    "url": "Link",
    "external_id": "Your own id",
    "position": "Corner",
    "page_load": "Wait before the first",
    "display_for": "Show each for",
    "display_interval": "Wait between two",
    "maximum_per_page": "At most on one page view",
    "limit": "Take turns among the newest",
    "display_threshold": "Leave out events older than",
    "display_period": "Leave out events older than",
    "time_ago_threshold": "Say how long ago up to",
    "time_ago_period": "Say how long ago up to",
    "name_display": "What the public sees of names",
    "storage": "Where a browser remembers",
    "utm_source": "utm_source",
    "utm_medium": "utm_medium",
    "holdout_percent": "Hold-out",
    "attribution_click_days": "Credit a click for",
    "attribution_display_days": "Credit a display for",
    "currency": "Sums are told in",
    "time_zone": "Days are those of",
}
_WHOLE = re.compile(r"is (a whole number from \d+ to \d+)")
_PLACE = re.compile(r"can not be read (at line \d+, column \d+): (.*)", re.DOTALL)
_NOT_CLOSED = "A {{ is not closed: each variable ends with }}"


def words(error: TidingsError, field: str = "", labels: Mapping[str, str] = LABELS) -> str:
    """What a form says of this refusal. `field`: where it is another than the refusal's own; `labels`: the form's own."""
    name = field or getattr(error, "field", None) or ""
    called = labels.get(name, label(name))
    own = next((own for own in (label(name), name) if own and error.message.startswith(f"{own} ")), "")
    rest = error.message.removeprefix(own).strip() if own else ""
    if not rest:
        return error.message
    if getattr(error, "code", "") == "invalid_url":
        return f"{called}: give the whole address, beginning with https://"
    if whole := _WHOLE.fullmatch(rest):
        return f"{called}: give {whole[1]}"
    if place := _PLACE.fullmatch(rest):
        return f"{_of_message(place[2])} ({place[1]})"
    if rest.startswith("is not let in: "):
        return f"{called} can not be taken: {rest.removeprefix('is not let in: ')}"
    return f"{called} {rest}"


def _of_message(reason: str) -> str:
    if reason.startswith("unexpected end of template") or "end of print statement" in reason:
        return _NOT_CLOSED
    return f"{reason[:1].upper()}{reason[1:].rstrip('.')}"
