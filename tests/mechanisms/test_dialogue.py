import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.catalogue import STATES
from sim.mechanisms.dialogue import clarity_of_text, crisis_chance, enforcement
from sim.mechanisms.mediation import mediation
from tests.helpers import world_after, world_of

share = st.floats(0, 1)
inner = st.floats(0.05, 0.95)
SRB = STATES.index("SRB")


ALONE = ("dialogue", "secession")


def after(levers=None, quarters=16, rooms=ALONE):
    return world_after(quarters, levers, rooms)


@pytest.fixture(scope="module")
def usual():
    return after()


class TestFunctions:
    @given(share, inner, inner)
    def test_the_us_matters_more_where_the_eu_fails(self, weak, us, more):
        strong = weak + (1 - weak) / 2
        gain = [mediation(eu, us + (1 - us) * more) - mediation(eu, us) for eu in (weak, strong)]
        assert gain[0] >= gain[1] - 1e-12

    @given(share, share, share)
    def test_only_a_visible_breach_is_charged(self, cost, bound, visible):
        assert enforcement(cost, 0.0, visible) <= enforcement(cost, bound, visible) + 1e-12 <= cost + 2e-12
        assert enforcement(0.0, bound, visible) == 0

    @given(share, share, share)
    def test_an_ad_hoc_text_binds_no_more_than_a_prepared_one(self, clarity, ad_hoc, shallow):
        assert 0 <= clarity_of_text(clarity, ad_hoc, shallow) <= clarity

    @given(inner, inner, inner)
    def test_crises_are_likelier_with_tension_and_never_certain(self, a, b, rate):
        assert 0 <= crisis_chance(min(a, b), rate) <= crisis_chance(max(a, b), rate) < 1
        assert crisis_chance(0.0, rate) == 0


class TestRoom:
    def test_costs_and_clear_texts_make_the_two_comply(self, usual):
        base = usual.kosovo_serbia.compliance.mean()
        assert after({"dialogue.noncompliance_cost": 1}).kosovo_serbia.compliance.mean() > base + 0.1
        assert after({"dialogue.legal_clarity": 1}).kosovo_serbia.compliance.mean() > base + 0.05

    def test_a_cost_bites_more_under_a_clear_text(self, usual):
        def gain(clarity):
            low, high = (after({"dialogue.legal_clarity": clarity, "dialogue.noncompliance_cost": c}) for c in (0.0, 1.0))
            return (high.kosovo_serbia.compliance - low.kosovo_serbia.compliance).mean()

        assert gain(1.0) > gain(0.0)

    def test_unilateral_steps_and_kin_support_heat_the_quarrel(self, usual):
        for lever in ("kosovo.unilateralism", "serbia.kin_support"):
            assert after({lever: 2}).kosovo_serbia.tension.mean() > usual.kosovo_serbia.tension.mean() + 0.02
            assert after({lever: 0}).kosovo_serbia.tension.mean() < usual.kosovo_serbia.tension.mean() - 0.02

    def test_tolerated_autocrats_bring_calm_first_and_stall_normalisation(self):
        early = [after({"eu.tolerance_of_autocracy": t}, quarters=4, rooms=None).kosovo_serbia for t in (0.0, 1.0)]
        assert early[1].tension.mean() < early[0].tension.mean()
        late = [after({"eu.tolerance_of_autocracy": t}, quarters=40, rooms=None).kosovo_serbia for t in (0.0, 1.0)]
        assert late[1].tension.mean() > late[0].tension.mean()
        assert late[1].normalisation.mean() < late[0].normalisation.mean()

    def test_spoilers_shrink_under_sanctions_costs_and_cooperation(self, usual):
        for levers in (
            {"us.sanctions_on_spoilers": 1},
            {"dialogue.noncompliance_cost": 1},
            {"clamp.regional.cooperation": 0.8},
        ):
            assert after(levers).region.spoilers.mean() < usual.region.spoilers.mean()

    def test_joint_leverage_deters_spoilers(self, usual):
        assert after({"clamp.western_leverage": 0.7}).region.spoilers.mean() < usual.region.spoilers.mean() - 0.02

    def test_incidents_are_larger_where_washington_is_unpredictable(self):
        paths = [after({"clamp.us.predictability": q, "parameters.dialogue.crisis_rate": 0.0}).kosovo_serbia.tension for q in (1.0, 0.1)]
        assert paths[1].std() > paths[0].std()

    def test_a_forced_crisis_stands_in_its_quarter_everywhere_and_ends_some_day(self):
        world, stands = world_of({"force.crisis.kosovo_serbia": "2026Q1"}), []
        for _ in range(world.quarters):
            world.step()
            stands.append(world.kosovo_serbia.crisis > 0)
        assert stands[8].all()
        assert np.any(~np.array(stands[9:]), axis=0).all()

    def test_a_forced_agreement_happens_and_moves_the_text(self):
        world = world_after(1, {"force.agreement.kosovo_serbia": "2024Q2", "dialogue.legal_clarity": 1.0})
        before = np.array(world.kosovo_serbia.bindingness)
        world.step()
        assert (world.kosovo_serbia.agreement == 1).all()
        assert (world.kosovo_serbia.bindingness > before + 0.2).all()

    def test_every_crisis_has_an_actor_and_a_reason(self, usual):
        crises = [o for o in usual.occurrences if o.event == "crisis.kosovo_serbia"]
        assert crises
        assert {o.actor for o in crises} <= {"SRB", "XKX"}
        assert all(o.because and o.target != o.actor for o in crises)
