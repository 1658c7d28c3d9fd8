"""The lift: how many more visits reach a goal with notifications than without, and whether that can be told from chance.

Of each visit is known which arm of the hold-out it is of, and whether a goal was reached in it. With c1 of n1 visits that
were shown notifications and c0 of n0 from which they were held, the rates are p1 = c1 / n1 and p0 = c0 / n0, and the lift
is p1 / p0 - 1.

The interval is that of the ratio p1 / p0 by the logarithm, each count and each number of visits raised by a half, so that it
is there for no conversion too: exp(log r ± z s), with r = ((c1 + ½) / (n1 + ½)) / ((c0 + ½) / (n0 + ½)) and
s² = 1 / (c1 + ½) - 1 / (n1 + ½) + 1 / (c0 + ½) - 1 / (n0 + ½), and z = 1.95996 for 95 %; less 1. It is Walter's (1975), "the
adjusted log interval" in Fagerland, Lydersen and Laake, "Recommended confidence intervals for two independent binomial
proportions", Statistical Methods in Medical Research 24 (2015) 224-254, section 4.2; statsmodels has it as
`confint_proportions_2indep(c1, n1, c0, n0, compare="ratio", method="log-adjusted")`, against which the tests hold this.

The word, and the sample-size rule behind it:

- `not_enough_data` as long as one of the four numbers that chance alone would lead one to expect, conversions and other
  visits of each arm at the rate of both arms together, is below 5 (Cochran's rule, 1954): the interval is none by then.
- `difference` when the interval does not hold 0.
- `no_difference` when it holds 0 though the visits were enough to see a lift of 20 % in four of five trials (a test of 5 %
  with a power of 80 %): 1 / n1 + 1 / n0 <= (0.2 p)² / (7.849 p (1 - p)), with p the rate of both arms together and 7.849 =
  (1.960 + 0.842)², the usual rule for two proportions (Lehr's "16 s² / d²" where the arms are of one size).
- else `not_enough_data`.

Of those who look every day, more than 5 % will see a `difference` at some time that is none: the interval is for one look.

The visits of people are independent in this only about: one person's visits are of one arm, so that a few who come often
count for more than they tell. Visits in which more goals were reached than visits told of themselves count as visits.
"""

from math import exp, log, sqrt
from statistics import NormalDist
from typing import Literal

from msgspec import Struct
from sqlalchemy import Connection

from tidings.domain.days import HOUR_SECONDS
from tidings.records.conversion import HELD, SHOWN
from tidings.storage.goal_sums import firsts_by_arm, visits_by_arm

Verdict = Literal["not_enough_data", "no_difference", "difference"]

LEAST_EXPECTED = 5
# The lift that there have to be enough visits for before it is said that there is none.
WORTH_SEEING = 0.2

_Z = NormalDist().inv_cdf(0.975)
_Z_OF_POWER = NormalDist().inv_cdf(0.8)


class Arm(Struct, frozen=True):
    """Visits, and how many of them reached a goal."""

    visits: int
    converted: int

    @property
    def rate(self) -> float | None:
        """Of visits, how many reached a goal; None of no visit."""
        return self.converted / self.visits if self.visits else None


class Lift(Struct, frozen=True):
    """Both arms; the lift, None where no visit of the held arm reached a goal; its 95 % interval, None without visits."""

    shown: Arm
    held: Arm
    lift: float | None
    interval: tuple[float, float] | None
    verdict: Verdict


def between(connection: Connection, *, application_id: int, start: int, end: int) -> Lift:
    """The lift over the hours that begin from `start` up to `end` (seconds since the epoch)."""
    span = (application_id, -(-start // HOUR_SECONDS), -(-end // HOUR_SECONDS))
    visits, firsts = visits_by_arm(connection, *span), firsts_by_arm(connection, *span)
    shown, held = (
        Arm(max(visits.get(arm, 0), converted), converted)
        for arm in (SHOWN, HELD)
        for converted in [max(0, firsts.get(arm, 0))]
    )
    return lift_of(shown, held)


def lift_of(shown: Arm, held: Arm) -> Lift:
    """The lift of two arms, and what can be said of it."""
    rate, held_rate = shown.rate, held.rate
    lift = None if rate is None or not held_rate else rate / held_rate - 1
    if not shown.visits or not held.visits:
        return Lift(shown, held, lift, None, "not_enough_data")
    interval = _interval(shown, held)
    return Lift(shown, held, lift, interval, _verdict(shown, held, interval))


def _interval(shown: Arm, held: Arm) -> tuple[float, float]:
    c1, n1, c0, n0 = (number + 0.5 for number in (shown.converted, shown.visits, held.converted, held.visits))
    middle = log(c1 / n1) - log(c0 / n0)
    half = _Z * sqrt(1 / c1 - 1 / n1 + 1 / c0 - 1 / n0)
    return exp(middle - half) - 1, exp(middle + half) - 1


def _verdict(shown: Arm, held: Arm, interval: tuple[float, float]) -> Verdict:
    p = (shown.converted + held.converted) / (shown.visits + held.visits)
    if min(shown.visits, held.visits) * min(p, 1 - p) < LEAST_EXPECTED:
        return "not_enough_data"
    low, high = interval
    if low > 0 or high < 0:
        return "difference"
    variance = (_Z + _Z_OF_POWER) ** 2 * p * (1 - p)
    enough = 1 / shown.visits + 1 / held.visits <= (WORTH_SEEING * p) ** 2 / variance
    return "no_difference" if enough else "not_enough_data"
