"""Why something shows or does not: every rule that the server and the widget go by, in their order, in sentences.

`widget/src/config.ts: obstacle` and `series.ts` decide in visitors' browsers, `domain/feed.py` what they get; tests hold
what is said here against the real ones.
"""

from collections.abc import Iterable, Sequence

from msgspec import Struct
from sqlalchemy import Connection

from tidings.domain.directory import Entry
from tidings.domain.feed import BUCKET_SECONDS, MOST_EVENTS, bucket_of, clamped
from tidings.domain.showing_page import (
    by_page_rules,
    consent,
    feed_mode,
    held_out,
    manual,
    meta,
    mobile,
    new_settings,
    off,
    page_rules,
    stopped,
)
from tidings.domain.showing_words import counted, duration, span
from tidings.records.application import DisplaySettings
from tidings.records.event import Event
from tidings.records.event_type import EventType
from tidings.records.showing import Device, Rule
from tidings.render.feed import feed_item
from tidings.render.page_rules import Address, decided
from tidings.storage.events import newest_events_since

TYPE_RULES = "Page rules of the event type"


class Situation(Struct, frozen=True):
    """For which page and device it is asked, as far as that is known. `now`: milliseconds."""

    now: int
    address: Address | None = None
    device: Device | None = None


def in_feed(connection: Connection, *, entry: Entry, now: int) -> list[Event]:
    """The events that the widget is given, newest first: young enough, and no more than it asks for."""
    display = entry.application.display
    return newest_events_since(connection, entry.application.id, since(display, now), clamped(display.limit))


def since(display: DisplaySettings, now: int) -> int:
    """From when on events are young enough, in milliseconds."""
    return now - display.display_seconds * 1_000 if display.display_seconds else 0


def first_stop(rules: Iterable[Rule]) -> Rule | None:
    """The rule that stops it: the first one that does, as in a browser."""
    return next((rule for rule in rules if rule.verdict == "stops"), None)


def of_page(entry: Entry, feed: Sequence[Event], at: Situation) -> list[Rule]:
    """All rules about a page, in the order in which a browser comes to them."""
    return [*about_page(entry, at), *about_feed(entry, feed, at), _seen(entry.application.display)]


def of_event(entry: Entry, event: Event, feed: Sequence[Event], at: Situation) -> list[Rule]:
    """All rules about an event on a page, in the order in which a browser comes to them."""
    return [*about_page(entry, at), *about_event(entry, event, feed, at)]


def about_page(entry: Entry, at: Situation) -> list[Rule]:
    """The rules that are about a page as a whole, whatever the event."""
    display = entry.application.display
    return [
        off(display),
        consent(display),
        stopped(),
        held_out(display),
        mobile(display, at.device),
        meta(),
        page_rules(display, at.address),
        feed_mode(display),
        manual(display),
        new_settings(entry, at.now),
    ]


def about_event(entry: Entry, event: Event, feed: Sequence[Event], at: Situation) -> list[Rule]:
    """The rules that are about one event; `feed`: what `in_feed` gives."""
    display = entry.application.display
    event_type = entry.event_types.get(event.event_type_id)
    return [
        _age(display, event, at.now),
        _limit(display, event, feed, at.now),
        _event_type(event_type),
        _message(said(entry, event, at.now)),
        _bucket(event, at.now),
        by_page_rules("type_rules", TYPE_RULES, event_type.page_rules if event_type else (), at.address, "templates"),
        _maximum(entry, event, feed, at),
        _seen(display),
    ]


def about_feed(entry: Entry, feed: Sequence[Event], at: Situation) -> list[Rule]:
    """The rules about a page that depend on which events there are."""
    if not feed:
        window = duration(entry.application.display)
        sentence = f"No event is younger than {window}." if window else "There is no event yet."
        return [Rule("no_events", "Events to show", "stops", sentence, "events" if not window else "display")]
    here = _showing(entry, feed, at)
    if here:
        sentence = f"{counted(len(here), 'event')} can show here, one after the other."
        return [Rule("no_events", "Events to show", "passes", sentence, "events")]
    can = sum(said(entry, event, at.now).shows for event in feed)
    if can:
        sentence = f"The page rules of their event types leave this page out for all of the {counted(can, 'event')}."
        return [Rule("type_rules", TYPE_RULES, "stops", sentence, "templates")]
    sentence = "None of the newest events has a message: their event type is gone, or its wording says nothing of them."
    return [Rule("message", "Messages", "stops", sentence, "templates")]


class Said(Struct, frozen=True):
    """What a card says of an event: its message, word by word as in the feed, and how long ago it was."""

    message: str = ""
    time_ago: str = ""
    parts: Sequence[str | list[str]] = ()

    @property
    def shows(self) -> bool:
        """Whether there is anything to read; for what says nothing there is no card."""
        return bool(self.message or (self.time_ago and ["time"] in self.parts))


def said(entry: Entry, event: Event, now: int) -> Said:
    """What a visitor would read of the event now; nothing when its event type is gone."""
    event_type = entry.event_types.get(event.event_type_id)
    if event_type is None:
        return Said()
    item = feed_item(event, event_type, entry.application, now)
    return Said(item["message"], item["time_ago"] or "", item["parts"])


def _age(display: DisplaySettings, event: Event, now: int) -> Rule:
    title, window = "Age", duration(display)
    if not window:
        return Rule("age", title, "passes", "Events of any age show.", "display")
    if event.created_at < since(display, now):
        return Rule("age", title, "stops", f"It is older than {window}, and older events do not show.", "display")
    return Rule("age", title, "passes", f"It is younger than {window}.", "display")


def _limit(display: DisplaySettings, event: Event, feed: Sequence[Event], now: int) -> Rule:
    title, most = "The newest events", clamped(display.limit)
    place = next((number for number, one in enumerate(feed, 1) if one.id == event.id), 0)
    if place:
        sentence = f"It is number {place} of the newest; pages get {most}."
        return Rule("limit", title, "passes", sentence, "display")
    if event.created_at < since(display, now):
        return Rule("limit", title, "depends", f"Of those that are young enough, pages get the newest {most}.", "display")
    more = "" if most >= MOST_EVENTS else " Raise the limit to show more."
    return Rule(
        "limit", title, "stops", f"Pages get the newest {most}, and as many are newer than this one.{more}", "display"
    )


def _event_type(event_type: EventType | None) -> Rule:
    title = "Event type"
    if event_type is None:
        return Rule("event_type", title, "stops", "Its event type was deleted, and the wording with it.", "templates")
    return Rule("event_type", title, "passes", f"“{event_type.name}” is there and has a wording.", "templates")


def _message(what: Said) -> Rule:
    title = "Message"
    if what.shows:
        return Rule("message", title, "passes", "It says something.", "templates")
    sentence = "It is empty: the wording says nothing of this event, for which no card shows."
    return Rule("message", title, "stops", sentence, "templates")


def _bucket(event: Event, now: int) -> Rule:
    title = "What pages are given"
    end = bucket_of(event.updated_at)
    if bucket_of(now) <= end:
        sentence = (
            f"The events for pages are put together every {BUCKET_SECONDS} seconds: as it is now, it is with them "
            f"within {span(max(end - now // 1_000, 1))}."
        )
        return Rule("bucket", title, "depends", sentence)
    return Rule("bucket", title, "passes", f"They were put together since; that happens every {BUCKET_SECONDS} seconds.")


def _maximum(entry: Entry, event: Event, feed: Sequence[Event], at: Situation) -> Rule:
    display, title = entry.application.display, "Cards a page"
    most = display.maximum_per_page
    turn = [one.id for one in _showing(entry, feed, at)]
    number = turn.index(event.id) + 1 if event.id in turn else 0
    if len(turn) <= most or (0 < number <= most and not display.randomize):
        sentence = f"At most {counted(most, 'card')} in one page view, and its turn comes within them."
        return Rule("maximum", title, "passes", sentence, "display")
    if display.storage == "none" and number > most and not display.randomize:
        sentence = (
            f"At most {counted(most, 'card')} in one page view, and it would be number {number}. Nothing is remembered "
            "between page views (storage: none), so each begins at the first."
        )
        return Rule("maximum", title, "stops", sentence, "display")
    sentence = f"At most {counted(most, 'card')} in one page view, of {len(turn)}: it may have to wait for the next page."
    return Rule("maximum", title, "depends", sentence, "display")


def _seen(display: DisplaySettings) -> Rule:
    title = "Seen already"
    if display.loop_notification:
        return Rule("seen", title, "passes", "After the last event it begins again from the first.", "display")
    if display.storage == "none":
        return Rule("seen", title, "passes", "Nothing is remembered between page views.", "advanced")
    where = "browser" if display.storage == "local" else "tab"
    sentence = f"Who has seen it in this {where} does not see it again; a private window has seen nothing yet."
    return Rule("seen", title, "depends", sentence, "advanced")


def _showing(entry: Entry, feed: Iterable[Event], at: Situation) -> list[Event]:
    """Those that can show on the page; on any page where none is named."""
    says = (event for event in feed if said(entry, event, at.now).shows)
    return [event for event in says if at.address is None or _has_its_place(entry, event, at.address)]


def _has_its_place(entry: Entry, event: Event, address: Address) -> bool:
    event_type = entry.event_types.get(event.event_type_id)
    return event_type is not None and decided(event_type.page_rules, address).allowed
