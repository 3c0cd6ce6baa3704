"""Tables of causes: what moves a stock of the whole region, each by its distance from today; states' variables count by their mean."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from sim.catalogue import STATES

if TYPE_CHECKING:
    from sim.world import World

Table = tuple[tuple[str, int, str, str], ...]
"""Rows (name of the weight, sign, variable, cause)."""
Weighted = tuple[tuple[Any, bool, str, str], ...]


def weighted(p: SimpleNamespace, table: Table) -> Weighted:
    """The table with its weights, signed, once a run; the weight of a states' variable is one state's in the mean of the six."""
    rows = []
    for weight, sign, variable, because in table:
        of_states = variable.startswith("states.")
        rows.append((sign * getattr(p, weight) / (len(STATES) if of_states else 1), of_states, variable, because))
    return tuple(rows)


def causes(world: World, rows: Weighted) -> dict[str, Any]:
    """What each row adds this quarter, (worlds,) by cause."""
    amounts = {}
    for weight, of_states, variable, because in rows:
        away = world.departure(variable)
        amounts[because] = weight * (away.sum(axis=0) if of_states else away)
    return amounts
