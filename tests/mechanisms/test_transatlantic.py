import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.mechanisms.eu_posture import breadth
from sim.mechanisms.transatlantic import attention, commitment, credible_reward, joint_leverage, prioritised, reliability
from tests import helpers

WEST = ("transatlantic", "burden_sharing", "alliance")
share = st.floats(0, 1)


def world_after(quarters, levers=None, **more):
    return helpers.world_after(quarters, levers, WEST, **more)


@pytest.fixture(scope="module")
def p():
    return world_after(0).parameters["transatlantic"]


@pytest.fixture(scope="module")
def arms():
    levers = {"us.later_elections": "same"}
    return [world_after(20, levers | {"us.administration": word}) for word in ("continuity", "transactional")]


class TestFunctions:
    @given(share, share, share)
    def test_reliability_rises_with_both_and_never_exceeds_engagement(self, p, e, q, r):
        low, high = sorted((q, r))
        assert reliability(p, e, low) <= reliability(p, e, high) <= e + 1e-12

    @given(share, share)
    def test_acting_together_adds_only_where_both_act(self, p, E, U):
        assert np.all(joint_leverage(p, E, U, 1) >= joint_leverage(p, E, U, 0))
        assert np.allclose(joint_leverage(p, E, 0, 1), joint_leverage(p, E, 0, 0))

    def test_the_two_sides_are_complements_only_where_they_act_together(self, p):
        def interaction(c):
            L = {(E, U): joint_leverage(p, E, U, c) for E in (0.3, 0.6) for U in (0.2, 0.5)}
            return L[0.6, 0.5] - L[0.6, 0.2] - L[0.3, 0.5] + L[0.3, 0.2]

        assert np.all(interaction(0.6) > 0)
        assert np.allclose(interaction(0.0), 0, atol=1e-7)

    @given(share, st.floats(0, 2), st.floats(0, 2))
    def test_priority_scales_attention_within_bounds(self, a, m, n):
        low, high = sorted((m, n))
        assert 0 <= prioritised(a, low) <= prioritised(a, high) + 1e-12
        assert prioritised(a, high) <= 1 + 1e-12
        assert prioritised(a, 1.0) == pytest.approx(a)
        assert prioritised(a, 0.0) == 0

    def test_grievance_lowers_attention_and_crises_raise_it(self, p):
        assert np.all(attention(p, 0.6, 0, 0.2, 0, 0) < attention(p, 0.6, 0, 0, 0, 0))
        assert np.all(attention(p, 0.6, 0, 0, 1, 0) > attention(p, 0.6, 0, 0, 0, 0))

    def test_alarm_raises_and_weariness_lowers_commitment(self, p):
        assert commitment(p, 0.5, 0.3, 0, 0) > commitment(p, 0.5, 0, 0, 0) > commitment(p, 0.5, 0, 0, 0.3)

    @given(share, st.floats(0, 3))
    def test_money_works_through_credibility(self, p, C, money):
        assert credible_reward(p, 0.0, money) == 0
        assert credible_reward(p, C, 1.0) == pytest.approx(C)

    @given(st.lists(share, min_size=6, max_size=6))
    def test_an_even_advance_counts_most_at_the_same_mean(self, values):
        a = np.array(values)[:, None]
        even = np.full_like(a, a.mean())
        assert breadth(a)[0] <= breadth(even)[0] + 1e-9
        assert breadth(even)[0] == pytest.approx(a.mean())


class TestRoom:
    def test_a_transactional_administration_costs_predictability_and_alignment(self, arms):
        steady, transactional = arms
        assert np.all(transactional.us.predictability < steady.us.predictability)
        assert np.all(transactional.transatlantic.alignment < steady.transatlantic.alignment)

    def test_and_makes_engagement_uncertain(self, arms):
        steady, transactional = arms
        assert transactional.us.engagement.std() > steady.us.engagement.std()

    def test_later_elections_are_drawn_half_and_half_and_alike_in_both_arms(self):
        a, b = (world_after(22, {"us.administration": word}, blocks=(0, 1)) for word in ("continuity", "transactional"))
        assert np.array_equal(a.us.transactional, b.us.transactional)
        assert 0.3 < a.us.transactional.mean() < 0.7

    def test_a_forced_withdrawal_holds(self):
        world = world_after(12, {"force.us_withdrawal": "2024Q3", "us.later_elections": "continuity"})
        assert np.all(world.us.withdrawn == 1)
        assert np.all(world.us.engagement < 0.1)
        assert [o.event for o in world.occurrences].count("us_withdrawal") == 1

    def test_deal_style_beats_the_administration(self):
        world = world_after(1, {"us.deal_style": "ad_hoc"})
        assert np.all(world.us.ad_hoc == 1)

    def test_us_disengagement_costs_leverage_and_raises_the_unions_interest(self):
        today, gone = world_after(20), world_after(20, {"us.engagement": 0})
        assert gone.region.western_leverage.mean() < today.region.western_leverage.mean() - 0.05
        assert gone.eu.defence_interest.mean() > today.eu.defence_interest.mean()

    def test_own_effort_is_an_effort_not_a_share(self):
        assert np.array_equal(world_after(8, {"us.engagement": 0}).eu.security_effort, world_after(8).eu.security_effort)
