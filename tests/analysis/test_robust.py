"""Regret is never negative, and nought for what dominates; shares, fronts and flips are those of known cases; searches keep to budgets."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import run
from sim.analysis.design_file import design_of
from sim.analysis.robust import Cases, cases_of_results, cases_of_sweep, robust
from sim.analysis.search import search
from sim.analysis.sweep import run_sweep
from sim.cli import main
from sim.errors import InputError
from sim.scenario import Scenario

SHORT = """
extends: us_election_2024
end: 2024Q2
"""
MAIN = "mean.eu_alignment"


def cases(values, **circumstances):
    values = np.asarray(values, dtype=float)
    frame = pd.DataFrame(circumstances or {"x": np.zeros(values.shape[1])})
    return Cases(tuple("abcdefgh"[: len(values)]), {MAIN: values}, frame)


@given(st.integers(2, 5), st.integers(1, 40), st.integers(0, 2**31))
@settings(max_examples=50, deadline=None)
def test_regret_and_shares_for_any_values(policies, count, seed):
    values = np.random.default_rng(seed).random((policies, count))
    table = robust(cases(values), [MAIN]).table
    assert (table["mean_regret"] >= 0).all()
    assert (table["max_regret"] >= table["mean_regret"]).all()
    assert table["best"].sum() == pytest.approx(1)
    assert table["max_regret"].min() <= table["max_regret"].max()
    best_everywhere = np.vstack([values, values.max(axis=0) + 0.1])
    found = robust(cases(best_everywhere), [MAIN])
    last = found.table.iloc[-1]
    assert (last["mean_regret"], last["max_regret"], last["best"]) == (0, 0, 1)
    assert found.leader == last["policy"]
    assert found.front == [found.leader]
    assert found.flips == []


def test_ties_within_what_counts_as_the_same_are_shared():
    table = robust(cases([[0.5, 0.5], [0.501, 0.9]]), [MAIN]).table
    assert table["best"].tolist() == [0.25, 0.75]
    assert table["max_regret"].tolist() == pytest.approx([0.4, 0.0])


def test_lower_can_be_better():
    values = np.array([[1.0, 2.0, 3.0], [3.0, 4.0, 5.0]])
    higher, lower = (robust(cases(values), [MAIN], {MAIN: d}) for d in ("higher", "lower"))
    assert (higher.leader, lower.leader) == ("b", "a")
    assert lower.table["worst_decile"][0] == pytest.approx(2.8)
    assert higher.table["worst_decile"][0] == pytest.approx(1.2)
    with pytest.raises(InputError, match="say which"):
        robust(Cases(("a", "b"), {"third_power_influence": values}, pd.DataFrame(index=range(3))), ["kfor.strength"])


def test_the_front_holds_what_no_other_beats_on_all():
    first, second = [[1.0], [2.0], [0.5]], [[2.0], [1.0], [0.5]]
    both = Cases(("a", "b", "c"), {MAIN: np.array(first), "mean.democracy": np.array(second)}, pd.DataFrame(index=range(1)))
    assert robust(both, [MAIN, "mean.democracy"]).front == ["a", "b"]


def test_a_known_threshold_is_found_and_chance_is_not():
    rng = np.random.default_rng(4)
    x, z = rng.random(2000), rng.random(2000)
    values = np.stack([np.full(2000, 0.5), 0.5 + 0.2 * (0.3 - x) + 0.05 * rng.standard_normal(2000)])
    found = robust(cases(values, x=x, z=z), [MAIN])
    assert found.leader == "a"
    assert [(f.name, f.rival) for f in found.flips] == [("x", "b")]
    assert found.flips[0].threshold == pytest.approx(0.3, abs=0.05)
    assert found.flips[0].where.startswith("below")
    assert found.flips[0].low > 0


def test_a_category_can_flip_the_ranking():
    who = np.repeat(["x", "y", None], 50)
    values = np.stack([np.full(150, 0.5), np.where(who == "y", 0.8, 0.2) + 0.01 * np.random.default_rng(1).random(150)])
    found = robust(cases(values, who=who), [MAIN])
    assert [(f.name, f.where, round(f.share, 2)) for f in found.flips] == [("who", "is y", 0.33)]


def test_cases_of_runs_are_their_common_worlds():
    scenario = Scenario.from_text(SHORT, "short")
    a, b = run(scenario, 64, policy="all"), run(scenario, 64, policy="all", levers={"eu.mediation": 0.9})
    found = cases_of_results([a, b], [MAIN], circumstances=["us.engagement"])
    assert found.alternatives == ("none", "coordination", "eu_prepares")
    assert found.values[MAIN].shape == (3, 128)
    assert {"branch.election", "us.engagement as it goes", "scenario"} <= set(found.circumstances.columns)
    assert np.array_equal(found.values[MAIN][1][:64], a.values(MAIN, "coordination")[:, -1].astype(float))
    with pytest.raises(InputError, match="one policy only"):
        cases_of_results([run(scenario, 64)], [MAIN])
    with pytest.raises(InputError, match="nearest: coordination"):
        cases_of_results([a], [MAIN], policies=["none", "coordinaton"])


SWEEP = """
levers:
  eu.mediation: {low: 0.0, high: 1.0, cost: 1}
  us.sanctions_on_spoilers: {low: 0.0, high: 1.0, cost: 1}
outcomes: [kosovo_serbia.normalisation]
window: 2024Q4
worlds: 64
design: {kind: full_factorial, levels: 2}
"""


def test_a_sweep_is_compared_by_policies_and_levers():
    found = cases_of_sweep(run_sweep(design_of(SWEEP)))
    assert found.alternatives[0] == "none"
    assert found.alternatives[1] == "eu.mediation=0, us.sanctions_on_spoilers=0"
    result = robust(found, ["kosovo_serbia.normalisation"])
    assert "eu.mediation=1" in result.leader


def test_the_search_is_repeatable_keeps_its_budget_and_beats_what_is_written():
    design = design_of(SWEEP)
    one, two = (search(design, "kosovo_serbia.normalisation", better="higher", evaluations=6, budget=0.4) for _ in range(2))
    assert one.settings == two.settings
    assert one.value == two.value > one.as_written
    assert one.cost <= 0.4 + 1e-9
    assert (one.evaluations, one.ended) == (6, "evaluations")
    free = search(design, "kosovo_serbia.normalisation", better="higher", evaluations=6)
    assert free.cost > 0.4
    assert free.value > one.as_written
    assert search(design, "kosovo_serbia.normalisation", better="higher", budget=0.0, evaluations=2).cost == 0
    assert search(design, "kosovo_serbia.normalisation", better="higher", seconds=0.0).ended == "time"
    with pytest.raises(InputError, match="nearest: mean"):
        search(design, "kosovo_serbia.normalisation", better="higher", aim="meen")


def test_the_command(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "short.yaml").write_text(SHORT)
    (tmp_path / "sweep.yaml").write_text(SWEEP)
    words = ["robust", "short.yaml", "-n", "64", "--outcome", MAIN, "--outcome", "mean.stability"]
    assert main([*words, "--json"]) == 0
    captured = capsys.readouterr()
    answer = json.loads(captured.out)
    assert captured.err == ""
    assert len(answer["table"]) == 6
    assert main([*words, "--figure", "front.svg"]) == 0
    assert "best in" in capsys.readouterr().out
    assert (tmp_path / "front.svg").exists()
    assert main(["robust", "sweep.yaml", "--search", "--evaluations", "4", "--budget", "0.5", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["evaluations"] == 4
    assert main(["robust", "short.yaml", "-n", "8", "--better", "x=up"]) == 2
    assert main(["robust", str(tmp_path)]) == 2
