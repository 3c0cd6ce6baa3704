"""Stocks of one shape, laid one after the other in one array, so that a quarter's sums take one pass over all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from sim.catalogue import Variable
from sim.ledger import Ledger
from sim.maths import REAL

Array = np.ndarray


class Stocks:
    """Values and this quarter's bookings of stocks that share a shape, each (stocks, *shape, worlds); a stock is a row of each.

    Args:
        variables: the stocks, in the order of their rows.
        start: their values at the start by name, (*shape, worlds).
        today: what departures count from by name, (*shape, 1) or (*shape, worlds).
    """

    def __init__(self, variables: Sequence[Variable], start: Mapping[str, Array], today: Mapping[str, Array]) -> None:
        self.names = tuple(v.name for v in variables)
        self.values = np.array([start[name] for name in self.names])
        self.deltas = np.zeros_like(self.values)
        bounds = np.array([v.range for v in variables], dtype=REAL)
        self._low, self._high = (column.reshape(-1, *[1] * (self.values.ndim - 1)) for column in bounds.T)
        self._today = np.array(np.broadcast_arrays(*(today[name] for name in self.names)))
        self._departures: Array | None = None
        self.booked: dict[int, None] = {}
        """Rows with bookings this quarter, in the order of the first."""
        self.on_tape = False
        """Whether tapes book to some of them, which do not say so."""

    def departure(self, row: int) -> Array:
        """How far a stock stands from today's situation, (*shape, worlds); worked out for all rows at once, once a quarter."""
        if self._departures is None:
            self._departures = self.values - self._today
            self._departures.setflags(write=False)
        found: Array = self._departures[row]
        return found

    def moved(self) -> None:
        """Forget departures: values have changed."""
        self._departures = None

    def settle(self, ledger: Ledger | None, quarter: int) -> None:
        """Sum the bookings and clip once."""
        if not self.booked and not self.on_tape:
            return
        before = None if ledger is None else self.values.copy()
        np.add(self.values, self.deltas, out=self.deltas).clip(self._low, self._high, out=self.values)
        if ledger is not None and before is not None:
            for row in self.booked:
                ledger.settle(quarter, self.names[row], before[row], self.values[row])
        self.deltas.fill(0.0)
        self.booked.clear()
