"""Tables: plain columns, one row per world and quarter, spells that say until when."""

import numpy as np
import pandas as pd
import pytest

from sim import load_results, run
from sim.catalogue import STATES, catalogue


@pytest.fixture(scope="module")
def results():
    return run("enlargement_veto", 70, seed=3)


def test_states_and_region_have_one_row_per_quarter(results):
    assert len(results.states) == 70 * 44 * 6
    assert len(results.region) == 70 * 44
    first = results.states.head(6)
    assert list(first["state"]) == list(STATES)
    assert set(first["quarter"]) == {"2024Q1"}
    assert results.states["world"].dtype == np.int64
    assert list(results.states.columns[:5]) == ["scenario", "policy", "world", "quarter", "state"]
    assert list(results.region.columns[:4]) == ["scenario", "policy", "world", "quarter"]


def test_types_are_as_declared(results):
    for name in ("crisis", "vetoed", "government_changed"):
        assert results.states[name].dtype == bool
    for name in ("kosovo_serbia.crisis", "republika_srpska.seceded"):
        assert results.region[name].dtype == bool
    assert set(results.states["accession_stage"]) <= {"potential_candidate", "candidate", "negotiating", "closing", "member"}
    for name, variable in catalogue().state_outcomes.items():
        if variable.type == "float":
            assert pd.api.types.is_float_dtype(results.states[name]), name


def test_every_outcome_has_a_column(results):
    assert set(catalogue().state_outcomes) <= set(results.states.columns)
    assert set(catalogue().region_outcomes) <= set(results.region.columns)


def test_regional_means_restate_the_states(results):
    by_quarter = results.states.groupby(["world", "quarter"])
    region = results.region.set_index(["world", "quarter"])
    for mean, of in (
        ("alignment", "eu_alignment"),
        ("stability", "stability"),
        ("third_power_influence",) * 2,
        ("eu.credibility", "membership_credibility"),
    ):
        assert np.allclose(by_quarter[of].mean().sort_index(), region[mean].sort_index(), atol=1e-5), mean
    assert np.allclose(region["nato.presence"], region["kfor.strength"] + region["eufor.strength"], atol=1e-5)
    assert np.allclose(results.states["capability_gap"], 1 - results.states["readiness"], atol=1e-6)


def test_spells_say_until_when(results):
    events = results.events
    spells = events[events["event"].str.startswith("veto.")]
    ended = spells.dropna(subset=["until"])
    assert len(ended)
    assert (ended["until"] >= ended["quarter"]).all()
    lifted = events[events["event"].str.startswith("veto_lifted.")]
    one = lifted.iloc[0]
    name = one["event"].replace("veto_lifted", "veto")
    same = spells[(spells["world"] == one["world"]) & (spells["event"] == name) & (spells["until"] == one["quarter"])]
    began_before_the_run = not ((spells["world"] == one["world"]) & (spells["event"] == name)).any()
    assert len(same) == 1 or began_before_the_run
    assert events.loc[~events["event"].str.startswith(("veto.", "objection.")), "until"].isna().all()


def test_disk_holds_the_same_tables(results, tmp_path):
    there = run("enlargement_veto", 70, seed=3, out=tmp_path / "run")
    again = load_results(tmp_path / "run")
    for name in ("states", "region", "worlds", "events"):
        pd.testing.assert_frame_equal(getattr(results, name), getattr(again, name))
        pd.testing.assert_frame_equal(getattr(results, name), getattr(there, name))
    assert np.array_equal(results.values("SRB.eu_alignment"), again.values("SRB.eu_alignment"))


def test_policies_and_branches_are_columns():
    results = run("us_election_2024", 64, policy="all")
    assert set(results.states["policy"]) == set(results.policies)
    branches = [c for c in results.worlds.columns if c.startswith("branch.")]
    assert branches
    assert results.worlds[branches[0]].nunique() == 2


def test_the_ledger_table_closes():
    results = run("baseline", 3, ledger=True)
    ledger = results.ledger
    booked = ledger[ledger["stock"] == "democracy"].groupby(["world", "actor"])["change"].sum()
    last = results.states[results.states["quarter"] == "2034Q4"].set_index(["world", "state"])["democracy"]
    first_quarter = ledger[(ledger["stock"] == "democracy") & (ledger["quarter"] == "2024Q1")].groupby(["world", "actor"])["change"].sum()
    first = results.states[results.states["quarter"] == "2024Q1"].set_index(["world", "state"])["democracy"]
    moved = (last - first).sort_index().to_numpy()
    assert np.allclose(moved, (booked - first_quarter).sort_index().to_numpy(), atol=1e-5)
    assert {"room", "stock", "actor", "change", "because"} <= set(ledger.columns)
