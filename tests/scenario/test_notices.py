"""What is set without effect is said: settings that nothing hears, starting values that nobody reads, what lies after the run."""

import numpy as np
import pytest

from sim.catalogue import catalogue
from sim.scenario.notices import gathered
from tests.helpers import plan_of, record

from .helpers import findings, plan

SPLIT = "eu.kosovo_recognition is split"


@pytest.mark.parametrize(
    ("levers", "notices"),
    [
        ("mechanisms.secession: off, force.secession: 2025Q1", ["force.secession: no effect, the room secession is off"]),
        ("mechanisms.accession: off, force.veto.MKD.BGR: 2025Q1", ["force.veto.MKD.BGR: no effect, the room accession is off"]),
        ("mechanisms.hybrid: off, parameters.hybrid.attack_rate: 0.1",
         ["parameters.hybrid.attack_rate: no effect, the room hybrid is off"]),
        ("mechanisms.capability: off, states.legacy_equipment: 0.9", ["states.legacy_equipment: no effect, the room capability is off"]),
        ("mechanisms.hybrid: off, threats.hybrid: 2, parameters.hybrid.attack_rate: 0.1",
         ["threats.hybrid, parameters.hybrid.attack_rate: no effect, the room hybrid is off"]),
        ("initial.vetoed: true", ["initial.vetoed: no effect, vetoed is computed afresh in every quarter; clamp.vetoed holds it"]),
        ("initial.SRB.reform_effort: 1", ["initial.SRB.reform_effort: no effect, reform_effort is computed afresh in every quarter; "
                                          "clamp.SRB.reform_effort holds it"]),
        ("mechanisms.council: off, initial.vetoed: true", []),
        ("initial.eu.fatigue: 0.2, clamp.eu.fatigue: 0.3",
         ["initial.eu.fatigue: no effect, clamp.eu.fatigue replaces the starting value too"]),
        ("initial.eu.fatigue: 0.2, clamp.eu.fatigue: baseline", []),
        ("force.crisis.BIH: 2025Q1, clamp.crisis: false", ["force.crisis.BIH: clamp.BIH.crisis holds against it"]),
        ("force.crisis.BIH: 2025Q1, clamp.SRB.crisis: false", []),
        ("force.secession: 2025Q1, clamp.republika_srpska.seceded: 0",
         ["force.secession: clamp.republika_srpska.seceded holds against it"]),
        ("clamp.accession: 1", [f"clamp.XKX.accession holds Kosovo where no rule would let it come while {SPLIT}"]),
        ("clamp.accession: 1, eu.kosovo_recognition: united", []),
        ("clamp.XKX.accession: 0.1", []),
        ("initial.XKX.accession: 0.5", [f"initial.XKX.accession: lapses in the first quarter while {SPLIT}"]),
    ],
)  # fmt: skip
def test_what_has_no_effect_is_said(levers, notices):
    assert list(plan(f"levers: {{{levers}}}").notices) == notices


def test_a_path_wholly_after_the_run_is_a_mistake_and_the_end_of_one_a_notice():
    line = "f.yaml:1:24: levers.eu.mediation: the path begins (2040Q1) after the run; allowed: a first quarter up to 2034Q4"
    assert findings("levers: {eu.mediation: {2040Q1: 0.5}}") == [line]
    notice = "eu.mediation: what its path says from 2040Q1 on lies after the run (to 2034Q4)"
    assert plan("levers: {eu.mediation: {2030Q1: 0.1, 2040Q1: 0.5}}").notices == (notice,)
    vote = "branches: {v: {a: {weight: 1, levers: {eu.mediation: {2030Q1: 0.1, 2040Q1: 0.5}}}}}"
    assert plan(vote).notices == (notice,)


def test_what_is_said_of_all_six_is_said_once():
    made = plan("levers: {states.defence_budget: 2}\nevents: [{id: e, at: 2026Q1, set: {states.defence_budget: 1}}]",
                levers={"states.defence_budget": 0.5})  # fmt: skip
    assert made.notices == ("states.defence_budget is held by --set / levers=; ignored: event e",)
    five = [f"states.{state}.x" for state in ("ALB", "BIH", "XKX", "MNE", "MKD")]
    assert gathered([*five, "b", "b"]) == (*five, "b")
    assert gathered(["a", *five, "states.SRB.x", "b"]) == ("a", "states.x", "b")


def test_a_starting_value_without_a_notice_has_an_effect_and_one_with_it_has_none():
    """Of every outcome that is a number of its own."""
    known = catalogue()
    usual = record(plan_of(end="2024Q4"))
    for name, variable in (*known.state_outcomes.items(), *known.region_outcomes.items()):
        if variable.kind == "derived":
            continue
        low, high = variable.range
        plans = [plan_of(levers={f"initial.{name}": value}, end="2024Q4") for value in (low, high)]
        moved = any(not np.array_equal(usual.states, r.states) or not np.array_equal(usual.region, r.region) for r in map(record, plans))
        assert moved != any("computed afresh" in notice for notice in plans[0].notices), name


def test_what_an_event_turns_on_is_a_yes_or_no_that_can_be_clamped():
    for event in catalogue().events.values():
        assert not event.turns_on or catalogue().variables[event.turns_on].type == "bool"
        assert set(event.rooms) <= set(catalogue().rooms)
