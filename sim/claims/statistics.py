"""Reductions and verdicts: from what each world showed to whether a claim holds.

Each world is reduced first (a mean over the window, or a slope per year); then comes one number for the ensemble, with the interval in
which it lies when the worlds are drawn again with replacement. Arms are paired: a world is drawn in all arms or in none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

DRAWS = 1000
_PIECE = 100  # draws at a time, so that the counts of a large ensemble fit into memory
_SEED = 20240101  # of the bootstrap only: the same worlds always give the same interval
_ROUNDING = 1e-7  # outcomes are stored in float32: differences below this are not differences
_LEVEL = (0.025, 0.975)
SAME_SIGN = 2 / 3  # of the worlds in which the arms differ
QUARTERS_PER_YEAR = 4.0

INCREASE, DECREASE, NONE = "increase", "decrease", "none"
HOLDS, FAILS, UNDECIDED = "holds", "fails", "undecided"


def slope_per_year(values: np.ndarray) -> np.ndarray:
    """Least-squares slope per year over the first axis: (quarters, ..., worlds) -> (..., worlds)."""
    years = np.arange(values.shape[0]) / QUARTERS_PER_YEAR
    centred = years - years.mean()
    return np.tensordot(centred, values, axes=(0, 0)) / (centred * centred).sum()


@dataclass(frozen=True)
class Estimate:
    """One number for the ensemble: the effect, its 95 % interval and each world's own contribution (worlds,)."""

    effect: float
    interval: tuple[float, float]
    per_world: np.ndarray


def _resamples(worlds: int) -> Iterator[np.ndarray]:
    """How often each world is drawn, (draws, worlds), piece by piece."""
    rng = np.random.default_rng(_SEED)
    even = np.full(worlds, 1.0 / worlds)
    for _ in range(DRAWS // _PIECE):
        yield rng.multinomial(worlds, even, size=_PIECE).astype(np.float64)


def _interval(worlds: int, statistic: Callable[[np.ndarray], np.ndarray]) -> tuple[float, float]:
    """Interval of `statistic`, which turns weights (draws, worlds), each row summing to 1, into numbers (draws,)."""
    low, high = np.quantile(np.concatenate([statistic(counts / worlds) for counts in _resamples(worlds)]), _LEVEL)
    return float(low), float(high)


def mean_difference(difference: np.ndarray) -> Estimate:
    """The mean across worlds of a paired difference (worlds,)."""
    return Estimate(float(difference.mean()), _interval(difference.size, lambda w: np.einsum("dw,w->d", w, difference)), difference)


def interaction(both: np.ndarray, a: np.ndarray, b: np.ndarray, base: np.ndarray) -> Estimate:
    """(a and b) - a - b + base, the mean across worlds: what the two do together beyond what each does alone."""
    return mean_difference(both - a - b + base)


def spread_difference(a: np.ndarray, b: np.ndarray) -> Estimate:
    """Standard deviation across worlds of b minus that of a; a world contributes how much further out it lies in b."""
    if a.size < 2:
        return Estimate(0.0, (0.0, 0.0), np.zeros(a.size))
    correction = np.sqrt(a.size / (a.size - 1))

    def spread(weights: np.ndarray, values: np.ndarray) -> np.ndarray:
        centred = values - values.mean()  # against cancellation
        mean, square = np.einsum("dw,w->d", weights, centred), np.einsum("dw,w->d", weights, centred * centred)
        return correction * np.sqrt(np.maximum(square - mean * mean, 0.0))

    interval = _interval(a.size, lambda w: spread(w, b) - spread(w, a))
    return Estimate(float(b.std(ddof=1) - a.std(ddof=1)), interval, np.abs(b - b.mean()) - np.abs(a - a.mean()))


def smallest_lead(values: np.ndarray, above: list[int], below: list[int]) -> Estimate:
    """The smallest above-minus-below pair of the states' means across worlds; `values` is (state, worlds)."""

    def lead(means: np.ndarray) -> np.ndarray:
        return np.asarray(means[above].min(axis=0) - means[below].max(axis=0))

    interval = _interval(values.shape[1], lambda w: lead(np.einsum("dw,sw->sd", w, values)))
    return Estimate(float(lead(values.mean(axis=1))), interval, lead(values))


def share_as_expected(per_world: np.ndarray, expect: str, margin: float) -> float | None:
    """Share of the worlds that differ which have the expected sign; for `none`, share of all worlds within the margin."""
    if expect == NONE:
        return float(np.mean(np.abs(per_world) <= margin))
    differing = per_world[np.abs(per_world) > _ROUNDING]
    if not differing.size:
        return None
    return float(np.mean(differing > 0 if expect == INCREASE else differing < 0))


@dataclass(frozen=True)
class Verdict:
    """What the model says about a claim. `share` is None where no world differs, `mediated_effect` where nothing mediates."""

    verdict: str
    effect: float
    interval: tuple[float, float]
    share: float | None
    mediated_effect: float | None
    reason: str

    def as_dict(self) -> Mapping[str, object]:
        """Plain data, as `claims --json` gives it."""
        return {
            "verdict": self.verdict,
            "effect": self.effect,
            "interval": list(self.interval),
            "share": self.share,
            "mediated_effect": self.mediated_effect,
            "reason": self.reason,
        }


def judge(estimate: Estimate, expect: str, margin: float, *, by_sign: bool, mediated: float | None = None) -> Verdict:
    """The verdict on an estimate.

    Args:
        estimate: from the functions above.
        expect: increase | decrease | none; an ordering expects an increase of the smallest lead.
        margin: what the interval must lie beyond (or for `none` within).
        by_sign: whether two thirds of the worlds in which the arms differ must share the sign (the statistic `mean`).
        mediated: the effect with the mediator held, where the claim names one.

    """
    share = share_as_expected(estimate.per_world, expect, margin)
    verdict, reason = _by_interval(estimate.interval, expect, margin)
    if not np.any(np.abs(estimate.per_world) > _ROUNDING) and expect != NONE:
        reason = "the arms do not differ in any world"
    if verdict == HOLDS and by_sign and expect != NONE and share is not None and share < SAME_SIGN:
        verdict, reason = UNDECIDED, f"only {share:.0%} of the worlds in which the arms differ have the expected sign"
    if mediated is not None and abs(estimate.effect) > _ROUNDING and abs(mediated) > 0.5 * abs(estimate.effect):
        kept = f"{mediated / estimate.effect:.0%} of the effect remains with the mediator held: it must at least halve"
        verdict, reason = FAILS, kept if verdict == HOLDS else f"{reason}; {kept}"
    return Verdict(verdict, estimate.effect, estimate.interval, share, mediated, reason)


def _by_interval(interval: tuple[float, float], expect: str, margin: float) -> tuple[str, str]:
    low, high = interval
    if expect == NONE:
        if -margin < low and high < margin:
            return HOLDS, f"the interval lies within +-{margin:g}"
        if low > margin or high < -margin:
            return FAILS, f"the interval lies wholly outside +-{margin:g}"
        return UNDECIDED, f"the interval crosses +-{margin:g}"
    if expect == DECREASE:
        low, high = -high, -low
    side = f"{margin if expect == INCREASE or not margin else -margin:g}"
    if low > margin:
        return HOLDS, f"the interval lies wholly beyond {side}"
    if high < margin:
        return FAILS, f"the interval lies wholly on the other side of {side}"
    return UNDECIDED, f"the interval crosses {side}"
