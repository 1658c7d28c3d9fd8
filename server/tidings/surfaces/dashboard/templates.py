"""Draws the pages: templates/dashboard/ with the filters of formats.py and the addresses of the built files."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tidings import __version__, assets
from tidings.surfaces.dashboard.assets_route import files
from tidings.surfaces.dashboard.formats import FILTERS
from tidings.surfaces.dashboard.once import new_key


@cache
def environment() -> Environment:
    """Made once: every value is escaped, and a name that is not there is an error."""
    made = Environment(
        loader=FileSystemLoader(assets.templates()),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
    )
    made.filters.update(FILTERS)
    made.globals.update(asset=files().path, assets_missing=files().missing, version=__version__, form_key=new_key)
    return made


def render(template: str, values: Mapping[str, Any]) -> str:
    """The text of `templates/dashboard/<template>`. `visit` None or absent: a page without anybody logged in."""
    visit = values.get("visit")
    always = {"visit": visit, "base": visit.base if visit is not None else "", "done": ""}
    return environment().get_template(f"dashboard/{template}").render({**always, **values})
