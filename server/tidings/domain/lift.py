"""The lift: how many more visitors reach a goal with notifications than without, and whether that can be told from chance.

Of each visitor is known which arm of the hold-out it is of, and whether it reached a goal since it was counted; a visitor is
counted at the first visit, and again at the first one that begins 30 days later or more. With c1 of n1 visitors who were
shown notifications and c0 of n0 from whom they were held, the rates are p1 = c1 / n1 and p0 = c0 / n0, and the lift is
p1 / p0 - 1. Visits would not do: those of one person are alike, and a few who come often would make chance a difference.

The interval is that of the ratio p1 / p0 by the logarithm, each count and each number of visitors raised by a half, so that
it is there for no conversion too: exp(log r ± z s), with r = ((c1 + ½) / (n1 + ½)) / ((c0 + ½) / (n0 + ½)) and
s² = 1 / (c1 + ½) - 1 / (n1 + ½) + 1 / (c0 + ½) - 1 / (n0 + ½), and z = 1.95996 for 95 %; less 1. It is Walter's (1975), "the
adjusted log interval" in Fagerland, Lydersen and Laake, "Recommended confidence intervals for two independent binomial
proportions", Statistical Methods in Medical Research 24 (2015) 224-254, section 4.2; statsmodels has it as
`confint_proportions_2indep(c1, n1, c0, n0, compare="ratio", method="log-adjusted")`, against which the tests hold this.

The word, and the sample-size rule behind it:

- `not_enough_data` as long as one of the four numbers that chance alone would lead one to expect, converted and other
  visitors of each arm at the rate of both arms together, is below 5 (Cochran's rule, 1954): the interval is none by then.
  And where more are told to have reached a goal than were counted: those who were counted before the span and reached it
  within outweigh what a short span has of its own.
- `difference` when the interval does not hold 0.
- `no_difference` when it holds 0 though the visitors were enough to see a lift of 20 % in four of five trials (a test of 5 %
  with a power of 80 %): 1 / n1 + 1 / n0 <= (0.2 p)² / (7.849 p (1 - p)), with p the rate of both arms together and 7.849 =
  (1.960 + 0.842)², the usual rule for two proportions (Lehr's "16 s² / d²" where the arms are of one size).
- else `not_enough_data`.

Of those who look every day, more than 5 % will see a `difference` at some time that is none: the interval is for one look.

When the share of the hold-out changes, visitors who were counted in one arm move to the other, and the arms are of different
times. So nothing from before the next full hour is compared.
"""

from math import ceil, exp, log, sqrt
from statistics import NormalDist
from typing import Literal

import msgspec
from msgspec import Struct
from sqlalchemy import Connection

from tidings.domain.applications import retrieve
from tidings.domain.days import HOUR_SECONDS
from tidings.records.conversion import HELD, SHOWN
from tidings.storage.goal_stretches import firsts_by_arm
from tidings.storage.goal_sums import visits_by_arm

Verdict = Literal["not_enough_data", "no_difference", "difference"]

LEAST_EXPECTED = 5
ARMS = (SHOWN, HELD)
# The lift that there have to be enough visitors for before it is said that there is none.
WORTH_SEEING = 0.2

_Z = NormalDist().inv_cdf(0.975)
_Z_OF_POWER = NormalDist().inv_cdf(0.8)


class Arm(Struct, frozen=True):
    """Visitors, and how many of them reached a goal; their visits beside."""

    visitors: int
    converted: int
    visits: int = 0

    @property
    def rate(self) -> float | None:
        """Of visitors, how many reached a goal; None of no visitor. Above 1 where they were counted before the span."""
        return self.converted / self.visitors if self.visitors else None


class Lift(Struct, frozen=True):
    """Both arms; the lift and its 95 % interval, None where they can not be told.

    No lift: there is no visitor of one arm, nobody of the held arm reached a goal, or more reached one than were counted.
    `start`: from when (seconds since the epoch) it is told.
    """

    shown: Arm
    held: Arm
    lift: float | None
    interval: tuple[float, float] | None
    verdict: Verdict
    start: int = 0


def between(connection: Connection, *, application_id: int, start: int, end: int) -> Lift:
    """The lift over the hours that begin from `start` up to `end` (seconds since the epoch).

    Not before the hour after the share of the hold-out last changed, which may lie after `end`. Raises NotFound.
    """
    changed = retrieve(connection, application_id).display.holdout_changed_at
    start = max(start, -(-changed // HOUR_SECONDS) * HOUR_SECONDS)
    span = (application_id, -(-start // HOUR_SECONDS), -(-end // HOUR_SECONDS))
    visits, firsts = visits_by_arm(connection, *span), firsts_by_arm(connection, *span)
    arms = [Arm(visitors, firsts.get(arm, 0), number) for arm in ARMS for number, visitors in [visits.get(arm, (0, 0))]]
    return msgspec.structs.replace(lift_of(*arms), start=start)


def visitors_short(found: Lift) -> int | None:
    """About how many more visitors, of both arms together, `not_enough_data` waits for; None where nobody can tell.

    At the rate of both arms together and the share of the hold-out so far, by the rules above.
    """
    shown, held = found.shown, found.held
    if not shown.visitors or not held.visitors or any(arm.converted > arm.visitors for arm in (shown, held)):
        return None
    number = shown.visitors + held.visitors
    p = (shown.converted + held.converted) / number
    if not 0 < p < 1:
        return None
    shares = (shown.visitors / number, held.visitors / number)
    expected = LEAST_EXPECTED / (min(shares) * min(p, 1 - p))
    power = sum(1 / share for share in shares) * (_Z + _Z_OF_POWER) ** 2 * (1 - p) / (WORTH_SEEING**2 * p)
    return max(0, ceil(max(expected, power)) - number)


def lift_of(shown: Arm, held: Arm) -> Lift:
    """The lift of two arms, and what can be said of it."""
    if any(not arm.visitors or arm.converted > arm.visitors for arm in (shown, held)):
        return Lift(shown, held, None, None, "not_enough_data")
    rate, held_rate = shown.converted / shown.visitors, held.converted / held.visitors
    lift = rate / held_rate - 1 if held_rate else None
    interval = _interval(shown, held)
    return Lift(shown, held, lift, interval, _verdict(shown, held, interval))


def _interval(shown: Arm, held: Arm) -> tuple[float, float]:
    c1, n1, c0, n0 = (number + 0.5 for number in (shown.converted, shown.visitors, held.converted, held.visitors))
    middle = log(c1 / n1) - log(c0 / n0)
    half = _Z * sqrt(1 / c1 - 1 / n1 + 1 / c0 - 1 / n0)
    return exp(middle - half) - 1, exp(middle + half) - 1


def _verdict(shown: Arm, held: Arm, interval: tuple[float, float]) -> Verdict:
    p = (shown.converted + held.converted) / (shown.visitors + held.visitors)
    if min(shown.visitors, held.visitors) * min(p, 1 - p) < LEAST_EXPECTED:
        return "not_enough_data"
    low, high = interval
    if low > 0 or high < 0:
        return "difference"
    variance = (_Z + _Z_OF_POWER) ** 2 * p * (1 - p)
    enough = 1 / shown.visitors + 1 / held.visitors <= (WORTH_SEEING * p) ** 2 / variance
    return "no_difference" if enough else "not_enough_data"
