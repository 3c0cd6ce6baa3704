import pytest

from .helpers import START, at, findings, scenario, value

PARENT = """\
name: parent
title: The parent
question: Why?
sources: [a, b]
start: 2024Q1
end: 2030Q4
levers:
  eu.defence_access: [SRB, ALB]
  eu.accession_pace: {2024Q1: 2, 2027Q1: 0.5}
  states.SRB.fragility: 0.9
  force.crisis.BIH: 2025Q1
uncertain:
  eu.mediation: {distribution: uniform, low: 0.2, high: 0.6}
events:
  - {id: surge, at: 2026Q1, set: {russia.effort: 2}}
  - {id: shock, at: 2027Q1, set: {threats.hybrid: 2}}
branches:
  vote:
    a: {weight: 1, levers: {eu.distraction: 0.1, states.SRB.division: 0.9}}
    b: {weight: 3}
policies:
  strict: {title: Strict, levers: {eu.tolerance_of_autocracy: 0.0}, events: [{id: x, at: 2026Q1, set: {eu.funding: 2}}]}
"""


@pytest.fixture
def child(tmp_path):
    (tmp_path / "parent.yaml").write_text(PARENT)
    return lambda text: scenario("extends: parent\n" + text, tmp_path)


def test_what_the_child_does_not_say_is_the_parents(child):
    made = child("name: child\n")
    assert (made.name, made.end) == ("child", "2030Q4")
    assert (made.reference, made.policies) == ("parent", ("strict",))
    assert value(made.plan(), "eu.defence_access") == ("ALB", "SRB")


def test_what_a_file_says_about_itself_is_not_inherited(child):
    made = child("name: child\n")
    assert (made.title, made.question, made.document["sources"]) == ("child", "", ["a", "b"])
    made = child("title: The child\nquestion: Why not?\n")
    assert (made.title, made.question) == ("The child", "Why not?")


def test_a_list_replaces(child):
    made = child("sources: [c]\nlevers: {eu.defence_access: [MKD]}")
    assert made.document["sources"] == ["c"]
    assert value(made.plan(), "eu.defence_access") == ("MKD",)


def test_paths_do_not_merge(child):
    assert child("levers: {eu.accession_pace: {2029Q1: 3}}").plan().levers["eu.accession_pace"].steps == ((START, 1.0), (START + 20, 3.0))


def test_a_childs_wide_form_beats_its_parents_narrow_one(child):
    made = child("levers: {states.fragility: 0.5}").plan()
    assert value(made, "states.SRB.fragility") == 0.5
    made = child("levers: {states.SRB.fragility: 0.1, states.fragility: 0.5}").plan()
    assert value(made, "states.SRB.fragility") == 0.1


def test_events_merge_by_id_and_remove_drops(child):
    made = child("events: [{id: new, at: 2029Q1, force: secession}, {id: surge, at: 2028Q1, force: secession}]\nremove: [shock]")
    surge, new = made.document["events"]
    assert surge == {"id": "surge", "at": "2028Q1", "set": {"russia.effort": 2.0}, "force": "secession"}
    assert new["id"] == "new"
    assert "remove" not in made.document


@pytest.mark.parametrize(
    ("written", "result"),
    [
        ("at: 2029Q1", {"at": "2029Q1", "set": {"russia.effort": 2.0}}),
        ("set: {russia.effort: 3}", {"at": "2026Q1", "set": {"russia.effort": 3.0}}),
        ("set: {china.investment: 3}", {"at": "2026Q1", "set": {"russia.effort": 2.0, "china.investment": 3.0}}),
        ("title: A surge", {"at": "2026Q1", "title": "A surge", "set": {"russia.effort": 2.0}}),
        ("from: 2026Q1, to: 2027Q1, ramp: {russia.effort: 3}", {"from": "2026Q1", "to": "2027Q1", "ramp": {"russia.effort": 3.0}}),
    ],
)
def test_what_a_child_does_not_say_of_an_event_is_as_in_the_parent(child, written, result):
    made = child(f"events: [{{id: surge, {written}}}]")
    assert made.document["events"][0] == {"id": "surge", **result}


def test_a_wide_form_in_a_childs_event_beats_the_parents_narrow_one(tmp_path):
    (tmp_path / "parent.yaml").write_text("events: [{id: x, at: 2026Q1, set: {states.SRB.fragility: 0.9}}]")
    made = scenario("extends: parent\nevents: [{id: x, set: {states.fragility: 0.5}}]", tmp_path)
    assert made.document["events"][0]["set"] == {"states.fragility": 0.5}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("events: [{id: surge, to: 2028Q1}]", "f.yaml:2:10: events[surge]: lacks 'from'; allowed: from and to together"),
        (
            "events: [{id: surge, from: 2026Q1, to: 2028Q1}]",
            "f.yaml:2:10: events[surge]: 'set' happens at a moment; allowed: at (a second event ends it)",
        ),
        (
            "events: [{id: surj, at: 2028Q1}]",
            "f.yaml:2:10: events[surj]: does nothing; allowed: set, ramp, force; no inherited event has the id 'surj'; nearest: surge",
        ),
        ("events: [{id: surge, at: 2040Q1}]", "f.yaml:2:26: events[surge].at: 2040Q1 lies outside the run; allowed: 2024Q1 to 2030Q4"),
        ("remove: [surge]\nevents: [{id: surge, at: 2028Q1}]", "f.yaml:3:10: events[surge]: does nothing; allowed: set, ramp, force"),
    ],
)
def test_an_event_is_judged_as_it_results(tmp_path, text, line):
    (tmp_path / "parent.yaml").write_text(PARENT)
    assert any(found.startswith(line) for found in findings(f"extends: parent\n{text}\n", tmp_path))


def test_events_of_policies_and_branches_merge_and_are_removed_too(child):
    made = child("policies: {strict: {events: [{id: x, at: 2028Q1}]}}").document["policies"]["strict"]["events"]
    assert made == [{"id": "x", "at": "2028Q1", "set": {"eu.funding": 2.0}}]
    assert child("remove: [x]").document["policies"]["strict"]["events"] == []


def test_an_inherited_date_may_lie_after_a_run_that_the_child_shortens(child):
    assert child("end: 2026Q4\nevents: [{id: shock, title: Later}]").plan().notices == (
        "event shock lies after the run",
        "eu.accession_pace: what its path says from 2027Q1 on lies after the run (to 2026Q4)",
    )


def test_a_removed_event_may_come_back_changed(child):
    made = child("remove: [shock]\nevents: [{id: shock, at: 2028Q1, force: secession}]")
    assert made.document["events"][1]["force"] == "secession"


def test_removing_what_no_parent_has_is_a_mistake(child, tmp_path):
    lines = findings("extends: parent\nremove: [shok]\n", tmp_path)
    assert lines == ["f.yaml:2:10: remove: unknown inherited event 'shok'; allowed: surge, shock, x; nearest: shock"]


def test_one_field_of_a_distribution_can_be_replaced(child):
    entry = child("uncertain: {eu.mediation: {high: 0.9}}").document["uncertain"]["eu.mediation"]
    assert entry == {"distribution": "uniform", "low": 0.2, "high": 0.9}


def test_another_distribution_replaces_the_entry(child):
    made = child("uncertain: {eu.mediation: {distribution: constant, value: 0.3}}").document
    assert made["uncertain"]["eu.mediation"] == {"distribution": "constant", "value": 0.3}


def test_a_replaced_field_is_checked_with_what_it_joins(tmp_path):
    (tmp_path / "parent.yaml").write_text(PARENT)
    assert at("extends: parent\nuncertain: {eu.mediation: {low: 0.7}}\n", tmp_path) == ["2:33 uncertain.eu.mediation.low"]


def test_branches_and_policies_merge_deeply(child):
    made = child(
        """
branches: {vote: {a: {weight: 2, levers: {states.division: 0.2}}, c: {weight: 1}}}
policies: {strict: {levers: {eu.mediation: 0.9}, events: [{id: y, at: 2026Q1, set: {eu.funding: 3}}]}, mild: {}}
"""
    )
    vote = made.document["branches"]["vote"]
    assert {o: e["weight"] for o, e in vote.items()} == {"a": 2.0, "b": 3.0, "c": 1.0}
    assert vote["a"]["levers"] == {"eu.distraction": 0.1, "states.division": 0.2}
    strict = made.document["policies"]["strict"]
    assert strict["title"] == "Strict"
    assert strict["levers"] == {"eu.tolerance_of_autocracy": 0.0, "eu.mediation": 0.9}
    assert [e["id"] for e in strict["events"]] == ["x", "y"]
    assert made.policies == ("strict", "mild")


def test_the_parent_is_not_changed_by_its_child(child):
    made = child("levers: {eu.mediation: 0.1}\nevents: [{id: surge, at: 2028Q1, force: secession}]")
    root = made.root()
    assert root.name == "parent"
    assert "eu.mediation" not in root.document["levers"]
    assert root.document["events"][0]["at"] == "2026Q1"
