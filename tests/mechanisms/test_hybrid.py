import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.catalogue import STATES
from sim.mechanisms.hybrid import assistance, nonstate_pressure, open_door, state_pressure
from tests.helpers import value, world_after

share = st.floats(0, 1)
ALONE = ("capability", "formats", "hybrid")


def after(levers=None, quarters=12):
    return world_after(quarters, levers, ALONE)


def moved(name, levers, **more):
    return np.mean(value(after(levers, **more), name) - value(after(**more), name), axis=-1)


class TestPressure:
    @given(share, share, share)
    def test_war_and_influence_open_the_way_for_a_power(self, war, r, s):
        low, high = min(r, s), max(r, s)
        assert state_pressure(0.1, 1, war, 0.4, low, 0.3) <= state_pressure(0.1, 1, war, 0.4, high, 0.3)
        assert state_pressure(0.1, 1, war, 0.4, r, 0.3) <= state_pressure(0.1, 1, 1, 0.4, r, 0.3)
        assert state_pressure(0.1, 1, war, 0.4, 0, 0.3) == 0

    @given(share, share)
    def test_cooperation_holds_others_down(self, spoilers, k):
        assert nonstate_pressure(0.1, 1, spoilers, 1) == 0
        assert nonstate_pressure(0.1, 1, spoilers, k) <= nonstate_pressure(0.1, 1, spoilers, 0)

    @given(share, share)
    def test_preparedness_never_opens_the_door(self, R, m):
        assert 1 - m - 1e-12 <= open_door(R, m) <= 1


class TestAssistance:
    @given(share, share, st.floats(0, 3))
    def test_both_together_are_worth_more_than_their_sum(self, t, e, c):
        assert assistance(t, e, c) + 1e-12 >= assistance(t, 0, c) + assistance(0, e, c)
        assert 0 <= assistance(t, e, c) <= 1 + 1e-12
        assert assistance(1, 1, c) == pytest.approx(1)


class TestRoom:
    def test_damage_grows_with_threats_and_vanishes_without_them_but_for_disasters(self):
        base, none, twice = (after({"threats.hybrid": x}, 4) for x in (1, 0, 2))
        assert (twice.states.hybrid_damage >= base.states.hybrid_damage).all()
        assert (base.states.hybrid_damage >= none.states.hybrid_damage).all()
        assert np.median(none.states.hybrid_damage) == 0
        assert not [o for o in none.occurrences if o.event.startswith("hybrid_attack")]

    def test_every_attack_has_an_author(self):
        seen = {(o.event.split(".")[0], o.actor) for o in after({"threats.hybrid": 2}, 20).occurrences}
        assert {("hybrid_attack", "RUS"), ("hybrid_attack", "non-state"), ("disaster", "nature")} <= seen

    def test_russia_attacks_most_where_it_has_influence(self):
        hits = dict.fromkeys(STATES, 0)
        for o in after({"threats.hybrid": 3}, 20).occurrences:
            if o.actor == "RUS":
                hits[o.target] += len(o.worlds)
        assert hits["SRB"] > 2 * hits["ALB"]

    def test_preparedness_is_at_amateur_level_today(self):
        assert (after(quarters=1).states.resilience < 0.35).all()

    @pytest.mark.parametrize(
        "levers",
        [{"us.technology_support": 1.0}, {"eu.regulatory_support": 1.0}, {"formats.hybrid_share": 0.5}, {"formats.joint_training": 2}],
    )
    def test_what_builds_preparedness(self, levers):
        assert (moved("states.resilience", levers) > 0.002).all()

    def test_attackers_learn(self):
        assert (moved("states.resilience", {"threats.hybrid": 3}) < 0).all()

    def test_prepared_states_suffer_less_from_the_same_shocks(self):
        prepared = {f"initial.{s}.resilience": 0.8 for s in STATES}
        assert (after(prepared, 1).states.hybrid_damage <= after(quarters=1).states.hybrid_damage).all()
