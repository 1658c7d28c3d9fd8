"""A conversion: a visitor reached a goal. What a page tells of it, what a server asks for, and what is counted."""

from msgspec import Struct

# What a conversion is put down to: nothing, a notification that was shown, one that was clicked.
UNATTRIBUTED, DISPLAYED, CLICKED = range(3)
# The arms of a hold-out: none; visitors who see notifications; those from whom they are held.
NO_ARM, SHOWN, HELD = range(3)

# The most that one conversion is worth, in hundredths: as a server may say, and as a page, which anybody may speak for.
MOST_CENTS = 10**12
MOST_CENTS_OF_PAGE = 10**9


class Reached(Struct, frozen=True):
    """What a page tells. `nonce` and `at` (milliseconds, the page's clock) name it: told again, it is the same one.

    `event_id`: the event that it is put down to, perhaps an unknown one. `first`: the first conversion of its visitor since
    the visitor was counted.
    `external_id`: the owner's own name for it, such as an order's number.
    """

    goal_id: str
    nonce: str
    at: int
    cents: int | None = None
    attribution: int = UNATTRIBUTED
    event_id: int = 0
    arm: int = NO_ARM
    first: bool = False
    external_id: str | None = None


class ConversionDraft(Struct, frozen=True):
    """What a server asks for. `occurred_at`: milliseconds; None: now."""

    cents: int | None = None
    external_id: str | None = None
    occurred_at: int | None = None


class Conversion(Struct, frozen=True):
    """One conversion, and where it is counted: in `hour`, counted from the epoch, for this event type and event (0: none).

    `currency`: the goal's at its time. `by_page`: no server has confirmed it. `page_told`: a page has told of it. `dated`: a
    server said when it occurred. `refunded`: it was taken back, and counts no more, whoever tells of it again. Only those
    with an external id are kept one by one; the others are figures alone.
    """

    application_id: int
    goal_id: str
    external_id: str | None
    cents: int | None
    currency: str
    hour: int
    occurred_at: int
    created_at: int
    event_type_id: int = 0
    event_id: int = 0
    attribution: int = UNATTRIBUTED
    arm: int = NO_ARM
    first: bool = False
    by_page: bool = False
    page_told: bool = False
    dated: bool = False
    refunded: bool = False
