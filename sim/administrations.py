"""Who governs in Washington: terms of four years, from inauguration to inauguration.

A plain value of the lever `us.administration` speaks of the November 2024 election and holds from 2025Q1 to 2028Q4. A *change* of the
lever, by an event or a path, holds from its quarter to the end of the term, whatever the year. Before 2025Q1, without such a change,
whoever took office last in the record governs; from 2029Q1 `us.later_elections` decides at each inauguration.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim import quarters

FIRST, LATER = quarters.index("2025Q1"), quarters.index("2029Q1")
"""The terms that the lever speaks of begins with the first and ends before the second."""
TERM = LATER - FIRST


def inaugurated(quarter: int, first: bool) -> bool:
    """Whether an election after 2024 takes effect: at an inauguration from 2029Q1, or where the run begins after it."""
    return quarter >= LATER and (first or (quarter - LATER) % TERM == 0)


def elected(rule: dict[str, Any], before: Any, chance: Any, draw: Any) -> Any:
    """Outcome of an election after 2024, 1 where transactional, shape (worlds,).

    `rule` says for each choice of `us.later_elections` where it holds; `before` is who governed; `chance` is the probability that a
    transactional administration wins a drawn election; `draw` is uniform.
    """
    kept = np.where(rule["same"], before, np.where(rule["transactional"], 1.0, 0.0))
    return np.where(rule["drawn"], draw < chance, kept)


def governs(quarter: int, lever: Any, announced: Any, before: Any, newly: Any | None) -> Any:
    """1 where a transactional administration governs this quarter, shape (worlds,).

    `lever` is this quarter's value and `announced` last quarter's; `before` is who governed last quarter; `newly` is who was elected
    where this is an inauguration after 2024, else None.
    """
    if FIRST <= quarter < LATER:
        return lever
    return np.where(lever != announced, lever, before if newly is None else newly)
