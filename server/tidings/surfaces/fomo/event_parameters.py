"""What the query of a list of events, and of a search for one, may say."""

from tidings.surfaces.fomo.parameters import SWITCH, Parameter, choice, text, whole
from tidings.surfaces.kinds import ID_LIMIT

PER_PAGE = 30
PER_PAGE_LIMIT = 100
PAGE_LIMIT = 10**12

_PER_PAGE = whole(1, PER_PAGE_LIMIT)
_ID = whole(1, ID_LIMIT)

LIST = (
    Parameter("per", _PER_PAGE, "How many events.", default=PER_PAGE, example=10, to="per_page"),
    Parameter("per_page", _PER_PAGE, "The same; `per` wins.", default=PER_PAGE),
    Parameter("page", whole(1, PAGE_LIMIT), "Which page.", default=1),
    Parameter(
        "show_meta", SWITCH, "Whether the answer says where the page stands; 1 and 0 too.", default=False, example=True
    ),
    Parameter(
        "order_by",
        choice("created_at", "event_type_id"),
        "What the order goes by; within an event type: newest first.",
        default="created_at",
    ),
    Parameter("order_direction", choice("desc", "asc"), "Newest or highest first, or the other way.", default="desc"),
    Parameter("event_type_id", _ID, "Only events of this type."),
    Parameter(
        "after",
        _ID,
        "The events that follow on the one with this id; with `order_by=created_at` and without `page`.",
    ),
    Parameter(
        "after_time",
        whole(0, ID_LIMIT),
        "With `after`: when that event was, in milliseconds since 1970; the Link header has it. The event may be gone then.",
    ),
)
FIND = (
    Parameter(
        "field",
        choice("external_id", "email_address"),
        "Where to look.",
        example="external_id",
        required=True,
    ),
    Parameter("q", text(255), "What to look for; `+` and `@` may come as they are.", example="order-1001", required=True),
)
