"""Messages as somebody outside reads them: where, what is wrong, what is allowed, and the nearest name."""

import re

import pytest

from .helpers import findings

SHAPE = re.compile(r"f\.yaml:[1-9][0-9]*:[1-9][0-9]*: [^:]+: .+; allowed(: | here: | keys: ).+")

MISTAKES = """\
name: [a]
name:
title: 3
sources: a
sources: [1]
extends: baseline.yaml
start: 2024
start: 2024-01-01
start: 1800Q1
end: 2023Q4
end: 2100Q4
levers: [eu.mediation]
levers: {eu.mediation}
levers: {eu.mediation: "0.5"}
levers: {eu.mediation: yes}
levers: {eu.mediation: [0.5]}
levers: {eu.mediation: {2026: 0.5}}
levers: {eu.mediation: {2026Q1: }}
levers: {eu.mediation: {}}
levers: {eu.mediation: 99999999999999999999999999}
levers: {eu.mediation: .inf}
levers: {eu.mediation: 1e400}
levers: {eu: {mediation: {2026Q1: 0.1}}}
levers: {states: {SRB: {fragility: 0.1, division: 0.2}}}
levers: {eu: 0.1}
levers: {"": 0.1}
levers: {1: 2}
levers: {[a]: 2}
levers: {<<: {eu.mediation: 1}}
levers: !!map {}
levers: {eu.council_rule: 1}
levers: {nato.resilience_counts: on}
levers: {eu.defence_access: all}
levers: {eu.defence_access: [SRB, SRB]}
levers: {mechanisms.council: {2026Q1: off}}
levers: {mechanisms: off}
levers: {initial.alignment: 0.3}
levers: {initial.mean.democracy: 0.3}
levers: {initial.SRB.fragility: 0.3}
levers: {clamp.eu.mediation: 0.3}
levers: {clamp.accession_stage: member}
levers: {clamp.nato.presence: 3}
levers: {clamp.crisis: maybe}
levers: {force.veto: 2025Q1}
levers: {force.veto.BGR.MKD: 2025Q1}
levers: {force.veto.MKD.BGR.x: 2025Q1}
levers: {force.veto.MKD.BGR: {}}
levers: {force.veto.MKD.BGR: {from: 2025Q1, to: 2026Q1}}
levers: {force.crisis.BIH: 2040Q1}
levers: {eu.mediation: 0.1, eu.mediation: 0.2}
levers: {clamp.SRB.democracy: 1, clamp.states.SRB.democracy: 0.5}
events: x
events: [a]
events: [{at: 2026Q1, force: secession}]
events: [{id: 1, at: 2026Q1, force: secession}]
events: [{id: a, on: 2026Q1, force: secession}]
events: [{id: a, at: 2026Q1, sett: {russia.effort: 2}}]
events: [{id: a, at: 2026Q1, set: {}}]
events: [{id: a, at: 2026Q1, set: {clamp.crisis: 0}}]
events: [{id: a, at: 2026Q1, set: {mechanisms.council: off}}]
events: [{id: a, at: 2026Q1, ramp: {russia.effort: 2}}]
events: [{id: a, from: 2026Q1, to: 2025Q1, ramp: {russia.effort: 2}}]
events: [{id: a, at: 2026Q1, force: [secession]}]
branches: {b: {}}
branches: {b: {x: 1}}
branches: {b: {x: {weight: true}}}
branches: {b: {x: {weight: 1, levers: {mechanisms.council: off}}}}
policies: {all: {}}
policies: {p: 1}
uncertain: {eu.mediation: 0.5}
uncertain: {eu.mediation: {distribution: uniform, low: 0, top: 1}}
remove: x
answer: {}
eu.mediation: 0.5
title: &x a
title: *x
title: !foo x
? {a: b}
- a
just text
title: [a, b"""


@pytest.mark.parametrize("text", MISTAKES.splitlines())
def test_one_mistake_gives_one_message_with_its_place_and_what_is_allowed(text):
    found = findings(text + "\n")
    assert len(found) == 1, found
    assert SHAPE.fullmatch(found[0]), found[0]


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("lever: {}", "levers"),
        ("extends: ./baseline", "baseline"),
        ("levers: {EU.Mediation: 0.1}", "eu.mediation"),
        ("levers: {eu_mediation: 0.1}", "eu.mediation"),
        ("levers: {mediation.eu: 0.1}", "eu.mediation"),
        ("levers: {eu: {mediaton: 0.1}}", "eu.mediation"),
        ("levers: {SRB.fragility: 0.1}", "states.fragility"),
        ("levers: {states.srb.fragility: 0.1}", "SRB"),
        ("levers: {states.Kosovo.fragility: 0.1}", "XKX"),
        ("levers: {eu.defence_access: [North Macedonia]}", "MKD"),
        ("levers: {force.crisis.serbia_kosovo: 2025Q1}", "kosovo_serbia"),
        ("levers: {initial.democrcy: 0.3}", "democracy"),
        ("events: [{id: a, on: 2026Q1, force: secession}]", "at"),
        ("events: [{id: a, from: 2026Q1, until: 2027Q1, force: veto.MKD}]", "to"),
        ("events: [{id: a, at: 2026Q1, force: force.secession}]", "secession"),
        ("uncertain: {eu.mediation: {distribution: uniform, low: 0, max: 1}}", "high"),
    ],
)
def test_the_nearest_name_is_told(text, nearest):
    assert findings(text)[-1].endswith(f"; nearest: {nearest}")


def test_five_mistakes_are_five_messages_in_the_order_of_lines():
    text = """\
name: five
extends: baselin
levers:
  eu.mediatoin: 0.5
  russia.effort: 7
  eu: {funding: 2}
events:
  - {id: surge, at: 2026Q5, set: {russia.effort: 2}}
"""
    found = findings(text)
    assert [line.split(":")[1] for line in found] == ["2", "4", "5", "6", "8"]
    assert all(SHAPE.fullmatch(line) for line in found)


def test_of_many_names_the_close_ones_are_listed_first():
    (found,) = findings("answer: {outcome: demokracy}\n")
    assert re.search(r"allowed: democracy, .*\.\.\. \([0-9]+ in all\); nearest: democracy$", found)
    (found,) = findings("levers: {initial.demokracy: 0.5}\n")
    assert "allowed: democracy, " in found
    assert "SRB.democracy" not in found.partition("allowed: ")[2]  # a candidate for the nearest, not one of the names
