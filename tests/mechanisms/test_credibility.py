from types import SimpleNamespace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sim.catalogue import STATES, catalogue
from sim.mechanisms import credibility
from tests.helpers import world_after

share = st.floats(0, 1)
MKD, MNE, SRB = (STATES.index(s) for s in ("MKD", "MNE", "SRB"))
P = SimpleNamespace(**{p.key: p.value for p in catalogue().parameters.values() if p.room == "credibility"})
ALONE = ("accession", "council", "credibility", "burden_sharing", "transatlantic")


def played(levers=None, quarters=16):
    return world_after(quarters, levers, ALONE)


@given(share, share)
def test_a_veto_costs_the_more_the_more_one_had_complied(C, A):
    assert 0 <= credibility.broken_promise(P, C, A, 1) <= C
    assert credibility.broken_promise(P, C, A, 1) <= credibility.broken_promise(P, C, 1.0, 1)
    assert credibility.broken_promise(P, C, A, 0) == 0


@given(st.lists(share, min_size=6, max_size=6))
def test_the_mean_of_others_leaves_oneself_out(values):
    x = np.array(values)[:, None]
    for i in range(6):
        assert np.isclose(credibility.of_others(x)[i, 0], np.delete(x, i).mean())


def test_a_veto_hurts_its_target_most_and_the_others_a_little():
    free = {"eu.veto_propensity": 0}
    with_, without = (
        played(free | more).states.membership_credibility.mean(axis=1)
        for more in ({"force.veto.MKD.BGR": {"from": "2024Q2", "until": "2027Q4"}}, {})
    )
    loss = without - with_
    assert loss[MKD] > 0.05
    assert (loss[[MNE, SRB]] > 0).all()
    assert (loss[MKD] > 3 * loss[[MNE, SRB]]).all()


def test_endless_waiting_wears_belief_out():
    stuck = played({"eu.accession_pace": 0, "eu.veto_propensity": 0}, 44).states
    moving = played({"eu.veto_propensity": 0}, 44).states
    assert (stuck.waiting[MNE] > 50).all()
    assert (stuck.membership_credibility[MNE] < moving.membership_credibility[MNE]).mean() > 0.9


def test_clear_rules_help_a_preoccupied_union_does_not_and_a_convoy_blurs():
    today = played().states.membership_credibility.mean(axis=1)
    assert (played({"eu.conditionality_clarity": 1}).states.membership_credibility.mean(axis=1) > today).all()
    assert (played({"eu.distraction": 1}).states.membership_credibility.mean(axis=1) < today).all()
    assert played({"eu.entry_mode": "all_at_once"}, 2).eu.clarity.mean() < played({}, 2).eu.clarity.mean()


def test_fatigue_grows_with_trouble_and_newcomers_and_shrinks_with_a_threat():
    today = played(quarters=12).eu.fatigue.mean()
    assert played({"eu.distraction": 1}, 12).eu.fatigue.mean() > today
    assert played({"initial.MNE.accession": 1.0, "initial.ALB.accession": 1.0}, 12).eu.fatigue.mean() > today
    assert played({"threats.ukraine_war": 0.0}, 12).eu.fatigue.mean() > today


def test_trust_follows_belief():
    believed, lost = (played({"clamp.eu.credibility": c}, 12).states.trust_in_eu.mean() for c in (0.8, 0.2))
    assert believed > lost + 0.03
