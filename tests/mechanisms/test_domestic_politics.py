import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.catalogue import STATES, catalogue
from sim.mechanisms.domestic_politics import other_camp, playing_field, stall_risk, turnover_probability
from tests.helpers import world_of

share = st.floats(0, 1)
ALONE = ("domestic_politics",)
MKD, SRB, BIH = (STATES.index(s) for s in ("MKD", "SRB", "BIH"))


def play(levers=None, quarters=20, rooms=ALONE, initial=None):
    world = world_of(levers, rooms, initial)
    changed = []
    for _ in range(quarters):
        world.step()
        changed.append(world.states.government_changed.copy())
    return world, np.array(changed)


def occurred(world, name):
    """Number of worlds in which an event happened, per quarter."""
    return {o.quarter: len(o.worlds) for o in world.occurrences if o.event == name}


class TestTurnover:
    @given(share, share, share)
    def test_unpopular_governments_lose_more_often(self, one, other, D):
        likely, unlikely = (turnover_probability(s, D, 1.0, 0.46, 12.0, 0.3) for s in sorted((one, other)))
        assert 0 <= unlikely <= likely <= 1

    @given(share, share, share)
    def test_incumbents_of_captured_states_lose_less_often(self, S, one, other):
        captured, free = (turnover_probability(S, d, 1.0, 0.46, 12.0, 0.3) for d in sorted((one, other)))
        assert captured <= free

    def test_the_field_is_half_open_at_its_half(self):
        assert playing_field(0.3, 0.3) == 0.5
        assert playing_field(0.0, 0.3) == 0

    @given(st.floats(-1, 1), st.floats(-0.5, 0.5), st.floats(0, 0.5), share)
    def test_the_other_camp_stands_across_the_centre(self, orientation, centre, span, draw):
        new = other_camp(orientation, centre, span, draw)
        assert abs(new - centre) <= span + 1e-12
        assert (new - centre) * (1 if orientation >= centre else -1) <= 0


class TestStalls:
    @given(st.floats(0, 60), st.floats(0, 60))
    def test_risk_grows_with_strain_up_to_the_highest(self, one, other):
        low, high = (stall_risk(x, 6.0, 0.35) for x in sorted((one, other)))
        assert 0 <= low <= high <= 0.35

    def test_they_recur(self):
        """In most worlds reform stalls more than once in twenty years: a cycle, not an episode."""
        world, _ = play(quarters=44)
        counts = np.zeros(world.worlds)
        for o in world.occurrences:
            if o.event == "stall.ALB":
                counts[o.worlds] += 1
        assert (counts >= 2).mean() > 0.5


class TestElections:
    def test_a_due_election_is_held_in_its_quarter_everywhere(self):
        world, _ = play(quarters=2)
        due = catalogue().variables["states.quarters_to_election"].initial["assumed"][2023]["MKD"]
        assert sum(occurred(world, "election.MKD").values()) == world.worlds
        assert occurred(world, "election.MKD")[due - 1] > 0.9 * world.worlds

    def test_terms_fixed_by_law_are_kept(self):
        world, _ = play(quarters=20)
        assert occurred(world, "election.BIH") == {11: world.worlds}

    def test_without_alternation_nobody_loses(self):
        assert not play({"states.alternation": 0.0})[1].any()

    def test_alternation_turns_governments_over(self):
        often, usual = (play({"states.alternation": a})[1].sum() for a in (2.0, 1.0))
        assert often > 1.3 * usual

    def test_a_forced_turnover_happens_in_all_worlds_and_crosses_the_centre(self):
        world, changed = play({"force.turnover.SRB": "2024Q1"}, quarters=1)
        assert changed[0, SRB].all()
        assert (world.states.orientation[SRB] >= catalogue().parameters["domestic_politics.camp_centre"].value["SRB"]).all()
        assert occurred(world, "turnover.SRB") == occurred(world, "election.SRB") == {0: world.worlds}


class TestFatigue:
    def test_members_tire(self):
        """Fatigue of a state that starts as a member ends above that of the same state as a candidate."""
        member, _ = play(initial={"MKD.stage": 4.0})
        candidate, _ = play()
        assert (member.states.policy_fatigue[MKD] - candidate.states.policy_fatigue[MKD]).mean() > 0.05

    def test_waiting_without_belief_tires(self):
        hopeless, _ = play(initial={"MKD.membership_credibility": 0.05})
        assert hopeless.states.policy_fatigue[MKD].mean() > play()[0].states.policy_fatigue[MKD].mean() + 0.03

    def test_is_nearly_stationary_in_the_baseline(self):
        world, _ = play(quarters=40, rooms=None)
        today = world.today("states.policy_fatigue")[:, 0]
        assert world.states.policy_fatigue.mean(axis=-1) == pytest.approx(today, abs=0.25)
