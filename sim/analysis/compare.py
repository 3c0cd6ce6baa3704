"""What one run changes against another, in the same worlds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sim import quarters as q
from sim.analysis.pairing import bootstrap, pair, shares
from sim.catalogue import STATES, catalogue
from sim.errors import InputError, unknown
from sim.results import Results, check_asked, outcome_reference


def references(outcome: str) -> list[tuple[str, str]]:
    """(label, outcome reference) for an outcome: one per state for a state outcome named alone, otherwise the one it names."""
    known = catalogue()
    if outcome in known.state_outcomes:
        return [(state, f"{state}.{outcome}") for state in STATES]
    if outcome.partition(".")[0] not in (*STATES, "mean") and outcome not in known.region_outcomes:
        raise InputError(unknown("outcome", outcome, [*known.state_outcomes, *known.region_outcomes]))
    state, _ = outcome_reference(outcome)
    return [(state or "", outcome)]


def window_of(results: Results, window: Sequence[str] | str | None) -> slice:
    """Positions of the quarters asked for: the last one by default, one quarter, or [first, last]."""
    have = results.quarters
    if window is None:
        return slice(len(have) - 1, len(have))
    first, last = (window, window) if isinstance(window, str) else tuple(window)
    for quarter in (first, last):
        q.index(quarter)
        if quarter not in have:
            raise InputError(f"{quarter} is outside the run, which goes from {have[0]} to {have[-1]}")
    if first > last:
        raise InputError(f"the window runs backwards: {first} to {last}")
    return slice(have.index(first), have.index(last) + 1)


def compare(
    reference: Results,
    alternative: Results,
    outcome: str,
    *,
    policy: str = "none",
    reference_policy: str = "none",
    window: Sequence[str] | str | None = None,
) -> pd.DataFrame:
    """The difference that `alternative` makes against `reference`, paired by world.

    Args:
        reference, alternative: results with the same seed; worlds that both hold are compared.
        outcome: a state outcome (one row per state), `SRB.x`, `mean.x`, or an outcome of dyad, region or west.
        policy, reference_policy: which policy of each to take.
        window: a quarter, or [first, last] over which each world is averaged; the last quarter by default.

    Returns:
        One row per state: means of both, their difference with its 95 % interval (low, high) by `bootstrap`, the range that holds
        90 % of the worlds' differences (p05, p95), and the shares of worlds that are better, worse and the same.
    """
    check_asked(outcome, reference=reference, alternative=alternative)
    rows = []
    for label, name in references(outcome):
        variable = outcome_reference(name)[1]
        paired = pair(reference, alternative, name, reference_policy, policy)
        span = window_of(reference if paired.reference.shape[1] == len(reference.quarters) else alternative, window)
        a, b = paired.reference[:, span].mean(axis=1, dtype=float), paired.alternative[:, span].mean(axis=1, dtype=float)
        difference = b - a
        low, high = bootstrap(difference)
        p05, p95 = np.quantile(difference, [0.05, 0.95])
        share = shares(difference, variable)
        rows.append(
            {
                "outcome": variable.published, "state": label, "reference": a.mean(), "alternative": b.mean(),
                "difference": difference.mean(), "low": low, "high": high, "p05": p05, "p95": p95,
                "better": share.better, "worse": share.worse, "same": share.same,
                "higher": share.higher, "lower": share.lower, "worlds": difference.size,
            }
        )  # fmt: skip
    return pd.DataFrame(rows)
