"""A page rule: on which pages notifications show, of an application or of one event type."""

from typing import Literal

from msgspec import Struct


class PageRule(Struct, frozen=True):
    """`path` is a glob: `*` stands for any run of characters, also of `/`; everything else for itself.

    It is held against the path of a page; with `?` in it against path and query, with `://` against the whole address.
    """

    match: Literal["include", "exclude"]
    path: str
