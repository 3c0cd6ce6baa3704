import numpy as np
import pytest

from tests.helpers import world_after

WEST = ("transatlantic", "burden_sharing", "alliance")


def decided(levers=None):
    return world_after(1, levers, WEST).eu


@pytest.mark.parametrize(("less", "more"), [
    ({"threats.ukraine_war": 0.2}, {"threats.ukraine_war": 1}),
    ({"initial.eu.fatigue": 0.9}, {"initial.eu.fatigue": 0.1}),
    ({"initial.eu.cohesion": 0.1}, {"initial.eu.cohesion": 0.9}),
    ({"initial.eu.vulnerability": 0.2}, {"initial.eu.vulnerability": 0.8}),
])  # fmt: skip
def test_what_raises_commitment(less, more):
    assert np.all(decided(less).commitment < decided(more).commitment)


@pytest.mark.parametrize(("less", "more"), [
    ({"initial.BIH.crisis": 0}, {"initial.BIH.crisis": 1}),
    ({"threats.ukraine_war": 0}, {"threats.ukraine_war": 1}),
    ({"initial.BIH.stability": 0.6}, {"initial.BIH.stability": 0.2}),
])  # fmt: skip
def test_what_calls_for_troops_in_bosnia(less, more):
    assert np.all(decided(less).desired_eufor < decided(more).desired_eufor)


def test_today_asks_for_about_what_is_there():
    assert decided().desired_eufor.mean() == pytest.approx(1.0, abs=0.15)
