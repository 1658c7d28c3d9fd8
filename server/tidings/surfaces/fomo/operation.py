"""What there is to say of one call of the API: the row that `operations.py` is a table of."""

from typing import Any

from msgspec import Struct

from tidings.surfaces.fomo.answers import Schema
from tidings.surfaces.fomo.parameters import Parameter
from tidings.surfaces.kinds import Member


class Body(Struct, frozen=True):
    """A JSON object, bare or wrapped in `wrapper`. `schema`: the name of the component that `members` become.

    `required`: all of these have to be there; `one_of`: at least one of these; `never_blank`: null and "" will not do.
    `optional`: the whole body may be missing.
    `example`: where not each member's own.
    """

    schema: str
    members: tuple[Member, ...]
    wrapper: str = ""
    required: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()
    never_blank: tuple[str, ...] = ()
    optional: bool = False
    example: dict[str, Any] | None = None


class Operation(Struct, frozen=True):
    """One method of one path. `refusals`: statuses beyond those that everything can answer.

    `same_as`: the name of the operation that this is another spelling of.
    """

    name: str
    section: str
    title: str
    about: str
    answer: Schema
    examples: dict[str, Any]
    query: tuple[Parameter, ...] = ()
    body: Body | None = None
    refusals: tuple[int, ...] = ()
    same_as: str = ""
