"""How worlds are dealt out in chunks. Which worlds share a chunk changes nothing but how long they take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil

from sim.randomness import BLOCK
from sim.spans import Spans, count

LARGEST, LEAST = 4096, 1024
"""Worlds in a chunk. What a quarter costs whatever the number of worlds hardly counts in large ones (benchmarks/speed.py)."""


def largest(ledger: bool, sent: bool = False) -> int:
    """Worlds in a chunk at most; a ledger takes some 870 kB per world, and a chunk that is sent from one machine to another 40 kB."""
    return LEAST if ledger or sent else LARGEST


def chunk_size(todo: Mapping[str, Spans], at_once: int, most: int = LARGEST) -> int:
    """Worlds per chunk, whole blocks: as many as a chunk may have, but so that `at_once` workers come to their ends together."""
    worlds = sum(map(count, todo.values()))
    if at_once == 1 or not worlds:
        return most
    rounds = ceil(worlds / at_once / most)
    return max(BLOCK * ceil(worlds / at_once / rounds / BLOCK), LEAST)


def number_of_chunks(todo: Mapping[str, Spans], size: int) -> int:
    """How many chunks of this size the worlds of all policies make, at most."""
    return sum((span.stop - 1) // size - span.start // size + 1 for worlds in todo.values() for span in worlds)


def chunks(worlds: Sequence[int]) -> list[tuple[int, ...]]:
    """Worlds grouped into the largest chunks of whole, aligned blocks, in ascending order."""
    groups: dict[int, list[int]] = {}
    for world in sorted(set(worlds)):
        groups.setdefault(world // LARGEST, []).append(world)
    return [tuple(g) for g in groups.values()]
