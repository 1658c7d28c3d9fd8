"""Fomo's words for our records: `<record>_draft(body)` in, `<record>_json(record)` out."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tidings.domain.directory import Entry
from tidings.errors import Invalid
from tidings.records.event import Event, EventDraft
from tidings.render.countries import country_code
from tidings.render.labels import locale_of
from tidings.render.message import html, message_parts
from tidings.render.template import compile_template
from tidings.render.values import event_image, event_link, template_values
from tidings.surfaces.fomo import values


def unwrapped(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The members of `{"event": {…}}`, or of the object itself when clients send it bare."""
    if name not in body:
        return body
    inner = body[name]
    if not isinstance(inner, dict):
        raise Invalid(f"{name.capitalize()} is not an object", field=name)
    return inner


def event_draft(body: Mapping[str, Any], now: int) -> EventDraft:
    """A draft from the body of a create. Raises Invalid that names the member."""
    members = unwrapped(body, "event")
    country = values.text(members, "country")
    # Looked at so that it is never silently wrong; used for nothing and kept nowhere.
    values.text(members, "ip_address")
    return EventDraft(
        event_type_id=values.identifier(members, "event_type_id"),
        event_type_tag=values.text(members, "event_type_tag"),
        external_id=values.text(members, "external_id"),
        url=values.web_url(members, "url"),
        first_name=values.text(members, "first_name"),
        city=values.text(members, "city"),
        province=values.text(members, "province"),
        country=country_code(country) if country else None,
        title=values.text(members, "title"),
        image_url=values.web_url(members, "image_url"),
        email_address=values.text(members, "email_address"),
        custom_fields=values.custom_fields(members, "custom_event_fields_attributes"),
        created_at=values.moment(members, "created_at", now),
    )


def event_json(event: Event, entry: Entry) -> dict[str, Any]:
    """An event, flat, with all members; `message` and `link` are made when it is read."""
    display = entry.application.display
    event_type = entry.event_types.get(event.event_type_id)
    link = event_link(event, display)
    message = ""
    if event_type is not None:
        names = template_values(event, event_type, display, locale_of(display.language), with_time=True)
        message = html(message_parts(compile_template(event_type.message), names), link)
    return {
        "id": event.id,
        "application_id": event.application_id,
        "event_type_id": event.event_type_id,
        "event_type_tag": event_type.tag if event_type else None,
        "external_id": event.external_id,
        "url": event.url,
        "first_name": event.first_name,
        "email_address": None,
        "city": event.city,
        "province": event.province,
        "country": event.country,
        "title": event.title,
        "image_url": event_image(event, event_type, display) if event_type else event.image_url,
        "created_at": iso_time(event.created_at),
        "created_at_to_seconds_from_epoch": event.created_at // 1_000,
        "updated_at": iso_time(event.updated_at),
        "message": message,
        "link": link,
        "custom_event_fields_attributes": [
            {"id": field_id(event.id, field.number), "key": field.key, "value": field.value} for field in event.custom_fields
        ],
    }


def field_id(event_id: int, number: int) -> int:
    """A custom field's id for clients: unique over all events, and it says which event it is of."""
    return event_id * 1_000 + number


def iso_time(milliseconds: int) -> str:
    """2018-11-01T13:51:38.018Z."""
    when = datetime.fromtimestamp(milliseconds // 1_000, UTC)
    return f"{when:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1_000:03}Z"
