from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.catalogue import STATES, catalogue
from sim.mechanisms import accession
from sim.mechanisms.accession import CLOSING, MEMBER
from tests.helpers import world_of

share = st.floats(0, 1)
MNE, MKD, SRB, XKX, BIH = (STATES.index(s) for s in ("MNE", "MKD", "SRB", "XKX", "BIH"))
P = SimpleNamespace(**{p.key: p.value for p in catalogue().parameters.values() if p.room == "accession"})
P.n = np.zeros((6, 1))


def effort(**changed):
    middling = {"credibility": 0.5, "clarity": 0.5, "money": 1.0, "accession": 0.4, "stage": 2, "engaged": 1}
    middling |= {"democracy": 0.4, "policy_fatigue": 0.5, "nationalism": 0.4, "orientation": 0.2, "rivals": 0.3}
    return float(accession.reform_effort(accession.worth_of_reform(P, **(middling | changed)))[0, 0])


def played(levers=None, quarters=20, check=None, worlds=1, end="2044Q4"):
    world = world_of(levers, end=end, blocks=range(worlds))
    for _ in range(quarters):
        before = {k: np.array(getattr(world.states, k)) for k in ("stage", "accession")}
        world.step()
        if check:
            check(world, before)
    return world


class TestEffort:
    @given(share, share)
    def test_rises_with_credibility_and_with_clarity(self, a, b):
        low, high = min(a, b), max(a, b)
        assert effort(credibility=low) <= effort(credibility=high)
        assert effort(clarity=low) <= effort(clarity=high)

    @given(share, share)
    def test_falls_with_capture_fatigue_nationalism_and_rivals(self, a, b):
        low, high = min(a, b), max(a, b)
        assert effort(democracy=low) <= effort(democracy=high)
        for cost in ("policy_fatigue", "nationalism", "rivals"):
            assert effort(**{cost: low}) >= effort(**{cost: high})

    @given(share, share, st.floats(0, 3), share, st.floats(-1, 1))
    def test_is_a_share(self, C, L, M, a, o):
        assert 0 < effort(credibility=C, clarity=L, money=M, accession=a, orientation=o) < 1

    def test_peaks_at_the_gate_and_falls_after_joining(self):
        assert effort(accession=0.2) < effort(accession=0.98, stage=CLOSING) > effort(accession=1.0, stage=MEMBER)

    def test_a_suspended_bid_earns_no_reward(self):
        assert effort(engaged=0) == effort(credibility=0)

    @given(st.floats(0, 3))
    def test_money_without_credibility_moves_nothing(self, M):
        assert effort(credibility=0.0, money=M) == effort(credibility=0.0, money=0.0)
        assert accession.absorbed(P, M, 0.0) == 0


class TestMap:
    @given(share, share)
    def test_stages_and_requirements_rise_with_progress(self, a, b):
        low, high = min(a, b), max(a, b)
        assert accession.stage_of(P, low) <= accession.stage_of(P, high)
        assert accession.required(P, low) <= accession.required(P, high)

    def test_no_step_is_long_enough_to_skip_a_stage(self):
        thresholds = [P.candidate_from, P.negotiating_from, P.closing_from, P.treaty]
        assert accession.step_length(P, 100.0) < min(np.diff(thresholds))

    def test_a_convoy_moves_together_and_holds_back_its_first(self):
        a = np.array([[0.25], [0.17], [0.08], [0.5], [0.25], [0.4]])
        stage = accession.stage_of(P, a)
        able = np.ones((6, 1), dtype=bool)
        goes = accession.convoy(P, np.array([[0.1], [-0.1], [-0.1], [0.1], [0.1], [0.1]]), able, a, stage)[:, 0]
        assert goes[BIH]  # pulled along
        assert not goes[MNE]  # waits
        assert not goes[XKX]  # no candidate yet, and not ready
        assert not accession.convoy(P, np.full((6, 1), -0.2), able, a, stage).any()


class TestRoad:
    def test_membership_is_never_skipped_lost_or_anything_but_one(self):
        def check(world, before):
            stage, a = world.states.stage, world.states.accession
            assert ((a == 1) == (stage == MEMBER)).all()
            assert (stage <= before["stage"] + 1).all()
            assert (stage[before["stage"] == MEMBER] == MEMBER).all()
            joined = (stage == MEMBER) & (before["stage"] < MEMBER)
            assert (before["stage"][joined] == CLOSING).all()
            assert world.states.granted[joined].all()
            assert not world.states.vetoed[joined].any()

        fast = {"eu.accession_pace": 3, "eu.conditionality_clarity": 1, "eu.veto_propensity": 0.3, "eu.kosovo_recognition": "united"}
        world = played(fast, 60, check)
        assert (world.states.stage[MNE] == MEMBER).mean() > 0.5

    def test_montenegro_joins_by_2034_in_some_worlds_and_not_in_others(self):
        world = played(quarters=44, worlds=3)
        members = (world.states.stage == MEMBER).mean(axis=1)
        assert 0.2 < members[MNE] < 0.65
        assert members[MNE] == members.max()

    def test_kosovo_stays_a_potential_candidate_while_recognition_is_split(self):
        switched = {"eu.kosovo_recognition": {"2024Q1": "united", "2029Q1": "split"}}
        world = played(switched, 20)
        assert (world.states.stage[XKX] >= 1).mean() > 0.5
        world.step()
        assert not world.states.stage[XKX].any()
        assert not played({"initial.XKX.accession": 0.6}, 2).states.stage[XKX].any()

    def test_a_starting_value_sets_the_stage(self):
        world = played({"initial.MNE.accession": 0.9, "initial.ALB.accession": 1.0, "initial.SRB.accession": 0.05}, 1)
        assert [world.states.stage[row].max() for row in (MNE, 0, SRB)] == [CLOSING, MEMBER, 0]

    def test_a_suspended_bid_rests_and_is_noted(self):
        world = played({"states.SRB.suspend_accession": {"2024Q1": False, "2025Q1": True, "2026Q1": False}}, 12)
        noted = {o.event: o.quarter for o in world.occurrences if o.event.endswith("SRB") and o.event.startswith(("susp", "resum"))}
        assert noted == {"suspension.SRB": 4, "resumption.SRB": 8}
        away = played({"states.SRB.suspend_accession": True}, 20)
        assert (away.states.accession[SRB] == 0.4).all()
        assert (away.states.reform_effort[SRB] < played(quarters=20).states.reform_effort[SRB]).mean() > 0.9

    def test_chinese_money_beyond_that_of_today_costs_compliance(self):
        usual, surge = (played(levers, 24) for levers in ({}, {"china.investment": 3}))
        lost = (usual.states.compliance - surge.states.compliance).mean(axis=1)
        assert lost[SRB] > lost[MNE] > lost[XKX] - 1e-3
        assert lost[SRB] > 0.005

    @pytest.mark.parametrize(("credibility", "least", "most"), [(0.1, 0.0, 0.012), (0.8, 0.02, 0.2)])
    def test_money_buys_reform_only_where_the_reward_is_believed(self, credibility, least, most):
        held = {"clamp.eu.credibility": credibility}
        rich, poor = (played(held | {"eu.funding": m}, 24).states.compliance.mean() for m in (2, 1))
        assert least <= rich - poor <= most


class TestStart:
    def test_the_stage_follows_the_start_of_progress_before_anyone_reads_it(self):
        world = world_of({"initial.SRB.accession": 1.0, "initial.MKD.accession": 0.0})
        assert (world.states.stage[SRB] == MEMBER).all()
        assert (world.states.stage[MKD] == accession.POTENTIAL).all()
        world.step()
        assert not world.states.attempting[SRB].any()

    def test_a_step_granted_in_the_first_quarter_counts(self):
        world = world_of({"eu.veto_propensity": 0.0}, blocks=range(4))
        before = np.array(world.states.accession)
        world.step()
        granted = world.states.granted > 0.5
        assert granted.any()
        assert (world.states.accession > before)[granted].all()
