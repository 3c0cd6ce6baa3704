"""`balkansim compare`: directories and scenarios, paired by world."""

from __future__ import annotations

import pytest

from sim import compare, load_results
from sim.cli import main
from tests.cli.conftest import SHORT


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Directories of a reference and of a run with all its policies."""
    folder = tmp_path_factory.mktemp("compare")
    (folder / "short.yaml").write_text(SHORT, encoding="utf-8")
    assert main(["run", str(folder / "short.yaml"), "--worlds", "40", "--policy", "all", "--out", str(folder / "b")]) == 0
    return str(folder / "b.reference-baseline"), str(folder / "b")


def test_directories_say_what_python_says(command, runs):
    words = ("compare", *runs, "--outcome", "democracy", "--outcome", "eu.credibility", "--policy", "clear", "--window", "2024Q3:2025Q2")
    done = command(*words, "--json")
    assert (done.code, done.err) == (0, "")
    a, b = map(load_results, runs)
    expected = compare(a, b, "democracy", policy="clear", window=["2024Q3", "2025Q2"])
    rows = done.data["rows"]
    assert len(rows) == 7
    assert [r["difference"] for r in rows[:6]] == pytest.approx(expected["difference"].tolist())
    table = command(*words)
    assert table.code == 0
    assert "mean of 2024Q3 to 2025Q2" in table.out
    assert "North Macedonia" in table.out


def test_a_scenario_is_played_in_the_worlds_and_seed_of_the_directory(command, runs, folder):
    data = command("compare", "short", runs[1], "--json").data
    assert data["reference"]["seed"] == data["alternative"]["seed"] == 1
    assert {r["worlds"] for r in data["rows"]} == {40}
    assert {r["difference"] for r in data["rows"]} == {0.0}


def test_two_policies_of_one_scenario(command):
    data = command("compare", "short", "short", "--policy", "clear", "--worlds", "20", "--outcome", "SRB.eu_alignment", "--json").data
    assert len(data["rows"]) == 1
    assert data["rows"][0]["difference"] != 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--outcome", "democrazy"), "nearest: "),
        (("--window", "2024"), "2024"),
        (("--window", "2031Q1"), "outside the run"),
        (("--policy", "cleer"), "nearest: clear"),
        (("--worlds", "5"), "have worlds and a seed of their own"),
    ],
)
def test_what_cannot_be_compared_is_2(command, runs, words, told):
    done = command("compare", *runs, *words)
    assert (done.code, done.out) == (2, "")
    assert told in done.err


def test_a_folder_without_results_is_2(command, folder):
    (folder / "empty").mkdir()
    assert "no manifest.json" in command("compare", "short", "empty", "--worlds", "5").err
