import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.catalogue import STATES, catalogue
from sim.mechanisms.capability import forces, hybrid_means, procurement, returns
from tests.helpers import value, world_after

share = st.floats(0, 1)
inner = st.floats(0.05, 0.95)
ALONE = ("capability", "burden_sharing")


def after(levers=None, quarters=12, rooms=ALONE):
    return world_after(quarters, levers, rooms)


def moved(name, levers, **more):
    """Mean difference that some levers make to a variable, per state or alone."""
    return np.mean(value(after(levers, **more), name) - value(after(**more), name), axis=-1)


class TestForces:
    @given(q=st.floats(0.05, 1), a=inner)
    def test_nothing_comes_of_training_or_materiel_alone(self, q, a):
        assert forces(0.0, q, a) == 0
        assert forces(1.0, q, a) == 0

    @given(q=st.floats(0.05, 1), a=inner)
    def test_the_best_split_lies_inside_and_is_the_only_peak(self, q, a):
        t = np.linspace(0, 1, 401)
        slope = np.sign(np.diff(forces(t, q, a)))
        best = forces(t, q, a).argmax()
        assert 0 < best < 400
        assert (slope[:best] >= 0).all()
        assert (slope[best:] <= 0).all()

    @given(q=st.floats(0.05, 1), a=inner)
    def test_the_best_split_is_where_the_equation_says(self, q, a):
        odds = np.sqrt(a * q / (1 - a))
        best = odds / (1 + odds)
        for other in (best - 0.02, best + 0.02):
            assert forces(best, q, a) >= forces(np.clip(other, 0, 1), q, a)

    def test_a_worse_fleet_moves_the_best_split_to_equipment(self):
        t = np.linspace(0, 1, 401)
        assert forces(t, 0.3, 0.5).argmax() < forces(t, 0.9, 0.5).argmax()


class TestProcurement:
    @given(share, share, share, inner)
    def test_joint_buying_never_costs_and_legacy_never_helps(self, j, l, h, k):
        assert procurement(k, 1, 0.5, l, 0.5, h) >= procurement(k, j, 0.5, l, 0.5, h) >= procurement(k, 0, 0.5, l, 0.5, h)
        assert procurement(k, j, 0.5, 1, 0.5, h) <= procurement(k, j, 0.5, l, 0.5, h)

    @given(inner)
    def test_the_first_share_bought_jointly_saves_most(self, k):
        at = [procurement(k, j, 0, 0, 0, 0) for j in (0, 0.5, 1)]
        assert at[1] - at[0] > at[2] - at[1]
        assert at[2] - at[0] == pytest.approx(k)


class TestReturns:
    @given(st.floats(0, 50), st.floats(0.2, 5))
    def test_falling_returns_with_a_ceiling(self, x, b):
        assert returns(1.0, b) == pytest.approx(1)
        assert 0 <= returns(x, b) <= 1 + b
        assert returns(x + 1, b) - returns(x, b) >= returns(x + 2, b) - returns(x + 1, b) - 1e-12

    @given(share, share, share)
    def test_hybrid_means_grow_with_their_share(self, t, h, q):
        assert hybrid_means(1.0, q, t, 1, 0.15) >= hybrid_means(1.0, q, t, h, 0.15) >= 0


class TestRoom:
    def test_nothing_moves_while_nothing_differs_from_today(self):
        world = after(rooms=["capability"])
        assert np.allclose(world.states.readiness, world.today("states.readiness"), atol=1e-9)
        assert np.allclose(world.region.defence_convergence, world.today("region.defence_convergence"), atol=1e-9)

    def test_a_bigger_budget_and_a_smaller_one(self):
        assert (moved("states.readiness", {"states.defence_budget": 1.5}) > 0.003).all()
        assert (moved("states.readiness", {"states.defence_budget": 0.7}) < -0.002).all()

    def test_the_same_budget_bought_jointly_or_on_old_equipment(self):
        assert (moved("states.readiness", {"formats.joint_procurement": 0.6}) > 0).all()
        assert (moved("states.readiness", {"states.legacy_equipment": 0.9}) < 0).all()

    def test_hybrid_materiel_costs_conventional_readiness_and_yields_means(self):
        assert (moved("states.readiness", {"formats.hybrid_share": 0.6}) < 0).all()
        assert (moved("states.hybrid_kit", {"formats.hybrid_share": 0.6}) > 0).all()

    def test_access_helps_those_inside_and_kosovo_only_where_all_recognise_it(self):
        gain = moved("states.readiness", {"eu.defence_access": list(STATES)})
        assert (np.delete(gain, [STATES.index("XKX"), STATES.index("SRB")]) > 0).all()
        assert gain[STATES.index("XKX")] == pytest.approx(0, abs=1e-12)
        assert gain[STATES.index("SRB")] == pytest.approx(0, abs=1e-12)  # Serbia is inside today

    def test_a_member_is_inside_without_an_invitation(self):
        world = world_after(4, None, ["capability"], {"ALB.accession": 1.0})
        assert (world.states.readiness[STATES.index("ALB")] > world.today("states.readiness")[STATES.index("ALB")]).all()

    def test_access_does_not_buy_alignment(self):
        with_access = after({"eu.defence_access": ["SRB"]}, 8, None).states.eu_alignment[STATES.index("SRB")]
        without = after({"eu.defence_access": []}, 8, None).states.eu_alignment[STATES.index("SRB")]
        assert np.mean(with_access - without) == pytest.approx(0, abs=0.003)

    def test_convergence_follows_the_course_of_the_candidates(self):
        world = after({f"clamp.{s}.eu_alignment": 0.2 for s in STATES})
        assert (world.region.defence_convergence < after().region.defence_convergence).all()

    def test_members_converge(self):
        assert (moved("region.defence_convergence", {f"initial.{s}.accession": 1.0 for s in STATES}) > 0.05).all()

    def test_signals_are_the_levers(self):
        world = after({"nato.eu_synchronisation": 0.8, "eu.participation": 0.7, "states.SRB.legacy_equipment": 0.1}, 1)
        assert (world.nato.synchronised == 0.8).all()
        assert (world.eu.participation_offered == 0.7).all()
        assert (world.states.obsolescence[STATES.index("SRB")] == 0.1).all()
        assert (world.states.budget == catalogue().levers["states.defence_budget"].default).all()
