"""Bodies as Fathom's clients send them: JSON, a form, or none where nothing is to be said."""

from collections.abc import Mapping
from typing import Any

from starlette.types import Receive, Scope

from tidings.surfaces.input import check_format, form_object, json_object, read_body

FORM = "application/x-www-form-urlencoded"


async def json_or_form(scope: Scope, receive: Receive) -> Mapping[str, Any]:
    """The members of a body; none of an empty one. Raises what the gate refuses."""
    kind = check_format(scope["headers"], ("application/json", FORM, ""))
    body = await read_body(receive)
    if not body:
        return {}
    return form_object(body) if kind == FORM else json_object(body)
