import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.mechanisms.burden_sharing import abandonment, own_defence_effort, share_below
from tests import helpers

WEST = ("transatlantic", "burden_sharing", "alliance")
share = st.floats(0, 1)


def world_after(quarters, levers=None):
    return helpers.world_after(quarters, levers, WEST)


@pytest.fixture(scope="module")
def p():
    return world_after(0).parameters["burden_sharing"]


def mean(levers, name, quarters=16):
    return helpers.value(world_after(quarters, levers), name).mean(axis=-1)


class TestFunctions:
    def test_own_effort_is_one_as_in_2023(self, p):
        assert own_defence_effort(p, p.usual_threat, 0.6, 0.6, p.usual_fatigue) == pytest.approx(1)

    @given(share, share, share)
    def test_own_effort_rises_with_threat_and_falls_with_fatigue(self, p, T, E, F):
        assert np.all(own_defence_effort(p, 1.0, E, 0.6, F) >= own_defence_effort(p, T, E, 0.6, F))
        assert np.all(own_defence_effort(p, T, E, 0.6, 1.0) <= own_defence_effort(p, T, E, 0.6, F))
        assert np.all(own_defence_effort(p, T, E, 0.6, F) >= p.least_effort)

    def test_abandonment_raises_own_effort_in_most_worlds_not_in_all(self, p):
        more = own_defence_effort(p, 0.8, 0.1, 0.6, 0.5) > own_defence_effort(p, 0.8, 0.6, 0.6, 0.5)
        assert 0.6 < more.mean() < 1

    @given(st.floats(0, 8), st.floats(0, 8))
    def test_fewer_allies_fall_short_the_more_is_spent(self, p, a, b):
        low, high = sorted((a, b))
        assert 0 <= share_below(p, high) <= share_below(p, low) <= 1
        assert share_below(p, high, 0.3) <= share_below(p, high)

    def test_the_shortfall_of_the_record(self, p):
        assert share_below(p, 1.34) == pytest.approx(15 / 16, abs=0.05)
        assert share_below(p, 2.055) == pytest.approx(10 / 16, abs=0.05)

    def test_doubt_is_none_today_and_full_when_nothing_is_left(self):
        assert abandonment(0.5, 0.5) == 0
        assert abandonment(0.0, 0.5) == 1


class TestRoom:
    def test_threat_raises_spending_of_large_and_small_allies(self):
        calm, war = (world_after(16, {"threats.ukraine_war": T}) for T in (0.2, 0.9))
        assert np.all(war.region.european_spending > calm.region.european_spending)
        allies = [0, 3, 4]
        assert np.all(war.states.defence_spending[allies].mean(axis=1) > calm.states.defence_spending[allies].mean(axis=1))

    def test_doubts_about_washington_raise_european_spending(self):
        assert mean({"us.engagement": 0}, "region.european_spending") > mean({}, "region.european_spending")

    @pytest.mark.parametrize(
        "levers", [{"nato.european_spending": 2}, {"nato.resilience_counts": True}, {"nato.responsibility_sharing": True}]
    )
    def test_what_eases_grievance(self, levers):
        assert mean(levers, "us.grievance") < mean({}, "us.grievance") - 0.01

    def test_what_feeds_it(self):
        assert mean({"us.administration": "transactional"}, "us.grievance") > mean({}, "us.grievance") + 0.02
