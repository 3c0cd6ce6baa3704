import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.catalogue import STATES
from sim.mechanisms.stability import crisis_chance, end_chance
from sim.mechanisms.unrest import base_unrest, contagion, war_unrest
from tests.helpers import world_after, world_of

share = st.floats(0, 1)
inner = st.floats(0.05, 0.95)
ALB, BIH, XKX, MNE, MKD, SRB = range(len(STATES))


ALONE = ("stability", "dialogue")


def after(levers=None, quarters=16, rooms=ALONE):
    return world_after(quarters, levers, rooms)


@pytest.fixture(scope="module")
def usual():
    return after()


class P:
    war_weight, ownership_shields, commitment_shields = 0.25, 0.4, 0.4


class TestFunctions:
    @given(share, share, inner, inner)
    def test_fragility_and_division_add_up(self, f, d, a, b):
        assert base_unrest(0, 0, a, b) == 0
        assert base_unrest(f, d, a, b) <= base_unrest(1, 1, a, b)

    def test_nobody_catches_a_crisis_from_himself_or_from_strangers(self):
        crisis = np.zeros((6, 1))
        crisis[SRB] = 1
        serbs = np.array([[0], [0.8], [0.5], [0.6], [0], [1.0]])
        caught = contagion(crisis, serbs)[:, 0]
        assert caught[SRB] == 0
        assert caught[ALB] == caught[MKD] == 0
        assert caught[BIH] > caught[MNE] > caught[XKX] > 0

    @given(share, share, share, inner)
    def test_european_effort_is_worth_more_in_war(self, low, high, commitment, threat):
        little, much = min(low, high), max(low, high)

        def worth(w):
            return war_unrest(w, little, commitment, P) - war_unrest(w, much, commitment, P)

        assert worth(1.0) >= worth(threat) >= 0

    @given(share, share, inner)
    def test_crises_are_likelier_with_unrest(self, a, b, rate):
        assert 0 <= crisis_chance(min(a, b), rate) <= crisis_chance(max(a, b), rate) < 1

    @given(share, st.floats(0.2, 3), st.floats(0, 0.9))
    def test_every_crisis_can_end(self, unrest, rate, prolongs):
        assert end_chance(unrest, rate, prolongs) > 0.01


class TestRoom:
    def test_the_hotspots_of_2023(self, usual):
        unrest = usual.states.unrest.mean(axis=1)
        assert min(unrest[[BIH, XKX]]) > unrest[MNE] > unrest[ALB]

    def test_2024_starts_out_falling(self):
        start, end = (after(quarters=q, rooms=None).states.stability.mean() for q in (0, 4))
        assert end < start

    def test_fragile_states_are_less_stable(self, usual):
        worse = after({"states.fragility": 0.9})
        assert (worse.states.stability.mean(axis=1) < usual.states.stability.mean(axis=1)).all()
        assert worse.states.crisis.mean() > usual.states.crisis.mean()

    def test_troops_calm_where_they_stand(self):
        none, more = (after({"nato.presence_response": r}, quarters=24, rooms=None).states.stability.mean(axis=1) for r in (0.0, 2.5))
        gain = more - none
        assert min(gain[[BIH, XKX]]) > max(gain[[ALB, MNE, MKD]])

    def test_kosovo_is_in_crisis_when_the_dialogue_is(self):
        world = world_of({"force.crisis.kosovo_serbia": "2025Q3"})
        for _ in range(24):
            world.step()
            assert (world.states.crisis[XKX] >= world.kosovo_serbia.crisis).all()

    def test_no_crisis_is_endless(self):
        world = world_of({"states.fragility": 1, "states.division": 1, "force.crisis.MNE": "2024Q1"})
        seen = []
        for _ in range(world.quarters):
            world.step()
            seen.append(world.states.crisis > 0)
        assert seen[0][MNE].all()
        assert np.any(~np.array(seen), axis=0).all()

    def test_a_crisis_costs_stability_and_income(self, usual):
        forced = after({"force.crisis.ALB": ["2024Q1", "2024Q3", "2025Q1", "2025Q3", "2026Q1", "2026Q3"]})
        assert (forced.states.stability - usual.states.stability)[ALB].mean() < -0.01
        assert (forced.states.prosperity - usual.states.prosperity)[ALB].mean() < 0

    def test_incomes_catch_up_and_money_needs_rules_that_are_believed(self, usual):
        assert (usual.states.prosperity.mean(axis=1) > usual.today("states.prosperity")[:, 0]).all()
        gains = []
        for belief in (0.1, 0.9):
            held = {"clamp.eu.credibility": belief}
            more, less = (after(held | {"eu.funding": f}, rooms=None).states.prosperity.mean() for f in (2, 1))
            gains.append(more - less)
        assert gains[1] > 2 * gains[0] > 0

    def test_convergence_calms_and_mobility_lets_incomes_catch_up(self, usual):
        assert (after({"clamp.defence_convergence": 0.8}).states.unrest < usual.states.unrest).mean() > 0.95
        assert (after({"clamp.regional.mobility": 0.8}).states.prosperity > usual.states.prosperity).mean() > 0.95

    def test_chinese_projects_add_income_while_they_last_and_debt_takes_it_back(self):
        def income(levers, quarters):
            world = world_of(levers, (*ALONE, "outside_powers"), end="2044Q4")
            path = [np.array(world.states.prosperity) for _ in range(quarters) if world.step() is None]
            return np.array(path).mean(axis=2)

        surge = {"china.investment": {"2024Q1": 3, "2028Q1": 1}}
        gain = income(surge, 72) - income({}, 72)
        assert gain[15, SRB] > gain[15, MNE] > gain[15, XKX] - 1e-6
        assert gain[15, SRB] > 0.002
        peak = gain[:, MNE].max()
        assert gain[-1, MNE] < peak - 0.0005
