"""One world twice: where it parts, what happened, and what was booked that led there."""

import json

import numpy as np
import pytest

from sim import run
from sim.analysis.twin import twin, twins
from sim.catalogue import catalogue
from sim.cli import main
from sim.errors import InputError
from sim.running import make_job
from sim.scenario import Scenario

DATED = """
extends: baseline
end: 2026Q2
policies:
  later: {events: [{id: clear, at: 2026Q1, set: {eu.conditionality_clarity: 1.0}}]}
  crisis: {levers: {force.crisis.kosovo_serbia: [2025Q3]}}
  nothing: {levers: {}}
"""


@pytest.fixture(scope="module")
def job():
    return make_job(Scenario.from_text(DATED, "dated"), [0], 1, "all")


def test_worlds_do_not_part_before_the_policy_begins(job):
    found = twins(job, "none", job, "later", 7)
    assert found.trace == "2026Q1"
    assert found.quarter is None or found.quarter >= found.trace
    assert found.settings == ["eu.conditionality_clarity"]
    assert all(t.quarter >= "2026Q1" for t in found.events if t.where != "both")


def test_the_first_quarter_is_the_first_beyond_what_counts_as_the_same(job):
    found = twins(job, "none", job, "crisis", 7)
    results = run(job.scenario, [7], policy="crisis")
    apart = {}
    for name, variable in catalogue().region_outcomes.items():
        difference = np.abs(results.values(name, "crisis")[0] - results.values(name)[0])
        apart[name] = np.flatnonzero(difference > variable.same)
    first = min(int(a[0]) for a in apart.values() if a.size)
    assert results.quarters[first] >= found.quarter == "2025Q3"
    assert found.event.event == "crisis.kosovo_serbia"
    assert (found.event.quarter, found.event.where) == ("2025Q3", "alternative")
    assert {p.outcome for p in found.outcomes} >= {"kosovo_serbia.crisis"}


def test_bookings_up_to_the_divergence_sum_to_the_ledger(job):
    found = twins(job, "none", job, "crisis", 7)
    with_ledger = run(job.scenario, [7], policy="crisis", ledger=True).ledger
    one = found.bookings[0]
    for policy, booked in (("none", one.reference), ("crisis", one.alternative)):
        rows = with_ledger[(with_ledger["policy"] == policy) & (with_ledger["quarter"] <= found.quarter)]
        rows = rows[
            (rows["stock"] == one.stock) & (rows["actor"] == one.actor) & (rows["because"] == one.because) & (rows["room"] == one.room)
        ]
        assert rows["change"].sum() == pytest.approx(booked, abs=1e-12)
    assert one.difference == one.alternative - one.reference


def test_the_same_policy_never_parts(job):
    found = twins(job, "none", job, "nothing", 7)
    assert (found.trace, found.quarter, found.event, found.bookings, found.settings) == (None, None, None, [], [])
    assert {t.where for t in found.events} <= {"both"}


def test_what_cannot_be_twins():
    a, b = (run(Scenario.from_text("extends: baseline\nend: 2024Q1\n", "q"), 2, seed=seed) for seed in (1, 2))
    with pytest.raises(InputError, match="different seeds"):
        twin(a, b, 0)
    with pytest.raises(InputError, match="number of one world"):
        twin(a, a, -1)


def test_the_command(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dated.yaml").write_text(DATED)
    assert main(["twin", "dated.yaml", "--policy", "crisis", "-w", "7", "--json", "--figure", "twin.svg"]) == 0
    captured = capsys.readouterr()
    answer = json.loads(captured.out)
    assert (answer["world"], answer["quarter"], captured.err) == (7, "2025Q3", "")
    assert (tmp_path / "twin.svg").stat().st_size > 1000
    assert main(["twin", "dated.yaml", "--policy", "crisis", "-w", "7"]) == 0
    out = capsys.readouterr().out
    assert "they part in 2025Q3" in out
    assert "crisis.kosovo_serbia" in out
    assert main(["twin", "dated.yaml"]) == 2
    assert "with and without what?" in capsys.readouterr().err
    assert main(["twin", "dated.yaml", "--policy", "nothing"]) == 0
    assert "to the last digit" in capsys.readouterr().out
