"""A beacon: what a page tells of the notifications that one page view showed, and of what the visitor did with them."""

from msgspec import Struct

from tidings.records.conversion import NO_ARM, Reached

# The kinds of acts, in the order in which `Figures` has them.
DISPLAY, HOVER, CLICK, CLOSE = range(4)


class Beacon(Struct, frozen=True):
    """`acts`: events by id, perhaps unknown ones, each with what happened to its notification.

    `page_view`: what the page calls this view of itself, at random; "" when it sends no other beacon of it.
    `goals`: what the visitor reached, goals perhaps unknown; `visit`: the arm of a hold-out, where a visit begins;
    `visitor`: whether its visitor is counted with it.
    `now`: when it came, in milliseconds since the epoch, by the server's clock.
    """

    application_id: int
    page_view: str
    acts: tuple[tuple[int, int], ...]
    now: int
    goals: tuple[Reached, ...] = ()
    visit: int = NO_ARM
    visitor: bool = False
