"""Everything that `balkansim hindcast` prints, in one mapping of plain data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sim.data.posterior import PRIOR, beliefs, load_sample
from sim.hindcast.assumption import PLACEBO_WORLDS, placebo, score_without_belief, sign_of_accession
from sim.hindcast.backtest import back_test
from sim.hindcast.calibrate import input_hashes
from sim.hindcast.evaluate import SEED, WORLDS, Outcome, as_data, play_all
from sim.hindcast.hindsight import blinded, reason_in_test_years, saw_test_years, undated_starts
from sim.hindcast.responses import kfor_given_crisis, serbian_refusal
from sim.hindcast.spells import MEASURES, compare_spells
from sim.hindcast.targets import NOT_MODELLED

Progress = Callable[[int, int], None]


def hindcast(
    worlds: int = WORLDS, seed: int = SEED, placebo_worlds: int = PLACEBO_WORLDS, progress: Progress | None = None
) -> tuple[dict[str, Any], dict[str, Outcome]]:
    """Scores, tests and back-test as plain data, and the outcomes behind them. `placebo_worlds` 0 leaves the placebo out."""
    outcomes = play_all(worlds, seed)
    tests = [sign_of_accession(), score_without_belief(outcomes)]
    if placebo_worlds:
        tests.append(placebo(placebo_worlds, seed, progress))
    data = as_data(outcomes, worlds, seed) | {
        "weakest_assumption": tests,
        "serbian_refusal": serbian_refusal(outcomes["scored"].judged, seed=seed),
        "kfor_given_crisis": kfor_given_crisis(seed=seed),
        "vetoes": compare_spells(seed=seed),
        "veto_aware_back_test": back_test(seed=seed),
        "calibration": {name: _calibration(name) for name in beliefs() if name != PRIOR},
        "saw_test_years": saw_test_years(),
        "not_blinded": sorted(set(saw_test_years()) - set(blinded(0))),
        "reason_in_test_years": reason_in_test_years(),
        "undated_starts": undated_starts(),
        "not_modelled": NOT_MODELLED,
    }
    data["vetoes_paragraph"] = vetoes_in_words(data["vetoes"])
    return data, outcomes


def _calibration(name: str) -> dict[str, Any]:
    about = dict(load_sample(name).about)
    return about | {"stale": sorted(k for k, v in input_hashes().items() if about["inputs"].get(k) != v)}


def vetoes_in_words(rows: list[Mapping[str, Any]]) -> str:
    """How many of the measures lie inside, and which do not."""
    outside = [r for r in rows if not r["inside"]]
    words = f"Vetoes: {len(rows) - len(outside)} of {len(rows)} measures of the record lie inside the model's 90 % interval."
    for r in outside:
        low, high = r["interval"]
        words += f" Outside: {r['candidate']}, {MEASURES[r['measure']]}: {r['observed']:g} against [{low:g}, {high:g}]."
    return words
