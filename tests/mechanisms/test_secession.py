import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.catalogue import STATES, catalogue
from sim.mechanisms import ROOMS
from sim.mechanisms.secession import defiance, expected_response, patronage, punishment, secession_chance
from tests.helpers import world_of

share = st.floats(0, 1)
twice = st.floats(0, 2)
BIH = STATES.index("BIH")


class P:
    secession_rate, response_weight, patron_needed = 0.3, 0.9, 0.1


ALONE = ("secession", "stability", "dialogue", "outside_powers")


def played(levers=None, quarters=24, blocks=(0,), rooms=ALONE):
    """The world after some quarters, with every quarter's secession, Bosnian crisis, patronage and risk beside it."""
    world, paths = world_of(levers, rooms, blocks=blocks), []
    for _ in range(quarters):
        world.step()
        entity = world.republika_srpska
        paths.append((entity.seceded > 0, world.states.crisis[BIH] > 0, entity.patronage, np.array(entity.secession_risk)))
    return world, [np.array(p) for p in zip(*paths, strict=True)]


WILD = {
    "republika_srpska.provocation": 2, "serbia.kin_support": 2, "russia.support_for_republika_srpska": 2, "states.BIH.fragility": 1,
    "us.sanctions_on_spoilers": 0, "republika_srpska.state_blockade": 1,
}  # fmt: skip


class TestFunctions:
    @given(twice, share, twice, share)
    def test_patronage_needs_a_patron(self, kin, serbian, moscow, russian):
        assert patronage(0.0, serbian, 0.0, russian, 0.7, 0.4) == 0
        assert 0 <= patronage(kin, serbian, moscow, russian, 0.7, 0.4) <= 1

    @given(share, share)
    def test_belgrade_comes_first(self, influence, other):
        assert patronage(1.0, influence, 0.0, 0.0, 0.7, 0.4) >= patronage(0.0, 0.0, 1.0, influence, 0.7, 0.4)

    @given(share, share, share)
    def test_a_member_who_shields_takes_part_of_the_price_away(self, sanctions, blocked, part):
        assert sanctions * (1 - part) - 1e-12 <= punishment(sanctions, blocked, part) <= sanctions

    @given(share, share, share)
    def test_no_secession_without_crisis_or_patron_or_defiance(self, d, q, response):
        assert secession_chance(0.0, d, q, response, P) == 0
        assert secession_chance(1.0, 0.0, q, response, P) == 0
        assert secession_chance(1.0, d, 0.0, response, P) == 0
        assert secession_chance(1.0, 1.0, 0.5, response, P) <= secession_chance(1.0, 1.0, 0.5, 0.0, P) < 1

    @given(twice, st.floats(-20, 20))
    def test_defiance_is_a_share_and_none_without_a_will_to_provoke(self, stoking, odds):
        assert 0 <= defiance(stoking, odds) <= 1
        assert defiance(0.0, odds) == 0

    @given(share, st.floats(0, 20), share)
    def test_any_surely_expected_response_suffices(self, leverage, eufor, deterrence):
        response = expected_response(leverage, eufor, 2.0, deterrence)
        assert max(leverage, deterrence) - 1e-12 <= response <= 1


class TestRoom:
    def test_small_in_the_situation_of_2023(self):
        _, (_, _, _, risk) = played(rooms=ROOMS)
        assert 1e-4 < risk.mean() < 4e-3

    def test_secession_never_comes_without_a_bosnian_crisis_and_a_patron(self):
        world, (seceded, crisis, patrons, risk) = played(WILD, quarters=40, blocks=(0, 1))
        falls = seceded & ~np.vstack([np.zeros_like(seceded[:1]), seceded[:-1]])
        assert falls.any()
        assert crisis[falls].all()
        needed = world.parameters["secession"].patron_needed
        assert (patrons[falls] >= needed).all()
        assert (risk[patrons < needed] == 0).all()

    def test_without_patrons_it_never_comes_however_wild_the_rest(self):
        levers = WILD | {"serbia.kin_support": 0, "russia.support_for_republika_srpska": 0}
        _, (seceded, _, _, risk) = played(levers, quarters=40)
        assert not seceded.any()
        assert (risk == 0).all()

    def test_provocation_and_patrons_need_each_other(self):
        def risk(provocation, support):
            levers = {
                "republika_srpska.provocation": provocation,
                "serbia.kin_support": support,
                "russia.support_for_republika_srpska": support,
            }
            return played(levers)[1][3].mean()

        both, none = risk(2, 2), risk(0, 0)
        assert both - none > risk(2, 0) - none + risk(0, 2) - none
        assert risk(0, 2) == 0
        assert both > 2 * risk(1, 1)

    @pytest.mark.parametrize("support", [0, 1])
    def test_a_forced_secession_brings_the_bosnian_crisis_in_its_quarter_and_a_collapse(self, support):
        levers = {"serbia.kin_support": support, "russia.support_for_republika_srpska": support}
        forced, (seceded, crisis, _, risk) = played(levers | {"force.secession": "2025Q1"}, quarters=16)
        assert not seceded[:4].all()
        assert seceded[4:].all()
        assert crisis[4].all()
        assert (risk[5:] == 0).all()
        calm, _ = played(levers, quarters=16)
        assert (forced.states.stability - calm.states.stability)[BIH].mean() < -0.08
        noted = [o for o in forced.occurrences if o.event == "secession" and o.quarter == 4]
        assert sum(o.worlds.size for o in noted) == (~seceded[3]).sum()
        assert "forced by the scenario" in {o.because for o in noted}

    def test_it_is_an_event_with_an_actor(self):
        world, _ = played(WILD, quarters=24)
        for event in world.occurrences:
            if event.event == "secession":
                assert (event.actor, event.target) == ("RS", "BIH")
        assert catalogue().events["secession"].room == "secession"
