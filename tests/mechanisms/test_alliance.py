import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.catalogue import STATES
from sim.mechanisms.alliance import eufor_wanted, falling_returns, kfor_wanted, ratchet
from tests import helpers

WEST = ("transatlantic", "burden_sharing", "alliance")
BIH, XKX, SRB = (STATES.index(s) for s in ("BIH", "XKX", "SRB"))
strength = st.floats(0, 20)


def world_after(quarters, levers=None, rooms=WEST, **more):
    return helpers.world_after(quarters, levers, rooms, **more)


@pytest.fixture(scope="module")
def p():
    return world_after(0).parameters["alliance"]


class TestFunctions:
    @given(strength, strength)
    def test_reinforcement_is_faster_than_drawdown_and_neither_overshoots(self, N, wanted):
        up, down = ratchet(N, wanted, 0.45, 0.05)
        assert up >= 0 >= down
        assert min(N, wanted) - 1e-9 <= N + up + down <= max(N, wanted) + 1e-9
        assert abs(ratchet(4, 5, 0.45, 0.05)[0]) > abs(ratchet(5, 4, 0.45, 0.05)[1])

    def test_trouble_raises_what_is_wanted(self, p):
        assert np.all(kfor_wanted(p, 0.6, 0, 0, 0.35) > kfor_wanted(p, 0.3, 0, 0, 0.35))
        assert np.all(kfor_wanted(p, 0.6, 1, 0, 0.35) > kfor_wanted(p, 0.6, 0, 0, 0.35))
        assert np.all(eufor_wanted(p, 0.4, 1, 0.8, 0) > eufor_wanted(p, 0.4, 0, 0.8, 0))

    def test_nato_takes_over_where_the_union_does_not_lead_and_only_in_trouble(self, p):
        assert np.all(kfor_wanted(p, 0.6, 1, 0, 0.0) > kfor_wanted(p, 0.6, 1, 0, 1.0))
        assert np.allclose(kfor_wanted(p, 0, 0, 0, 0.0), kfor_wanted(p, 0, 0, 0, 1.0))

    @given(st.floats(0, 3), st.floats(0, 3))
    def test_multiples_have_falling_returns(self, m, n):
        low, high = sorted((m, n))
        assert falling_returns(low) <= falling_returns(high) < 1
        assert falling_returns(1) == 0
        assert falling_returns(2) < -falling_returns(0)


class TestForces:
    def test_a_withdrawal_takes_the_american_part_and_leaves_the_force(self):
        levers = {"us.later_elections": "continuity"}
        stays, leaves = world_after(16, levers), world_after(16, levers | {"force.us_withdrawal": "2024Q2"})
        ratio = leaves.kfor.strength.mean() / stays.kfor.strength.mean()
        assert 0.75 < ratio < 0.97
        assert np.all(leaves.kfor.strength > 1)

    def test_allies_take_part_of_the_place_of_americans_and_the_ledger_says_so(self):
        levers = {"force.us_withdrawal": "2024Q2", "eu.security_ownership": 0.8}
        world = world_after(12, levers, ledger=frozenset({"kfor.strength"}))
        causes = {because: a.sum() for (_, because), a in world.ledger.of("kfor.strength").items()}
        assert causes["US withdrawal"] < 0 < causes["allies in the place of Americans"] < causes["reinforcement"]

    def test_only_more_trouble_makes_the_force_larger_after_a_withdrawal(self):
        trouble = {"kosovo_serbia.tension": 0.5, "kosovo_serbia.crisis": 0, "XKX.stability": 0.4}
        held = {f"clamp.{name}": value for name, value in trouble.items()} | {"us.later_elections": "continuity"}
        stays, leaves = (helpers.world_of(held | more) for more in ({}, {"force.us_withdrawal": "2024Q2"}))
        for quarter in range(36):
            stays.step()
            leaves.step()
            if quarter >= 3:
                assert leaves.kfor.strength.mean() < stays.kfor.strength.mean() - 0.05

    def test_presence_follows_instability_as_far_as_it_is_told_to(self):
        few, many = (world_after(8, {"nato.presence_response": r}) for r in (0, 3))
        assert np.all(many.kfor.strength > few.kfor.strength + 1)
        assert np.all(many.eufor.strength > few.eufor.strength)

    def test_the_mandate_lapses_in_novembers_only_and_shrinks_eufor(self):
        world = world_after(40, {"threats.ukraine_war": 1}, blocks=range(4))
        lapses = [o for o in world.occurrences if o.event == "mandate_lapse.eufor"]
        assert lapses
        assert all(o.quarter % 4 == 3 for o in lapses)
        without = world.eufor.mandate == 0
        assert world.eufor.strength[without].mean() < world.eufor.strength[~without].mean()

    @pytest.mark.parametrize(("less", "more"), [
        ({"nato.stationing": "none"}, {"nato.stationing": "permanent"}),
        ({"nato.readiness_forces": 0}, {"nato.readiness_forces": 2}),
        ({"us.engagement": 0}, {"us.engagement": 1}),
        ({"initial.ALB.nato_progress": 0.5}, {}),
    ])  # fmt: skip
    def test_what_deters(self, less, more):
        assert world_after(16, more).nato.deterrence.mean() > world_after(16, less).nato.deterrence.mean() + 0.01


class TestPaths:
    def test_republika_srpska_blocks_bosnia(self):
        blocked, open_door = world_after(24), world_after(24, {"republika_srpska.nato_veto": False})
        assert np.all(open_door.states.nato_progress[BIH] > blocked.states.nato_progress[BIH] + 0.05)
        assert (open_door.states.nato_progress[BIH] == 1).any()
        assert not (blocked.states.nato_progress[BIH] == 1).any()
        assert {o.event for o in open_door.occurrences} >= {"nato_membership.BIH"}

    def test_kosovo_waits_for_recognition_and_serbia_wants_none_of_it(self):
        world = world_after(24, {"nato.open_door": ["BIH", "XKX", "SRB"]})
        assert np.allclose(world.states.nato_progress[[XKX, SRB]], world.today("states.nato_progress")[[XKX, SRB]])

    def test_recognised_kosovo_enters_the_partnership_and_an_open_door_leads_on(self):
        united = {"eu.kosovo_recognition": "united"}
        partner, candidate = (
            world_after(32, united | more, rooms=(*WEST, "council")).states.nato_progress[XKX] for more in ({}, {"nato.open_door": ["XKX"]})
        )
        assert 0.2 < partner.mean() < 0.3
        assert candidate.mean() > 0.6

    def test_serbia_wants_in_only_under_a_government_that_ends_neutrality(self):
        door = {"nato.open_door": ["SRB"]}
        west, neutral = (world_after(24, door, initial={"SRB.orientation": o}).states.nato_progress[SRB] for o in (0.8, 0.3))
        assert west.mean() > 0.5
        assert 0.2 < neutral.mean() < 0.3

    def test_partners_follow_their_government_and_bosnia_the_blockade(self):
        usual = world_after(24).states.nato_progress
        turned = world_after(24, initial={"SRB.orientation": 0.4, "XKX.orientation": 0.9}).states.nato_progress
        assert turned[SRB].mean() > usual[SRB].mean() + 0.02
        assert turned[XKX] == pytest.approx(usual[XKX])
        freed, blocked = (world_after(24, initial={"republika_srpska.blockade": b}).states.nato_progress[BIH] for b in (0.1, 0.8))
        assert freed.mean() > usual[BIH].mean() > blocked.mean()
        assert freed.max() < 0.88  # short of membership

    def test_members_stay_members(self):
        assert np.all(world_after(24).states.nato_progress[[0, 3, 4]] == 1)


class TestPartners:
    def test_partnership_programmes_are_published_with_falling_returns(self):
        assert np.all(world_after(1).nato.partnership == 0)
        assert np.all(world_after(1, {"nato.partnership_programmes": 0}).nato.partnership == -1)

    def test_forces_named_for_b9plus_deter(self):
        levers = {"b9plus.members": ["ALB", "MNE", "MKD"]} | dict.fromkeys(
            ("b9plus.early_warning", "b9plus.multinational_engagement", "b9plus.military_mobility"), 0.8
        )
        deterrence = []
        for forces in (0.0, 1.0):
            world = world_after(20, levers | {"b9plus.earmarked_forces": forces}, ("formats", "alliance"))
            deterrence.append(world.nato.deterrence.mean())
        assert deterrence[1] > deterrence[0] + 0.002
