"""The rules about a page as a whole, whatever the event: what each says, in the order in which the widget asks them."""

from collections.abc import Sequence

from tidings.domain.directory import Entry
from tidings.domain.showing_words import UNMUTE, decided_by, span
from tidings.records.application import DisplaySettings
from tidings.records.page_rule import PageRule
from tidings.records.showing import Device, Rule, Where
from tidings.render.page_rules import Address, decided

# Seconds that browsers keep an application's settings for.
SETTINGS_SECONDS = 60


def off(display: DisplaySettings) -> Rule:
    """Whether the application is turned on."""
    if display.enabled:
        return Rule("off", "On or off", "passes", "Notifications are switched on.", "settings")
    return Rule("off", "Notifications are switched off", "stops", "Nothing shows anywhere.", "settings")


def consent(display: DisplaySettings) -> Rule:
    """Whether the visitor has to agree first."""
    title = "Consent"
    if display.consent_required:
        sentence = "Consent is required: nothing shows before the page has called fomo.consent(true)."
        return Rule("consent", title, "stops", sentence, "advanced")
    sentence = 'No consent is asked for, unless the page\'s own tag says data-consent="required".'
    return Rule("consent", title, "passes", sentence, "advanced")


def stopped() -> Rule:
    """Whether the visitor has had enough."""
    sentence = f"Who pressed “Stop showing these” sees nothing for 30 days, {UNMUTE}"
    return Rule("stopped", "The visitor's own stop", "depends", sentence)


def held_out(display: DisplaySettings) -> Rule:
    """Whether the visitor is held out, so that the difference can be measured."""
    title, percent = "Hold-out", display.holdout_percent
    if not percent:
        return Rule("held_out", title, "passes", "Nobody is held out.", "advanced")
    if percent >= 100:
        return Rule("held_out", title, "stops", "All visitors are held out: nobody sees anything.", "advanced")
    sentence = (
        f"{percent} of 100 visitors see nothing, so that the difference can be measured. To look yourself, clear the "
        "site's storage and load the page again until you are not among them."
    )
    return Rule("held_out", title, "depends", sentence, "advanced")


def mobile(display: DisplaySettings, device: Device | None) -> Rule:
    """Whether it is hidden on small screens."""
    title = "Phones"
    if not display.hide_mobile:
        return Rule("mobile", title, "passes", "It shows on phones and on larger screens.", "display")
    if device == "phone":
        return Rule("mobile", title, "stops", "It is hidden where the window is less than 768 px wide.", "display")
    if device == "desktop":
        return Rule("mobile", title, "passes", "It is hidden on phones, and this is a larger screen.", "display")
    return Rule("mobile", title, "depends", "It is hidden where the window is less than 768 px wide.", "display")


def meta() -> Rule:
    """Whether the page itself says no."""
    sentence = 'A page with <meta name="fomo:enabled" content="false"> shows nothing. “Is it installed?” looks for one.'
    return Rule("meta", "The page's own word", "depends", sentence, "install")


def page_rules(display: DisplaySettings, address: Address | None) -> Rule:
    """Whether the rules of the application let this page show anything."""
    return by_page_rules("page_rule", "Page rules", display.page_rules, address, "display")


def by_page_rules(name: str, title: str, rules: Sequence[PageRule], address: Address | None, where: Where) -> Rule:
    """What page rules, whosesoever they are, say of a page."""
    if not rules:
        return Rule(name, title, "passes", "There are none: it shows on every page.", where)
    if address is None:
        sentence = f"There {'is 1 rule' if len(rules) == 1 else f'are {len(rules)} rules'}: it depends on the page."
        return Rule(name, title, "depends", sentence, where)
    decision = decided(rules, address)
    return Rule(name, title, "passes" if decision.allowed else "stops", decided_by(decision, address), where)


def feed_mode(display: DisplaySettings) -> Rule:
    """Whether messages go into a list in the page instead of cards."""
    title = "Feed mode"
    if not display.feed_mode:
        return Rule("feed", title, "passes", "It is off: messages show as cards.", "advanced")
    sentence = 'It is on: no card shows; all messages go into the page\'s own <div id="fomo_feed">, where it has one.'
    return Rule("feed", title, "stops", sentence, "advanced")


def manual(display: DisplaySettings) -> Rule:
    """Whether it begins by itself."""
    title = "Manual trigger"
    if not display.manual_trigger:
        return Rule("manual", title, "passes", "It is off: cards show by themselves.", "advanced")
    sentence = "It is on: nothing shows before the page has called fomo.trigger('start')."
    return Rule("manual", title, "stops", sentence, "advanced")


def new_settings(entry: Entry, now: int) -> Rule:
    """Whether browsers may still work with settings of before."""
    title = "Settings on their way"
    changed = max(entry.application.updated_at, *(one.updated_at for one in entry.event_types.values()), 0)
    if changed == entry.application.created_at:
        return Rule("new_settings", title, "passes", "Nobody has changed them yet.")
    left = SETTINGS_SECONDS - (now - changed) // 1_000
    if 0 < left <= SETTINGS_SECONDS:
        sentence = (
            f"They were changed a moment ago: pages may work with those of before for another {span(left)}, and a browser "
            "that has had them once more after that."
        )
        return Rule("new_settings", title, "depends", sentence)
    return Rule("new_settings", title, "passes", "They have not changed within the last minute.")
