"""Score an ensemble on the record: CRPS and skill against three references, coverage, and direction of change.

Skill is 1 - CRPS / CRPS of the reference: above 0 the model is better. Over several rows both are summed after division by the
benchmark's yearly step of the series, so that thousands of troops and shares of positions weigh alike; every observation counts once.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.hindcast.conditioning import condition
from sim.hindcast.ensemble import Ensemble
from sim.hindcast.proper import bootstrap_interval, covered, crps_of_normal, crps_of_sample, quantile
from sim.hindcast.references import NAMES, forecast, yearly_step
from sim.hindcast.targets import Row, Series

SHARES = (0.5, 0.9)
FAN = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True)
class Predicted:
    """A row's forecast: weighted samples of the observations to come, (years, worlds) and (worlds,)."""

    row: Row  # the observations to score
    known: Row
    sample: np.ndarray
    weights: np.ndarray


@dataclass(frozen=True)
class Judged:
    """Scores of one row, each list by observation; `references` by name. `step` is the benchmark's yearly step, nan where unknown."""

    row: Row
    crps: list[float]
    references: Mapping[str, list[float]]
    inside: Mapping[float, list[bool]]
    direction: list[tuple[bool, float]]  # whether the median moved the right way; probability given to the right way
    fan: np.ndarray  # (years, FAN)
    step: float


def observation_error(series: Series, shape: tuple[int, ...], name: str, seed: int) -> np.ndarray:
    """Errors of observation for a model's values, of the given shape; none where the series has none."""
    if series.error <= 0.0:
        return np.zeros(shape)
    words = [seed, *name.encode()]
    return np.random.default_rng(words).normal(0.0, series.error, shape)


def seen(ensemble: Ensemble, row: Row, years: np.ndarray, seed: int, tag: str) -> np.ndarray:
    """What would have been observed in each world in these years, (years, worlds)."""
    values = ensemble.of(row.series.outcome, row.series.reduce, row.state, years)
    return values + observation_error(row.series, values.shape, f"{row.key}.{tag}", seed)


def predict(ensemble: Ensemble, known: Row, row: Row, seed: int, conditioned: bool = True) -> Predicted:
    """The forecast of a row's years, given the known ones (from the first simulated year on) where `conditioned`."""
    later = seen(ensemble, row, row.years, seed, "later")
    past = known.within(ensemble.first, int(known.years.max(initial=0)))
    if not conditioned or past.years.size == 0:
        return Predicted(row, known, np.clip(later, *row.series.range), np.ones(later.shape[1]))
    found = condition(seen(ensemble, row, past.years, seed, "past"), past.values, later, row.series.range)
    return Predicted(row, known, found.values, found.weights)


def judge(predicted: Predicted, trained: Mapping[str, Row]) -> Judged:
    """Score one row. `trained` are the records of all rows by key whose changes spread the references; a short one borrows another's."""
    row, known, w = predicted.row, predicted.known, predicted.weights
    step = yearly_step(trained[row.key], trained)
    usable = known.years.size > 0
    crps = [crps_of_sample(x, w, y) for x, y in zip(predicted.sample, row.values, strict=True)]
    references: dict[str, list[float]] = {}
    for name in NAMES if usable else ():
        made = forecast(name, known, row.years, 0.0 if math.isnan(step) else step)
        references[name] = [crps_of_normal(m, s, y) for m, s, y in zip(made.mean, made.sd, row.values, strict=True)]
    inside = {share: [covered(x, w, y, share) for x, y in zip(predicted.sample, row.values, strict=True)] for share in SHARES}
    fan = np.array([quantile(x, w, np.array(FAN)) for x in predicted.sample])
    return Judged(row, crps, references, inside, _direction(predicted) if usable else [], fan, step)


def _direction(predicted: Predicted) -> list[tuple[bool, float]]:
    """Of every observation that moved from the last known value: did the median move its way, and how likely was that held."""
    last, w = predicted.known.values[-1], predicted.weights / predicted.weights.sum()
    found = []
    for x, y in zip(predicted.sample, predicted.row.values, strict=True):
        if abs(y - last) > predicted.row.series.error:
            likely = float((w * ((x - last) * (y - last) > 0)).sum())
            found.append((likely > 0.5, likely))
    return found


def skill(judged: Sequence[Judged], reference: str) -> float | None:
    """Skill of the rows together; None where the reference makes no error at all or there is nothing to score."""
    own = other = 0.0
    for j, unit in _compared(judged):
        own += sum(j.crps) / unit
        other += sum(j.references[reference]) / unit
    return None if other <= 0.0 else 1.0 - own / other


def _compared(judged: Sequence[Judged]) -> list[tuple[Judged, float]]:
    """The rows that a skill compares, each with its unit: those with references and with a known yearly step in their family of series."""
    steps: dict[str, list[float]] = {}
    for j in judged:
        if not math.isnan(j.step) and j.step > 0:
            steps.setdefault(_family(j.row.series.name), []).append(j.step)
    units = {family: math.sqrt(float(np.mean(np.square(known)))) for family, known in steps.items()}
    return [(j, units[f]) for j in judged if j.references and (f := _family(j.row.series.name)) in units]


def _family(series: str) -> str:
    """Series that share a scale of error: chapters, whether opened or not."""
    return series.removesuffix("_unopened")


def figures_of(judged: Sequence[Judged]) -> dict[str, Any]:
    """Skill, coverage and direction of some rows together, as they go into the JSON."""
    answers: dict[str, Any] = {f"skill_vs_{name}": skill(judged, name) for name in NAMES}
    for share in SHARES:
        hits = [j.inside[share] for j in judged]
        flat = [h for row in hits for h in row]
        answers[f"coverage_{share * 100:.0f}"] = sum(flat) / len(flat) if flat else None
    moved = [d for j in judged for d in j.direction]
    answers["direction"] = sum(right for right, _ in moved) / len(moved) if moved else None
    answers["direction_probability"] = sum(p for _, p in moved) / len(moved) if moved else None
    answers["moved"] = len(moved)
    return answers


def overall(judged: Sequence[Judged], seed: int) -> dict[str, Any]:
    """The scored rows together: skill, coverage with its interval, and coverage over all series.

    `n` counts the observations; `n_skill` those of them that the skill compares: of rows with a reference and a scale of error.
    """
    scored = [j for j in judged if j.row.series.scored]
    answers = figures_of(scored) | {"n": sum(len(j.crps) for j in scored), "n_skill": sum(len(j.crps) for j, _ in _compared(scored))}
    for share in SHARES:
        answers[f"coverage_{share * 100:.0f}_interval"] = bootstrap_interval([j.inside[share] for j in scored], seed)
    everything = [j.inside for j in judged]
    for share in SHARES:
        flat = [h for inside in everything for h in inside[share]]
        answers[f"coverage_{share * 100:.0f}_all_series"] = sum(flat) / len(flat) if flat else None
    return answers
