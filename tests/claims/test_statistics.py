"""Reductions and verdicts on arrays made by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.claims.statistics import (
    Estimate,
    interaction,
    judge,
    mean_difference,
    share_as_expected,
    slope_per_year,
    smallest_lead,
    spread_difference,
)


def estimate(effect, low, high, per_world=(1.0, 1.0, 1.0)):
    return Estimate(effect, (low, high), np.asarray(per_world))


def test_the_slope_is_per_year_and_keeps_further_axes():
    quarters = np.arange(9)[:, None, None]
    rates = np.array([[0.5, -1.0], [0.0, 2.0]])
    values = 3.0 + quarters / 4 * rates
    assert np.allclose(slope_per_year(values), rates)


def test_the_slope_is_that_of_least_squares():
    values = np.array([1.0, 3.0, 2.0, 5.0, 4.0])[:, None]
    assert slope_per_year(values)[0] == pytest.approx(np.polyfit(np.arange(5) / 4, values[:, 0], 1)[0])


def test_the_mean_of_a_constant_difference_has_no_spread():
    found = mean_difference(np.full(50, 0.25))
    assert found.effect == 0.25
    assert found.interval == pytest.approx((0.25, 0.25))


def test_the_interval_of_a_mean_is_close_to_the_normal_one():
    values = np.random.default_rng(0).normal(1.0, 2.0, 2000)
    low, high = mean_difference(values).interval
    error = 1.96 * values.std() / np.sqrt(values.size)
    assert low == pytest.approx(values.mean() - error, abs=0.02)
    assert high == pytest.approx(values.mean() + error, abs=0.02)


def test_an_interaction_is_what_two_do_beyond_each():
    base, a, b, both = np.zeros(4), np.full(4, 1.0), np.full(4, 2.0), np.full(4, 3.5)
    assert interaction(both, a, b, base).effect == pytest.approx(0.5)


def test_the_spread_is_the_difference_of_standard_deviations():
    rng = np.random.default_rng(1)
    narrow, wide = rng.normal(5, 1, 3000), rng.normal(-2, 3, 3000)
    found = spread_difference(narrow, wide)
    assert found.effect == pytest.approx(wide.std(ddof=1) - narrow.std(ddof=1))
    assert found.interval[0] < found.effect < found.interval[1]
    assert found.interval[1] - found.interval[0] < 0.4
    assert share_as_expected(found.per_world, "increase", 0.0) > 2 / 3


def test_the_spread_of_one_world_is_none():
    assert spread_difference(np.ones(1), np.zeros(1)).effect == 0.0


def test_the_smallest_lead_is_of_the_means():
    values = np.array([[3.0, 1.0], [2.0, 2.0], [1.0, 0.0], [0.0, 1.5]])
    found = smallest_lead(values, above=[0, 1], below=[2, 3])
    assert found.effect == pytest.approx(2.0 - 0.75)
    assert found.per_world.tolist() == [1.0, -0.5]


def test_the_interval_of_a_lead_takes_the_minimum_in_every_draw():
    rng = np.random.default_rng(2)
    values = np.stack([rng.normal(1.0, 1, 500), rng.normal(1.0, 1, 500), rng.normal(0.0, 1, 500)])
    found = smallest_lead(values, above=[0, 1], below=[2])
    assert found.interval[0] < found.effect < found.interval[1]
    assert found.interval[1] < 1.2


def test_the_share_counts_only_worlds_that_differ():
    assert share_as_expected(np.array([0.0, 0.0, 1.0, 1.0, -1.0]), "increase", 0.0) == pytest.approx(2 / 3)
    assert share_as_expected(np.array([0.0, 0.0, 1.0, 1.0, -1.0]), "decrease", 0.0) == pytest.approx(1 / 3)
    assert share_as_expected(np.zeros(5), "increase", 0.0) is None
    assert share_as_expected(np.array([0.0, 0.02, -0.005]), "none", 0.01) == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("expect", "margin", "low", "high", "verdict"),
    [
        ("increase", 0.01, 0.02, 0.04, "holds"),
        ("increase", 0.01, 0.005, 0.04, "undecided"),
        ("increase", 0.01, 0.002, 0.008, "fails"),
        ("increase", 0.0, -0.02, -0.01, "fails"),
        ("increase", 0.0, 0.0, 0.0, "undecided"),
        ("decrease", 0.01, -0.04, -0.02, "holds"),
        ("decrease", 0.01, -0.04, -0.005, "undecided"),
        ("decrease", 0.01, -0.005, 0.005, "fails"),
        ("none", 0.01, -0.005, 0.005, "holds"),
        ("none", 0.01, -0.02, 0.005, "undecided"),
        ("none", 0.01, 0.02, 0.03, "fails"),
        ("none", 0.01, -0.03, -0.02, "fails"),
    ],
)
def test_verdicts_by_interval(expect, margin, low, high, verdict):
    sign = -1.0 if expect == "decrease" else 1.0
    found = judge(estimate((low + high) / 2, low, high, [sign] * 3), expect, margin, by_sign=True)
    assert found.verdict == verdict
    assert found.reason


def test_reasons_name_the_margin_on_the_expected_side():
    crossing = estimate(0.0, -0.1, 0.1, [0.1, -0.1])
    reasons = {(e, m): judge(crossing, e, m, by_sign=True).reason for e in ("increase", "decrease") for m in (0.0, 0.05)}
    assert reasons["increase", 0.0] == reasons["decrease", 0.0] == "the interval crosses 0"
    assert reasons["decrease", 0.05] == "the interval crosses -0.05"


def test_a_mean_needs_two_thirds_of_the_worlds():
    split = [3.0, 3.0, -1.0, -1.0]
    assert judge(estimate(1.0, 0.5, 1.5, split), "increase", 0.0, by_sign=True).verdict == "undecided"
    assert judge(estimate(1.0, 0.5, 1.5, split), "increase", 0.0, by_sign=False).verdict == "holds"
    assert judge(estimate(1.0, 0.5, 1.5, [3.0, 3.0, -1.0]), "increase", 0.0, by_sign=True).verdict == "holds"


def test_an_equivalence_needs_no_sign():
    assert judge(estimate(0.0, -0.001, 0.001, [1.0, -1.0]), "none", 0.01, by_sign=True).verdict == "holds"


@pytest.mark.parametrize(
    ("mediated", "verdict"), [(0.0, "holds"), (0.05, "holds"), (0.051, "fails"), (-0.04, "holds"), (-0.2, "fails"), (None, "holds")]
)
def test_an_effect_must_travel_by_its_mediator(mediated, verdict):
    found = judge(estimate(0.1, 0.08, 0.12), "increase", 0.01, by_sign=True, mediated=mediated)
    assert found.verdict == verdict
    assert found.mediated_effect == mediated


def test_without_an_effect_there_is_nothing_to_mediate():
    found = judge(estimate(0.0, 0.0, 0.0, [0.0, 0.0]), "increase", 0.0, by_sign=True, mediated=0.0)
    assert found.verdict == "undecided"
    assert "do not differ" in found.reason


@given(st.lists(st.floats(-1, 1), min_size=2, max_size=40), st.floats(0, 0.2))
def test_no_arrays_both_hold_and_hold_the_opposite(values, margin):
    found = mean_difference(np.asarray(values))
    up, down = (judge(found, expect, margin, by_sign=True).verdict for expect in ("increase", "decrease"))
    assert (up, down) != ("holds", "holds")
    if up == "holds":
        assert down == "fails"
