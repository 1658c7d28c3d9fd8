"""The feed and load.js: what goes out, what never does, and that it can stand in a script."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.records.application import Application, DisplaySettings
from tidings.records.event import CustomField, Event
from tidings.records.event_type import EventType
from tidings.render.feed import feed_item, feed_json, feed_script, script_json
from tidings.render.labels import labels_of, locale_of
from tidings.render.load_js import load_js, widget_settings

NOW = 1_795_000_000_000
EVENT = Event(
    id=12,
    application_id=1,
    event_type_id=3,
    external_id="order-1",
    url="https://a.example/p",
    first_name="Mary Ann",
    city="Lagos",
    province=None,
    country="NG",
    title="Ink",
    image_url=None,
    custom_fields=(
        CustomField(1, "shoe size", "42"),
        CustomField(2, "email_address", "a@b.example"),
        CustomField(3, "city", "X"),
    ),
    created_at=NOW - 125_000,
    updated_at=NOW,
)
EVENT_TYPE = EventType(3, 1, "New order", "new_order", "", False, "https://a.example/type.png", False, False, 0, 0)


def application(**display: object) -> Application:
    return Application(1, "Shop", "https://a.example", "ABCDEF", "client", "secret", DisplaySettings(**display), 0, 0)  # type: ignore[arg-type]


def item(message: str, event: Event = EVENT, **display: object) -> dict[str, object]:
    return feed_item(event, msgspec.structs.replace(EVENT_TYPE, message=message), application(**display), NOW)


def test_an_item_holds_what_is_public_and_nothing_else() -> None:
    found = item("{{ first_name }} ({{ shoe_size }}) {{ linked_title }} {{ time_ago }}")
    assert found == {
        "id": 12,
        "event_type_id": 3,
        "first_name": "Mary Ann",
        "city": "Lagos",
        "province": None,
        "country": "NG",
        "title": "Ink",
        "url": "https://a.example/p",
        "link": "https://a.example/p?utm_source=fomo&utm_medium=notification",
        "image_url": "https://a.example/type.png",
        "created_at_to_seconds_from_epoch": EVENT.created_at // 1_000,
        "time_ago": "2 minutes ago",
        "message": "Mary Ann (42) Ink",
        "parts": ["Mary Ann (42) ", ["a", "Ink"], " ", ["time"]],
    }


@pytest.mark.parametrize("name", ["email_address", "ip_address", "external_id", "client_secret"])
def test_private_names_are_blank(name: str) -> None:
    assert item("x{{ " + name + " }}y")["message"] == "xy"


def test_a_built_in_name_wins_over_a_custom_field() -> None:
    assert item("{{ city }} {{ country }} {{ country_code }}")["message"] == "Lagos Nigeria NG"


@pytest.mark.parametrize(
    ("how", "name", "said"),
    [("full", "Mary Ann", "Mary Ann"), ("first_word", "Mary", "Mary"), ("initial", "M.", "M."), ("hidden", None, "Someone")],
)
def test_the_name_as_the_owner_wants_it_shown(how: str, name: str | None, said: str) -> None:
    found = item("{{ first_name }}", name_display=how)
    assert (found["first_name"], found["message"]) == (name, said)


@pytest.mark.parametrize(
    ("first_name", "how", "said"),
    [
        ("  Ada", "full", "Ada"),
        ("山田\u3000太郎", "first_word", "山田"),
        ("क्षितिज वर्मा", "initial", "क्षि."),
        ("e\u0301milie", "initial", "E\u0301."),
        ("\U0001f469\u200d\U0001f52c Ada", "initial", "\U0001f469\u200d\U0001f52c."),
        ("\u200b\u3164", "full", "Someone"),
        ("\u200b \u200e", "first_word", "Someone"),
        ("\u2060", "initial", "Someone"),
    ],
)
def test_names_of_any_script(first_name: str, how: str, said: str) -> None:
    event = msgspec.structs.replace(EVENT, first_name=first_name)
    assert item("{{ first_name }}", event, name_display=how)["message"] == said


def test_an_old_event_shows_no_time() -> None:
    found = item("{{ title }} {{ time_ago }}", time_ago_threshold=2, time_ago_period=2)
    assert (found["time_ago"], found["parts"]) == (None, ["Ink"])
    assert item("{{ title }} {{ time_ago }}", time_ago_threshold=0)["time_ago"] == "2 minutes ago"


def test_the_language_of_the_application() -> None:
    found = item("{{ nobody | default('x') }} {{ country }} {{ time_ago }}", language="de")
    assert found["time_ago"] == "vor 2 Minuten"
    assert "Nigeria" in str(found["message"])


@given(st.text(max_size=80))
def test_any_text_survives_and_nothing_breaks_out_of_a_script(text: str) -> None:
    event = msgspec.structs.replace(EVENT, title=text, first_name=text)
    written = feed_json([event], {3: msgspec.structs.replace(EVENT_TYPE, message="{{ title }}")}, application(), NOW)
    assert written.isascii()
    assert not set(written) & set("<>&")
    assert json.loads(written)[0]["title"] == text
    assert feed_script(written).startswith("fomo.setup([")


def test_script_json_escapes_what_a_script_element_would_end_at() -> None:
    written = script_json("</script><!--\u2028'\"\\")
    assert written == '"\\u003c/script\\u003e\\u003c!--\\u2028\'\\"\\\\"'


def test_load_js_is_the_widget_called_with_the_settings() -> None:
    settings = widget_settings(application(position="top_right", language="ar"), [], "https://t.example", "a{}")
    script = load_js("(s=>{go(s)})(null);\n", settings)
    assert script.startswith("(s=>{go(s)})({")
    assert json.loads(script.removeprefix("(s=>{go(s)})(").removesuffix(");\n")) == settings
    assert (settings["position"], settings["direction"], settings["fomoUrl"]) == ("top_right", "rtl", "https://t.example")
    assert "secret" not in script


def test_the_reason_in_the_console_is_sent_only_while_it_is_off() -> None:
    on = widget_settings(application(language="de"), [], "https://t.example", "")
    off = widget_settings(application(language="de", enabled=False), [], "https://t.example", "")
    assert on["labels"] == {"region": "Neueste Aktivität", "close": "Schließen", "stop": "Nicht mehr anzeigen"}
    assert off["labels"] == {**on["labels"], "off": labels_of(locale_of("de")).off}


def test_load_js_refuses_a_widget_that_does_not_end_as_agreed() -> None:
    with pytest.raises(ValueError, match="null"):
        load_js("(s=>{})({});", {})
