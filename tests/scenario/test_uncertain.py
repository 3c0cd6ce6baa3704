import pytest

from sim.catalogue import STATES, catalogue

from .helpers import findings, only, plan


def drawn(entry, name="eu.mediation"):
    return plan(f"uncertain: {{{name}: {entry}}}").levers[name].draw


@pytest.mark.parametrize(
    "entry",
    [
        "{distribution: uniform, low: 0.2, high: 0.6}",
        "{distribution: normal, mean: 0.5, sd: 0.1}",
        "{distribution: normal, mean: 0.5, sd: 0.1, low: 0.4}",
        "{distribution: lognormal, median: 0.5, sigma: 0.3}",
        "{distribution: triangular, low: 0, mode: 0.2, high: 1}",
        "{distribution: beta, a: 2, b: 5}",
        "{distribution: beta, a: 2, b: 5, low: 0.1, high: 0.3}",
        "{distribution: choice, values: [0.1, 0.9]}",
        "{distribution: choice, values: [0.1, 0.9], weights: [1, 0]}",
        "{distribution: constant, value: 0.3}",
    ],
)
def test_every_distribution_reaches_the_plan(entry):
    assert drawn(entry).name in entry


def test_tails_are_clipped_to_the_levers_range():
    draw = drawn("{distribution: normal, mean: 0.5, sd: 0.1, low: 0.4}")
    assert (draw.low, draw.high) == (0.4, 1.0)


@pytest.mark.parametrize(
    ("entry", "where", "words"),
    [
        ("5", "", "5 is a number, not a mapping"),
        ("", "", "nothing; allowed: a mapping"),
        ("{low: 0, high: 1}", "", "lacks 'distribution'; allowed: uniform, normal"),
        ("{distribution: unifrom, low: 0, high: 1}", ".distribution", "nearest: uniform"),
        ("{distribution: 3}", ".distribution", "not text"),
        ("{distribution: uniform, low: 0}", "", "uniform lacks high; allowed: low, high"),
        ("{distribution: constant, value: 1, hihg: 1}", "", "unknown key 'hihg'"),
        ("{distribution: uniform, low: 0, high: 1, mean: 0}", "", "unknown field of uniform 'mean'"),
        ("{distribution: uniform, low: 1, high: 0}", ".low", "low 1 is not below high 0"),
        ("{distribution: uniform, low: 0.5, high: 0.5}", ".low", "not below"),
        ("{distribution: uniform, low: 0, high: 2}", ".high", "2 is out of range; allowed: a number from 0 to 1"),
        ("{distribution: uniform, low: true, high: 1}", ".low", "true is true/false, not a number"),
        ("{distribution: normal, mean: 0.5, sd: 0}", ".sd", "0 is not positive"),
        ("{distribution: normal, mean: 5, sd: 0.1}", ".mean", "out of range"),
        ("{distribution: triangular, low: 0.2, mode: 0.1, high: 1}", ".mode", "low <= mode <= high"),
        ("{distribution: beta, a: 0, b: 1}", ".a", "not positive"),
        ("{distribution: beta, a: 1, b: 5000}", ".b", "too large a shape"),
        ("{distribution: choice, values: []}", ".values", "an empty list"),
        ("{distribution: choice, values: [0.5, 3]}", ".values", "3 is out of range"),
        ("{distribution: choice, values: [0, 1], weights: [1]}", ".weights", "one weight per value"),
        ("{distribution: choice, values: [0, 1], weights: [-1, 2]}", ".weights", "negative"),
        ("{distribution: choice, values: [0, 1], weights: [0, 0]}", ".weights", "sum to nothing"),
        ("{distribution: choice, values: 0.5}", ".values", "not a list"),
        ("{distribution: constant, value: 7}", ".value", "out of range"),
    ],
)
def test_distributions_that_do_not_fit(entry, where, words):
    line = only(f"uncertain:\n  eu.mediation: {entry}\n")
    assert line.startswith("f.yaml:2:")
    assert f": uncertain.eu.mediation{where}: " in line
    assert words in line


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("eu.council_rule", "use branches for the others"),
        ("nato.resilience_counts", "is a flag"),
        ("clamp.democracy", "'clamp.' cannot stand here"),
        ("force.secession", "'force.' cannot stand here"),
        ("initial.crisis", "yes or no"),
        ("initial.capability_gap", "allowed: initial.readiness"),
        ("initial.alignment", "allowed: initial.eu_alignment"),
        ("eu.mediaton", "nearest: eu.mediation"),
    ],
)
def test_what_cannot_be_drawn(name, words):
    assert words in only(f"uncertain: {{{name}: {{distribution: uniform, low: 0.1, high: 0.2}}}}")


def test_the_wide_form_draws_for_each_state_and_the_narrow_one_beats_it():
    made = plan(
        """
uncertain:
  states.SRB.fragility: {distribution: constant, value: 0.9}
  states.fragility: {distribution: uniform, low: 0.2, high: 0.6}
"""
    )
    names = [made.levers[f"states.{s}.fragility"].draw.name for s in STATES]
    assert names == ["uniform"] * 5 + ["constant"]


def test_starting_values_and_parameters_are_drawn_too():
    parameter = next(iter(catalogue().parameters.values()))
    low, high = parameter.range
    made = plan(
        f"""
uncertain:
  initial.democracy: {{distribution: uniform, low: 0.2, high: 0.4}}
  initial.SRB.democracy: {{distribution: constant, value: 0.3}}
  parameters.{parameter.name}: {{distribution: uniform, low: {low}, high: {high}}}
levers: {{initial.SRB.democracy: 0.5, initial.MKD.stability: 0.5}}
"""
    )
    assert made.initial_draws["ALB.democracy"].name == "uniform"
    assert made.initial_draws["SRB.democracy"].name == "constant"
    assert made.initial == {"MKD.stability": 0.5}
    assert made.parameters[parameter.name].draw.name == "uniform"


def test_parameters_can_be_set_within_their_range():
    parameter = next(iter(catalogue().parameters.values()))
    low, high = parameter.range
    made = plan(f"levers: {{parameters.{parameter.name}: {high}}}")
    assert made.parameters[parameter.name].steps == ((made.start, high),)
    assert "out of range" in only(f"levers: {{parameters.{parameter.name}: {high + abs(high) + 1}}}")
    assert findings(f"levers: {{parameters.{parameter.name}: {low}}}") == []
