"""Tables of causes: what moves a stock of the whole region, each by its distance from today; states' variables count by their mean."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from sim.catalogue import STATES

if TYPE_CHECKING:
    from sim.world import World

Table = tuple[tuple[str, int, str, str], ...]
"""Rows (name of the weight, sign, variable, cause)."""


def weights(p: SimpleNamespace, table: Table) -> dict[str, Any]:
    """The weight of each cause of a table, signed, once a run; the weight of a states' variable is one state's in the mean of the six."""
    shares = {variable: len(STATES) if variable.startswith("states.") else 1 for _, _, variable, _ in table}
    return {because: sign * getattr(p, weight) / shares[variable] for weight, sign, variable, because in table}


def causes(world: World, table: Table, weighted: Mapping[str, Any]) -> dict[str, Any]:
    """What each row adds this quarter, (worlds,) by cause."""
    amounts = {}
    for _, _, variable, because in table:
        away = world.departure(variable)
        amounts[because] = weighted[because] * (away.sum(axis=0) if variable.startswith("states.") else away)
    return amounts
