"""Rankings recover what a known function depends on; designs agree with closed forms."""

import json

import numpy as np
import pandas as pd
import pytest

from sim import run
from sim.analysis.sensitivity import assumed_share, bins, first_order, sensitivity
from sim.cli import main
from sim.errors import InputError
from sim.running import make_job
from sim.scenario import Scenario

SHORT = "extends: us_election_2024\nend: 2025Q2\n"


@pytest.fixture(scope="module")
def results():
    pytest.importorskip("SALib")
    return run(Scenario.from_text(SHORT, "short"), 256)


def test_first_order_of_a_linear_function_is_the_share_of_its_variance():
    rng = np.random.default_rng(3)
    x = rng.random((20_000, 3))
    y = 2 * x[:, 0] + x[:, 1]
    found = [first_order(bins(pd.Series(x[:, i]), len(y)), y) for i in range(3)]
    assert found == pytest.approx([0.8, 0.2, 0.0], abs=0.02)


def test_what_drives_an_outcome_ranks_first_and_chance_is_not_taken_for_a_cause(results):
    frame = sensitivity(results, "western_leverage", only=["transatlantic", "council", "branch.election"])
    assert set(frame[frame["matters"]]["name"]) >= {"branch.election", "parameters.transatlantic.eu_alone"}
    assert list(frame["rank"]) == list(range(1, len(frame) + 1))
    assert (frame["first_low"] <= frame["first_order"]).all()
    assert (frame["first_order"] <= frame["first_high"]).all()
    assert (frame["rank_low"] <= frame["rank_high"]).all()
    assert not frame[frame["name"].str.contains("council")]["matters"].any()
    alone = frame.set_index("name").loc["parameters.transatlantic.eu_alone"]
    assert alone["high"] > alone["low"]
    assert 0 <= assumed_share(frame) <= 1


def test_a_branch_is_an_input(results):
    frame = sensitivity(results, "us.engagement", only=["branch.election"]).set_index("name")
    row = frame.loc["branch.election"]
    assert row["matters"]
    assert (row["low_at"], row["high_at"], row["status"]) == ("transactional", "continuity", "scenario")


@pytest.mark.slow
def test_delta_is_computed_for_the_highest_only(results):
    state = np.random.get_state()[1].copy()  # noqa: NPY002 -- the shared generator must be left as it was
    frame = sensitivity(results, "western_leverage", only=["transatlantic.eu_alone", "transatlantic.us_alone"], deltas=1)
    assert frame["delta"].notna().sum() == 1
    assert 0 < frame["delta"].max() <= 1
    assert np.array_equal(np.random.get_state()[1], state)  # noqa: NPY002


@pytest.mark.slow
def test_the_change_against_another_run_can_be_the_outcome(results):
    other = run(Scenario.from_text(SHORT, "short"), 256, levers={"transatlantic.coordination": 0.9})
    frame = sensitivity(other, "western_leverage", against=results, only=["transatlantic"])
    assert frame.iloc[0]["name"] == "parameters.transatlantic.complement"
    with pytest.raises(InputError, match="same in every world"):
        sensitivity(results, "western_leverage", against=results)


def test_what_cannot_be_ranked(results):
    with pytest.raises(InputError, match="nothing is drawn under the name"):
        sensitivity(results, "western_leverage", only=["nonsense"])
    with pytest.raises(InputError, match="too few"):
        sensitivity(run(Scenario.from_text(SHORT, "short"), 64), "western_leverage")
    with pytest.raises(InputError, match="is a word"):
        sensitivity(results, "SRB.accession_stage")


def test_sobol_indices_of_an_analytic_function():
    sample = pytest.importorskip("SALib.sample.sobol")
    from sim.analysis.sobol import analysed

    problem = {"num_vars": 3, "names": ["a", "b", "c"], "bounds": [[-np.pi, np.pi]] * 3}
    x = sample.sample(problem, 2048, calc_second_order=False, seed=1)
    y = np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])  # Ishigami & Homma 1990
    frame = analysed(problem, y).set_index("name")
    assert frame["first_order"][["a", "b", "c"]].tolist() == pytest.approx([0.314, 0.442, 0.0], abs=0.02)
    assert frame["total"][["a", "b", "c"]].tolist() == pytest.approx([0.558, 0.442, 0.244], abs=0.03)


def test_a_sobol_design_runs_in_the_same_worlds():
    pytest.importorskip("SALib")
    from sim.analysis.sobol import rooms_of, sobol

    scenario = Scenario.from_text("extends: baseline\nend: 2024Q1\n", "quarter")
    job = make_job(scenario, 64)
    names = ("transatlantic.eu_alone", "transatlantic.us_alone", "council.h")
    frame = sobol(job, "western_leverage", {n: [n] for n in names}).set_index("name")
    assert frame.loc["council.h", ["first_order", "total"]].tolist() == [0, 0]  # the first quarter's leverage rests on no vote
    assert frame.loc["transatlantic.eu_alone", "total"] > 0.2
    assert set(rooms_of(job)) >= {"transatlantic", "council"}
    with pytest.raises(InputError, match="2\\^k"):
        sobol(make_job(scenario, 100), "western_leverage")
    with pytest.raises(InputError, match="unknown uncertain parameter"):
        sobol(job, "western_leverage", {"x": ["council.nothing"]})


def test_the_command_prints_json_and_nothing_else(tmp_path, monkeypatch, capsys):
    pytest.importorskip("SALib")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "short.yaml").write_text(SHORT)
    assert main(["sensitivity", "short.yaml", "western_leverage", "-n", "128", "--only", "transatlantic", "--json"]) == 0
    captured = capsys.readouterr()
    answer = json.loads(captured.out)
    assert captured.err == ""
    assert len(answer["inputs"]) == answer["inputs"][-1]["rank"]
    assert all(row["name"].startswith("parameters.transatlantic.") for row in answer["inputs"])
    assert main(["sensitivity", "short.yaml", "western_leverage", "-n", "128", "--only", "transatlantic", "--figure", "t.svg"]) == 0
    assert "transatlantic.eu_alone" in capsys.readouterr().out
    assert (tmp_path / "t.svg").exists()
    assert main(["sensitivity", "short.yaml", "western_leverag", "--json"]) == 2
    assert "nearest: western_leverage" in json.loads(capsys.readouterr().out)["error"]["message"]


def test_a_sobol_design_from_the_command_line(tmp_path, monkeypatch, capsys):
    pytest.importorskip("SALib")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "quarter.yaml").write_text("extends: baseline\nend: 2024Q1\n")
    words = ["sensitivity", "quarter.yaml", "western_leverage", "--sobol", "--only", "transatlantic.eu_alone", "--only", "council"]
    assert main([*words, "-n", "64", "--json", "--figure", "s.svg"]) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)["inputs"][0]["name"] == "transatlantic.eu_alone"
    assert captured.err == ""
    assert (tmp_path / "s.svg").stat().st_size > 1000
    assert main([*words, "--delta", "3"]) == 2
