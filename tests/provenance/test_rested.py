from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim.catalogue import STATES, catalogue
from sim.errors import InputError
from sim.provenance.mattering import Mattering, by_rank, mattering
from sim.provenance.rested import rested
from sim.provenance.starting import origins
from sim.provenance.tracing import figures_named
from sim.running import run
from sim.scenario import Scenario
from sim.starting import starting_value


@pytest.fixture(scope="module")
def shipped():
    return rested()


def test_every_parameter_and_lever_is_there(shipped):
    assert {p["name"] for p in shipped.parameters} == set(catalogue().parameters)
    assert {v["name"] for v in shipped.levers} == set(catalogue().levers)
    shares = shipped.shares
    assert shares["measured"] + shares["calibrated"] + shares["assumed"] == len(catalogue().parameters)
    assert shares["assumed_share"] == pytest.approx(shares["assumed"] / shares["parameters"])


def test_nothing_is_without_source_or_reason(shipped):
    assert [p["name"] for p in shipped.parameters if not (p["source"] or p["because"])] == []
    assert [s["variable"] for s in shipped.starting_values if not s["source"]] == []
    assert [f for f in shipped.figures if not (f["unit"] and f["source"] and f["licence"] and f["used_by"])] == []


@pytest.mark.parametrize("year", [2013, 2023])
def test_origins_name_the_very_figures_that_starting_values_are_made_of(year):
    found = origins(year)
    assert {s.variable for s in found} == {v.name for v in catalogue().variables.values() if not v.derived}
    for start in found:
        variable = catalogue().variables[start.variable]
        if start.status == "measured" and not {"map", "ratio_to"} & variable.initial.keys():
            value = starting_value(variable, year)
            assert start.figure.year <= year
            row = STATES.index(start.row) if start.row in STATES else 0
            assert float(np.ravel(value[row])[0]) == pytest.approx(start.figure.value)


def test_a_scenarios_own_start_is_said_to_be_its_own():
    found = {(s.variable, s.row): s.status for s in origins(2023, {"SRB.democracy": 0.3})}
    assert found["states.democracy", "SRB"] == "scenario"
    assert found["states.democracy", "ALB"] == "measured"


def test_figures_of_a_source_keep_to_its_entities_and_years():
    found = figures_named("figures vdem_libdem MKD 2016-2017")
    assert {(f.entity, f.year) for f in found} == {("MKD", 2016), ("MKD", 2017)}


def test_rooms_off_and_levers_set_are_told():
    text = "{name: bare, extends: baseline, start: 2024Q1, end: 2024Q4, levers: {mechanisms.hybrid: off, eu.funding: 2}}"
    found = rested(run(Scenario.from_text(text), worlds=64, levers={"us.engagement": 0.5}))
    assert found.about["rooms_off"] == ["hybrid"]
    assert not any(p["room"] == "hybrid" for p in found.parameters)
    assert {v["name"] for v in found.levers if v["set_by"] == "scenario"} == {"eu.funding", "us.engagement"}
    assert "too few" in found.mattering.why_not


def test_rank_correlation_finds_what_moves_the_outcome():
    rng = np.random.default_rng(1)
    x = pd.DataFrame(rng.random((400, 6)), columns=[f"parameters.accession.{k}" for k in "sdqmno"])
    y = np.exp(x["parameters.accession.s"]) + 0.5 * rng.random(400)
    found = by_rank(x, y.to_numpy())
    assert found["name"][0] == "parameters.accession.s"
    assert found["matters"][0]
    assert found["status"][0] == "assumed"
    assert not found["matters"].to_numpy()[-1]


def test_share_of_assumed_among_those_that_matter():
    rows = ({"name": "a", "status": "assumed"}, {"name": "b", "status": "calibrated"}, {"name": "branch.x", "status": "scenario"})
    assert Mattering("x", inputs=rows).assumed_share == 0.5
    assert Mattering("x").assumed_share is None


@pytest.mark.slow
def test_what_matters_for_a_run_is_found():
    found = mattering(run("baseline", worlds=1024), "mean.democracy")
    assert found.parameters
    assert 0 <= found.assumed_share <= 1


def test_without_the_packages_of_sensitivity_ranks_tell(monkeypatch):
    def missing(*_):
        raise InputError("this needs SALib; install it with: pip install 'balkansim[analysis]'")

    monkeypatch.setattr("sim.provenance.mattering._by_sensitivity", missing)
    text = "{name: two, extends: baseline, start: 2024Q1, end: 2024Q4, uncertain: {eu.funding: {distribution: uniform, low: 0, high: 3}}}"
    found = mattering(run(Scenario.from_text(text), worlds=128), "mean.prosperity")
    assert (found.method, found.worlds) == ("rank correlation", 128)
    assert found.tried > 100
