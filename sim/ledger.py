"""The ledger: every change of every stock, booked to what caused it.

For each stock, actor, world and quarter: change = sum of bookings + clipping + events + clamp, to rounding. The engine computes in single
precision; what rounding takes from a sum, less than 1e-7 of its size, is booked with the clipping, so that a ledger closes over any time.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

CLIPPING, EVENTS, CLAMP = "clipping", "events", "clamp"
"""Entries that no room books: what the bounds (and rounding) took away, what discrete events set, what a clamp held."""


@dataclass
class Ledger:
    """Bookings by (room, stock, because); each entry is an array (quarters, *stock shape, worlds) in float64."""

    quarters: int
    stocks: frozenset[str] | None = None  # record these only; None: all
    entries: dict[tuple[str, str, str], np.ndarray] = field(default_factory=dict)
    _sums: dict[str, np.ndarray] = field(default_factory=dict)  # of this quarter's bookings by stock

    def book(self, quarter: int, room: str, stock: str, because: str, amount: np.ndarray) -> None:
        """Add what a room books (full shape of the stock) to an entry of one quarter."""
        if self._holds(stock):
            self._sums[stock] = self._sums.get(stock, 0.0) + amount.astype(float)
            self.enter(quarter, room, stock, because, amount)

    def settle(self, quarter: int, stock: str, before: np.ndarray, after: np.ndarray) -> None:
        """After the sums of a quarter: enter what a stock's bookings did not become."""
        if self._holds(stock):
            self.enter(quarter, CLIPPING, stock, "bounds", after.astype(float) - before - self._sums.pop(stock))

    def enter(self, quarter: int, room: str, stock: str, because: str, amount: np.ndarray) -> None:
        """Add `amount` (full shape of the stock) to an entry of one quarter, apart from what rooms book."""
        if not self._holds(stock):
            return
        key = (room, stock, because)
        if key not in self.entries:
            self.entries[key] = np.zeros((self.quarters, *amount.shape))
        self.entries[key][quarter] += amount

    def _holds(self, stock: str) -> bool:
        return self.stocks is None or stock in self.stocks

    def of(self, stock: str) -> dict[tuple[str, str], np.ndarray]:
        """Entries (room, because) of one stock."""
        return {(room, because): a for (room, name, because), a in self.entries.items() if name == stock}
