import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.catalogue import STATES, catalogue
from sim.mechanisms.formats import b9plus_effect, distinct, efficiency, headroom, weakest, willing
from tests.helpers import value, world_after

share = st.floats(0, 1)
FIRST_THREE = ["ALB", "MNE", "MKD"]
ALONE = ("capability", "formats")
V, C = (catalogue().parameters[f"formats.{n}"].value for n in ("tasks_half", "overhead"))


def after(levers=None, quarters=20, rooms=ALONE, initial=None):
    return world_after(quarters, levers, rooms, initial)


def moved(name, levers, against=None, **more):
    """Mean difference between two settings of levers, per state or alone."""
    return np.mean(value(after(levers, **more), name) - value(after(against, **more), name), axis=-1)


class TestEfficiency:
    def test_one_more_format_first_helps_then_does_little_then_harms(self):
        n = np.arange(1, 13)
        more = np.diff(efficiency(n, 0.5, V, C))
        assert more[0] > 0.02
        assert np.abs(more[1:3]).max() < 0.02
        assert more[-1] < -0.02
        assert (np.diff(np.sign(more)) <= 0).all()  # one turning point

    def test_six_overlapping_formats_yield_no_more_than_one(self):
        assert efficiency(6, 0.5, V, C) == pytest.approx(efficiency(1, 0.5, V, C), abs=0.05)

    @given(st.floats(1, 12), share, share)
    def test_overlap_never_helps(self, n, d, e):
        low, high = min(d, e), max(d, e)
        assert efficiency(n, high, V, C) <= efficiency(n, low, V, C) + 1e-12
        assert 0 < efficiency(n, d, V, C) < 1

    @given(st.floats(1, 12))
    def test_limits_of_overlap(self, n):
        assert distinct(n, 0) == n
        assert distinct(n, 1) == 1

    def test_formats_work_as_far_as_armed_forces_own_them(self):
        assert moved("formats.efficiency", {"clamp.regional.trust": 0.7}, {"clamp.regional.trust": 0.2}) > 0.02
        tired, rested = ({"clamp.policy_fatigue": f} for f in (0.8, 0.1))
        assert moved("formats.efficiency", tired, rested) < -0.02

    def test_efficiency_differs_between_worlds_and_moves(self):
        later = after(quarters=20, rooms=None).formats.efficiency
        assert later.std() > 0.002
        assert 0.3 < later.min() <= later.max() < 0.7


class TestB9Plus:
    @given(share, share, share)
    def test_the_conditions_work_only_together(self, a, b, c):
        assert weakest(a, b, 0) == weakest(0, b, c) == 0
        assert weakest(a, b, c) <= min(a, b, c) + 1e-12
        assert weakest(a, a, a) == a

    @given(share, share, share)
    def test_the_effect_grows_with_those_inside_and_spares_those_outside(self, conditions, standing, alone):
        three = b9plus_effect(np.array([[1.0], [0], [0], [1], [1], [0]]), conditions, standing, alone)
        six = b9plus_effect(np.ones((6, 1)), conditions, standing, alone)
        assert (six[:1] >= three[:1] - 1e-12).all()
        assert (three[[1, 2, 5]] == 0).all()

    def test_the_first_three_enter_and_the_others_do_not_yet(self):
        world = after({"b9plus.members": list(STATES)}, initial={"republika_srpska.blockade": 0.6})
        inside = dict(zip(STATES, world.states.b9plus.mean(axis=1), strict=True))
        assert all(inside[s] > 0.9 for s in FIRST_THREE)
        assert inside["XKX"] == inside["SRB"] == inside["BIH"] == 0

    def test_bosnia_enters_once_banja_luka_no_longer_blocks(self):
        free = after({"b9plus.members": ["BIH"]}, initial={"republika_srpska.blockade": 0.1})
        assert free.states.b9plus[STATES.index("BIH")].mean() > 0.9

    def test_serbia_enters_once_it_ends_neutrality(self):
        serbia, invited = STATES.index("SRB"), {"b9plus.members": ["SRB"]}
        turned = after(invited, initial={"SRB.eu_alignment": 0.95, "SRB.orientation": 0.6})
        assert turned.states.b9plus[serbia].mean() > 0.9
        only_aligned = after(invited, initial={"SRB.eu_alignment": 0.95})
        assert only_aligned.states.b9plus[serbia].mean() == 0

    def test_entry_is_an_event_of_the_state_and_withdrawal_ends_it(self):
        world = after({"b9plus.members": {"2024Q1": ["ALB"], "2027Q1": []}})
        seen = {(o.event, o.actor) for o in world.occurrences}
        assert {("b9plus_entry.ALB", "ALB"), ("b9plus_exit.ALB", "B9")} <= seen
        assert (world.states.b9plus == 0).all()

    def test_conditions_raise_readiness_of_those_inside(self):
        three = {f"b9plus.{c}": 0.8 for c in ("early_warning", "multinational_engagement", "military_mobility")}
        gain = moved("states.readiness", {"b9plus.members": FIRST_THREE, **three})
        assert (gain[[STATES.index(s) for s in FIRST_THREE]] > 0.02).all()
        assert gain[STATES.index("SRB")] == pytest.approx(0, abs=1e-3)  # it trains in formats that work a little better
        assert np.abs(moved("states.readiness", three)).max() == pytest.approx(0, abs=1e-12)


class TestCooperation:
    @given(st.floats(0.05, 0.95), share)
    def test_both_ends_are_hard_to_reach(self, today, K):
        assert headroom(today, 1 / headroom(today)) == pytest.approx(1)
        assert headroom(0) == headroom(1) == 0
        assert headroom(K) >= 0

    @given(share, share)
    def test_will_has_a_threshold(self, a, b):
        assert (willing(a, 0.5, 10) - willing(b, 0.5, 10)) * (a - b) >= 0
        assert willing(0.5, 0.5, 10) == pytest.approx(0.5)

    def test_the_same_step_of_will_counts_most_at_the_threshold(self):
        level = [moved("regional.cooperation", {"states.political_will": w}) for w in (0.1, 0.3, 0.5, 0.7, 0.9)]
        steps = np.diff(level)
        assert (steps > 0).all()
        assert steps[1:3].min() > 2 * max(steps[0], steps[3])

    def test_money_without_will_yields_little(self):
        rich, unwilling = {"formats.budget": 2}, {"states.political_will": 0.1}
        with_will = moved("regional.cooperation", rich)
        without = moved("regional.cooperation", rich | unwilling, unwilling)
        assert with_will > 0.005
        assert without < with_will / 3

    def test_one_platform_does_more_with_the_same_money(self):
        assert (after({"formats.single_platform": True}, 1).formats.efficiency > after(quarters=1).formats.efficiency).all()
        assert moved("regional.cooperation", {"formats.single_platform": True}) > 0.005

    def test_today_is_today(self):
        world = after(quarters=1)
        assert np.allclose(world.formats.efficiency, world.today("formats.efficiency"))
        assert np.allclose(world.formats.output, world.today("formats.output"))

    def test_a_discouraging_statement_can_be_forced_and_hurts_for_a_time(self):
        forced = after({"force.discouraging_statement": "2024Q4"}, 4)
        assert any(o.event == "discouraging_statement" and o.quarter == 3 and len(o.worlds) == 64 for o in forced.occurrences)
        assert (forced.regional.cooperation <= after(quarters=4).regional.cooperation).all()

    def test_training_and_meetings_build_trust(self):
        assert moved("regional.trust", {"formats.joint_training": 2}) > 0
        assert moved("regional.trust", {"formats.high_level_contact": 1.0}) > 0
        assert moved("regional.trust", {"initial.kosovo_serbia.tension": 0.2}) > 0

    def test_partnerships_of_armed_forces_build_trust(self):
        rooms = (*ALONE, "alliance")
        programmes = [{"nato.partnership_programmes": n} for n in (0, 2)]
        assert moved("regional.trust", programmes[1], programmes[0], rooms=rooms) > 0.005

    def test_mobility_needs_neighbours_inside(self):
        roads = {"b9plus.military_mobility": 0.9}
        assert moved("regional.mobility", roads) == pytest.approx(0, abs=1e-12)
        assert moved("regional.mobility", roads | {"b9plus.members": FIRST_THREE}) > 0.02
