"""The lift: its interval against statsmodels, and the three words."""

from __future__ import annotations

import importlib
import math
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.domain.lift import Arm, lift_of, visitors_short

ARM = st.integers(1, 200_000).flatmap(lambda number: st.builds(Arm, st.just(number), st.integers(0, number)))


@pytest.fixture(scope="module")
def statsmodels() -> Any:
    """What it says of proportions and power; its import takes seconds, which no other test needs."""
    for name in ("proportion", "power"):
        stats = importlib.import_module(f"statsmodels.stats.{name}")
    return importlib.import_module(stats.__package__ or "")


@given(shown=ARM, held=ARM)
def test_the_interval_is_that_of_statsmodels(statsmodels: Any, shown: Arm, held: Arm) -> None:
    found = lift_of(shown, held)
    low, high = statsmodels.proportion.confint_proportions_2indep(
        shown.converted, shown.visitors, held.converted, held.visitors, compare="ratio", method="log-adjusted"
    )
    assert found.interval is not None
    assert math.isclose(found.interval[0] + 1, low, rel_tol=1e-9)
    assert math.isclose(found.interval[1] + 1, high, rel_tol=1e-9)
    if held.converted:
        assert found.lift is not None
        assert math.isclose(
            found.lift, shown.converted / shown.visitors / (held.converted / held.visitors) - 1, abs_tol=1e-12
        )
    else:
        assert found.lift is None


@given(shown=ARM, held=ARM)
def test_a_difference_is_one_that_the_interval_shows(shown: Arm, held: Arm) -> None:
    found = lift_of(shown, held)
    assert found.interval is not None
    holds_0 = found.interval[0] <= 0 <= found.interval[1]
    assert found.verdict != "difference" or not holds_0
    assert found.verdict != "no_difference" or holds_0


@pytest.mark.parametrize(
    ("shown", "held", "verdict"),
    [
        (Arm(0, 0), Arm(0, 0), "not_enough_data"),
        (Arm(1_000, 100), Arm(0, 0), "not_enough_data"),
        (Arm(0, 0), Arm(1_000, 100), "not_enough_data"),
        (Arm(1, 1), Arm(1, 0), "not_enough_data"),
        # All and none: the numbers are there, whatever the rate.
        (Arm(100, 100), Arm(100, 0), "difference"),
        (Arm(100, 0), Arm(100, 100), "difference"),
        (Arm(100_000, 0), Arm(100_000, 0), "not_enough_data"),
        (Arm(100_000, 100_000), Arm(100_000, 100_000), "not_enough_data"),
        # 4.9 and 5.1 conversions to be expected of the held arm, the interval far from 0 in both.
        (Arm(100_000, 4_000), Arm(122, 15), "not_enough_data"),
        (Arm(100_000, 4_000), Arm(127, 15), "difference"),
        (Arm(9_000, 450), Arm(1_000, 30), "difference"),
        (Arm(9_000, 450), Arm(1_000, 45), "not_enough_data"),
        (Arm(900_000, 45_000), Arm(100_000, 5_000), "no_difference"),
        # Worse with notifications than without is a difference too.
        (Arm(9_000, 270), Arm(1_000, 50), "difference"),
    ],
)
def test_the_word(shown: Arm, held: Arm, verdict: str) -> None:
    assert lift_of(shown, held).verdict == verdict


def test_more_converted_than_counted_says_nothing() -> None:
    """Those who were counted before a short span, and reached a goal within."""
    found = lift_of(Arm(10, 40, 90), Arm(1_000, 30, 2_000))
    assert (found.shown.rate, found.lift, found.interval, found.verdict) == (4.0, None, None, "not_enough_data")
    assert lift_of(Arm(9_000, 450), Arm(20, 21)).verdict == "not_enough_data"


def test_no_visitor_no_rate_and_no_interval() -> None:
    found = lift_of(Arm(0, 0), Arm(10, 1))
    assert (found.shown.rate, found.held.rate, found.lift, found.interval) == (None, 0.1, None, None)


@pytest.mark.parametrize("rate", [0.02, 0.1, 0.4])
@pytest.mark.parametrize("share", [1, 9])
def test_no_difference_is_said_where_the_usual_rule_has_enough_visitors(statsmodels: Any, rate: float, share: int) -> None:
    """The smallest held arm of which it is said, against statsmodels' number of visitors for that power."""
    effect = 0.2 * rate / math.sqrt(rate * (1 - rate))
    needed = statsmodels.power.NormalIndPower().solve_power(effect_size=effect, alpha=0.05, power=0.8, ratio=share)
    for factor, verdict in ((0.98, "not_enough_data"), (1.02, "no_difference")):
        held = round(needed * factor)
        found = lift_of(Arm(held * share, round(held * share * rate)), Arm(held, round(held * rate)))
        assert found.verdict == verdict


def test_of_arms_that_do_not_differ_few_are_called_different() -> None:
    """One look each at 2,000 trials without any effect: about one in twenty is taken in by chance."""
    chance = random.Random(7)

    def arm(visits: int) -> Arm:
        return Arm(visits, sum(chance.random() < 0.05 for _ in range(visits)))

    verdicts = [lift_of(arm(1_800), arm(200)).verdict for _ in range(1_000)]
    assert verdicts.count("difference") < 70


def test_of_visitors_who_come_often_few_arms_are_called_different() -> None:
    """Some people come and buy again and again: of visits, chance alone would often be called a difference."""
    chance = random.Random(11)
    by_visitors = by_visits = 0
    for _ in range(300):
        arms = [[0, 0, 0, 0], [0, 0, 0, 0]]
        for _ in range(1_500):
            arm = arms[chance.random() < 0.2]
            visits = 1 + int(chance.expovariate(1 / 19))
            rate = chance.betavariate(0.2, 1.8)
            bought = sum(chance.random() < rate for _ in range(visits))
            for place, more in enumerate((1, bought > 0, visits, bought)):
                arm[place] += more
        shown, held = arms
        by_visitors += lift_of(Arm(*shown[:3]), Arm(*held[:3])).verdict == "difference"
        by_visits += lift_of(Arm(*shown[2:]), Arm(*held[2:])).verdict == "difference"
    assert by_visitors < 27
    assert by_visits > 100


# -- how many more ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("shown", "held"), [((90, 9), (10, 1)), ((40, 1), (40, 1)), ((1_000, 500), (10, 5))])
def test_as_many_more_as_are_told_are_enough_at_the_same_rates(shown: tuple[int, int], held: tuple[int, int]) -> None:
    found = lift_of(Arm(*shown), Arm(*held))
    assert found.verdict == "not_enough_data"
    short = visitors_short(found)
    assert short
    number = shown[0] + held[0]
    for more, enough in ((short * 1.05 + 40, True), (short * 0.9 - 40, False)):
        times = (number + max(0, more)) / number
        arms = [Arm(round(visitors * times), round(converted * times)) for visitors, converted in (shown, held)]
        assert (lift_of(*arms).verdict != "not_enough_data") == enough


@pytest.mark.parametrize(
    ("shown", "held"), [((0, 0), (9, 1)), ((9, 1), (0, 0)), ((9, 0), (9, 0)), ((9, 9), (9, 9)), ((9, 10), (9, 1))]
)
def test_nobody_can_tell_how_many_more(shown: tuple[int, int], held: tuple[int, int]) -> None:
    assert visitors_short(lift_of(Arm(*shown), Arm(*held))) is None
