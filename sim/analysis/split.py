"""A difference split into parts: what each is in every world of a chunk, and its mean over all worlds with the sampling error."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

import numpy as np

from sim.analysis.exchange import Bench, Leaf, Pair, level
from sim.analysis.replay import Array

_TWO_SIDED = 1.96  # standard errors on either side hold 95 % of a normal distribution


@dataclass
class Split:
    """Parts in the worlds of a chunk, (worlds,), and the levels of inputs in both situations: two sums and how many were summed."""

    worlds: int
    parts: dict[Leaf, Array] = field(default_factory=dict)
    levels: dict[Leaf, Array] = field(default_factory=dict)

    def add(self, leaf: Leaf, part: Array) -> None:
        """Add to a part."""
        self.parts[leaf] = self.parts.get(leaf, np.zeros(self.worlds)) + part

    def take(self, bench: Bench, pair: Pair, through: bool = True) -> None:
        """Add all parts of what a pair computes, with inputs opened or not, and note the levels of what they come from."""
        for leaf, part in pair.parts(bench.opens if through else None).items():
            self.add(leaf, part)
            if np.any(part):
                self._see(bench, pair, leaf)

    def _see(self, bench: Bench, pair: Pair, leaf: Leaf) -> None:
        for name in leaf.path[:-1]:
            opened = bench.opens(pair.first.entry, name)
            assert opened is not None  # or there would be no such leaf
            pair = opened
        name = leaf.path[-1]
        if name not in pair.first.known or name[0] == "prepared":  # what is prepared has no level to show
            return
        found = np.zeros(3)
        for i, thing in enumerate((pair.first, pair.second)):
            known = thing.known[name]
            values = level(bench.state, thing.replay, known[0] if isinstance(known, tuple) else known)
            found[i], found[2] = values.sum(), values.size
        self.levels[leaf] = self.levels.get(leaf, np.zeros(3)) + found


class Means[Key: Hashable]:
    """Means over worlds of numbers that come chunk by chunk."""

    def __init__(self) -> None:
        self.worlds = 0
        self._sums: dict[Key, Array] = {}

    def add(self, values: Mapping[Key, Array], worlds: int) -> None:
        """The values of a chunk, (worlds,) each; what a chunk does not name is zero in it."""
        self.worlds += worlds
        for key, value in values.items():
            self._sums[key] = self._sums.get(key, np.zeros(2)) + np.array([value.sum(), np.square(value).sum()])

    @property
    def keys(self) -> list[Key]:
        """All that was ever named, in that order."""
        return list(self._sums)

    def mean(self, key: Key) -> float:
        """The mean over all worlds."""
        return float(self._sums.get(key, np.zeros(2))[0]) / self.worlds

    def error(self, key: Key) -> float:
        """Half the width of the mean's 95 % interval; nan for one world."""
        if self.worlds < 2:
            return float("nan")
        total, squares = self._sums.get(key, np.zeros(2))
        variance = max(squares - total * total / self.worlds, 0.0) / (self.worlds - 1)
        return float(_TWO_SIDED * np.sqrt(variance / self.worlds))
