"""Conditions say what they mean, and nothing in them is evaluated."""

import numpy as np
import pytest

from sim import run
from sim.analysis.condition import holds
from sim.errors import InputError
from sim.scenario import Scenario


@pytest.fixture(scope="module")
def results():
    return run(Scenario.from_text("extends: enlargement_veto\nend: 2026Q4\n", "short"), 64, policy="all")


def test_comparisons_by_quarter_mean_and_always(results):
    path = results.values("SRB.eu_alignment").astype(float)
    cut = float(np.median(path[:, -1]))
    at = results.quarters.index("2025Q1")
    assert np.array_equal(holds(f"SRB.eu_alignment < {cut}", results), path[:, -1] < cut)
    assert np.array_equal(holds(f"SRB.eu_alignment<={cut} at 2025Q1", results), path[:, at] <= cut)
    assert np.array_equal(holds(f"SRB.eu_alignment >= {cut} from 2024Q2 to 2025Q1", results), path[:, 1 : at + 1].mean(axis=1) >= cut)
    assert np.array_equal(holds(f"SRB.eu_alignment > {cut} ever", results), (path > cut).any(axis=1))
    assert np.array_equal(holds(f"SRB.eu_alignment > {cut} always", results), (path > cut).all(axis=1))
    assert np.array_equal(holds("change SRB.eu_alignment < -0.01", results), path[:, -1] - path[:, 0] < -0.01)


def test_and_or_not_and_brackets(results):
    a, b = holds("SRB.eu_alignment < 0.6", results), holds("mean.democracy > 0.41", results)
    c = holds("kosovo_serbia.crisis ever", results)
    assert np.array_equal(holds("SRB.eu_alignment < 0.6 and mean.democracy > 0.41 or kosovo_serbia.crisis ever", results), a & b | c)
    text = "SRB.eu_alignment < 0.6 and not (mean.democracy > 0.41 or kosovo_serbia.crisis ever)"
    assert np.array_equal(holds(text, results), a & ~(b | c))


def test_words_events_and_policies(results):
    policy = results.policies[1]
    stage = results.source.outcome(policy, "states", "accession_stage", 4)[:, -1]
    found = holds("MKD.accession_stage == negotiating", results, policy)
    from sim.analysis.ends import labels_of
    from sim.catalogue import catalogue

    labels = labels_of(catalogue().state_outcomes["accession_stage"])
    assert np.array_equal(found, stage == labels.index("negotiating"))
    events = results.events.query("policy == @policy and event.str.startswith('veto.MKD')")
    assert np.array_equal(holds("veto.MKD ever", results, policy), np.isin(np.arange(64), events["world"]))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("SRB.eu_aligment < 1", "nearest: eu_alignment"),
        ("SRB.eu_alignment", "the end cannot stand here"),
        ("SRB.eu_alignment < ", "allowed: a number"),
        ("SRB.eu_alignment < 0.4 at 2050Q1", "allowed: a quarter from 2024Q1 to 2026Q4"),
        ("SRB.eu_alignment < 0.4 from 2025Q1 to 2024Q1", "runs backwards"),
        ("SRB.eu_alignment < 0.4 xor", "allowed: and, or, the end"),
        ("(SRB.eu_alignment < 0.4", "allowed: and, or, )"),
        ("__import__('os')", "cannot be read"),
        ("MKD.accession_stage == membr", "nearest: member"),
    ],
)
def test_mistakes_say_what_is_allowed(results, text, said):
    with pytest.raises(InputError) as error:
        holds(text, results)
    assert said in str(error.value)
