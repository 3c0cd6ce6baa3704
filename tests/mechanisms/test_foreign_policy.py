import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.catalogue import STATES, catalogue
from sim.mechanisms.foreign_policy import agenda_share, assent, benefit_behind, hedging, steadiness
from tests.helpers import world_after

share = st.floats(0, 1)
benefit = st.floats(-8, 8)
REACH = catalogue().parameters["foreign_policy.reach"].value
ALONE = ("foreign_policy",)
SRB, ALB, BIH, MKD = (STATES.index(s) for s in ("SRB", "ALB", "BIH", "MKD"))


def aligned(levers=None, quarters=12, initial=None, rooms=ALONE):
    """Mean alignment per state (6,) after some quarters with this room alone."""
    return world_after(quarters, levers, rooms, initial).states.eu_alignment.mean(axis=-1)


class TestAssent:
    @given(share)
    def test_the_benefit_behind_explains_the_assent(self, a):
        assert assent(benefit_behind(a, REACH), REACH) == pytest.approx(a, abs=1e-9)

    @given(benefit, benefit)
    def test_more_benefit_never_means_less_assent(self, x, y):
        assert assent(min(x, y), REACH) <= assent(max(x, y), REACH)

    def test_full_assent_needs_only_a_finite_benefit(self):
        assert np.isfinite(benefit_behind(1.0, REACH))
        assert assent(0.0, REACH) == 0.5


class TestFragility:
    @given(benefit, st.floats(0.05, 0.9), share, share)
    def test_draws_assent_towards_one_half(self, x, f, before, after):
        calm, frail = min(before, after), max(before, after)
        drawn = assent(x * steadiness(f, frail, calm), REACH)
        assert abs(drawn - 0.5) <= abs(assent(x, REACH) - 0.5) + 1e-12

    def test_as_today_changes_nothing(self):
        assert steadiness(0.5, 0.4, 0.4) == 1


class TestHedging:
    @given(st.floats(0, 1.4), st.floats(0.01, 0.2))
    def test_gain_is_concave_in_patrons(self, n, more):
        def gain(m):
            return hedging(m, 0.0, 1.0, 0.5, 0.8)

        assert gain(n + more) - gain(n) >= gain(n + 2 * more) - gain(n + more)

    @given(st.floats(0.01, 2), share, share)
    def test_rivalry_costs(self, n, one, other):
        assert hedging(n, max(one, other), 1.0, 0.5, 0.8) <= hedging(n, min(one, other), 1.0, 0.5, 0.8)

    def test_without_patrons_there_is_nothing_to_gain(self):
        assert hedging(0.0, 1.0, 1.0, 0.5, 0.8) == 0


class TestAgenda:
    @given(share, share, st.floats(-0.5, 0.5))
    def test_rises_with_threat_and_stays_a_share(self, one, other, surprise):
        low, high = (agenda_share(t, 0.06, 0.4, surprise, 0.8) for t in sorted((one, other)))
        assert 0 <= low <= high <= 0.8


class TestAlignment:
    def test_stays_near_the_record_when_nothing_changes(self):
        start = catalogue().variables["states.eu_alignment"].initial["assumed"][2023]
        now = aligned()
        assert now[ALB] == pytest.approx(start["ALB"], abs=0.01)
        assert now[BIH] == pytest.approx(start["BIH"], abs=0.03)
        assert now[SRB] == pytest.approx(0.54, abs=0.03)

    def test_full_alignment_falls_when_the_anchors_weaken(self):
        lost = {f"MKD.{k}": 0.0 for k in ("membership_credibility", "us_influence", "nato_progress")}
        assert aligned(initial=lost)[MKD] < aligned()[MKD] - 0.05

    def test_credibility_moves_alignment(self):
        low, high = (aligned(initial={f"{s}.membership_credibility": c for s in STATES}) for c in (0.1, 0.8))
        assert (high - low >= 0).all()
        assert high.mean() - low.mean() > 0.02

    def test_war_on_the_agenda_lowers_the_rate_of_who_refuses(self):
        moved = aligned({"threats.ukraine_war": 1.0}, rooms=(*ALONE, "burden_sharing")) - aligned(
            {"threats.ukraine_war": 0.2}, rooms=(*ALONE, "burden_sharing")
        )
        assert moved[SRB] < -0.05
        assert moved[SRB] == moved.min()

    def test_fragile_politics_hold_states_nearer_to_the_middle(self):
        frail = {"states.fragility": 0.95}
        rooms = (*ALONE, "stability")
        moved = aligned(frail, quarters=4, rooms=rooms) - aligned(None, quarters=4, rooms=rooms)
        assert (moved[[i for i in range(6) if i != SRB]] < 0).all()
