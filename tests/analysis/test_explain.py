"""Causes sum to the difference, for stocks, for what is derived from them, for signals, and over time."""

import json
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from sim import explain, run
from sim.analysis.explain import Side, explain_change, explained, job_of
from sim.catalogue import catalogue
from sim.cli import main
from sim.errors import InputError
from sim.play import play
from sim.scenario import Scenario

QUICK = ("SRB.eu_alignment", "crisis", "nato.presence", "western_leverage", "SRB.third_power_influence", "SRB.reform_effort")
FURTHER = (
    *("democracy", "kosovo_serbia.tension", "nato.deterrence", "SRB.capability_gap", "capability_gap", "stability", "eu.credibility"),
    *("third_power_influence", "MKD.vetoed", "republika_srpska.secession_risk", "formats.efficiency", "hybrid_damage"),
)


def short(parent, worlds, **more):
    """A run of a shipped scenario over two years."""
    return run(Scenario.from_text(f"extends: {parent}\nend: 2025Q4\n", parent), worlds, **more)


@pytest.fixture(scope="module")
def runs():
    shocks = {"initial.SRB.democracy": 0.01, "powers.active": ["CHN"], "formats.count": 3}
    levers = {k: v for k, v in shocks.items() if k.startswith("initial") or k in catalogue().levers}
    return short("us_continuity", range(40, 70)), short("us_withdrawal", range(40, 70), levers=levers)


@pytest.fixture(scope="module")
def calm():
    """Eight worlds of the baseline."""
    return short("baseline", 8)


@cache
def paths(results):
    """Every variable as the engine computed it, in doubles to average over, played once for all tests of a run."""
    job = job_of(results)
    (task,) = job.tasks(job.plans[0], results.world_numbers().tolist())
    found = play(replace(task, paths=tuple(v.name for v in catalogue().variables.values() if v.kind != "derived"))).paths
    return {name: values.astype(float) for name, values in found.items()}


def level(results, outcome, quarter):
    """The mean over worlds of an outcome."""
    kinds = catalogue()
    state, name = outcome.split(".", 1) if outcome[:3].isupper() else ("mean", outcome)
    found = kinds.region_outcomes.get(name) or kinds.state_outcomes[name]
    names = found.derived[1:] if found.kind == "derived" else (found.name,)
    values = [paths(results)[n][results.quarters.index(quarter) + 1] for n in names]
    how = found.derived[0] if found.kind == "derived" else "sum"
    total = {"one_minus": lambda v: 1 - v[0], "spread": lambda v: v[0].std(axis=0)}.get(how, sum)(values)
    if total.ndim == 1:
        return float(total.mean())
    rows = ("ALB", "BIH", "XKX", "MNE", "MKD", "SRB")
    return float(total[rows.index(state)].mean() if state in rows else total.mean())


SIGNALS = {v.published for v in catalogue().variables.values() if v.kind == "signal"}


@pytest.mark.parametrize("outcome", [*QUICK, *(pytest.param(o, marks=pytest.mark.slow) for o in FURTHER)])
def test_causes_sum_to_the_difference(runs, outcome):
    a, b = runs
    frame = explain(a, b, outcome, until="2025Q3")
    difference = level(b, outcome, "2025Q3") - level(a, outcome, "2025Q3")
    dropped = 1e-8 if outcome in SIGNALS else 1e-9  # of a signal, what is smaller is rounding and has no row
    assert frame["difference"].sum() == pytest.approx(difference, abs=dropped)
    assert frame["alternative"].sum() == pytest.approx(level(b, outcome, "2025Q3"), abs=dropped)
    assert frame["reference"].sum() == pytest.approx(level(a, outcome, "2025Q3"), abs=1e-7)


@pytest.mark.parametrize("outcome", ["SRB.eu_alignment", "western_leverage", "alignment_dispersion"])
def test_causes_sum_to_the_change_over_time(runs, outcome):
    _, b = runs
    frame = explain_change(b, outcome, since="2024Q3", until="2025Q3")
    assert frame["difference"].sum() == pytest.approx(level(b, outcome, "2025Q3") - level(b, outcome, "2024Q3"), abs=1e-9)


def test_a_change_from_the_start_leaves_the_start_out(runs):
    frame = explain_change(runs[0], "SRB.democracy")
    start = frame[frame["room"] == "start"].iloc[0]
    assert start["difference"] == 0
    assert start["reference"] == start["alternative"] > 0


def test_clipping_and_starting_values_are_bars_of_their_own(runs):
    frame = explain(*runs, "SRB.democracy").set_index("room")
    assert frame.loc["start", "difference"] < 0
    assert frame.loc["clipping", "because"] == "bounds"


def test_clamps_and_events_are_bars_of_their_own(calm):
    b = short("baseline", 8, levers={"clamp.SRB.eu_alignment": 0.2, "force.crisis.kosovo_serbia": ["2024Q3"]})
    frame = explain(calm, b, "SRB.eu_alignment").set_index("room")
    assert "clamp" in frame.index
    assert frame["alternative"].sum() == pytest.approx(0.2, abs=1e-7)
    assert "events" in set(explain(calm, b, "kosovo_serbia.crisis", until="2024Q3")["room"])


def test_a_clamped_signal_is_laid_to_the_clamp(calm):
    b = short("baseline", 8, levers={"clamp.western_leverage": 0.1})
    frame = explain(calm, b, "western_leverage", until="2024Q1").set_index("room")
    assert frame.loc["setting", "difference"] == pytest.approx(frame["difference"].sum(), abs=1e-12)
    assert frame["alternative"].sum() == pytest.approx(0.1, abs=1e-7)


def test_a_signal_whose_room_is_off_is_explained_too(calm):
    b = short("baseline", 8, levers={"mechanisms.outside_powers": "off"})
    frame = explain(calm, b, "third_power_influence", until="2025Q1")
    assert set(frame["room"]) <= {"level", "setting", "together", "stock", "signal", "decision", "lever", "parameter"}
    difference = level(b, "third_power_influence", "2025Q1") - level(calm, "third_power_influence", "2025Q1")
    assert frame["difference"].sum() == pytest.approx(difference, abs=1e-9)


def test_an_input_that_alone_differs_explains_everything(calm):
    b = short("baseline", 8, levers={"clamp.us.engagement": 0.1})
    frame = explain(calm, b, "western_leverage", until="2024Q2").set_index("because")
    assert frame.loc["us.engagement", "difference"] < -0.1
    alone = frame.loc["us.engagement", "difference"] / frame["difference"].sum()
    assert alone > 0.9
    assert frame.loc["us.engagement", "to"] == pytest.approx(0.1)


@pytest.mark.slow
def test_nothing_differs_between_a_run_and_itself(runs):
    a, _ = runs
    for outcome in ("SRB.eu_alignment", "western_leverage"):
        assert np.allclose(explain(a, a, outcome)["difference"], 0, atol=1e-15)


def test_what_cannot_be_explained_says_why(runs):
    with pytest.raises(InputError, match="is a word, not a number; allowed: accession"):
        explain(*runs, "SRB.accession_stage")
    with pytest.raises(InputError, match="runs backwards"):
        explain_change(runs[0], "SRB.democracy", since="2025Q1", until="2024Q1")
    with pytest.raises(InputError, match="different seeds"):
        explain(runs[0], short("baseline", range(40, 70), seed=2), "SRB.democracy")


@pytest.mark.slow
def test_several_chunks_are_summed():
    worlds = [3, 70, 1500]
    job = job_of(short("baseline", [0]))
    other = job_of(short("us_withdrawal", [0]))
    whole = explained(Side(job, "none", 3), Side(other, "none", 3), "western_leverage", worlds)
    single = [explained(Side(job, "none", 3), Side(other, "none", 3), "western_leverage", [w]) for w in worlds]
    assert whole["difference"].sum() == pytest.approx(np.mean([f["difference"].sum() for f in single]), abs=1e-12)


def test_the_command_for_two_runs_one_run_and_signals(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.yaml").write_text("extends: us_continuity\nend: 2024Q4\n")
    (tmp_path / "b.yaml").write_text("extends: us_transactional\nend: 2024Q4\n")
    assert main(["explain", "a.yaml", "b.yaml", "western_leverage", "SRB.democracy", "-n", "16", "--json"]) == 0
    captured = capsys.readouterr()
    answer = json.loads(captured.out)
    assert captured.err == ""
    assert [o["outcome"] for o in answer["outcomes"]] == ["western_leverage", "SRB.democracy"]
    assert sum(c["difference"] for c in answer["outcomes"][1]["causes"]) == pytest.approx(answer["outcomes"][1]["difference"])
    assert main(["explain", "b.yaml", "western_leverage", "-n", "16", "--since", "2024Q1", "--figure", "why.svg"]) == 0
    assert "change from 2024Q1 to 2024Q4" in " ".join(capsys.readouterr().out.split())
    assert (tmp_path / "why.svg").exists()
    assert main(["explain", "a.yaml", "b.yaml", "-n", "16"]) == 2
    assert "no outcome is named" in capsys.readouterr().err
    assert main(["explain", "a.yaml", "b.yaml", "democracy", "--since", "2024Q1"]) == 2
