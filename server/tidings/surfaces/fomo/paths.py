"""Ids in paths."""

from tidings.surfaces.kinds import parsed_id
from tidings.surfaces.plumbing import Call


def id_in_path(call: Call, name: str = "id") -> int | None:
    """The id of the record that the path names, None for what is no id. The Python SDK sends a text id with its quotes."""
    written = call.path[name]
    if len(written) > 2 and written[0] == written[-1] and written[0] in "'\"":
        written = written[1:-1]
    return parsed_id(written)
