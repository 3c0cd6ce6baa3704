"""Three tests of the weakest assumption: that Brussels' credibility moves democracy and alignment at home.

1. The sign of accession on democracy: a prior that straddles zero, and what the record makes of it; the path by conditions beside it.
2. The score with the rooms `credibility` and `accession` off: if belief and progress mattered, the forecast should suffer.
3. A placebo: the documented vetoes dealt to other states in every way; if vetoes mattered, the true assignment should fit the record best.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import permutations
from typing import Any

import numpy as np

from sim.catalogue import STATES, catalogue
from sim.data.posterior import PRIOR, beliefs
from sim.hindcast.ensemble import Ensemble, plan_of, simulate
from sim.hindcast.evaluate import Outcome
from sim.hindcast.proper import crps_of_sample
from sim.hindcast.references import yearly_step
from sim.hindcast.scoring import Judged, seen, skill
from sim.hindcast.targets import FIRST, LAST, Row, read_record
from sim.parameter_values import parameter_values

SIGN, CONDITIONS = "democracy.legitimation", "democracy.conditionality"
AT_STAKE = ("democracy", "cfsp", "cfsp_aligned")
"""Series that the assumption speaks of."""
PLACEBO_WORLDS = 128
USUAL_STEP = 0.05
"""Five points of a hundred: what alignment moves in a year or two where it moves."""


def _drawn(name: str, belief: str, blocks: int = 64, seed: int = 1) -> np.ndarray:
    """Draws of a parameter under a belief, (worlds,)."""
    _, drawn = parameter_values(catalogue(), plan_of(belief=belief), seed, range(blocks))
    return drawn[f"parameters.{name}"]


def sign_of_accession() -> dict[str, Any]:
    """Test 1: mean, 90 % interval and probability of being above zero, of both paths, before and after the record."""
    found: dict[str, Any] = {}
    for name in (SIGN, CONDITIONS):
        found[name] = {}
        for belief in beliefs():
            draws = _drawn(name, belief)
            low, high = np.quantile(draws, [0.05, 0.95])
            found[name][belief] = {
                "mean": float(draws.mean()),
                "interval": [float(low), float(high)],
                "above_zero": float((draws > 0).mean()),
            }
    return {"test": "sign of accession on democracy", "parameters": found, "paragraph": _sign_in_words(found)}


def _sign_in_words(found: Mapping[str, Any]) -> str:
    before = found[SIGN][PRIOR]["above_zero"]
    later = [f"{found[SIGN][b]['above_zero']:.2f} given {words}" for b, words in _RECORDS.items() if b in found[SIGN]]
    last = found[SIGN].get("posterior", found[SIGN][PRIOR])
    low, high = last["interval"]
    if low > 0 or high < 0:
        verdict = f"The record decides it: accession {'strengthened' if low > 0 else 'weakened'} democracy by this path."
    else:
        verdict = f"The interval [{low:.4f}, {high:.4f}] still holds zero: the record does not decide the sign."
    return (
        f"Sign of accession on democracy ({SIGN}). The probability that it is above zero is {before:.2f} in the prior"
        + "".join(f", {part}" for part in later)
        + f". {verdict} The path by conditions ({CONDITIONS}) is positive by construction; only its size moves: "
        + ", ".join(f"{v['mean']:.4f} ({b})" for b, v in found[CONDITIONS].items())
        + "."
    )


_RECORDS = {"posterior_2019": "2014 to 2019", "posterior": "2014 to 2023"}


def score_without_belief(outcomes: Mapping[str, Outcome]) -> dict[str, Any]:
    """Test 2: skill on the series at stake, as scored and with both rooms off, with the interval of the difference over rows."""
    usual, off = (_at_stake(outcomes[name].judged) for name in ("scored", "without_belief"))
    reference = "dressed_persistence"
    scores = {"scored": skill(usual, reference), "without_belief": skill(off, reference)}
    low, high = _difference(usual, off)
    if low > 0:
        verdict = "The forecast is worse without them."
    elif high < 0:
        verdict = "The forecast is better without them: the assumption costs skill."
    else:
        verdict = "The difference cannot be told from none: on these years the two rooms earn no skill that the scores can show."
    words = (
        f"Score with credibility and accession off. Skill on democracy and alignment, 2020 to 2023: {_signed(scores['scored'])} as scored, "
        f"{_signed(scores['without_belief'])} with both off; CRPS lower by {100 * low:.1f} to {100 * high:.1f} % with them on "
        f"(95 % interval over rows). {verdict}"
    )
    return {"test": "score without credibility and accession", "skill": scores, "gain": [low, high], "paragraph": words}


def _signed(value: float | None) -> str:
    return "none" if value is None else f"{value:+.3f}"


def _at_stake(judged: Sequence[Judged]) -> list[Judged]:
    return [j for j in judged if j.row.series.name in AT_STAKE]


def _difference(usual: Sequence[Judged], off: Sequence[Judged], draws: int = 4000) -> tuple[float, float]:
    """95 % interval of the relative gain in CRPS, rows drawn with replacement."""
    gain = np.array([(sum(b.crps) - sum(a.crps)) / _unit(a.step) for a, b in zip(usual, off, strict=True)])
    base = np.array([sum(b.crps) / _unit(b.step) for b in off])
    picks = np.random.default_rng(1).integers(0, gain.size, (draws, gain.size))
    low, high = np.quantile(gain[picks].sum(axis=1) / base[picks].sum(axis=1), [0.025, 0.975])
    return float(low), float(high)


def _unit(step: float) -> float:
    """A row's yearly step, by which its errors are divided; `USUAL_STEP` where a single observation leaves it unknown."""
    return step if step > 0 else USUAL_STEP


def placebo(worlds: int = PLACEBO_WORLDS, seed: int = 1, progress: Callable[[int, int], None] | None = None) -> dict[str, Any]:
    """Test 3: rank of the true assignment of vetoes among all, by fit to democracy and alignment, 2014 to 2023, at the priors."""
    record = [row for row in read_record() if row.series.name in AT_STAKE]
    dealt = assignments()
    misfit = []
    for i, order in enumerate(dealt):
        ensemble = simulate(reassigned(order), worlds, seed, [("democracy", "end"), ("eu_alignment", "mean")])
        misfit.append(mean_misfit(ensemble, record, seed))
        if progress is not None:
            progress(i + 1, len(dealt))
    better = sum(m < misfit[0] for m in misfit[1:])
    rank, total = better + 1, len(misfit)
    share = rank / total
    if share <= 0.05:
        verdict = "The true one is among the best twentieth: who was vetoed matters in the record as the model says it should."
    elif share <= 0.25:
        verdict = "The true one fits better than most, but chance would do as well in up to one case of four."
    else:
        verdict = "The true one does not stand out: the record does not show that it matters to democracy and alignment who was vetoed."
    words = (
        f"Placebo. The documented vetoes of three candidates were dealt to the six states in all {total} ways. By fit to democracy and "
        f"alignment, 2014 to 2023, the true assignment ranks {rank} of {total}; CRPS differs by "
        f"{100 * (max(misfit) / min(misfit) - 1):.1f} % between the best and the worst. {verdict}"
    )
    return {
        "test": "placebo of reassigned vetoes", "rank": rank, "of": total, "worlds": worlds, "true": misfit[0], "best": min(misfit),
        "median": float(np.median(misfit)), "worst": max(misfit), "paragraph": words,
    }  # fmt: skip


def assignments() -> list[tuple[str, ...]]:
    """Every way to give the vetoes on ALB, MKD and SRB to three of the six, in that order; the true one first."""
    true = ("ALB", "MKD", "SRB")
    return [true, *(order for order in permutations(STATES, len(true)) if order != true)]


def reassigned(order: tuple[str, ...]) -> Any:
    """The plan in which the documented vetoes on ALB, MKD and SRB stand on these three instead."""
    plan = plan_of("hindcast_2014_vetoes")
    to = dict(zip(("ALB", "MKD", "SRB"), order, strict=True))
    return replace(plan, forced=tuple(replace(f, target=to[f.target or ""]) if f.event == "veto" else f for f in plan.forced))


def mean_misfit(ensemble: Ensemble, record: Sequence[Row], seed: int) -> float:
    """Mean CRPS over all observations, each in yearly steps of its row."""
    found = []
    for row in record:
        target = row.within(FIRST, LAST)
        unit = _unit(yearly_step(target))
        sample = seen(ensemble, target, target.years, seed, "placebo")
        weights = np.ones(sample.shape[1])
        found += [crps_of_sample(x, weights, y) / unit for x, y in zip(sample, target.values, strict=True)]
    return float(np.mean(found))
