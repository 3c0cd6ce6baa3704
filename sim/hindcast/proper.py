"""Proper scores of forecasts given as weighted samples or as normal distributions.

Source: Gneiting & Raftery 2007, Strictly Proper Scoring Rules, Prediction, and Estimation (the CRPS of a point forecast is its absolute
error; the CRPS of a normal forecast has a closed form).
"""

from __future__ import annotations

import math

import numpy as np

Array = np.ndarray


def crps_of_sample(sample: Array, weights: Array, observed: float) -> float:
    """CRPS of a weighted sample, both (worlds,); weights are normalised here.

    E|X - y| - E|X - X'| / 2, the second term in order of the sorted sample: sum_i w_i x_i (W_i + W_{i-1} - 1).
    """
    order = np.argsort(sample)
    x, w = sample[order], weights[order] / weights.sum()
    below = np.cumsum(w) - w
    return float((w * np.abs(x - observed)).sum() - (w * x * (2.0 * below + w - 1.0)).sum())


def crps_of_normal(mean: float, sd: float, observed: float) -> float:
    """CRPS of a normal forecast; of a point forecast where `sd` is 0."""
    if sd <= 0.0:
        return abs(observed - mean)
    z = (observed - mean) / sd
    density = math.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)
    return sd * (z * math.erf(z / math.sqrt(2.0)) + 2.0 * density - 1.0 / math.sqrt(math.pi))


def quantile(sample: Array, weights: Array, at: Array | float) -> Array:
    """Quantiles of a weighted sample, both (worlds,)."""
    counts = weights > 0.0
    values, w = sample[counts], weights[counts]
    order = np.argsort(values)
    w = w[order]
    return np.interp(at, (np.cumsum(w) - 0.5 * w) / w.sum(), values[order])


def covered(sample: Array, weights: Array, observed: float, share: float) -> bool:
    """Whether the central interval of this share holds the observation."""
    low, high = quantile(sample, weights, np.array([0.5 - share / 2, 0.5 + share / 2]))
    return bool(low <= observed <= high)


def bootstrap_interval(hits: list[list[bool]], seed: int, draws: int = 4000) -> tuple[float, float]:
    """95 % interval of a coverage; whole blocks (the points of one row) are drawn, since points of a row err together."""
    if not hits:
        return (math.nan, math.nan)
    counts, sizes = np.array([sum(h) for h in hits]), np.array([len(h) for h in hits])
    picks = np.random.default_rng(seed).integers(0, len(hits), (draws, len(hits)))
    shares = counts[picks].sum(axis=1) / sizes[picks].sum(axis=1)
    low, high = np.quantile(shares, [0.025, 0.975])
    return float(low), float(high)
