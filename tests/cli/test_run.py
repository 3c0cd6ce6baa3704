"""`balkansim run`: what it prints, where it writes, how it continues, what it refuses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim import compare, load_results
from sim.catalogue import STATE_NAMES, STATES
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
