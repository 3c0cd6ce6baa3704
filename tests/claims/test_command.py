"""The command `claims`: the JSON of the contract, exit codes, tables and the page."""

import json

import pytest

from sim.cli import main

HOLDS = """
- id: C1a
  claim: A start nearer to democracy stays nearer to it.
  outcome: SRB.democracy
  contrast: {a: {initial.SRB.democracy: 0.3}, b: {initial.SRB.democracy: 0.5}}
  window: [2024Q1, 2024Q2]
  expect: increase
"""
FAILS = HOLDS.replace("C1a", "C2").replace("increase", "decrease")


@pytest.fixture
def run(tmp_path, capsys):
    def carry_out(text, *arguments, scenario=""):
        file = tmp_path / "claims.yaml"
        file.write_text(text.replace("  window", "  scenario: year\n  window"))
        (tmp_path / "year.yaml").write_text("extends: baseline\nend: 2024Q2\n" + scenario)
        code = main(["claims", str(file), "--worlds", "32", "--workers", "1", *arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return carry_out


def test_the_json_of_the_contract(run):
    code, out, _ = run(HOLDS + FAILS, "--json", "--seed", "7")
    answer = json.loads(out)
    assert code == 1
    assert list(answer) == ["worlds", "seed", "claims"]
    assert (answer["worlds"], answer["seed"]) == (32, 7)
    first, second = answer["claims"]
    assert list(first) == ["id", "verdict", "effect", "interval", "share", "mediated_effect", "reason"]
    assert (first["id"], first["verdict"], first["share"], first["mediated_effect"]) == ("C1a", "holds", 1.0, None)
    assert first["interval"][0] <= first["effect"] <= first["interval"][1]
    assert (second["verdict"], second["share"]) == ("fails", 0.0)
    assert second["reason"]


def test_exit_codes(run):
    assert run(HOLDS)[0] == 0
    assert run(HOLDS + FAILS)[0] == 1
    assert run(HOLDS.replace("increase", "up"))[0] == 2
    assert run(HOLDS, "--worlds", "0")[0] == 2
    assert run(HOLDS, "--only", "C9")[0] == 2
    assert run(HOLDS, "--without", "counsil")[0] == 2


def test_mistakes_stand_on_stderr_with_their_place(run):
    _, out, err = run(HOLDS.replace("increase", "up"))
    assert not out
    assert "claims.yaml:8:11: C1a.expect: unknown expect 'up'" in err


def test_a_table_for_readers(run):
    code, out, _ = run(HOLDS + FAILS)
    assert code == 1
    assert "1 hold, 1 fail, 0 undecided, of 2" in out
    assert "C2: the interval lies wholly on the other side" in out


def test_only_some(run):
    assert run(HOLDS + FAILS, "--only", "C1")[0] == 0
    _, out, _ = run(HOLDS + FAILS, "--only", "C2, C1a", "--json")
    assert [c["id"] for c in json.loads(out)["claims"]] == ["C1a", "C2"]


def test_what_dies_without_a_room(run):
    clarity = "{a: {dialogue.legal_clarity: 0}, b: {dialogue.legal_clarity: 1}}"
    text = HOLDS.replace("{a: {initial.SRB.democracy: 0.3}, b: {initial.SRB.democracy: 0.5}}", clarity)
    text = text.replace("SRB.democracy", "kosovo_serbia.compliance")
    _, out, _ = run(text, "--without", "dialogue", "--json")
    answer = json.loads(out)
    assert (answer["without"], answer["lost"], answer["claims"][0]["verdict"]) == (["dialogue"], ["C1a"], "undecided")
    assert "1 claims that hold in the full model no longer do: C1a" in run(text, "--without", "dialogue")[1]


def test_the_page(run, tmp_path):
    page = tmp_path / "claims.md"
    run(HOLDS + FAILS, "--page", str(page))
    text = page.read_text()
    assert "| C1a | A start nearer to democracy stays nearer to it. | holds |" in text
    assert "1 of 2 statements hold, 1 fail, 0 are undecided" in text
    assert "a `initial.SRB.democracy: 0.3`, b `initial.SRB.democracy: 0.5`; mean of `SRB.democracy`" in text


def test_what_an_arm_sets_in_vain_is_said_once_with_the_claims_that_it_is_about(run):
    vain = "contrast: {a: {initial.SRB.reform_effort: 0.3}, b: {initial.SRB.reform_effort: 0.5}}"
    text = HOLDS.replace("contrast: {a: {initial.SRB.democracy: 0.3}, b: {initial.SRB.democracy: 0.5}}", vain)
    _, out, err = run(HOLDS + text.replace("C1a", "C3") + text.replace("C1a", "C4"), "--json")
    assert json.loads(out)["claims"][1]["effect"] == 0
    assert err.count("note: ") == 1
    assert "note: C3, C4: initial.SRB.reform_effort: no effect, reform_effort is computed afresh in every quarter" in err
    assert "note" not in run(HOLDS)[2]


def test_what_an_arm_or_a_room_that_is_off_takes_from_a_claim_is_told(run):
    """An event of the scenario that the arms hold against, and a lever of a room that is off."""
    arms = "{a: {eu.distraction: 0.3}, b: {eu.distraction: 0.5}}"
    text = HOLDS.replace("{a: {initial.SRB.democracy: 0.3}, b: {initial.SRB.democracy: 0.5}}", arms)
    event = "events: [{id: inward, at: 2024Q2, set: {eu.distraction: 0.8}}]\n"
    assert "note: C1a: eu.distraction is held by an arm; ignored: event inward\n" in run(text, scenario=event)[2]
    _, _, err = run(text, "--without", "credibility", "--json")
    assert err.count("note: ") == 1
    assert "note: C1a: eu.distraction: no effect, the room credibility is off" in err
