import pytest

from .helpers import START, findings, only, plan, value


def set_(name, written):
    return plan(f"levers:\n  {name}: {written}\n")


@pytest.mark.parametrize(
    ("name", "written", "expected"),
    [
        ("eu.mediation", "1", 1.0),
        ("eu.mediation", "1e-3", 0.001),
        ("eu.council_rule", "staged", "staged"),
        ("nato.resilience_counts", "true", True),
        ("eu.defence_access", "[XKX, ALB]", ("ALB", "XKX")),
        ("powers.active", "[]", ()),
        ("nato.stationing", "none", "none"),
    ],
)
def test_values_of_every_kind(name, written, expected):
    found = value(set_(name, written), name)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("name", "written", "words"),
    [
        ("eu.mediation", "true", "true is true/false, not a number; allowed: a number from 0 to 1"),
        ("eu.mediation", "'0.5'", "'0.5' is text, not a number"),
        ("eu.mediation", "1.01", "1.01 is out of range; allowed: a number from 0 to 1"),
        ("eu.mediation", "-1", "out of range"),
        ("eu.mediation", "[1]", "a list, not a number"),
        ("eu.mediation", "", "nothing, not a number"),
        ("eu.mediation", "0x" + "f" * 390, "a huge number is out of range"),
        ("eu.council_rule", "majority", "allowed: unanimity, qualified_majority, staged; nearest: qualified_majority"),
        ("eu.council_rule", "true", "not one of the words"),
        ("nato.resilience_counts", "on", "'on' is text, not a flag; allowed: true, false"),
        ("nato.resilience_counts", "1", "1 is a number, not a flag"),
        ("eu.defence_access", "SRB", "'SRB' is text, not a list"),
        ("eu.defence_access", "[SRB, SRB]", "named twice"),
        ("eu.defence_access", "[SBR]", "nearest: SRB"),
        ("powers.active", "[SRB]", "allowed: RUS, CHN, TUR"),
        ("mechanisms.council", "of", "allowed: on, off, true, false"),
        ("mechanisms.council", "0", "allowed: on, off, true, false"),
        ("initial.democracy", "1.5", "out of range; allowed: a number from 0 to 1"),
        ("initial.democracy", "baseline", "'baseline' is text, not a number"),
        ("initial.prosperity", "2.5", "allowed: a number from 0 to 2"),
        ("clamp.democracy", "low", "allowed: a number from 0 to 1, or 'baseline'"),
        ("clamp.crisis", "0.5", "allowed: true, false, 1, 0, or 'baseline'"),
        ("clamp.capability_gap", "2", "out of range"),
        ("clamp.democracy", "{2024Q1: 1}", "a mapping, not a number"),
        ("force.secession", "2025", "2025 is a number, not a quarter"),
        ("force.secession", "2025Q5", "not a quarter"),
        ("force.secession", "2024q1", "not a quarter"),
        ("force.secession", '"2025Q1\\n"', "not a quarter"),
        ("force.secession", "{from: 2025Q1, until: 2026Q1}", "happens at a moment"),
        ("force.veto.MKD", "{from: 2025Q1}", "lacks 'until'"),
        ("force.veto.MKD", "{from: 2026Q1, until: 2025Q1}", "ends (2025Q1) before it begins (2026Q1)"),
        ("force.veto.MKD", "{from: 2025Q1, until: 2026Q1, til: 1}", "unknown key 'til'; allowed: from, until"),
        ("force.secession", "2050Q1", "lies outside the run; allowed: 2024Q1 to 2034Q4"),
        ("force.secession", "2500Q1", "beyond reason"),
        ("eu.accession_pace", "{}", "an empty path"),
        ("eu.accession_pace", "{2024Q7: 1}", "not a quarter"),
        ("eu.accession_pace", "{2024Q1: 9}", "out of range"),
        ("eu.accession_pace", "{2024Q1: {2025Q1: 1}}", "a mapping, not a number"),
    ],
)
def test_values_that_do_not_fit(name, written, words):
    line = only(f"levers:\n  {name}: {written}\n")
    assert line.startswith(f"f.yaml:2:{5 + len(name)}:") or "{" in written or "[" in written or not written, line
    assert words in line


def test_a_path_is_ordered_by_time_and_starts_from_the_default():
    made = plan("levers: {eu.accession_pace: {2029Q1: 0.5, 2026Q1: 2}}")
    assert made.levers["eu.accession_pace"].steps == ((START, 1.0), (START + 8, 2.0), (START + 20, 0.5))
    early = plan("levers: {eu.accession_pace: {2020Q1: 2}}")
    assert early.levers["eu.accession_pace"].steps == ((START - 16, 2.0),)


def test_a_path_starts_from_each_states_own_default():
    made = plan("levers: {states.fragility: {2026Q1: 0.9}}")
    assert made.levers["states.BIH.fragility"].steps[0] == (START, 0.65)
    assert made.levers["states.ALB.fragility"].steps[0] == (START, 0.35)


def test_flags_lists_and_choices_take_paths_too():
    made = plan("levers: {eu.defence_access: {2024Q1: [SRB], 2026Q1: [SRB, ALB]}, nato.resilience_counts: {2026Q1: true}}")
    assert made.levers["eu.defence_access"].steps == ((START, ("SRB",)), (START + 8, ("ALB", "SRB")))
    assert made.levers["nato.resilience_counts"].steps == ((START, False), (START + 8, True))


def test_tools_reach_the_plan():
    made = plan(
        """
levers:
  mechanisms.council: off
  mechanisms.hybrid: true
  mechanisms.stability: on
  initial.democracy: 0.3
  initial.SRB.democracy: 0.4
  initial.crisis: true
  clamp.eu.fatigue: 0.2
  clamp.capability_gap: 0.3
  clamp.ALB.capability_gap: baseline
  clamp.spoilers: baseline
"""
    )
    assert made.mechanisms == {"council": False, "hybrid": True, "stability": True}
    assert made.initial["SRB.democracy"] == 0.4
    assert made.initial["ALB.democracy"] == 0.3
    assert made.initial["ALB.crisis"] == 1.0
    assert made.clamps["eu.fatigue"] == 0.2
    assert made.clamps["SRB.readiness"] == pytest.approx(0.7)
    assert made.clamps["ALB.readiness"] == "baseline"
    assert made.clamps["spoilers"] == "baseline"
    assert "SRB.capability_gap" not in made.clamps


def test_two_names_for_the_same_thing_are_a_mistake():
    lines = findings("levers: {clamp.capability_gap: 0.3, clamp.readiness: 0.5}")
    assert lines == ["f.yaml:1:37: levers.clamp.readiness: the same as clamp.capability_gap, which is set already; allowed: one of the two"]
