"""The printed answer: its sentence follows from the numbers, its counts sum to 100, its events are those of the table."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sim import load_scenario, run
from sim.analysis.happenings import shares
from sim.analysis.summary import FEW, REGION, Measure, Row, answer_of, measure_of, number, of_hundred, row_of, sentence, summarise, words
from sim.catalogue import STATE_NAMES, STATES, catalogue
from sim.errors import InputError
from sim.scenario import Scenario

ALIGNMENT = measure_of("eu_alignment")
CHANGES = arrays(float, (6, 40), elements=st.floats(-0.5, 0.5, allow_nan=False))


def rows_of(changes: np.ndarray, outcome: str = "eu_alignment") -> list[Row]:
    variable = catalogue().state_outcomes[outcome]
    return [row_of(s, STATE_NAMES[s], 0.5 + c, c, variable) for s, c in zip(STATES, changes, strict=True)]


def said(changes: np.ndarray, measure: Measure = ALIGNMENT) -> str:
    return sentence(rows_of(changes, measure.outcome), measure, "2034Q4", "baseline", changes.shape[1])


@settings(max_examples=25, deadline=None)
@given(CHANGES)
def test_the_sentence_names_the_state_direction_size_and_counts_of_the_numbers(changes):
    rows, text = rows_of(changes), said(changes)
    most = max(rows, key=lambda r: abs(r.change))
    if not most.moves:
        assert text.startswith("No state's EU alignment")
        assert most.label in text
        return
    mean = changes[STATES.index(most.name)].mean()
    direction, other = ("higher", "lower") if mean > 0 else ("lower", "higher")
    found = re.match(rf"{most.label}'s EU alignment is on average ([0-9.]+) {direction} at the end of 2034Q4 than in baseline", text)
    assert found
    assert float(found[1]) == pytest.approx(abs(mean), abs=0.00051)
    judged = "better" if mean > 0 else "worse"
    assert f"({judged})" in text
    counted = re.search(rf"{direction} in (\d+) of 100 worlds, {other} in (\d+)", text)
    assert counted
    own = changes[STATES.index(most.name)]
    beyond = [100 * np.mean(own > ALIGNMENT.same), 100 * np.mean(own < -ALIGNMENT.same)]
    assert [int(counted[1]), int(counted[2])] == pytest.approx(beyond if mean > 0 else beyond[::-1], abs=1)


@settings(max_examples=15, deadline=None)
@given(CHANGES)
def test_only_states_that_move_are_said_to_move(changes):
    rows, text = rows_of(changes), said(changes)
    tail = text.split(";", 1)[1] if ";" in text else ""
    most = max(rows, key=lambda r: abs(r.change))
    if most.moves:
        for row in rows:
            if row is not most:
                assert (row.label in tail) == row.moves


def test_a_flipped_sign_flips_the_sentence():
    changes = np.tile(np.linspace(0.01, 0.2, 40), (6, 1)) * np.arange(1, 7)[:, None] / 6
    assert "Serbia's EU alignment is on average 0.105 higher" in said(changes)
    assert "Serbia's EU alignment is on average 0.105 lower" in said(-changes)
    assert "(better)" in said(changes)
    assert "(worse)" in said(-changes)
    assert "(better)" in said(-changes, measure_of("nationalism"))
    assert "(better)" in said(-changes, measure_of("eu_alignment", "lower"))
    assert "(" not in said(changes, measure_of("defence_spending")).split(";")[0]


def test_nothing_beyond_the_noise_is_called_nothing():
    noise = np.random.default_rng(1).normal(0, 0.1, (6, 400))
    noise -= noise.mean(axis=1, keepdims=True)
    assert "by more than chance" in said(noise)
    assert "by more than chance" in said(np.full((6, 400), 0.5 * ALIGNMENT.same))  # certain, but too small to count


def test_where_nothing_moves_as_written_the_strongest_policy_answers():
    still, weak, strong = (rows_of(np.full((6, 40), c)) for c in (0.0, 0.1, -0.2))
    text = answer_of({"none": still, "weak": weak, "strong": strong}, ALIGNMENT, "2034Q4", "baseline", 40)
    assert text.startswith("As written nothing moves by more than chance; with the policy strong, ")
    assert "0.200 lower" in text
    assert answer_of({"none": still}, ALIGNMENT, "2034Q4", "baseline", 40).startswith("No state's")
    assert answer_of({"none": weak, "strong": strong}, ALIGNMENT, "2034Q4", "baseline", 40) == said(np.full((6, 40), 0.1))


def test_few_worlds_say_nothing():
    text = said(np.full((6, FEW - 1), 0.3))
    assert text.startswith(f"{FEW - 1} worlds are too few")
    assert not any(r.moves for r in rows_of(np.full((6, FEW - 1), 0.3)))


def test_yes_and_no_are_counted_in_worlds():
    changes = np.zeros((6, 100))
    changes[STATES.index("BIH"), :30] = 1.0
    text = said(changes, measure_of("crisis"))
    assert text.startswith("Bosnia and Herzegovina's crisis holds in 30 more worlds in 100")
    assert "(worse)" in text


@given(st.lists(st.floats(0, 1), min_size=1, max_size=5).filter(lambda parts: sum(parts) > 0.01))
def test_counts_of_100_worlds_sum_to_100_and_are_off_by_less_than_one(parts):
    whole = of_hundred(*(p / sum(parts) for p in parts))
    assert sum(whole) == 100
    assert all(abs(n - 100 * p / sum(parts)) < 1 + 1e-6 for n, p in zip(whole, parts, strict=True))


@pytest.mark.parametrize(
    ("value", "signed", "text"), [(0.1234, True, "+0.123"), (-0.0001, True, "0.000"), (0.5, False, "0.50"), (-0.5, True, "-0.500")]
)
def test_numbers(value, signed, text):
    assert number(value, (0.0, 1.0), signed) == text


def test_words():
    assert words("eu_alignment") == "EU alignment"
    assert words("kosovo_serbia.tension") == "Kosovo-Serbia tension"
    assert words("us.engagement") == "US engagement"


SHORT = "name: short\nextends: baseline\nstart: 2024Q1\nend: 2025Q4\nlevers: {eu.veto_propensity: 3}\n"


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("summary")
    scenario = Scenario.from_text(SHORT)
    return run(scenario, 70), run(scenario, 70, out=folder / "stored"), run(load_scenario("baseline"), 70)


def test_memory_and_disk_give_the_same_summary(runs):
    memory, stored, reference = runs
    assert summarise(memory, reference) == summarise(stored, reference)
    assert summarise(memory) == summarise(stored)


def test_runs_of_different_length_meet_at_the_last_common_quarter(runs):
    memory, _, reference = runs
    summary = summarise(memory, reference)
    assert (summary.quarter, summary.against) == ("2025Q4", "baseline")
    expected = memory.values("SRB.eu_alignment")[:, -1].astype(float) - reference.values("SRB.eu_alignment")[:, 7]
    assert summary.rows[-1].change == pytest.approx(expected.mean(), abs=1e-6)


def test_only_the_worlds_asked_for_count(runs):
    memory, _, reference = runs
    summary = summarise(memory, reference, worlds=range(10))
    assert summary.worlds == 10
    assert summary.rows[0].median == pytest.approx(float(np.median(memory.values("ALB.eu_alignment")[:10, -1])), abs=1e-6)
    with pytest.raises(InputError, match="no world"):
        summarise(memory, reference, worlds=[900])


def test_the_region_stands_beside_the_states(runs):
    summary = summarise(runs[0], runs[2])
    assert len(summary.region) == len(REGION)
    assert summary.region[0].median == pytest.approx(float(np.median(runs[0].values("stability")[:, -1])), abs=1e-6)


def test_events_are_counted_in_worlds(runs):
    memory = runs[0]
    told = shares(memory, memory.world_numbers())
    events = memory.events
    for event in ("crisis.kosovo_serbia", "agreement.kosovo_serbia"):
        assert told[event, ""] == events.loc[events["event"] == event, "world"].nunique() / 70
    for state in STATES:
        happened = events.loc[events["event"] == f"crisis.{state}", "world"].nunique()
        assert told.get(("crisis", state), 0.0) == pytest.approx(happened / 70)
        vetoed = events.loc[events["event"].str.startswith(f"veto.{state}."), "world"].nunique()
        assert told.get(("veto", state), 0.0) == pytest.approx(vetoed / 70)
        members = (memory.states.query("state == @state and quarter == '2025Q4'")["accession_stage"] == "member").mean()
        assert told.get(("member", state), 0.0) == pytest.approx(members)


def test_each_option_of_a_branch_is_told_of_the_worlds_that_took_it():
    branches = "branches:\n  money:\n    more: {weight: 3, levers: {eu.funding: 3}}\n    less: {weight: 1, levers: {eu.funding: 0}}\n"
    results = run(Scenario.from_text(SHORT + branches), 70)
    summary = summarise(results)
    assert list(summary.branches) == ["money: less", "money: more"]
    taken = results.worlds.query("policy == 'none'").set_index("world")["branch.money"]
    changes = results.values("SRB.eu_alignment").astype(float)
    for option in ("less", "more"):
        expected = (changes[:, -1] - changes[:, 0])[taken.to_numpy() == option]
        row = summary.branches[f"money: {option}"][STATES.index("SRB")]
        assert row.change == pytest.approx(expected.mean(), abs=1e-6)


def test_a_summary_of_other_seeds_is_refused(runs):
    with pytest.raises(InputError, match="seeds"):
        summarise(runs[0], run(load_scenario("baseline"), 5, seed=2))
