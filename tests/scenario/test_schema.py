"""The schema and the checker agree on structure; what only the checker can see is listed."""

import jsonschema
import pytest

from sim.scenario import schema, shipped_folder, shipped_names
from sim.scenario.findings import Report
from sim.scenario.text import parse

from .helpers import findings
from .test_scenario import EXAMPLE

VALIDATOR = jsonschema.Draft202012Validator(schema())


def valid(text):
    report = Report()
    node = parse(text, "f", report)
    assert not report.findings
    return VALIDATOR.is_valid(node.plain())


GOOD = [
    "title: x",
    "levers:\npolicies:\nevents:",
    EXAMPLE,
    "levers: {initial.crisis: true, initial.SRB.crisis: 0, clamp.states.SRB.democracy: 1, clamp.capability_gap: 0.2}",
    "levers: {mechanisms.council: on, force.veto.MKD: [2025Q1, {from: 2026Q1, until: 2027Q1}], force.secession: []}",
    "events: [{id: a, at: 2026Q1, set: {states.fragility: 0.1}, force: crisis.kosovo_serbia}]",
    "events: [{id: a, from: 2026Q1, to: 2027Q1, force: veto.MKD.BGR}]",
    "uncertain: {initial.democracy: {distribution: beta, a: 2, b: 3}, formats.count: {distribution: choice, values: [1, 12]}}",
    "branches: {a: {x: {weight: 0.5, events: [{id: e, at: 2026Q1, force: secession}]}}}",
    "answer: {outcome: mean.democracy, better_if: higher}",
]

BOTH_SEE = [
    "titel: x",
    "- a",
    "name: a b",
    "name: 3",
    "title: [a]",
    "extends: ../x",
    "start: 2024",
    "start: 2024Q5",
    "end: 2300Q1",
    "sources: x",
    "levers: [a]",
    "levers: {eu.mediaton: 1}",
    "levers: {eu: {mediation: 1}}",
    "levers: {eu.mediation: 1.5}",
    "levers: {eu.mediation: true}",
    "levers: {eu.mediation: {2024Q9: 1}}",
    "levers: {eu.mediation: {2024Q1: 2}}",
    "levers: {eu.mediation: {}}",
    "levers: {eu.council_rule: majority}",
    "levers: {nato.resilience_counts: on}",
    "levers: {nato.resilience_counts: 1}",
    "levers: {eu.defence_access: SRB}",
    "levers: {eu.defence_access: [SRV]}",
    "levers: {eu.defence_access: [SRB, SRB]}",
    "levers: {states.SRV.fragility: 0.1}",
    "levers: {mechanisms.council: of}",
    "levers: {mechanisms.counsil: off}",
    "levers: {initial.democracy: baseline}",
    "levers: {initial.alignment: 0.5}",
    "levers: {clamp.nato.presence: 5}",
    "levers: {clamp.accession_stage: member}",
    "levers: {clamp.crisis: 0.5}",
    "levers: {clamp.prosperity: 3}",
    "levers: {parameters.council.nonsense_of_no_room: 1}",
    "levers: {force.crisis: 2025Q1}",
    "levers: {force.crisis.BIH: 2025}",
    "levers: {force.crisis.BIH: {from: 2025Q1, until: 2025Q2}}",
    "levers: {force.veto.MKD: {from: 2025Q1}}",
    "levers: {force.veto.MKD.SRB: 2025Q1}",
    "uncertain: {eu.mediation: 0.5}",
    "uncertain: {eu.mediation: {distribution: unifrom}}",
    "uncertain: {eu.mediation: {distribution: uniform, low: 0, high: 2}}",
    "uncertain: {eu.mediation: {distribution: uniform, low: 0, high: 1, mean: 0}}",
    "uncertain: {eu.mediation: {distribution: normal, mean: 0.5, sd: 0}}",
    "uncertain: {eu.council_rule: {distribution: uniform, low: 0, high: 1}}",
    "uncertain: {clamp.democracy: {distribution: uniform, low: 0, high: 1}}",
    "events: {a: 1}",
    "events: [{at: 2026Q1, force: secession}]",
    "events: [{id: a, at: 2026Q1, from: 2026Q1, to: 2027Q1, ramp: {eu.mediation: 1}}]",
    "events: [{id: a, at: 2026Q1, ramp: {eu.mediation: 1}}]",
    "events: [{id: a, from: 2026Q1, to: 2027Q1, set: {eu.mediation: 1}}]",
    "events: [{id: a, from: 2026Q1, to: 2027Q1, force: secession}]",
    "events: [{id: a, from: 2026Q1, to: 2027Q1, ramp: {eu.council_rule: staged}}]",
    "events: [{id: a, at: 2026Q1, force: sucession}]",
    "events: [{id: a, at: 2026Q1, set: {force.secession: 2026Q1}}]",
    "events: [{id: a, at: 2026Q1, set: {eu.mediation: {2026Q1: 1}}}]",
    "branches: {a: {x: {weight: -1}}}",
    "branches: {a: {x: {weight: 1, levers: {clamp.democracy: 1}}}}",
    "branches: {a: {x: {wait: 1}}}",
    "branches: {a b: {x: {weight: 1}}}",
    "policies: {none: {}}",
    "policies: {a b: {}}",
    "policies: {p: {lever: {}}}",
    "answer: {outcome: nothing}",
    "answer: {better_if: higher}",
    "answer: {outcome: democracy, better_if: up}",
]

ONLY_THE_CHECKER = {
    "an order of dates": "start: 2030Q1\nend: 2024Q1",
    "a length of the run": "end: 2199Q4",
    "a ramp that ends before it begins": "events: [{id: a, from: 2027Q1, to: 2026Q1, ramp: {eu.mediation: 1}}]",
    "a spell that ends before it begins": "levers: {force.veto.MKD: {from: 2027Q1, until: 2026Q1}}",
    "a date outside the run": "events: [{id: a, at: 2060Q1, force: secession}]",
    "two events of one id": "events: [{id: a, at: 2026Q1, force: secession}, {id: a, at: 2026Q1, force: secession}]",
    "weights that sum to nothing": "branches: {a: {x: {weight: 0}}}",
    "a weight that no parent supplies": "branches: {a: {x: {}}}",
    "a branch without options": "branches: {a: {}}",
    "a distribution that no parent completes": "uncertain: {eu.mediation: {low: 0.1}}",
    "an action that no parent supplies": "events: [{id: a, at: 2026Q1}]",
    "a date that no parent supplies": "events: [{id: a, force: secession}]",
    "the end of a ramp that no parent supplies": "events: [{id: a, from: 2026Q1, ramp: {eu.mediation: 1}}]",
    "a path after the run": "levers: {eu.mediation: {2040Q1: 0.5}}",
    "an order of bounds": "uncertain: {eu.mediation: {distribution: uniform, low: 0.5, high: 0.1}}",
    "a number of weights": "uncertain: {eu.mediation: {distribution: choice, values: [0, 1], weights: [1]}}",
    "two names of one thing": "levers: {clamp.capability_gap: 0.3, clamp.readiness: 0.5}",
    "an unknown parent": "extends: nowhere",
    "what no parent has": "remove: [x]",
}


def test_the_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("text", GOOD)
def test_both_accept_what_is_right(text):
    assert findings(text) == []
    assert valid(text)


@pytest.mark.parametrize("name", shipped_names())
def test_the_schema_accepts_the_shipped_scenarios(name):
    assert valid((shipped_folder() / f"{name}.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("text", BOTH_SEE)
def test_both_see_mistakes_of_structure(text):
    assert findings(text)
    assert not valid(text)


@pytest.mark.parametrize("text", ONLY_THE_CHECKER.values(), ids=ONLY_THE_CHECKER.keys())
def test_what_only_the_checker_sees(text):
    assert findings(text)
    assert valid(text)
