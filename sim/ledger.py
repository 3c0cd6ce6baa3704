"""The ledger: every change of every stock, booked to what caused it.

For each stock, actor, world and quarter: change = sum of bookings + clipping + events + clamp, to rounding.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

CLIPPING, EVENTS, CLAMP = "clipping", "events", "clamp"
"""Entries that no room books: what the bounds took away, what discrete events set, what a clamp held."""


@dataclass
class Ledger:
    """Bookings by (room, stock, because); each entry is an array (quarters, *stock shape, worlds) in float64."""

    quarters: int
    stocks: frozenset[str] | None = None  # record these only; None: all
    entries: dict[tuple[str, str, str], np.ndarray] = field(default_factory=dict)

    def book(self, quarter: int, room: str, stock: str, because: str, amount: np.ndarray) -> None:
        """Add `amount` (full shape of the stock) to an entry of one quarter."""
        if self.stocks is not None and stock not in self.stocks:
            return
        key = (room, stock, because)
        if key not in self.entries:
            self.entries[key] = np.zeros((self.quarters, *amount.shape))
        self.entries[key][quarter] += amount

    def of(self, stock: str) -> dict[tuple[str, str], np.ndarray]:
        """Entries (room, because) of one stock."""
        return {(room, because): a for (room, name, because), a in self.entries.items() if name == stock}
