import pytest

from sim.catalogue import STATES, catalogue
from sim.scenario.levels import expand, over, resolve
from sim.scenario.names import Name, Problem

from .helpers import only


def known(text):
    found = resolve(text)
    assert isinstance(found, Name), found
    return found


def refused(text):
    found = resolve(text)
    assert isinstance(found, Problem), found
    return found.message or f"{found.what} {found.word} {found.allowed}"


def test_every_lever_of_the_catalogue_resolves():
    for lever in catalogue().levers.values():
        assert known(lever.name).full == lever.full_names
        for full in lever.full_names:
            assert known(full).full == (full,)


def test_every_outcome_can_be_clamped_or_says_what_to_clamp_instead():
    outcomes = [*catalogue().state_outcomes, *catalogue().region_outcomes, *(f"SRB.{k}" for k in catalogue().state_outcomes)]
    for outcome in outcomes:
        for tool in ("initial", "clamp"):
            found = resolve(f"{tool}.{outcome}")
            assert isinstance(found, Name) or "; allowed: " in found.message, (tool, outcome, found)


def test_a_bare_state_outcome_means_all_six_even_where_the_region_has_one_of_that_name():
    assert known("clamp.stability").full == tuple(f"clamp.{s}.stability" for s in STATES)
    assert known("clamp.third_power_influence").wide
    assert known("initial.states.SRB.democracy").full == known("initial.SRB.democracy").full == ("initial.SRB.democracy",)


def test_credibility_clamps_all_six_and_the_gap_is_the_mirror_of_readiness():
    assert known("clamp.eu.credibility").full == tuple(f"clamp.{s}.membership_credibility" for s in STATES)
    assert known("clamp.SRB.capability_gap").full == ("clamp.SRB.readiness",)
    assert known("clamp.capability_gap").mirrored


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("clamp.alignment", "clamp.eu_alignment"),
        ("initial.alignment", "initial.eu_alignment"),
        ("clamp.alignment_dispersion", "clamp.eu_alignment"),
        ("initial.eu.credibility", "initial.membership_credibility"),
        ("clamp.nato.presence", "clamp.kfor.strength and clamp.eufor.strength"),
        ("initial.accession_stage", "initial.accession"),
        ("clamp.SRB.accession_stage", "clamp.SRB.accession"),
    ],
)
def test_derived_and_text_outcomes_say_what_to_set_instead(name, allowed):
    assert refused(name).endswith(f"; allowed: {allowed}")


@pytest.mark.parametrize(
    ("name", "target", "actor"),
    [
        ("force.veto.MKD", "MKD", None),
        ("force.veto.MKD.BGR", "MKD", "BGR"),
        ("force.crisis.BIH", "BIH", None),
        ("force.crisis.kosovo_serbia", None, None),
        ("force.agreement.kosovo_serbia", None, None),
        ("force.turnover.SRB", "SRB", None),
        ("force.secession", None, None),
        ("force.us_withdrawal", None, None),
        ("force.discouraging_statement", None, None),
    ],
)
def test_every_event_of_the_vocabulary_can_be_forced(name, target, actor):
    event = known(name).subject
    assert (event.target, event.actor) == (target, actor)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("force.veto", "needs a target"),
        ("force.veto.SRV", "target of 'veto' SRV"),
        ("force.veto.MKD.BGX", "actor of 'veto' BGX"),
        ("force.veto.MKD.BGR.x", "nothing more"),
        ("force.crisis.BIH.SRB", "nothing more"),
        ("force.secession.BIH", "event secession.BIH"),
        ("mechanisms.counsil", "room counsil"),
        ("parameters.counsil.x", "room counsil"),
        ("parameters.council.nonsense_of_no_room", "parameter council.nonsense_of_no_room"),
        ("clamp", "needs a name behind it; allowed: clamp.eu_alignment and the like"),
        ("states.SRV.fragility", "state SRV"),
        ("clamp.SRV.democracy", "state SRV"),
        ("clamp.SRB.democrcy", "outcome of a state democrcy"),
        ("x" * 10_000, "lever xxx"),
    ],
)
def test_what_does_not_resolve(name, words):
    assert words in refused(name)


@pytest.mark.parametrize(
    ("written", "nearest"),
    [
        ("eu.acession_pace: 1", "eu.accession_pace"),
        ("states.SRB.fragilty: 0.5", "states.SRB.fragility"),
        ("states.SBR.fragility: 0.5", "SRB"),
        ("mechanism.council: off", "mechanisms.council"),
        ("clamp.eu_alignement: 1", "eu_alignment"),
        ("force.turnovr.SRB: 2025Q1", "turnover.SRB"),
        ("force.veto.MKD.BRG: 2025Q1", "BGR"),
    ],
)
def test_the_nearest_name_is_offered(written, nearest):
    line = only(f"levers:\n  {written}\n")
    assert line.startswith("f.yaml:2:3: levers.")
    assert f"nearest: {nearest}" in line


@pytest.mark.parametrize(
    ("written", "dotted"),
    [
        ("eu: {accession_pace: 2}", "eu.accession_pace"),
        ("states: {SRB: {fragility: 0.5}}", "states.SRB.fragility"),
        ("states.SRB: {fragility: 0.5}", "states.SRB.fragility"),
        ("mechanisms: {council: off}", "mechanisms.council"),
        ("clamp.SRB: {democracy: 1}", "clamp.SRB.democracy"),
        ("eu: {accession_pace: {2024Q1: 1}}", "eu.accession_pace"),
    ],
)
def test_a_nested_mapping_is_told_its_dotted_form(written, dotted):
    line = only(f"levers:\n  {written}\n")
    assert line.startswith("f.yaml:2:3: ")
    assert line.endswith(f"dotted form: {dotted}")


def test_the_wide_form_is_expanded_first_in_any_order():
    for settings in (
        {"states.fragility": 0.5, "states.SRB.fragility": 0.9},
        {"states.SRB.fragility": 0.9, "states.fragility": 0.5},
    ):
        expanded = expand(settings)
        assert expanded["states.SRB.fragility"] == 0.9
        assert expanded["states.ALB.fragility"] == 0.5


def test_a_childs_wide_form_beats_its_parents_narrow_one():
    assert over({"states.SRB.fragility": 0.9}, {"states.fragility": 0.5}) == {"states.fragility": 0.5}
    assert expand(over({"states.fragility": 0.5}, {"states.SRB.fragility": 0.9}))["states.SRB.fragility"] == 0.9
    assert over({"clamp.SRB.readiness": 0.2}, {"clamp.readiness": 0.5}) == {"clamp.readiness": 0.5}
