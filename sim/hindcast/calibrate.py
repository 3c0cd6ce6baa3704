"""Calibrate: which values of the uncertain parameters does the record make likely? `python -m sim.hindcast.calibrate` writes both samples.

Approximate Bayesian computation, in one pass over tens of thousands of worlds that differ in parameters and in chance alike:

1. Each row of the record becomes up to three summaries (level, change, restlessness), compared with the same of every world, with the
   error of observation added to the world's. A summary that lies beyond the model's reach is drawn back to its edge (history matching:
   what the model cannot do at any parameters must not drive them) and reported.
2. Each parameter, as a normal score of its prior quantile, is regressed on all summaries. What the regression predicts is the best single
   summary for that parameter. A parameter which it predicts no better than chance, on worlds not used to fit it, stays at its prior.
3. The worlds nearest to the record in those predictions are kept and moved by the regression to where the record stands.

Why this and not others: importance weighting leaves a handful of worlds with weight when a hundred observations are compared at once,
sequential ABC needs a population per round and its tolerances tuned, and a likelihood does not exist. The price: the dependence of
summaries on parameters is taken as linear in normal scores, which the printed check (record inside the posterior's predictions) can refute.

Sources: Fearnhead & Prangle 2012, Constructing Summary Statistics for Approximate Bayesian Computation; Beaumont, Zhang & Balding 2002,
Approximate Bayesian Computation in Population Genetics; Craig, Goldstein, Seheult & Smith 1997, Pressure Matching for Hydrocarbon
Reservoirs (history matching: implausibility).
"""

from __future__ import annotations

import hashlib
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from sim.catalogue import catalogue
from sim.chunking import chunks
from sim.data.posterior import FOLDER, write_sample
from sim.hindcast.ensemble import SCENARIO, Ensemble, plan_of, simulate
from sim.hindcast.scoring import seen
from sim.hindcast.targets import LAST, TRAIN, Row, before, read_record
from sim.identity import data_version, model_version
from sim.randomness import BLOCK, once_each
from sim.scenario.distributions import quantile
from sim.scenario.plan import Distribution

WORLDS, SEED, ROWS = 24576, 2014, 512
SAMPLES = {"posterior_2019": TRAIN[1], "posterior": LAST}
"""Name of each sample and the last year of the record that it may know."""
BEYOND = 2.5
"""Standard deviations of the ensemble at which a summary counts as out of the model's reach."""
FOLDS = 4
WORTH = 0.01
"""Share of a parameter's variance that summaries must predict, on worlds not used to fit, for the parameter to count as informed."""
RIDGE = 1e-4
DISCREPANCY = 0.5
"""How far the model may be wrong about each summary at the best parameters, in standard deviations of the worlds."""
STANDARD = Distribution("normal", {"mean": 0.0, "sd": 1.0})


@dataclass(frozen=True)
class Summaries:
    """Summaries of the worlds (summaries, worlds) and of the record (summaries,), standardised by the worlds; and what each is."""

    names: tuple[str, ...]
    worlds: np.ndarray
    record: np.ndarray
    beyond: dict[str, float]  # summaries out of reach: standard deviations away


@dataclass(frozen=True)
class Fit:
    """A calibrated sample: normal scores (parameters, rows) of the informed parameters, and how well each was predicted."""

    names: tuple[str, ...]
    scores: np.ndarray
    explained: dict[str, float]
    summaries: Summaries


def cumulative(scores: np.ndarray) -> np.ndarray:
    """Quantiles behind normal scores, any shape."""
    return 0.5 * (1.0 + np.vectorize(math.erf)(scores / math.sqrt(2.0)))


def _three(values: np.ndarray, exact: bool) -> dict[str, np.ndarray]:
    """Level, change and restlessness of paths (years, worlds or 1); the last only where `exact`, else it is mostly error of observation."""
    found = {"level": values.mean(axis=0)}
    if values.shape[0] >= 2:
        found["change"] = values[-1] - values[0]
    if values.shape[0] >= 4 and exact:
        found["restlessness"] = np.log(np.sqrt((np.diff(values, axis=0) ** 2).mean(axis=0)) + 1e-3)
    return found


def summarise(ensemble: Ensemble, record: Sequence[Row], seed: int) -> Summaries:
    """Compare every world with the record as given (cut to what may be known)."""
    names: list[str] = []
    worlds: list[np.ndarray] = []
    observed: list[float] = []
    for row in record:
        known = row.within(ensemble.first, LAST)
        if known.years.size == 0:
            continue
        exact = known.series.error == 0.0
        simulated = _three(seen(ensemble, known, known.years, seed, "calibrate"), exact)
        for name, value in _three(known.values[:, None], exact).items():
            if simulated[name].std() > 1e-9:
                names.append(f"{row.key}.{name}")
                worlds.append(simulated[name])
                observed.append(float(value[0]))
    return _standardised(tuple(names), np.array(worlds), np.array(observed), seed)


def _standardised(names: tuple[str, ...], worlds: np.ndarray, observed: np.ndarray, seed: int) -> Summaries:
    mean, sd = worlds.mean(axis=1), worlds.std(axis=1)
    away = (observed - mean) / sd
    beyond = {name: float(z) for name, z in zip(names, away, strict=True) if abs(z) > BEYOND}
    scaled = np.clip((worlds - mean[:, None]) / sd[:, None], -4.0, 4.0)
    wrong = np.random.default_rng(seed).normal(0.0, DISCREPANCY, worlds.shape)
    return Summaries(names, scaled + wrong, np.clip(away, -BEYOND, BEYOND), beyond)


def normal_scores(worlds: int, seed: int) -> tuple[tuple[str, ...], np.ndarray]:
    """Names of the parameters with a prior, and their draws as normal scores, (parameters, worlds)."""
    names = tuple(p.name for p in catalogue().parameters.values() if p.prior is not None)
    blocks = sorted({w // BLOCK for chunk in chunks(range(worlds)) for w in chunk})
    uniform = once_each(seed, [f"parameter.{name}" for name in names], blocks)[:, :worlds]
    return names, quantile(STANDARD, np.clip(uniform, 1e-6, 1 - 1e-6))


def fit(names: Sequence[str], scores: np.ndarray, summaries: Summaries, rows: int = ROWS) -> Fit:
    """Regress, select, reject and adjust: see the module's first lines."""
    x, y = summaries.worlds, scores
    explained = dict(zip(names, _explained(x, y), strict=True))
    chosen = [i for i, name in enumerate(names) if explained[name] >= WORTH]
    if not chosen:
        return Fit((), np.empty((0, rows)), explained, summaries)
    slopes = _slopes(x, y[chosen])
    predicted, target = slopes.T @ x, slopes.T @ summaries.record
    spread = predicted.std(axis=1, keepdims=True)
    distance = (((predicted - target[:, None]) / spread) ** 2).sum(axis=0)
    kept = np.sort(np.argsort(distance, kind="stable")[:rows])
    adjusted = y[chosen][:, kept] + target[:, None] - predicted[:, kept]
    return Fit(tuple(names[i] for i in chosen), np.clip(adjusted, -3.5, 3.5), explained, summaries)


def _slopes(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Least squares of centred y on standardised x, (summaries, parameters)."""
    gram = x @ x.T / x.shape[1] + RIDGE * np.eye(x.shape[0])
    return np.linalg.solve(gram, x @ (y - y.mean(axis=1, keepdims=True)).T / x.shape[1])


def _explained(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Share of each parameter's variance predicted on worlds left out of the fit, (parameters,)."""
    fold = np.arange(x.shape[1]) % FOLDS
    error = np.zeros(y.shape[0])
    for k in range(FOLDS):
        out = fold == k
        slopes = _slopes(x[:, ~out], y[:, ~out])
        centred = y[:, out] - y[:, ~out].mean(axis=1, keepdims=True)
        error += ((centred - slopes.T @ x[:, out]) ** 2).sum(axis=1)
    return 1.0 - error / ((y - y.mean(axis=1, keepdims=True)) ** 2).sum(axis=1)


def targets_wanted(record: Sequence[Row]) -> list[tuple[str, str]]:
    """What an ensemble must keep for these rows."""
    return sorted({(row.series.outcome, row.series.reduce) for row in record})


def calibrate(record: Sequence[Row], worlds: int = WORLDS, seed: int = SEED, ensemble: Ensemble | None = None, rows: int = ROWS) -> Fit:
    """Condition the parameters on a record, whatever years it holds."""
    played = ensemble or simulate(plan_of(SCENARIO), worlds, seed, targets_wanted(record))
    names, scores = normal_scores(played.worlds, seed)
    return fit(names, scores, summarise(played, record, seed), rows)


def input_hashes() -> dict[str, str]:
    """What a sample depends on: the model's text, the data, the scenario and these methods."""
    root = files("sim").joinpath("hindcast")
    digest = hashlib.sha256()
    for name in ("calibrate.py", "ensemble.py", "targets.py"):
        digest.update(root.joinpath(name).read_bytes())
    scenario = repr(plan_of(SCENARIO)).encode()
    return {
        "model": model_version(),
        "data": data_version(),
        "scenario": hashlib.sha256(scenario).hexdigest()[:16],
        "method": digest.hexdigest()[:16],
    }


def about(found: Fit, year: int, worlds: int, seed: int) -> dict[str, Any]:
    """What the `.json` beside a sample says. Shift and spread are in standard deviations of the prior's normal score."""
    informed = {
        name: {"shift": round(float(z.mean()), 3), "spread": round(float(z.std()), 3), "explained": round(found.explained[name], 3)}
        for name, z in zip(found.names, found.scores, strict=True)
    }
    return {
        "regenerate": "python -m sim.hindcast.calibrate",
        "record_until": year,
        "worlds": worlds,
        "seed": seed,
        "rows": int(found.scores.shape[1]),
        "inputs": input_hashes(),
        "informed": informed,
        "at_prior": sorted(set(found.explained) - set(found.names)),
        "summaries": len(found.summaries.names),
        "beyond_reach": {k: round(v, 2) for k, v in sorted(found.summaries.beyond.items())},
    }


def regenerate(folder: Path = FOLDER, worlds: int = WORLDS, seed: int = SEED) -> dict[str, dict[str, Any]]:
    """Make both samples anew and write them; returns what their `.json` say."""
    record = read_record()
    played = simulate(plan_of(SCENARIO), worlds, seed, targets_wanted(record))
    written = {}
    for name, year in SAMPLES.items():
        found = calibrate(before(record, year), seed=seed, ensemble=played)
        written[name] = about(found, year, worlds, seed)
        write_sample(folder, name, list(found.names), cumulative(found.scores), written[name])
    return written


def main() -> int:
    """Write both samples and say on stderr which parameters each informs most."""
    for name, said in regenerate().items():
        top = sorted(said["informed"].items(), key=lambda item: -item[1]["explained"])[:12]
        sys.stderr.write(f"{name}: {len(said['informed'])} parameters informed, {len(said['at_prior'])} at the prior\n")
        for parameter, how in top:
            sys.stderr.write(f"  {parameter}: shift {how['shift']:+.2f}, spread {how['spread']:.2f}, explained {how['explained']:.2f}\n")
        for summary, z in said["beyond_reach"].items():
            sys.stderr.write(f"  out of the model's reach: {summary} ({z:+.1f} standard deviations)\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
