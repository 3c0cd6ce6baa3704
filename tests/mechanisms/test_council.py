from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.catalogue import MEMBERS, STATES, catalogue
from sim.mechanisms import council, veto_spells
from sim.mechanisms.accession import MEMBER
from sim.quarters import index
from tests.helpers import world_of

share = st.floats(0, 1)
ALB, MKD, MNE, SRB, XKX = (STATES.index(s) for s in ("ALB", "MKD", "MNE", "SRB", "XKX"))
BGR, FRA = MEMBERS.index("BGR"), MEMBERS.index("FRA")
P = SimpleNamespace(**{p.key: p.value for p in catalogue().parameters.values() if p.room == "council"})
ALONE = ("accession", "council", "credibility", "burden_sharing", "transatlantic")


def played(levers=None, quarters=12, check=None):
    world = world_of(levers, ALONE, end="2040Q4")
    for _ in range(quarters):
        before = {"veto": np.array(world.members.veto), "stage": np.array(world.states.stage)}
        world.step()
        if check:
            check(world, before)
    return world


class TestShapes:
    @given(share, share, share, share, share)
    def test_objections_grow_with_quarrel_scepticism_fatigue_and_exposure(self, q, e, F, x, more):
        def chance(q, e, F, x):
            return council.objection_rate(q, council.refusal(P, e, F), x)

        rate = chance(q, e, F, x)
        assert rate >= 0
        for raised in ((min(q + more, 1), e, F, x), (q, min(e + more, 1), F, x), (q, e, min(F + more, 1), x), (q, e, F, x + more)):
            assert chance(*raised) >= rate - 1e-12

    @given(share, share, share)
    def test_a_threat_and_cohesion_protect_and_nothing_is_exposed_where_no_step_is_put(self, T, f, H):
        assert council.exposure(P, 1, 0, f, 1, T, H) <= council.exposure(P, 1, 0, f, 1, 0, H) + 1e-12
        assert council.exposure(P, 1, 0, f, 1, T, 1) <= council.exposure(P, 1, 0, f, 1, T, H) + 1e-12
        assert council.exposure(P, 0, 1, f, 3, T, H) == 0 == council.exposure(P, 1, 1, f, 0, T, H)

    @pytest.mark.parametrize(
        ("opposed", "population", "carried"),
        [(0, 0, True), (1, 0.19, True), (12, 0.34, True), (13, 0.1, False), (4, 0.36, False), (27, 1, False)],
    )
    def test_qualified_majority_needs_members_and_population(self, opposed, population, carried):
        assert bool(council.outvoted(P, np.array(opposed), np.array(population))) is carried

    @given(share, share, share)
    def test_the_firmer_the_quarrel_the_longer_the_spell(self, q, more, urgent):
        weak, strong = (veto_spells.exit_rates(P, np.array([x]), np.array([0.2]), np.array([urgent])).sum() for x in (q, min(q + more, 1)))
        assert 0 < strong <= weak

    def test_disputes_have_the_kinds_of_the_table(self):
        kinds = veto_spells.kinds(index("2024Q1"))
        assert veto_spells.KINDS[kinds[BGR, ALB]] == "package"
        assert {MEMBERS[m] for m in veto_spells.holdouts()} == {"CYP", "GRC", "ROU", "SVK", "ESP"}
        assert kinds[FRA, MNE] == veto_spells.RELUCTANCE

    def test_a_run_knows_no_quarrel_that_began_after_its_start(self):
        kinds = veto_spells.kinds(index("2014Q1"))
        assert veto_spells.KINDS[kinds[MEMBERS.index("GRC"), MKD]] == "bilateral"
        assert kinds[BGR, MKD] == kinds[BGR, ALB] == kinds[FRA, ALB] == veto_spells.RELUCTANCE
        assert (kinds[list(veto_spells.holdouts()), XKX] == veto_spells.RECOGNITION).all()


def nothing_impossible(world, before):
    states, members = world.states, world.members
    put = states.attempting > 0.5
    blocked, granted, outside = states.vetoed > 0.5, states.granted > 0.5, before["stage"] < MEMBER
    assert not (blocked & ~put).any()
    assert not (blocked & ~outside).any()
    assert (put == (blocked | granted)).all()
    assert (states.blockers[blocked] >= 1).all()
    assert not ((members.veto > 0.5).any(axis=0) & granted).any()
    assert not ((members.veto > 0.5) & ~blocked & (before["veto"] < 0.5)).any()
    assert set(np.unique(members.veto)) <= {0.0, 1.0}


class TestVotes:
    @pytest.mark.parametrize("rule", ["unanimity", "qualified_majority", "staged"])
    @pytest.mark.parametrize("readiness", [0, 1, 3])
    def test_impossible_things_never_happen(self, rule, readiness):
        mixed = {"eu.council_rule": rule, "eu.veto_propensity": readiness, "force.veto.MNE": {"from": "2025Q1", "until": "2026Q2"}}
        played(mixed, 14, nothing_impossible)

    def test_standing_vetoes_of_2023_hold_at_first(self):
        world = played(quarters=1)
        assert world.states.vetoed[MKD].all()
        assert (world.states.blockers[XKX] >= 5).all()

    def test_nobody_but_non_recognisers_blocks_without_readiness(self):
        world = played({"eu.veto_propensity": 0}, 2)
        rest = np.delete(np.arange(6), XKX)
        assert not world.members.veto[:, rest].any()

    def test_a_forced_spell_blocks_from_its_first_to_its_last_quarter(self):
        forced = {"force.veto.MNE.HRV": {"from": "2024Q3", "until": "2025Q2"}, "eu.veto_propensity": 0}
        seen = []
        world = played(forced, 10, lambda w, _: seen.append(w.states.vetoed[MNE].mean()))
        assert seen == [0, 0, 1, 1, 1, 1, 0, 0, 0, 0]
        (event,) = [o for o in world.occurrences if o.event == "veto.MNE.HRV"]
        assert (event.target, event.actor, event.because) == ("MNE", "HRV", "forced by the scenario")
        assert (event.until == index("2025Q2")).all()

    def test_one_forced_quarter_ends_no_veto_that_stood_before(self):
        usual, forced = (played(levers, 5, None) for levers in ({}, {"force.veto.MKD.BGR": "2024Q3"}))
        assert forced.members.veto[BGR, MKD].mean() >= usual.members.veto[BGR, MKD].mean()

    def test_a_forced_veto_without_a_blocker_is_cast_by_whom_the_quarrel_points_to(self):
        world = played({"force.veto.SRB": "2024Q2"}, 2)
        forced = [o for o in world.occurrences if o.event.startswith("veto.SRB") and o.until is not None]
        quarrels = world.today("members.dispute")[:, SRB, 0] > 0
        assert {o.because for o in forced} == {"forced by the scenario"}
        assert {o.actor for o in forced} <= {m for m, has in zip(MEMBERS, quarrels, strict=True) if has}
        assert sum(len(o.worlds) for o in forced) == world.worlds
        assert world.states.vetoed[SRB].all()

    def test_one_member_is_outvoted_by_a_majority_but_not_at_the_last_step_of_a_staged_accession(self):
        spell = {"force.veto.MNE.HRV": {"from": "2024Q1", "until": "2026Q4"}}
        for rule, start, blocked in [("qualified_majority", 0.5, 0), ("staged", 0.5, 0), ("staged", 0.9, 1), ("unanimity", 0.5, 1)]:
            world = played(spell | {"eu.council_rule": rule, "initial.MNE.accession": start}, 4)
            assert world.states.vetoed[MNE].mean() == blocked, (rule, start)
            assert (("veto" if blocked else "objection") + ".MNE.HRV") in {o.event for o in world.occurrences}

    def test_recognition_bars_kosovo_under_every_rule_and_its_bar_falls_with_recognition(self):
        for rule in ("unanimity", "qualified_majority", "staged"):
            assert not played({"eu.council_rule": rule}, 8).states.granted[XKX].any()
        united = played({"eu.kosovo_recognition": "united", "eu.veto_propensity": 0}, 8)
        assert not united.states.vetoed[XKX].any()
        assert (united.members.dispute[veto_spells.holdouts(), XKX] <= P.settled).all()

    def test_albania_is_let_go_when_skopje_is(self):
        world = played({"eu.veto_propensity": 0}, 4)
        assert not world.members.veto[BGR, [ALB, MKD]].any()
        assert "veto_lifted.ALB.BGR" in {o.event for o in world.occurrences}


def test_majority_voting_and_unreadiness_free_candidates():
    vetoed = {}
    for name, levers in {"today": {}, "majority": {"eu.council_rule": "qualified_majority"}, "eager": {"eu.veto_propensity": 3}}.items():
        counts = []
        played(levers, 24, lambda w, _, counts=counts: counts.append(np.delete(w.states.vetoed, XKX, axis=0).mean()))
        vetoed[name] = np.mean(counts)
    assert vetoed["majority"] < 0.02 < vetoed["today"] < vetoed["eager"]


def test_vetoes_divide_and_recognition_unites():
    quiet, eager, united = (
        played(lever, 24).eu.cohesion.mean()
        for lever in ({"eu.veto_propensity": 0}, {"eu.veto_propensity": 3}, {"eu.kosovo_recognition": "united", "eu.veto_propensity": 0})
    )
    assert eager < quiet < united
