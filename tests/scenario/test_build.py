"""Every rule of precedence, one test each."""

import pytest

from sim.catalogue import STATES, catalogue
from sim.quarters import index
from sim.scenario.plan import Change, Forced

from .helpers import START, plan, scenario, value

LEVER = "eu.mediation"
FILE = "levers: {eu.mediation: 0.1}\n"
DRAW = "uncertain: {eu.mediation: {distribution: uniform, low: 0.2, high: 0.6}}\n"
BRANCH = "branches: {vote: {a: {weight: 1, levers: {eu.mediation: 0.2}}, b: {weight: 3}}}\n"
EVENT = "events: [{id: surge, at: 2026Q1, set: {eu.mediation: 0.3}}]\n"
POLICY = "policies: {p: {levers: {eu.mediation: 0.7}}}\n"
ALL = FILE + DRAW + BRANCH + EVENT + POLICY


def test_nothing_said_is_the_default_and_does_not_appear():
    assert plan("title: x").levers == {}
    default = catalogue().levers[LEVER].default
    assert plan(f"levers: {{eu.mediation: {default}}}").levers == {}


def test_a_file_beats_the_default():
    assert value(plan(FILE), LEVER) == 0.1


def test_draw_branch_and_event_lie_over_the_file_in_this_order():
    made = plan(ALL).levers[LEVER]
    assert made.steps == ((START, 0.1),)
    assert made.draw.name == "uniform"
    assert made.branches == (("vote", "a", ((START, 0.2),)),)
    assert made.changes == ((None, None, Change("surge", "set", index("2026Q1"), index("2026Q1"), 0.3)),)


@pytest.mark.parametrize(
    ("arguments", "expected", "by"),
    [
        ({"base": {LEVER: 0.6}}, 0.6, "the claim's base"),
        ({"policy": "p"}, 0.7, "policy p"),
        ({"levers": {LEVER: 0.8}}, 0.8, "--set / levers="),
        ({"base": {LEVER: 0.6}, "policy": "p"}, 0.7, "policy p"),
        ({"base": {LEVER: 0.6}, "policy": "p", "levers": {LEVER: 0.8}}, 0.8, "--set / levers="),
        ({"base": {LEVER: 0.6}, "levers": {LEVER: 0.8}}, 0.8, "--set / levers="),
    ],
)
def test_the_last_levels_hold_throughout_with_a_notice(arguments, expected, by):
    made = plan(ALL, **arguments)
    assert value(made, LEVER) == expected
    assert made.notices == (f"eu.mediation is held by {by}; ignored: its draw, branch vote.a, event surge",)
    assert made.branches["vote"] == (("a", 0.25), ("b", 0.75))


def test_no_notice_where_nothing_is_ignored():
    assert plan(FILE, levers={LEVER: 0.8}).notices == ()
    assert plan(ALL, levers={"eu.funding": 2}).notices == ()


@pytest.mark.parametrize("order", ["wide first", "narrow first"])
def test_the_narrow_form_beats_the_wide_one_within_a_level(order):
    lines = ["  states.fragility: 0.5\n", "  states.SRB.fragility: 0.9\n"]
    text = "levers:\n" + "".join(lines if order == "wide first" else lines[::-1])
    made = plan(text)
    assert value(made, "states.SRB.fragility") == 0.9
    assert value(made, "states.ALB.fragility") == 0.5
    settings = {"states.SRB.fragility": 0.2, "states.fragility": 0.3}
    for given in (settings, dict(reversed(settings.items()))):
        made = plan(text, levers=given)
        assert value(made, "states.SRB.fragility") == 0.2
        assert value(made, "states.ALB.fragility") == 0.3


def test_a_later_levels_wide_form_beats_an_earlier_levels_narrow_one():
    text = "levers: {states.SRB.fragility: 0.9}\npolicies: {p: {levers: {states.fragility: 0.45}}}\n"
    assert value(plan(text, policy="p"), "states.SRB.fragility") == 0.45
    assert value(plan(text, policy="p", levers={"states.SRB.fragility": 0.1}), "states.SRB.fragility") == 0.1
    assert value(plan(text, base={"states.SRB.fragility": 0.1}, policy="p"), "states.SRB.fragility") == 0.45


def test_only_full_names_reach_the_plan():
    made = plan("levers: {states.fragility: 0.55}\nevents: [{id: e, at: 2026Q1, set: {states.division: 0.1}}]")
    assert set(made.levers) == {f"states.{s}.{k}" for s in STATES for k in ("fragility", "division")}


def test_dated_events_are_ordered_by_time_and_the_narrow_form_wins_at_equal_dates():
    made = plan(
        """
events:
  - {id: late, at: 2028Q1, set: {states.fragility: 0.4}}
  - {id: narrow, at: 2026Q1, set: {states.SRB.fragility: 0.9}}
  - {id: wide, at: 2026Q1, set: {states.fragility: 0.5}}
"""
    )
    assert [c.event for _, _, c in made.levers["states.SRB.fragility"].changes] == ["wide", "narrow", "late"]
    assert [c.event for _, _, c in made.levers["states.ALB.fragility"].changes] == ["wide", "late"]


def test_branches_put_the_narrow_form_last():
    made = plan(
        """
branches:
  one: {a: {weight: 1, levers: {states.SRB.fragility: 0.9}}}
  two: {b: {weight: 1, levers: {states.fragility: 0.5}}}
"""
    )
    assert [b for b, _, _ in made.levers["states.SRB.fragility"].branches] == ["two", "one"]


def test_a_path_in_a_branch_acts_from_its_first_quarter():
    made = plan("branches: {vote: {a: {weight: 1, levers: {eu.mediation: {2026Q1: 0.2}}}}}")
    assert made.levers[LEVER].branches == (("vote", "a", ((START + 8, 0.2),)),)


def test_events_of_an_option_act_in_its_worlds_only():
    made = plan(
        """
branches:
  vote:
    a: {weight: 1, events: [{id: e, at: 2026Q1, set: {eu.mediation: 0.2}, force: secession}], levers: {force.crisis.BIH: 2025Q1}}
    b: {weight: 1}
"""
    )
    where = made.levers[LEVER].changes[0]
    assert (where[0], where[1], where[2].event) == ("vote", "a", "e")
    assert made.forced == (
        Forced("crisis", "BIH", None, index("2025Q1"), index("2025Q1"), ("vote", "a")),
        Forced("secession", None, None, index("2026Q1"), index("2026Q1"), ("vote", "a")),
    )


def test_ramps_keep_both_ends():
    made = plan("events: [{id: fade, from: 2027Q1, to: 2028Q4, ramp: {russia.effort: 1.5}}]")
    assert made.levers["russia.effort"].changes == ((None, None, Change("fade", "ramp", index("2027Q1"), index("2028Q4"), 1.5)),)


def test_a_held_path_leaves_what_stands_below_before_its_first_quarter():
    made = plan(FILE + POLICY, policy="p", levers={LEVER: {"2030Q1": 0.9}})
    assert made.levers[LEVER].steps == ((START, 0.7), (index("2030Q1"), 0.9))


# A policy's own dated events

OWN = "policies: {p: {events: [{id: turn, at: 2028Q1, set: {eu.mediation: 0.9}}]}}\n"


def test_a_policys_event_acts_from_its_date_and_ends_what_lies_below():
    made = plan(FILE + DRAW + BRANCH + EVENT + OWN, policy="p")
    own = made.levers[LEVER]
    assert [c.event for _, _, c in own.changes] == ["surge", "turn"]
    assert own.draw is not None
    assert own.branches
    assert made.notices == (
        "eu.mediation is held by event turn of policy p from its date on; ignored from then on: its draw, branch vote.a, event surge",
    )


def test_a_dated_event_after_the_policys_is_ignored():
    made = plan(EVENT.replace("2026Q1", "2030Q1") + OWN, policy="p")
    assert [c.event for _, _, c in made.levers[LEVER].changes] == ["turn"]
    assert "ignored from then on: event surge" in made.notices[0]


def test_a_policys_event_lies_over_its_own_levers_and_over_the_base():
    text = EVENT + "policies: {p: {levers: {eu.mediation: 0.7}, events: [{id: turn, at: 2028Q1, set: {eu.mediation: 0.9}}]}}\n"
    for arguments in ({"policy": "p"}, {"policy": "p", "base": {LEVER: 0.2}}):
        made = plan(text, **arguments)
        assert made.levers[LEVER].steps == ((START, 0.7),)
        assert [c.event for _, _, c in made.levers[LEVER].changes] == ["turn"]


def test_what_is_set_on_top_beats_a_policys_event():
    made = plan(OWN, policy="p", levers={LEVER: 0.1})
    assert value(made, LEVER) == 0.1
    assert made.notices == ("eu.mediation is held by --set / levers=; ignored: event turn of policy p",)


def test_other_policies_events_do_nothing():
    assert plan(OWN, policy=None).levers == {}
    assert plan(OWN + "", policy="none").levers == {}


# Forced events

FORCED = "levers: {force.crisis.BIH: [2025Q1, 2026Q3]}\nevents: [{id: e, at: 2027Q1, force: crisis.BIH}]\n"


def starts(made):
    return [f.start for f in made.forced]


def test_forced_events_add_up_below():
    assert starts(plan(FORCED)) == [index("2025Q1"), index("2026Q3"), index("2027Q1")]


def test_a_held_force_takes_the_place_of_all_of_them():
    made = plan(FORCED, levers={"force.crisis.BIH": "2029Q1"})
    assert starts(made) == [index("2029Q1")]
    assert made.notices == ("force.crisis.BIH is held by --set / levers=; ignored: event e",)
    assert plan(FORCED, levers={"force.crisis.BIH": []}).forced == ()


def test_forced_events_of_a_policy():
    text = FORCED + "policies: {p: {events: [{id: own, at: 2028Q1, force: crisis.BIH}], levers: {force.secession: 2030Q1}}}\n"
    assert starts(plan(text, policy="p")) == [index(q) for q in ("2025Q1", "2026Q3", "2027Q1", "2028Q1", "2030Q1")]
    made = plan(text, policy="p", levers={"force.crisis.BIH": []})
    assert starts(made) == [index("2030Q1")]
    assert made.notices == (
        "force.crisis.BIH is held by --set / levers=; ignored: event e",
        "force.crisis.BIH is held by --set / levers=; ignored: event own of policy p",
    )


def test_spells_and_bare_quarters():
    made = plan(
        """
levers:
  force.veto.MKD.BGR: {from: 2025Q1, until: 2028Q4}
  force.veto.ALB: [2026Q1, {from: 2030Q1, until: 2040Q1}]
events: [{id: v, from: 2027Q1, to: 2027Q4, force: veto.SRB.HRV}]
"""
    )
    assert made.forced == (
        Forced("veto", "MKD", "BGR", index("2025Q1"), index("2028Q4")),
        Forced("veto", "ALB", None, index("2026Q1"), index("2026Q1")),
        Forced("veto", "SRB", "HRV", index("2027Q1"), index("2027Q4")),
        Forced("veto", "ALB", None, index("2030Q1"), index("2040Q1")),
    )


# The other tools


def test_tools_follow_the_levels():
    text = "levers: {mechanisms.council: off, initial.SRB.democracy: 0.3, clamp.eu.fatigue: 0.1}\n"
    made = plan(text, levers={"mechanisms.council": "on", "initial.democracy": 0.6, "clamp.eu.fatigue": "baseline"})
    assert made.mechanisms == {"council": True}
    assert made.initial["SRB.democracy"] == 0.6
    assert made.clamps == {"eu.fatigue": "baseline"}


def test_a_held_starting_value_ends_its_draw():
    text = "uncertain: {initial.SRB.democracy: {distribution: uniform, low: 0.2, high: 0.4}}\n"
    assert plan(text).initial == {}
    made = plan(text, levers={"initial.SRB.democracy": 0.3})
    assert (made.initial, made.initial_draws) == ({"SRB.democracy": 0.3}, {})
    assert made.notices == ("initial.SRB.democracy is held by --set / levers=; ignored: its draw",)


def test_a_held_parameter_ends_its_draw():
    parameter = next(iter(catalogue().parameters.values()))
    low, high = parameter.range
    name = f"parameters.{parameter.name}"
    text = f"uncertain: {{{name}: {{distribution: uniform, low: {low}, high: {high}}}}}"
    made = plan(text, levers={name: low})
    assert made.parameters[parameter.name].draw is None
    assert made.parameters[parameter.name].steps == ((START, low),)


def test_the_run_can_be_extended_but_not_cut_short():
    made = scenario("end: 2030Q4")
    assert made.plan().end == index("2030Q4")
    assert made.plan(end="2033Q4").end == index("2033Q4")
    assert made.plan(end="2026Q4").end == index("2030Q4")
    assert made.plan(end="2033Q4", levers={"force.secession": "2032Q1"}).forced[0].start == index("2032Q1")
