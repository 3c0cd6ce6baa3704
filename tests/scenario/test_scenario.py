import dataclasses
import pickle
import time

import pytest
import yaml

from sim.errors import InputError
from sim.scenario import Scenario, load_scenario, shipped_names

from .helpers import scenario

EXAMPLE = """
name: example
title: An example
question: Does a wave of vetoes push Serbia away?
extends: baseline
start: 2024Q1
end: 2034Q4
levers:
  states.defence_budget: 1.2
  states.SRB.defence_budget: 0.8
  eu.defence_access: [SRB, ALB]
  eu.accession_pace: {2024Q1: 2, 2029Q1: 0.5}
  mechanisms.council: off
  initial.SRB.democracy: 0.3
  clamp.eu_alignment: baseline
  clamp.capability_gap: 0.3
  force.veto.MKD.BGR: {from: 2025Q1, until: 2028Q4}
  force.crisis.kosovo_serbia: [2025Q1, 2026Q3]
uncertain: {eu.mediation: {distribution: uniform, low: 0.2, high: 0.6}}
events:
  - {id: surge, at: 2026Q1, set: {russia.effort: 2}}
  - {id: fade, from: 2027Q1, to: 2028Q4, ramp: {russia.effort: 1}}
  - {id: split, at: 2029Q2, force: secession}
branches:
  election:
    continuity: {weight: 1, levers: {us.administration: continuity}}
    transactional: {weight: 1, levers: {us.administration: transactional}}
policies:
  clear_rules: {levers: {eu.conditionality_clarity: 0.9}, events: []}
"""


def test_the_contracts_example_is_read_whole():
    made = scenario(EXAMPLE)
    own = made.plan("clear_rules")
    assert (own.scenario, own.policy, own.reference) == ("example", "clear_rules", "baseline")
    assert own.question == "Does a wave of vetoes push Serbia away?"
    assert own.levers["states.SRB.defence_budget"].steps[0][1] == 0.8
    assert own.levers["states.ALB.defence_budget"].steps[0][1] == 1.2
    assert own.mechanisms == {"council": False}
    assert own.clamps["SRB.eu_alignment"] == "baseline"
    assert own.branches == {"election": (("continuity", 0.5), ("transactional", 0.5))}
    assert [f.event for f in own.forced] == ["crisis.kosovo_serbia", "veto", "crisis.kosovo_serbia", "secession"]
    assert len(own.levers["russia.effort"].changes) == 2


def test_a_scenario_survives_pickling():
    made = scenario(EXAMPLE)
    again = pickle.loads(pickle.dumps(made))
    assert again == made
    assert again.plan("clear_rules") == made.plan("clear_rules")
    assert again.root() == made.root()
    assert hash(again) == hash(made)


def test_a_scenario_cannot_be_changed():
    made = scenario(EXAMPLE)
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.name = "other"
    made.document["levers"].clear()
    assert made.document["levers"]


@pytest.mark.parametrize("name", [*shipped_names(), None])
def test_the_document_read_again_gives_the_same_plans(name):
    made = scenario(EXAMPLE) if name is None else load_scenario(name)
    again = Scenario.from_text(yaml.safe_dump(made.document, allow_unicode=True), made.name)
    for policy in ("none", *made.policies):
        first, second = made.plan(policy), again.plan(policy)
        assert dataclasses.replace(first, reference="") == dataclasses.replace(second, reference="")


def test_every_mistake_in_the_arguments_is_raised_at_once():
    with pytest.raises(InputError) as caught:
        scenario(EXAMPLE).plan(levers={"eu.mediaton": 1, "eu.mediation": float("nan")}, base={"clamp.alignment": 1}, end="soon")
    lines = caught.value.findings
    assert len(lines) == 4
    assert any(line.startswith("levers.eu.mediaton: unknown lever") for line in lines)
    assert any(line.startswith("levers.eu.mediation: nan is not finite") for line in lines)
    assert any(line.startswith("base.clamp.alignment: ") for line in lines)
    assert any(line.startswith("end: 'soon' is not a quarter") for line in lines)


@pytest.mark.parametrize("levers", [[1], "x", {"eu": {"mediation": 1}}, {1: 2}, {"eu.mediation": object()}, {"eu.mediation": None}])
def test_arguments_that_are_no_levers(levers):
    with pytest.raises(InputError):
        scenario(EXAMPLE).plan(levers=levers)


def test_an_unknown_policy_offers_the_nearest():
    with pytest.raises(InputError, match="nearest: clear_rules"):
        scenario(EXAMPLE).plan("clear_rule")


def test_the_run_cannot_be_extended_without_end():
    with pytest.raises(InputError, match="more than 200 quarters"):
        scenario(EXAMPLE).plan(end="2150Q1")


def test_loading_and_planning_take_milliseconds():
    load_scenario("enlargement_veto").plan()
    best = min(_timed() for _ in range(5))
    assert best < 0.05


def _timed():
    begin = time.process_time()
    load_scenario("enlargement_veto").plan("clear_rules")
    return time.process_time() - begin


def test_a_shortened_run_can_be_read_again_from_what_it_keeps(tmp_path):
    """What a parent dates after the end of a shortened run is no mistake of the file, nor of what a run keeps of it."""
    from sim import load_results, run

    short = Scenario.from_text("extends: us_withdrawal\nend: 2024Q2\n", "short")
    run(short, 2, out=tmp_path / "run")
    again = load_results(tmp_path / "run").scenario
    assert again.document == short.document
    assert again.plan("eu_steps_in").levers == short.plan("eu_steps_in").levers


def test_what_a_run_keeps_is_still_checked():
    document = Scenario.from_text("extends: baseline\n", "x").document
    with pytest.raises(InputError, match="unknown key"):
        Scenario.from_document(document | {"lever": {}})
