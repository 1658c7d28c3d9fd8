"""What load.js tells the widget about an application, beside what test_feed.py holds of the script itself."""

import msgspec
import pytest

from tidings.records.application import Application, DisplaySettings
from tidings.records.event_type import EventType
from tidings.records.page_rule import PageRule
from tidings.render.load_js import widget_settings

RULE = PageRule("include", "/shop/*")
EVENT_TYPE = EventType(3, 1, "New order", "new_order", "", False, None, False, False, 0, 0)


def settings_of(*event_types: EventType, **display: object) -> dict[str, object]:
    shown = DisplaySettings(**display)  # type: ignore[arg-type]
    application = Application(1, "Shop", "https://a.example", "ABCDEF", "client", "secret", shown, 0, 0)
    return widget_settings(application, event_types, "https://t.example", "")


def test_a_browser_remembers_and_asks_no_consent_unless_told() -> None:
    told = settings_of()
    assert (told["storage"], told["consentRequired"], told["pageRules"]) == ("local", False, [])
    told = settings_of(storage="none", consent_required=True, page_rules=(RULE,))
    assert (told["storage"], told["consentRequired"]) == ("none", True)
    assert told["pageRules"] == [{"match": "include", "path": "/shop/*"}]


@pytest.mark.parametrize(("rules", "wanted"), [((), None), ((RULE,), {"3": [{"match": "include", "path": "/shop/*"}]})])
def test_only_event_types_with_rules_are_named(rules: tuple[PageRule, ...], wanted: object) -> None:
    with_rules = msgspec.structs.replace(EVENT_TYPE, page_rules=rules)
    other = msgspec.structs.replace(EVENT_TYPE, id=4)
    assert settings_of(other, with_rules).get("eventTypeRules") == wanted
