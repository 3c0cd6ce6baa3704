"""Two runs, world by world: the same number is the same world, so differences are free of chance that both share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.catalogue import Variable
from sim.errors import InputError
from sim.results import Results

_DRAWS = 1000
_SEED = 20240101  # of the bootstrap only: the interval of a result is the same whenever it is asked for


@dataclass(frozen=True)
class Paired:
    """One outcome of two runs in the worlds that both hold, each (worlds, quarters)."""

    reference: np.ndarray
    alternative: np.ndarray
    worlds: np.ndarray


def pair(a: Results, b: Results, outcome: str, policy_a: str, policy_b: str) -> Paired:
    """Values of an outcome reference in the worlds common to both. Raises InputError where there are none or seeds differ."""
    if a.manifest["seed"] != b.manifest["seed"]:
        raise InputError(f"the runs have seeds {a.manifest['seed']} and {b.manifest['seed']}: their worlds are not the same worlds")
    first, second = a.world_numbers(policy_a), b.world_numbers(policy_b)
    common, at_first, at_second = np.intersect1d(first, second, assume_unique=True, return_indices=True)
    if not common.size:
        raise InputError("the two runs have no world in common; run both with the same worlds")
    va, vb = a.values(outcome, policy_a)[at_first], b.values(outcome, policy_b)[at_second]
    shared = min(va.shape[1], vb.shape[1])
    if a.quarters[:shared] != b.quarters[:shared]:
        raise InputError(f"the runs start in {a.quarters[0]} and {b.quarters[0]}: their quarters do not match")
    return Paired(va[:, :shared], vb[:, :shared], common)


def bootstrap(values: np.ndarray, draws: int = _DRAWS) -> tuple[float, float]:
    """95 % interval of the mean of `values` (worlds,), by resampling worlds.

    For more than 2,000 worlds, what resampling tends to is written down at once (`limit`), unless a few worlds decide the mean.
    """
    if values.size <= _LARGE:
        return _resampled(values, np.full(values.size, 1.0 / values.size), values.size, draws)
    if abs(_skewness(values)) < _FEW_DECIDE * np.sqrt(values.size):
        return limit(values)
    distinct, counts = np.unique(values, return_counts=True)  # the same draws, of far fewer numbers where most worlds are alike
    return _resampled(distinct, counts / values.size, values.size, draws)


_LARGE = 2000
_FEW_DECIDE = 0.1  # skewness of the mean from which on its distribution is not taken for nearly normal


def _resampled(values: np.ndarray, chances: np.ndarray, worlds: int, draws: int) -> tuple[float, float]:
    rng = np.random.default_rng(_SEED)
    counts = rng.multinomial(worlds, chances, size=draws)
    low, high = np.quantile((counts * values).sum(axis=1) / worlds, [0.025, 0.975])
    return float(low), float(high)


def limit(values: np.ndarray) -> tuple[float, float]:
    """What the bootstrap's interval tends to with many worlds: the normal one, shifted for skewness (Hall 1992)."""
    mean, error = values.mean(dtype=float), values.std(dtype=float) / np.sqrt(values.size)
    shift = _skewness(values) / np.sqrt(values.size) * (_Z * _Z - 1.0) / 6.0
    return float(mean + error * (shift - _Z)), float(mean + error * (shift + _Z))


_Z = 1.959964  # of a normal distribution, 2.5 % lie above


def _skewness(values: np.ndarray) -> float:
    away = values - values.mean(dtype=float)
    spread = np.sqrt(np.mean(away * away))
    return float(np.mean(away**3) / spread**3) if spread > 0 else 0.0


@dataclass(frozen=True)
class Shares:
    """In what share of worlds an outcome got better, worse or stayed the same; `nan` where no direction is better."""

    better: float
    worse: float
    same: float
    higher: float
    lower: float


def shares(difference: np.ndarray, variable: Variable) -> Shares:
    """Shares of worlds by the sign of the difference; below the variable's `same` it counts as none."""
    higher, lower = float(np.mean(difference > variable.same)), float(np.mean(difference < -variable.same))
    same = 1.0 - higher - lower
    if variable.better == "none":
        return Shares(float("nan"), float("nan"), same, higher, lower)
    good, bad = (higher, lower) if variable.better == "higher" else (lower, higher)
    return Shares(good, bad, same, higher, lower)
