"""Reference forecasts that the model must beat; each knows the same years of the record and nothing else.

*Dressed persistence*, the benchmark: the last known value, spread like a random walk whose yearly step is the root mean square of the
changes of the training years. *Point persistence*: the same without the spread. *Trend*: the least-squares line through the training
years, spread by its residuals and by the uncertainty of the line.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.hindcast.targets import Row

NAMES = ("dressed_persistence", "trend", "persistence")
BORROWED = {"eufor": "kfor.XKX"}
"""Series with too short a past, and whose relative yearly step they borrow."""


@dataclass(frozen=True)
class Forecast:
    """Normal forecasts of the years asked for; `mean` and `sd` are (years,)."""

    mean: np.ndarray
    sd: np.ndarray


def yearly_step(known: Row, others: Mapping[str, Row] | None = None) -> float:
    """Root mean square of the changes of a record per square root of a year; nan where a single value is known."""
    if known.years.size >= 2:
        return float(np.sqrt(np.mean(np.diff(known.values) ** 2 / np.diff(known.years))))
    lender = (others or {}).get(BORROWED.get(known.series.name, ""))
    if lender is None or known.years.size == 0:
        return math.nan
    return yearly_step(lender) / float(np.mean(lender.values)) * float(known.values[-1])


def forecast(name: str, known: Row, years: np.ndarray, step: float) -> Forecast:
    """The named reference forecast of `years` (after the last known one), from the known years of the row."""
    ahead = (years - known.years[-1]).astype(float)
    last = np.full(years.size, known.values[-1])
    if name == "persistence":
        return Forecast(last, np.zeros(years.size))
    if name == "trend" and known.years.size >= 2:
        return _trend(known, years, step)
    return Forecast(last, step * np.sqrt(ahead))


def _trend(known: Row, years: np.ndarray, step: float) -> Forecast:
    t, n = known.years - known.years.mean(), known.years.size
    slope = float((t * known.values).sum() / (t * t).sum())
    mean = known.values.mean() + slope * (years - known.years.mean())
    residual = known.values - known.values.mean() - slope * t
    spread = math.sqrt(float((residual**2).sum()) / (n - 2)) if n > 2 else step
    leverage = 1.0 + 1.0 / n + (years - known.years.mean()) ** 2 / (t * t).sum()
    return Forecast(np.clip(mean, *known.series.range), spread * np.sqrt(leverage))
