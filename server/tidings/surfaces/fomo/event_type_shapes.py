"""An event type in Fomo's words: what a client is answered."""

from typing import Any

from tidings.records.event_type import EventType
from tidings.surfaces.fomo.shapes import iso_time


def event_type_json(event_type: EventType) -> dict[str, Any]:
    """An event type, flat, with all members."""
    return {
        "id": event_type.id,
        "name": event_type.name,
        "message": event_type.message,
        "event_type_tag": event_type.tag,
        "markdown_enabled": event_type.markdown_enabled,
        "image_url": event_type.image_url,
        "use_avatar": event_type.use_avatar,
        "use_ip_mapping": event_type.use_ip_mapping,
        "page_rules": event_type.page_rules,
        "created_at": iso_time(event_type.created_at),
        "updated_at": iso_time(event_type.updated_at),
    }
