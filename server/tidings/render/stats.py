"""Figures in Fomo's words, as its statistics and its webhooks tell them."""

from collections.abc import Iterable

from tidings.records.statistics import Figures

# The order is that of `get_statistics`.
NAMES = {
    "display": "displays",
    "click": "clicks",
    "hover": "hovers",
    "close": "closes",
    "conversions_count": "conversions",
    "conversions_sales_sum": "conversion_cents",
}
# What every webhook tells, in this order; the others can be chosen.
ALWAYS = ("click", "display")
CHOICES = tuple(name for name in NAMES if name not in ALWAYS)


def stats(figures: Figures, start: int, end: int, names: Iterable[str] = NAMES) -> dict[str, int]:
    """The span (seconds since the epoch), then the figures of `names` in their order."""
    return {
        "timeframe_from": start,
        "timeframe_to": end,
        **{name: getattr(figures, NAMES[name]) for name in names},
    }
