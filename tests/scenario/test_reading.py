import pytest

from sim.scenario import Scenario
from sim.scenario.reading import KEYS

from .helpers import at, findings, only, plan, scenario

FIVE = """\
name: my case
title: 7
extends: baseline
end: 2034Q5
levers:
  eu.mediation: 1.5
  eu.mediaton: 0.5
"""


def test_five_mistakes_at_once_each_with_its_place():
    assert at(FIVE) == ["1:7 name", "2:8 title", "4:6 end", "6:17 levers.eu.mediation", "7:3 levers.eu.mediaton"]


@pytest.mark.parametrize(
    ("text", "where", "words"),
    [
        ("titel: x\n", "1:1: titel", "unknown key 'titel'"),
        ("eu.mediation: 0.5\n", "1:1: eu.mediation", "allowed: under 'levers:'"),
        ("- a\n", "1:1: scenario", "a scenario is a mapping, not a list"),
        ("hello\n", "1:1: scenario", "a scenario is a mapping, not text"),
        ("levers: [a]\n", "1:9: levers", "not a mapping"),
        ("events: {a: 1}\n", "1:9: events", "not a list"),
        ("sources: x\n", "1:10: sources", "not a list"),
        ("sources: [1]\n", "1:11: sources[0]", "not text"),
        ("name: ../x\n", "1:7: name", "cannot be a name"),
        ("name: " + "x" * 65 + "\n", "1:7: name", "up to 64"),
        ("extends: ../baseline\n", "1:10: extends", "allowed: one name of a scenario"),
        ("extends: /etc/passwd\n", "1:10: extends", "allowed: one name of a scenario"),
        ("remove: [gone]\n", "1:10: remove", "unknown inherited event 'gone'; allowed: none"),
        ("start: 2024\n", "1:8: start", "2024 is a number, not a quarter"),
        ("start: 2030Q1\nend: 2024Q1\n", "2:6: end", "ends (2024Q1) before it starts (2030Q1)"),
        ("start: 2040Q1\n", "1:8: end", "before it starts"),
        ("end: 2074Q1\n", "1:6: end", "201 quarters from 2024Q1 to 2074Q1; allowed: up to 200"),
        ("end: 3000Q1\n", "1:6: end", "beyond reason; allowed: 1990Q1 to 2199Q4"),
        ("answer: {outcome: SRB.democrcy}\n", "1:19: answer.outcome", "nearest: SRB.democracy"),
        ("answer: {better_if: higher}\n", "1:9: answer", "lacks 'outcome'"),
        ("answer: {outcome: alignment, better_if: up}\n", "1:41: answer.better_if", "allowed: higher, lower"),
        ("answer: alignment\n", "1:9: answer", "not a mapping"),
    ],
)
def test_mistakes_at_the_top(text, where, words):
    line = only(text)
    assert line.startswith(f"f.yaml:{where}: ")
    assert words in line


@pytest.mark.parametrize(
    ("text", "where", "words"),
    [
        ("{weight: -1}", "1:31: branches.vote.a.weight", "out of range"),
        ("{weight: true}", "1:31: branches.vote.a.weight", "not a number"),
        ("{weight: 0}", "1:12: branches.vote", "sum to nothing"),
        ("{title: x}", "1:19: branches.vote.a", "lacks 'weight'"),
        ("{weight: 1, leavers: {}}", "1:34: branches.vote.a", "nearest: levers"),
        ("{weight: 1, levers: {eu.mediation: 2}}", "1:57: branches.vote.a.levers.eu.mediation", "out of range"),
        ("{weight: 1, levers: {clamp.democracy: 1}}", "1:43: branches.vote.a.levers.clamp.democracy", "cannot stand here"),
        ("{weight: 1, levers: {mechanisms.council: off}}", "1:43: branches.vote.a.levers.mechanisms.council", "cannot stand here"),
        ("3", "1:22: branches.vote.a", "not a mapping"),
    ],
)
def test_mistakes_in_branches(text, where, words):
    lines = findings(f"branches: {{vote: {{a: {text}}}}}")
    assert lines[0].startswith(f"f.yaml:{where}: "), lines
    assert words in lines[0]


def test_a_branch_needs_options_and_names():
    assert "without options" in only("branches: {vote: {}}")
    assert "cannot be a name" in findings("branches: {a b: {x: {weight: 1}}}")[0]
    assert "in quotes" in findings("branches: {vote: {2024: {weight: 1}}}")[-1]


@pytest.mark.parametrize(
    ("text", "where", "words"),
    [
        ("{none: {}}", "1:12: policies.none", "'none' is taken"),
        ("{all: {}}", "1:12: policies.all", "'all' is taken"),
        ("{a b: {}}", "1:12: policies.a b", "cannot be a name"),
        ("{p: 3}", "1:15: policies.p", "not a mapping"),
        ("{p: {lever: {}}}", "1:16: policies.p", "nearest: levers"),
        ("{p: {levers: {eu.mediation: 2}}}", "1:39: policies.p.levers.eu.mediation", "out of range"),
        ("{p: {title: [x]}}", "1:23: policies.p.title", "not text"),
        ("{p: {events: [{id: a, at: 2050Q1, force: secession}]}}", "1:37: policies.p.events[a].at", "outside the run"),
    ],
)
def test_mistakes_in_policies(text, where, words):
    line = only(f"policies: {text}")
    assert line.startswith(f"f.yaml:{where}: ")
    assert words in line


@pytest.mark.parametrize(
    ("event", "where", "words"),
    [
        ("{at: 2026Q1, force: secession}", "2:5: events[0]", "lacks 'id'"),
        ("{id: a b, at: 2026Q1, force: secession}", "2:10: events[0].id", "cannot be a name"),
        ("{id: a, at: 2026Q1}", "2:5: events[a]", "does nothing; allowed: set, ramp, force"),
        ("{id: a, force: secession}", "2:5: events[a]", "has no date; allowed: at, or from and to"),
        ("{id: a, at: 2026Q1, from: 2026Q1, to: 2027Q1, ramp: {eu.mediation: 1}}", "2:5: events[a]", "both 'at' and 'from'"),
        ("{id: a, from: 2026Q1, ramp: {eu.mediation: 1}}", "2:5: events[a]", "lacks 'to'"),
        ("{id: a, to: 2026Q1, ramp: {eu.mediation: 1}}", "2:5: events[a]", "lacks 'from'"),
        ("{id: a, from: 2027Q1, to: 2026Q1, ramp: {eu.mediation: 1}}", "2:5: events[a]", "ends (2026Q1) before it begins (2027Q1)"),
        ("{id: a, at: 2026Q1, ramp: {eu.mediation: 1}}", "2:5: events[a]", "allowed: from and to"),
        ("{id: a, from: 2026Q1, to: 2027Q1, set: {eu.mediation: 1}}", "2:5: events[a]", "'set' happens at a moment"),
        ("{id: a, from: 2026Q1, to: 2027Q1, force: secession}", "2:5: events[a]", "happens at a moment; allowed: at"),
        ("{id: a, at: 2026Q1, force: sucession}", "2:32: events[a].force", "nearest: secession"),
        ("{id: a, at: 2026Q1, set: {eu.mediation: 2}}", "2:45: events[a].set.eu.mediation", "out of range"),
        ("{id: a, at: 2026Q1, set: {force.secession: 2026Q1}}", "2:31: events[a].set.force.secession", "force: <event>"),
        ("{id: a, at: 2026Q1, set: {eu.mediation: {2026Q1: 1}}}", "2:45: events[a].set.eu.mediation", "a path cannot stand"),
        ("{id: a, from: 2026Q1, to: 2027Q1, ramp: {eu.council_rule: staged}}", "2:46: events[a].ramp.eu.council_rule", "a choice, not"),
        ("{id: a, at: 2020Q1, force: secession}", "2:17: events[a].at", "2020Q1 lies outside the run; allowed: 2024Q1 to 2034Q4"),
        ("{id: a, at: 2026Q1, att: 1, force: secession}", "2:25: events[a]", "unknown key 'att'"),
        ("3", "2:5: events[0]", "not a mapping"),
    ],
)
def test_mistakes_in_events(event, where, words):
    line = only(f"events:\n  - {event}\n")
    assert line.startswith(f"f.yaml:{where}: ")
    assert words in line


def test_event_ids_are_unique():
    line = only("events:\n  - {id: a, at: 2026Q1, force: secession}\n  - {id: a, at: 2027Q1, force: secession}\n")
    assert line.startswith("f.yaml:3:5: events[a]: the id 'a' stands here twice")


def test_empty_sections_count_as_nothing():
    text = "".join(f"{key}:\n" for key in ("levers", "uncertain", "events", "branches", "policies", "sources", "remove"))
    assert findings(text) == []
    assert plan(text).levers == {}


def test_texts_dates_and_defaults():
    made = scenario("title: ' A case '\nquestion: Why?\n")
    assert (made.name, made.title, made.question, made.start, made.end) == ("example", "A case", "Why?", "2024Q1", "2034Q4")
    assert made.answer == {"outcome": "eu_alignment"}
    assert scenario("answer: {outcome: eu.standing, better_if: higher}").answer["outcome"] == "eu.standing"
    assert Scenario.from_text("name: given", "other").name == "given"


def test_a_file_name_that_cannot_be_a_name_needs_one():
    with pytest.raises(Exception, match="name: missing"):
        Scenario.from_text("title: x", "my case")


def test_the_contracts_keys_are_all_known():
    contract = {"name", "title", "question", "extends", "start", "end", "levers", "uncertain", "events", "branches", "policies", "remove"}
    assert contract <= set(KEYS)
