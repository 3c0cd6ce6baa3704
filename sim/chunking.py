"""How worlds are dealt out in chunks. Which worlds share a chunk changes nothing but how long they take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil

from sim.randomness import BLOCK
from sim.spans import Spans

LARGEST = 4096
"""Worlds in a chunk at most: what a quarter costs whatever the number of worlds then hardly counts (benchmarks/speed.py)."""
SIZES = (LARGEST, LARGEST // 2, LARGEST // 4)
_EACH = 1024  # what a chunk costs whatever its size, in worlds


def chunk_size(todo: Mapping[str, Spans], at_once: int) -> int:
    """Worlds per chunk so that `at_once` workers are done soonest: large chunks are cheap, small ones leave nobody idle at the end."""
    return min(SIZES, key=lambda size: ceil(number_of_chunks(todo, size) / at_once) * (size + _EACH))


def number_of_chunks(todo: Mapping[str, Spans], size: int) -> int:
    """How many chunks of this size the worlds of all policies make, at most."""
    return sum((span.stop - 1) // size - span.start // size + 1 for worlds in todo.values() for span in worlds)


def chunks(worlds: Sequence[int]) -> list[tuple[int, ...]]:
    """Worlds grouped into the largest chunks of whole, aligned blocks, in ascending order."""
    groups: dict[int, list[int]] = {}
    for world in sorted(set(worlds)):
        groups.setdefault(world // LARGEST, []).append(world)
    return [tuple(g) for g in groups.values()]


assert LARGEST % (4 * BLOCK) == 0  # whole blocks, whatever the size
