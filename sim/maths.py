"""The precision of the engine, and small shapes that several rooms share; these work elementwise on arrays of any shape."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray

_NUMBER: tuple[type[Any], ...] = (int, float, np.generic)
REAL = np.float32
"""What the engine computes in: outcomes are kept in it, and half the bytes of a double are twice the worlds in a core's cache."""


def real(value: Any) -> Any:
    """A number or an array of doubles in the engine's precision; anything else (masks, choices, texts) as it is."""
    if isinstance(value, np.ndarray):
        return value.astype(REAL) if value.dtype == np.float64 else value
    return REAL(value) if isinstance(value, float) else value


def logistic(x: Any) -> Any:
    """1 / (1 + exp(-x)): a net benefit turned into a share or a probability, in (0, 1)."""
    return 1.0 / (1.0 + np.exp(-x))


def saturating(x: Any, half: Any) -> Any:
    """Rise with falling returns: x / (x + half) for x >= 0; one half at `half`, which must be positive."""
    return x / (x + half)


def within(x: Any, low: float, high: float) -> Any:
    """Hold x between two bounds."""
    return min(max(x, low), high) if isinstance(x, _NUMBER) else x.clip(low, high)


def hazard(rate: Any) -> Any:
    """Probability that something with this rate per quarter happens within the quarter: 1 - exp(-rate)."""
    return -np.expm1(-rate)


def how_many(mask: Any) -> Any:
    """For how many actors a mask holds, bool (actors, ..., worlds) -> (..., worlds); at most 255: bytes add up ten times faster."""
    return mask.sum(axis=0, dtype=np.uint8).astype(REAL)


def mean(values: Any) -> Any:
    """Mean over actors, (actors, ..., worlds) -> (..., worlds)."""
    return (how_many(values) if values.dtype == bool else values.sum(axis=0)) / len(values)
