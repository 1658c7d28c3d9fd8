"""load.js: the widget's code, called with the settings of one application."""

from collections.abc import Iterable, Sequence
from typing import Any

from tidings.records.application import Application, DisplaySettings
from tidings.records.event_type import EventType
from tidings.records.goal import Goal
from tidings.records.page_rule import PageRule
from tidings.render.feed import script_json
from tidings.render.labels import direction_of, labels_of, locale_of

# How the built widget ends (widget/scripts/build.mjs): called without settings, for pages that name the client themselves.
STANDALONE_CALL = "(null);"
DAY_SECONDS = 86_400


def widget_settings(
    application: Application,
    event_types: Iterable[EventType],
    base_url: str,
    theme_css: str,
    goals: Sequence[Goal] = (),
) -> dict[str, Any]:
    """The public settings of an application, in the names that Fomo's widget uses. No secret is among them."""
    display = application.display
    locale = locale_of(display.language)
    labels = labels_of(locale)
    by_type = {str(event_type.id): _rules(event_type.page_rules) for event_type in event_types if event_type.page_rules}
    return {
        "clientHash": application.client_id,
        "fomoUrl": base_url,
        "enabled": display.enabled,
        "language": display.language,
        "direction": direction_of(locale),
        "pageLoad": display.page_load,
        "displayFor": display.display_for,
        "displayInterval": display.display_interval,
        "maximumPerPage": display.maximum_per_page,
        "limit": display.limit,
        "randomize": display.randomize,
        "closable": display.closable,
        "hideMobile": display.hide_mobile,
        "loopNotification": display.loop_notification,
        "position": display.position,
        "theme": display.theme,
        "themeCss": theme_css,
        "manualTrigger": display.manual_trigger,
        "feedMode": display.feed_mode,
        "pageRules": _rules(display.page_rules),
        **({"eventTypeRules": by_type} if by_type else {}),
        **_goals(goals, display),
        "storage": display.storage,
        "consentRequired": display.consent_required,
        "labels": {
            "region": labels.region,
            "close": labels.close,
            "stop": labels.stop,
            # Nobody reads why it is off while it is on.
            **({} if display.enabled else {"off": labels.off}),
        },
    }


def _goals(goals: Sequence[Goal], display: DisplaySettings) -> dict[str, Any]:
    """What the widget needs for goals and for a hold-out; nothing where there is neither, so that it fetches no more."""
    found: dict[str, Any] = {}
    if display.holdout_percent:
        found["holdout"] = display.holdout_percent
    if goals or display.holdout_percent:
        # The widget looks for this member alone to know whether there is anything to do.
        found["goals"] = [{"id": goal.id, "paths": _rules(goal.page_rules)} for goal in goals if goal.page_rules]
        days = (display.attribution_click_days, display.attribution_display_days)
        found["attribution"] = [number * DAY_SECONDS for number in days]
    return found


def _rules(rules: Iterable[PageRule]) -> list[dict[str, str]]:
    return [{"match": rule.match, "path": rule.path} for rule in rules]


def load_js(code: str, settings: dict[str, Any]) -> str:
    """The script of one application. `code` is the built widget; raises ValueError when it does not end as agreed."""
    body = code.rstrip()
    if not body.endswith(STANDALONE_CALL):
        raise ValueError(f"the built widget does not end in {STANDALONE_CALL}")
    return f"{body.removesuffix(STANDALONE_CALL)}({script_json(settings)});\n"
