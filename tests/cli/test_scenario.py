"""`balkansim scenario`: list, check, show, schema, new."""

from __future__ import annotations

import os

import pytest

from sim.scenario import load_scenario, shipped_names

WRONG = """\
name: wrong
extends: baseline
levers:
  eu.veto_propensty: 2
  eu.mediation: 7
  eu: {funding: 1}
  eu.council_rule: NO
events:
  - {id: late, at: 2026-01, set: {russia.effort: 2}}
"""


def test_five_mistakes_are_told_at_once_on_stdout(command, folder):
    (folder / "wrong.yaml").write_text(WRONG, encoding="utf-8")
    done = command("scenario", "check", "wrong.yaml")
    assert (done.code, done.err) == (2, "")
    lines = done.out.splitlines()
    assert len(lines) == 5
    assert [line.split(":")[1] for line in lines] == ["4", "5", "6", "7", "9"]
    assert all(line.startswith("wrong.yaml:") and line.split(":")[2].isdigit() for line in lines)
    assert "nearest: eu.veto_propensity" in lines[0]
    data = command("scenario", "check", "wrong.yaml", "short.yaml", "--json")
    assert data.code == 2
    assert [len(f["findings"]) for f in data.data["files"]] == [5, 0]
    assert data.data["valid"] is False


def test_what_is_right_is_0_and_said_in_a_line_each(command, folder):
    done = command("scenario", "check", "short.yaml", "baseline")
    assert (done.code, done.out, done.err) == (0, "short.yaml: nothing wrong\nbaseline: nothing wrong\n", "")
    assert command("scenario", "check", "short", "--json").data["valid"] is True
    (folder / "wrong.yaml").write_text(WRONG, encoding="utf-8")
    done = command("scenario", "check", "short.yaml", "wrong.yaml")
    assert done.code == 2
    assert len(done.out.splitlines()) == 6


def test_check_says_what_has_no_effect(command, folder):
    (folder / "idle.yaml").write_text("name: idle\nlevers: {mechanisms.hybrid: off, force.secession: 2025Q1, threats.hybrid: 2}", "utf-8")
    done = command("scenario", "check", "idle.yaml")
    assert (done.code, done.out) == (0, "idle.yaml: nothing wrong\n")
    assert done.err == "note: idle.yaml: threats.hybrid: no effect, the room hybrid is off\n"
    (file,) = command("scenario", "check", "idle.yaml", "--json").data["files"]
    assert file["notices"] == ["threats.hybrid: no effect, the room hybrid is off"]


def test_a_missing_file_is_a_finding(command):
    done = command("scenario", "check", "nowhere.yaml")
    assert done.code == 2
    assert "no scenario 'nowhere.yaml'" in done.out


def test_list_shows_the_shipped_and_those_of_this_folder(command, folder):
    (folder / "compose.yaml").write_text("services: {}\n", encoding="utf-8")
    data = command("scenario", "list", "--json").data["scenarios"]
    assert [s["name"] for s in data] == ["short", *shipped_names()]
    assert [s["shipped"] for s in data] == [False] + [True] * len(shipped_names())
    assert all(s["title"] and s["question"] for s in data)
    shown = command("scenario", "list")
    assert "short (here)" in shown.out
    assert max(map(len, shown.out.splitlines())) <= 100


def test_list_names_files_with_mistakes_and_leaves_out_what_is_no_scenario(command, folder):
    (folder / "wrong file.yaml").write_text(WRONG, encoding="utf-8")
    (folder / "sweep.yaml").write_text("scenarios: [short]\nlevers: {eu.funding: [1, 2]}\n", encoding="utf-8")
    (folder / "link.yaml").symlink_to("nowhere.yaml")
    os.mkfifo(folder / "pipe.yaml")
    shown = command("scenario", "list")
    assert (shown.code, shown.err) == (0, "")
    assert "wrong file (here)" in shown.out
    assert "has mistakes: see `balkansim scenario check 'wrong file.yaml'`" in shown.out
    assert not any(name in shown.out for name in ("sweep", "pipe", "link"))
    data = command("scenario", "list", "--json").data
    assert data["with_mistakes"] == [{"name": "wrong file", "file": "wrong file.yaml", "mistakes": 5}]
    assert [s["name"] for s in data["scenarios"]] == ["short", *shipped_names()]


def test_a_file_in_place_of_a_shipped_scenario_is_said(command, folder):
    (folder / "baseline.yaml").write_text("extends: baseline\ntitle: Mine\n", encoding="utf-8")
    told = "baseline.yaml is used in place of the shipped scenario 'baseline'; give it another name to use the shipped one"
    listed, shown = command("scenario", "list"), command("scenario", "show", "baseline")
    assert listed.err == shown.err == f"note: {told}\n"
    assert "baseline (here)" in listed.out
    assert command("scenario", "list", "--json").data["notices"] == [told]
    assert command("scenario", "show", "baseline", "--json").data["notices"] == [told]
    assert command("scenario", "check", "short").err == f"note: short: {told}\n"
    assert command("run", "short", "--worlds", "5").err == f"note: {told}\n"
    (folder / "baseline.yaml").write_text("title: [\n", encoding="utf-8")
    assert command("scenario", "list", "--json").data["with_mistakes"] == [
        {"name": "baseline", "file": "baseline.yaml", "mistakes": 1},
        {"name": "short", "file": "short.yaml", "mistakes": 1},
    ]


@pytest.mark.parametrize("name", ["baseline", "enlargement_veto"])
def test_new_refuses_the_name_of_a_shipped_scenario(command, folder, name):
    done = command("scenario", "new", name)
    assert (done.code, done.out) == (2, "")
    assert f"'{name}' is the name of a shipped scenario" in done.err
    assert "choose another name" in done.err
    assert not (folder / f"{name}.yaml").exists()


def test_show_as_yaml_is_the_same_scenario(command, folder):
    done = command("scenario", "show", "short", "--yaml")
    (folder / "again.yaml").write_text(done.out, encoding="utf-8")
    again, first = load_scenario("again.yaml").plan("clear"), load_scenario("short").plan("clear")
    assert (again.levers, again.branches, again.start, again.end) == (first.levers, first.branches, first.start, first.end)


def test_show_names_what_a_policy_sets(command):
    plain, policy = command("scenario", "show", "short"), command("scenario", "show", "short", "--policy", "clear")
    assert "eu.veto_propensity" in plain.out
    assert "eu.conditionality_clarity" not in plain.out
    assert "eu.conditionality_clarity" in policy.out
    settings = {s["name"]: s["value"] for s in command("scenario", "show", "short", "--policy", "clear", "--json").data["settings"]}
    assert settings["eu.conditionality_clarity"] == "0.9"
    assert command("scenario", "show", "short", "--policy", "cleer").code == 2


def test_new_writes_a_file_that_checks_clean_and_never_overwrites(command, folder):
    assert command("scenario", "new", "mine").code == 0
    assert command("scenario", "check", "mine.yaml").code == 0
    (folder / "mine.yaml").write_text("name: kept\n", encoding="utf-8")
    again = command("scenario", "new", "mine")
    assert again.code == 2
    assert (folder / "mine.yaml").read_text(encoding="utf-8") == "name: kept\n"
    assert command("scenario", "new", "../mine").code == 2


def test_the_schema_accepts_what_ships(command):
    jsonschema = pytest.importorskip("jsonschema")
    import yaml

    schema = command("scenario", "schema").data
    assert schema == command("scenario", "schema", "--json").data
    document = yaml.safe_load(command("scenario", "show", "short", "--yaml").out)
    jsonschema.Draft202012Validator(schema).validate(document)
