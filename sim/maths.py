"""Small shapes that several rooms share. All work elementwise on arrays of any shape."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray


def logistic(x: Any) -> Any:
    """1 / (1 + exp(-x)): a net benefit turned into a share or a probability, in (0, 1)."""
    return 1.0 / (1.0 + np.exp(-x))


def saturating(x: Any, half: Any) -> Any:
    """Rise with falling returns: x / (x + half) for x >= 0; one half at `half`, which must be positive."""
    return x / (x + half)


def within(x: Any, low: float, high: float) -> Any:
    """Hold x between two bounds."""
    return x.clip(low, high) if isinstance(x, np.ndarray) else min(max(x, low), high)


def hazard(rate: Any) -> Any:
    """Probability that something with this rate per quarter happens within the quarter: 1 - exp(-rate)."""
    return -np.expm1(-rate)
