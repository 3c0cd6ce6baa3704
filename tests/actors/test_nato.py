import numpy as np
import pytest

from tests.helpers import world_after

WEST = ("transatlantic", "burden_sharing", "alliance")


def desired(levers=None):
    return world_after(1, levers, WEST).nato.desired_kfor


@pytest.mark.parametrize(("less", "more"), [
    ({"initial.kosovo_serbia.tension": 0.2}, {"initial.kosovo_serbia.tension": 0.8}),
    ({"initial.kosovo_serbia.crisis": 0}, {"initial.kosovo_serbia.crisis": 1}),
    ({"initial.XKX.stability": 0.6}, {"initial.XKX.stability": 0.3}),
    ({"eu.security_ownership": 1}, {"eu.security_ownership": 0}),
])  # fmt: skip
def test_what_calls_for_troops_in_kosovo(less, more):
    assert np.all(desired(less) < desired(more))


def test_today_asks_for_about_what_is_there():
    assert desired().mean() == pytest.approx(4.8, abs=0.3)
