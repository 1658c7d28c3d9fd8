"""The settings of an application that may be written, and what each may be; for every door that takes them."""

from tidings.records.goal import CURRENCIES, NO_VALUE
from tidings.surfaces.kinds import TEXT, WEB_URL, Member
from tidings.surfaces.page_rules import PAGE_RULES_ABOUT
from tidings.surfaces.setting_kinds import BOOLEAN, CSS, LANGUAGE, PAGE_RULES, THEME, TIME_ZONE, choice, whole

# What sums can be told in.
MONEY = tuple(currency for currency in CURRENCIES if currency != NO_VALUE)

_PERIOD = "1 for seconds, 2 for minutes, 3 for hours, 4 for days."
SETTINGS = (
    Member("enabled", BOOLEAN, "Off: the widget says why in the console and shows nothing.", True),
    Member("language", LANGUAGE, "BCP 47: of the time ago, of countries, of the widget's labels.", "en"),
    Member("page_load", whole(0, 3_600), "Seconds before the first notification.", 1),
    Member("display_for", whole(1, 600), "Seconds that a notification stays.", 7),
    Member("display_interval", whole(0, 3_600), "Seconds between two notifications.", 4),
    Member("maximum_per_page", whole(1, 1_000), "Most notifications in one page view; answered as a string.", "30"),
    Member("limit", whole(1, 100), "Most events in the feed.", 30),
    Member("randomize", BOOLEAN, "In any order, not newest first.", False),
    Member("closable", BOOLEAN, "With a button to close it.", True),
    Member("hide_mobile", BOOLEAN, "Not on small screens.", False),
    Member("loop_notification", BOOLEAN, "From the start again after the last.", False),
    Member("display_threshold", whole(0, 10_000), "Older events are not shown; 0: no limit.", 30),
    Member("display_period", whole(1, 4), _PERIOD, 4),
    Member("time_ago_threshold", whole(0, 10_000), "Older events show no time ago; 0: no limit.", 7),
    Member("time_ago_period", whole(1, 4), _PERIOD, 4),
    Member("position", choice("bottom_left", "bottom_right", "top_left", "top_right"), "Which corner.", "bottom_left"),
    Member("theme", THEME, "How notifications look.", "theme1"),
    Member("custom_css", CSS, "For the theme custom, and on top of any.", ".card { border-radius: 0 }"),
    Member("utm_source", TEXT, "Set in the links of events.", "fomo"),
    Member("utm_medium", TEXT, "Set in the links of events.", "notification"),
    Member("manual_trigger", BOOLEAN, "Nothing is shown until the page asks for it.", False),
    Member("feed_mode", BOOLEAN, "A list in #fomo_feed in place of notifications.", False),
    Member("name_display", choice("full", "first_word", "initial", "hidden"), "What the public sees of names.", "full"),
    Member("page_rules", PAGE_RULES, PAGE_RULES_ABOUT, [{"match": "exclude", "path": "/checkout/*"}]),
    Member("storage", choice("local", "session", "none"), "Where a browser remembers what was shown.", "local"),
    Member("consent_required", BOOLEAN, "Nothing is shown, kept or sent before the page says fomo.consent(true).", False),
    Member("image_url", WEB_URL, "The picture where neither event nor event type has one.", None),
    Member("currency", choice(*MONEY), "What sums of conversions are told in; those in others are counted.", "dollar"),
    Member("holdout_percent", whole(0, 100), "Of how many visitors of a hundred notifications are held.", 10),
    Member("attribution_click_days", whole(0, 30), "So long a conversion is put down to the last one clicked.", 7),
    Member("attribution_display_days", whole(0, 30), "So long a conversion is put down to the last one shown.", 1),
    Member("time_zone", TIME_ZONE, "IANA name: whose days the figures by the day are.", "Europe/Berlin"),
    Member("installed", BOOLEAN, "Kept as it is sent.", False),
)
