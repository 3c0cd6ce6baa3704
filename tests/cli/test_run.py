"""`balkansim run`: what it prints, where it writes, how it continues, what it refuses."""

from __future__ import annotations

import shlex
from pathlib import Path

import numpy as np
import pytest

from sim import compare, load_results
from sim.catalogue import STATE_NAMES, STATES, catalogue
from sim.cli.output import typed
from tests.cli.conftest import files_of


def test_the_table_answers_the_question(command, folder):
    done = command("run", "short", "--worlds", "64", "--policy", "all")
    assert (done.code, done.err) == (0, "")
    assert "Does it hurt?" in done.out
    assert all(f"\n {name} " in done.out for name in STATE_NAMES.values())
    assert "\n clear " in done.out
    assert "than in baseline" in done.out or "what it is in baseline" in done.out
    assert "Tables: results/short\nReference: results/short.reference-baseline\n" in done.out
    assert "balkansim explain results/short.reference-baseline results/short" in done.out
    assert max(map(len, done.out.splitlines())) <= 100


def test_json_is_json_and_says_what_the_tables_say(command, folder):
    done = command("run", "short", "--worlds", "64", "--json")
    assert (done.code, done.err) == (0, "")
    data = done.data
    reference, results = (load_results(data["folders"][k]) for k in ("reference", "results"))
    assert (reference.name, reference.manifest["seed"], reference.quarters) == ("baseline", 1, results.quarters)
    assert reference.world_numbers().tolist() == results.world_numbers().tolist() == list(range(64))
    rows = compare(reference, results, "eu_alignment").set_index("state")
    assert [r["name"] for r in data["rows"]] == list(STATES)
    for row in data["rows"]:
        table = rows.loc[row["name"]]
        assert row["change"] == pytest.approx(table["difference"], abs=1e-7)
        assert row["median"] == pytest.approx(np.median(results.values(f"{row['name']}.eu_alignment")[:, -1]), abs=1e-7)
        assert (row["better"], row["worse"]) == (table["better"], table["worse"])


def test_a_scenario_that_is_its_own_reference_runs_once_unless_a_lever_is_set(command, folder):
    (folder / "root.yaml").write_text("name: root\nstart: 2024Q1\nend: 2024Q4\n", encoding="utf-8")
    alone = command("run", "root", "--worlds", "20", "--json").data
    assert alone["folders"]["reference"] is None
    assert alone["against"] == "2024Q1"
    moved = command("run", "root", "--worlds", "20", "--set", "eu.veto_propensity=3", "--json").data
    assert moved["against"] == "root"
    assert load_results(moved["folders"]["reference"]).manifest["levers"] == {}


def test_more_worlds_continue_and_fewer_print_only_themselves(command, folder):
    first = command("run", "short", "--worlds", "20", "--json").data
    before = files_of(folder / "results")
    second = command("run", "short", "--worlds", "70", "--json").data
    after = files_of(folder / "results")
    assert second["folders"] == first["folders"]
    assert second["worlds"] == 70
    assert all(after[name] == time for name, time in before.items() if name.endswith(".parquet"))
    assert any(name.endswith(".50.parquet") for name in after)
    again = command("run", "short", "--worlds", "20", "--json").data
    assert {k: again[k] for k in ("rows", "region", "events", "answer")} == {k: first[k] for k in ("rows", "region", "events", "answer")}


def test_another_run_of_the_same_scenario_gets_a_directory_of_its_own(command, folder):
    first = command("run", "short", "--worlds", "5", "--json").data["folders"]["results"]
    other = command("run", "short", "--worlds", "5", "--seed", "2", "--json").data["folders"]["results"]
    assert first == "results/short"
    assert other.startswith("results/short-")
    assert command("run", "short", "--worlds", "5", "--seed", "2", "--json").data["folders"]["results"] == other
    refused = command("run", "short", "--worlds", "5", "--seed", "3", "--out", first)
    assert refused.code == 2
    assert "holds another run" in refused.err
    assert "seed" in refused.err
    assert refused.out == ""


def test_a_dry_run_writes_nothing_and_counts_what_is_done(command, folder):
    before = files_of(folder)
    planned = command("run", "short", "--worlds", "80", "--policy", "all", "--dry-run")
    assert planned.code == 0
    assert files_of(folder) == before
    assert "3 runs x 80 worlds" in planned.out
    assert "eu.veto_propensity" in planned.out
    command("run", "short", "--worlds", "20")
    before = files_of(folder)
    data = command("run", "short", "--worlds", "80", "--dry-run", "--json").data
    assert files_of(folder) == before
    assert [(d["scenario"], d["done"], d["worlds"]) for d in data["done"]] == [("short", 20, 80), ("baseline", 20, 80)]
    assert data["to_do"] == 120
    assert data["drawn"] == ["branch.funding"]
    assert all(data["estimate"][k] > 0 for k in ("seconds", "memory_bytes", "disk_bytes"))


def test_the_estimate_of_disk_is_what_is_written(command, folder):
    data = command("run", "short", "--worlds", "256", "--dry-run", "--json").data
    command("run", "short", "--worlds", "256")
    written = sum(f.stat().st_size for f in (folder / "results").rglob("*.parquet"))
    assert data["estimate"]["disk_bytes"] == pytest.approx(written, rel=0.25)


def test_a_dry_run_refuses_what_a_run_refuses(command, folder):
    (folder / "full").mkdir()
    (folder / "full" / "letter.txt").write_text("mine", encoding="utf-8")
    for more in ((), ("--dry-run",)):
        done = command("run", "short", "--worlds", "5", "--out", "full", *more)
        assert done.code == 2
        assert "full" in done.err
    assert files_of(folder / "full").keys() == {"letter.txt"}


def test_every_mistake_of_set_is_told_at_once_and_nothing_is_written(command, folder):
    wrong = ("eu.veto_propensty=2", "eu.mediation", "eu.defence_access=[SRB, NO]", "eu.council_rule=majority", "eu.funding=9")
    done = command("run", "short", *(w for text in wrong for w in ("--set", text)))
    assert done.code == 2
    assert done.out == ""
    assert "unknown lever 'eu.veto_propensty'" in done.err
    assert "nearest: eu.veto_propensity" in done.err
    assert "--set 'eu.mediation': lever or value is missing" in done.err
    assert "unknown value 'NO'; allowed: ALB" in done.err  # YAML 1.2: a word, not false
    assert "unknown value 'majority'; allowed: unanimity, qualified_majority, staged" in done.err
    assert "9 is out of range; allowed: a number from 0 to 3" in done.err
    assert not (folder / "results").exists()


def test_set_takes_lists_and_numbers_of_yaml(command, folder):
    data = command("run", "short", "--worlds", "5", "--set", "eu.defence_access=[SRB, ALB]", "--set", "eu.funding=1e-3", "--json").data
    manifest = load_results(data["folders"]["results"]).manifest
    assert manifest["levers"] == {"eu.defence_access": ["SRB", "ALB"], "eu.funding": 0.001}


def test_a_lever_set_twice_is_refused_beside_everything_else(command):
    done = command("run", "short", "--set", "eu.funding=1", "--set", "eu.funding=2", "--set", "eu.fundng=1", "--seed", "-1")
    assert done.code == 2
    assert "--set eu.funding: given twice" in done.err
    assert "nearest: eu.funding" in done.err
    assert "seed=-1" in done.err


def test_notices_are_told_once(command, folder):
    words = ("run", "short", "--worlds", "5", "--policy", "all", "--set", "eu.funding=1")
    done = command(*words)
    assert done.err.count("eu.funding is held by --set") == 1
    assert len([n for n in command(*words, "--json").data["notices"] if n.startswith("eu.funding")]) == 1


@pytest.mark.parametrize(
    "words",
    [
        ("run", "shrt"),
        ("run", "short", "--worlds", "0"),
        ("run", "short", "--worlds", "many"),
        ("run", "short", "--workers", "0"),
        ("run", "short", "--seed", "-1"),
        ("run", "short", "--policy", "cleer"),
        ("run", "short", "--policy", "all", "--policy", "cleer"),
        ("run", "short", "--wrlds", "5"),
        ("run",),
        ("explode",),
    ],
)
def test_bad_input_is_2_in_words_and_in_json(command, folder: Path, words):
    plain = command(*words)
    assert (plain.code, plain.out) == (2, "")
    assert plain.err
    assert "Traceback" not in plain.err
    told = command(*words, "--json")
    assert told.code == 2
    assert told.data["error"]["exit_code"] == 2
    assert told.data["error"]["message"]
    assert not (folder / "results").exists()


def test_the_nearest_name_is_offered(command):
    assert "nearest: baseline" in command("run", "basline").err
    assert "nearest: clear" in command("run", "short", "--policy", "cleer").err


def test_a_fault_of_the_program_is_neither_no_nor_bad_input(command, monkeypatch):
    monkeypatch.setattr("sim.running.run_job", lambda *_, **__: 1 / 0)
    done = command("run", "short", "--worlds", "5", "--json")
    assert done.code == 70
    assert done.data["error"]["kind"] == "defect"
    assert "ZeroDivisionError" in done.err


def test_a_dry_run_counts_the_parameters_that_are_drawn(command, folder):
    for more, belief in (((), "posterior"), (("--parameters", "prior"), "prior")):
        data = command("run", "short", "--worlds", "5", "--dry-run", "--json", *more).data["drawn_parameters"]
        assert data["belief"] == belief
        assert data["count"] == data["from_sample"] + data["from_priors"] + data["from_scenario"]
        assert (data["from_sample"] > 0) == (belief == "posterior")
    results = load_results(command("run", "short", "--worlds", "5", "--json").data["folders"]["results"])
    assert data["count"] == sum(name.startswith("parameters.") for name in results.worlds.columns)
    told = command("run", "short", "--worlds", "5", "--dry-run", "--parameters", "prior").out
    assert f"drawn per world, beside chance: branch.funding, {data['count']} uncertain parameters" in told
    assert f"({data['count']} from their priors)" in " ".join(told.split())


def test_a_scenario_that_draws_or_holds_a_parameter_is_counted(command, folder):
    names = [p.name for p in catalogue().parameters.values() if p.prior is not None and not isinstance(p.value, dict)][:2]
    before = command("run", "short", "--worlds", "5", "--dry-run", "--json").data["drawn_parameters"]
    low, high = catalogue().parameters[names[0]].range
    drawn = f"uncertain: {{parameters.{names[0]}: {{distribution: uniform, low: {low}, high: {high}}}}}"
    held = f"levers: {{parameters.{names[1]}: {catalogue().parameters[names[1]].value}}}"
    (folder / "own.yaml").write_text(f"extends: short\n{drawn}\n{held}\n", encoding="utf-8")
    after = command("run", "own", "--worlds", "5", "--dry-run", "--json").data["drawn_parameters"]
    assert (after["count"], after["from_scenario"]) == (before["count"] - 1, 1)


SAME = ("--set", "eu.defence_access=[SRB, ALB]", "--seed", "3", "--workers", "2", "--parameters", "prior", "--ledger")


def test_the_next_run_is_the_same_experiment_with_its_policies(command, folder):
    (line,) = (n for n in command("run", "short", "--worlds", "40", *SAME, "--json").data["next"] if n.startswith("balkansim run"))
    words = shlex.split(line)
    assert words[:5] == ["balkansim", "run", "short", "--policy", "all"]
    assert sorted(words[5:]) == sorted([*SAME, "--worlds", "40"])
    data = command(*words[1:], "--json").data
    manifest = load_results(data["folders"]["results"]).manifest
    assert (manifest["seed"], manifest["levers"], manifest["parameters"]) == (3, {"eu.defence_access": ["SRB", "ALB"]}, "prior")
    assert manifest["policies"] == ["none", "clear"]


def test_the_next_run_goes_beside_the_directory_of_this_one(command, folder):
    data = command("run", "short", "--worlds", "40", "--out", "my run", "--json").data
    (line,) = (n for n in data["next"] if n.startswith("balkansim run"))
    assert shlex.split(line)[-2:] == ["--out", "my run-policies"]
    assert command(*shlex.split(line)[1:]).code == 0


def test_a_command_to_copy_is_broken_between_words_only():
    command = shlex.join(["balkansim", "run", "short", *("--set", "eu.defence_access=[SRB, ALB, MKD, MNE]") * 4])
    assert typed(command).count(" \\\n") >= 2
    assert shlex.split(typed(command).replace(" \\\n", " ")) == shlex.split(command)
    assert all(len(shlex.split(line.rstrip("\\"))) > 0 for line in typed(command).splitlines())  # no quote is open at its end


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--worlds", "1e3"), "--worlds '1e3' is not a whole number; allowed: digits only, such as 1000; nearest: 1000"),
        (("--worlds", "1,000"), "--worlds '1,000' is not a whole number; allowed: digits only, such as 1000; nearest: 1000"),
        (("--seed", "x"), "--seed 'x' is not a whole number; allowed: digits only, such as 1000"),
        (("--workers", "1.5"), "--workers '1.5' is not a whole number; allowed: digits only, such as 1000"),
        (("--workers", "nan"), "--workers 'nan' is not a whole number; allowed: digits only, such as 1000"),
    ],
)
def test_what_is_no_number_is_told_in_our_words(command, words, told):
    assert command("run", "short", *words).err.splitlines()[0] == f"error: {told}"
    assert command("run", "short", *words, "--json").data["error"]["message"] == told


def test_an_outcome_that_is_not_known_names_the_one_that_was_meant(command, folder):
    command("run", "short", "--worlds", "5", "--out", "there")
    done = command("compare", "there", "there", "--outcome", "demokracy")
    assert done.code == 2
    assert "unknown outcome 'demokracy'; allowed: democracy, " in done.err
    assert "nearest: democracy\n" in done.err
    assert "balkansim names WORD" in done.err
