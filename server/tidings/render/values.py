"""What the names in a template stand for, for one event: the only place that decides what of an event may be shown."""

from babel import Locale

from tidings.errors import Invalid
from tidings.records.application import DisplaySettings, NameDisplay
from tidings.records.event import Event, EventDraft
from tidings.records.event_type import EventType
from tidings.records.part import Link, Time
from tidings.render.bidi import without_controls
from tidings.render.clusters import is_visible
from tidings.render.filters import first_word, initial
from tidings.render.labels import labels_of
from tidings.render.links import campaign_link
from tidings.render.template import Hole, StandIn, Template, Value, compile_template

_TITLES = ("title", "linked_title", "title_with_link")
# Never shown, whatever a custom field is called: these names belong to what is not public.
_PRIVATE = frozenset({"email_address", "ip_address", "external_id", "email", "id"})


def shown_name(first_name: str | None, how: NameDisplay) -> str | None:
    """The first name as the public may see it; None when it is hidden or absent."""
    if not first_name or how == "hidden" or not is_visible(first_name):
        return None
    if how == "first_word":
        return first_word(first_name)
    return initial(first_name) if how == "initial" else first_name


def wording(event_type: EventType) -> Template:
    """The template of an event type, ready to render. Raises Invalid when it is not of the language."""
    return compile_template(event_type.message, event_type.markdown_enabled)


def lacks_title(event_type: EventType, draft: EventDraft) -> bool:
    """Whether the wording would say the title of an event that is this one with a title: without it there is a hole."""
    try:
        template = wording(event_type)
    except Invalid:
        return False
    names = ("city", "province", "country", "url", "image_url")
    said: dict[str, Value] = {name: getattr(draft, name) or "" for name in names}
    said |= {field.key.strip().replace(" ", "_").replace("-", "_"): field.value for field in draft.custom_fields}
    said |= {"first_name": draft.first_name or StandIn("x"), "event_type": event_type.name, "time_ago": Time()}
    said |= {"country_code": said["country"]}
    without, named = (
        sum(isinstance(piece, Hole) for piece in template.pieces(said | dict.fromkeys(_TITLES, title)))
        for title in ("", "x")
    )
    return without > named


def country_name(country: str | None, locale: Locale) -> str:
    """The name of a country in a language; a text that is no code stays as it is."""
    return locale.territories.get(country, country) if country else ""


def event_link(event: Event, display: DisplaySettings) -> str | None:
    """Where a click on the notification leads: the event's URL with the campaign of the application."""
    return campaign_link(event.url, display.utm_source, display.utm_medium) if event.url else None


def event_image(event: Event, event_type: EventType, display: DisplaySettings) -> str | None:
    """The event's picture, else the event type's, else the application's."""
    return event.image_url or event_type.image_url or display.image_url


def template_values(
    event: Event, event_type: EventType, display: DisplaySettings, locale: Locale, *, with_time: bool
) -> dict[str, Value]:
    """Name by name what a template may say of `event`. `with_time` False: the time ago is a hole."""
    values: dict[str, Value] = {
        key: without_controls(field.value)
        for field in event.custom_fields
        if (key := field.key.strip().replace(" ", "_").replace("-", "_")) not in _PRIVATE
    }
    name = shown_name(event.first_name, display.name_display)
    title = without_controls(event.title or "")
    linked_title: Value = Link(title) if title and event.url else title
    values |= {
        "first_name": without_controls(name) if name else StandIn(labels_of(locale).someone),
        "city": without_controls(event.city or ""),
        "province": without_controls(event.province or ""),
        "country": without_controls(country_name(event.country, locale)),
        "country_code": without_controls(event.country or ""),
        "title": title,
        "url": event.url or "",
        "linked_title": linked_title,
        "title_with_link": linked_title,
        "image_url": event_image(event, event_type, display) or "",
        "event_type": without_controls(event_type.name),
        "time_ago": Time() if with_time else "",
    }
    return values
