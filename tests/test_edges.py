"""Sensible at the edges: whatever the levers, everything stays finite, in range and alive; impossible things never happen."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.catalogue import MEMBERS, STATES, catalogue
from sim.quarters import index
from tests.helpers import assert_in_range, outcome, plan_of, record

KINDS = catalogue()
LEVERS = sorted(KINDS.levers.values(), key=lambda v: v.name)


def ends(lever):
    """The extreme values of a lever."""
    if lever.kind == "number":
        return list(lever.range)
    if lever.kind == "flag":
        return [False, True]
    if lever.kind == "choice":
        return list(lever.values)
    return [[], list(lever.values)]


def sound(recording):
    """Finite, in range, and without what must never happen."""
    assert_in_range(recording)
    impossible(recording)


@pytest.mark.parametrize("which", [0, -1], ids=["lowest", "highest"])
def test_all_levers_at_their_ends_together(which):
    sound(record(plan_of(levers={v.name: ends(v)[which] for v in LEVERS})))


@pytest.mark.slow
@pytest.mark.parametrize("lever", LEVERS, ids=lambda v: v.name)
def test_each_lever_at_its_ends(lever):
    for value in ends(lever):
        sound(record(plan_of(end="2030Q4", levers={lever.name: value})))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_random_pairs_of_levers(data):
    pair = data.draw(st.lists(st.sampled_from(LEVERS), min_size=2, max_size=2, unique_by=lambda v: v.name))
    levers = {v.name: data.draw(st.sampled_from(ends(v))) for v in pair}
    sound(record(plan_of(end="2029Q4", levers=levers), seed=data.draw(st.integers(0, 99))))


@pytest.mark.slow
@pytest.mark.parametrize("scenario", ["baseline", "enlargement_veto", "no_veto", "us_transactional"])
def test_fifty_years_neither_explode_nor_freeze(scenario):
    recording = record(replace(plan_of(scenario), end=index("2073Q4")), 128)
    assert_in_range(recording)
    for name in ("eu_alignment", "democracy", "stability", "membership_credibility", "nationalism", "readiness", "prosperity"):
        last = outcome(recording, name)[-20:]
        low, high = KINDS.state_outcomes[name].range
        stuck = ((last <= low + 1e-9) | (last >= high - 1e-9)).all(axis=0)
        assert stuck.mean() < 0.6, name
        assert (last.std(axis=0) > 0).any(), name
    for name in ("kosovo_serbia.tension", "eu.fatigue", "us.engagement", "spoilers", "regional.trust"):
        assert (outcome(recording, name)[-20:].std(axis=0) > 0).mean() > 0.9, name


EVENTFUL = {
    "force.crisis.BIH": "2025Q1",
    "force.veto.MKD": {"from": "2025Q1", "until": "2026Q4"},
    "force.crisis.kosovo_serbia": "2026Q1",
    "eu.accession_pace": 3,
    "eu.veto_propensity": 2,
}


def impossible(recording):
    """What must never happen, whatever the levers."""
    stage = outcome(recording, "accession_stage")
    accession, vetoed = outcome(recording, "accession"), outcome(recording, "vetoed") > 0.5
    member = stage == len(KINDS.variables["states.stage"].labels) - 1
    assert (np.diff(stage, axis=0) <= 1).all(), "a stage was skipped"
    assert (np.diff(member.astype(int), axis=0) >= 0).all(), "membership was lost"
    assert ((accession == 1.0) == member).all(), "accession is 1 if and only if member"
    joins = np.diff(member.astype(int), axis=0) > 0
    assert not (joins & vetoed[1:]).any(), "membership was granted under a standing veto"
    assert not (member & vetoed).any(), "a member was vetoed"
    for occurrence in recording.occurrences:
        assert occurrence.actor, f"{occurrence.event} has no actor"
        if occurrence.event.startswith("veto."):
            _, candidate, blocker = occurrence.event.split(".")
            assert candidate in STATES
            assert blocker in MEMBERS
            assert occurrence.actor == blocker
            assert occurrence.target == candidate


@pytest.mark.parametrize("levers", [{}, EVENTFUL, {"eu.council_rule": "qualified_majority", "eu.accession_pace": 3}], ids=str)
def test_impossible_things_never_happen(levers):
    sound(record(plan_of(levers=levers), 256))


def test_kosovo_is_no_candidate_while_recognition_is_split():
    recording = record(plan_of(levers={"eu.council_rule": "qualified_majority", "eu.accession_pace": 3, "eu.veto_propensity": 0}), 256)
    assert (outcome(recording, "accession_stage")[:, STATES.index("XKX")] == 0).all()


def test_secession_needs_a_patron_and_a_bosnian_crisis():
    provoked = {"republika_srpska.provocation": 2, "serbia.kin_support": 2, "russia.support_for_republika_srpska": 2}
    recording = record(plan_of(levers=provoked), 512)
    seceded = outcome(recording, "republika_srpska.seceded") > 0.5
    crisis = outcome(recording, "crisis")[:, STATES.index("BIH")] > 0.5
    starts = np.diff(seceded.astype(int), axis=0) > 0
    assert starts.any()
    assert (crisis[1:] | crisis[:-1])[starts].all()
    alone = {"serbia.kin_support": 0, "russia.support_for_republika_srpska": 0, "powers.active": [], "republika_srpska.provocation": 2}
    assert not (outcome(record(plan_of(levers=alone), 512), "republika_srpska.seceded") > 0.5).any()


def test_no_crisis_lasts_for_ever():
    crisis = outcome(record(replace(plan_of(), end=index("2053Q4")), 128), "crisis") > 0.5
    assert not crisis[-60:].all(axis=0).any()
