"""What may be written of a webhook, by whatever door; and what its receivers answered, as text that does no harm."""

from collections.abc import Mapping
from typing import Any

import regex

from tidings.domain.deliveries import ANSWER_SHOWN
from tidings.errors import Invalid
from tidings.outbound.guard import LONGEST_URL
from tidings.records.webhook import WebhookChanges, WebhookDraft
from tidings.render.stats import CHOICES
from tidings.surfaces.kinds import Kind, Member, label, read, read_changes
from tidings.surfaces.setting_kinds import BOOLEAN

# Control and format characters (those of direction too), separators of lines.
_HIDDEN = regex.compile(r"(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]")
# whsec_ and the base64 of 24 to 64 bytes.
_QUAD = "[A-Za-z0-9+/]{4}"
_END = "([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)"
NEW_SECRET_PATTERN = f"^whsec_(({_QUAD}){{8,21}}|({_QUAD}){{8,20}}{_END}|({_QUAD}){{21}}[A-Za-z0-9+/]{{2}}==)$"
SECRET_PATTERN = NEW_SECRET_PATTERN.replace("^", "^(").replace("$", ")?$")


def _plain_text(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise Invalid(f"{label(name)} is not text", field=name)
    return value


def _figures(value: Any, name: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise Invalid(f"{label(name)} is a list of names", field=name)
    return tuple(value)


# Whether it may be called, the guard says; whether a secret will do, the domain.
URL = Kind(
    _plain_text,
    {
        "title": f"http(s) URL, at most {LONGEST_URL}, of an address that may be called",
        "type": ["string", "null"],
        "pattern": "^([Hh][Tt][Tt][Pp][Ss]?://[^\\s]+)?$",
        "maxLength": LONGEST_URL,
    },
)
FIGURES = Kind(_figures, {"anyOf": [{"type": "array", "items": {"enum": list(CHOICES)}}, {"enum": ["", None]}]})
SECRET = Kind(_plain_text, {"type": ["string", "null"], "pattern": SECRET_PATTERN})

WEBHOOK = (
    Member("url", URL, "Where to send figures: port 80 or 443 of a public address.", "https://hooks.shop.example/figures"),
    Member("figures", FIGURES, "Which figures beyond `click` and `display`.", ["hover", "conversions_count"]),
    Member("enabled", BOOLEAN, "Off: nothing is sent; what was waiting goes out when it is on again.", True),
    Member("secret", SECRET, "Signs what is sent: whsec_ and the base64 of 24 to 64 random bytes; made if absent."),
)
# A blank here may be a mistake of a form, and would switch on what is off or lose the secret for good.
CHANGES = (
    *WEBHOOK[:3],
    Member(
        "secret",
        Kind(_plain_text, {"type": ["string", "null"], "pattern": NEW_SECRET_PATTERN}),
        "Signs what is sent from now on; `null`, which is what is told of it, leaves it as it is.",
    ),
)


def webhook_draft(body: Mapping[str, Any]) -> WebhookDraft:
    """A draft from the members of a create. Raises Invalid that names the member."""
    found = read(body, WEBHOOK)
    if "url" not in found:
        raise Invalid("Url is required", field="url", code="required")
    return WebhookDraft(**found)


def webhook_changes(body: Mapping[str, Any]) -> WebhookChanges:
    """What the members of an update ask for. Raises Invalid for a blank one that it would not be safe to guess at."""
    found = read_changes(body, CHANGES)
    if "secret" in found and body["secret"] is None:
        del found["secret"]
    for name in ("url", "enabled", "secret"):
        if name in found and found[name] is None:
            raise Invalid(f"{label(name)} is required", field=name, code="required")
    if "figures" in found:
        found["figures"] = found["figures"] or ()
    return WebhookChanges(**found)


def shown(answer: bytes) -> str:
    """The beginning of what a receiver answered, as text: what is none, and what is not seen but does something, escaped."""
    text = answer[:ANSWER_SHOWN].decode("utf-8", "backslashreplace")
    return _HIDDEN.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)
