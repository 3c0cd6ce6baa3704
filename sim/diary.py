"""What happened: discrete events, noted as they come and told apart only when somebody asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise

import numpy as np

Array = np.ndarray
Words = tuple[str, str, str, str]
"""Event, target, actor, because."""


@dataclass(slots=True)
class Occurrence:
    """A discrete event in some worlds of one quarter; `worlds` are positions in the run's arrays, `until` the last quarter of a spell."""

    quarter: int
    event: str
    target: str
    actor: str
    because: str
    worlds: Array
    until: Array | None = None


@dataclass(slots=True)
class Many:
    """Events of one quarter, entry by entry: `which` and in which worlds, each (entries,); `words` says what a number means."""

    quarter: int
    which: Array
    worlds: Array
    words: Callable[[int], Words]
    until: Array | None = None

    def told_apart(self) -> Iterator[Occurrence]:
        """An occurrence for each event, in the order of their numbers, worlds as they come."""
        order = np.argsort(self.which, kind="stable")
        starts = [0, *(np.flatnonzero(np.diff(self.which[order])) + 1).tolist(), order.size]
        for group in (order[a:b] for a, b in pairwise(starts)):
            until = None if self.until is None else self.until[group]
            yield Occurrence(self.quarter, *self.words(int(self.which[group[0]])), self.worlds[group], until)


@dataclass
class Diary:
    """Events in the order in which they were noted, of all worlds, or of those `wanted` of so many `worlds` (ascending positions)."""

    notes: list[Occurrence | Many] = field(default_factory=list)
    wanted: Array | None = None
    worlds: int = 0

    def note(self, entry: Occurrence | Many) -> None:
        """Add what happened; not to a diary that has been read."""
        self.notes.append(entry)

    def of(self, wanted: Array, worlds: int) -> Diary:
        """The diary of some worlds, whose positions are then counted among these."""
        return self if wanted.size == worlds else Diary(self.notes, wanted, worlds)

    @cached_property
    def occurrences(self) -> list[Occurrence]:
        """Every event by itself."""
        found = [o for entry in self.notes for o in (entry.told_apart() if isinstance(entry, Many) else (entry,))]
        return found if self.wanted is None else list(self._only(found, self.wanted))

    def _only(self, found: list[Occurrence], wanted: Array) -> Iterator[Occurrence]:
        position = np.full(self.worlds, -1)
        position[wanted] = np.arange(wanted.size)
        for occurrence in found:
            there = position[occurrence.worlds]
            mask = there >= 0
            if mask.any():
                yield replace(occurrence, worlds=there[mask], until=None if occurrence.until is None else occurrence.until[mask])
