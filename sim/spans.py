"""World numbers as spans: ascending, disjoint ranges, so that a billion worlds take no more room than a thousand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

import numpy as np

Spans = list[range]
"""Ranges of step 1 that are not empty, ascending, with gaps between them."""


def spans(worlds: Sequence[int] | np.ndarray) -> Spans:
    """Ascending, distinct world numbers as spans."""
    if isinstance(worlds, range) and worlds.step == 1:
        return [worlds] if len(worlds) else []
    numbers = np.asarray(worlds, dtype=np.int64)
    if not numbers.size:
        return []
    gaps = np.flatnonzero(np.diff(numbers) > 1)
    firsts, lasts = numbers[np.r_[0, gaps + 1]], numbers[np.r_[gaps, numbers.size - 1]]
    return [range(a, b + 1) for a, b in zip(firsts.tolist(), lasts.tolist(), strict=True)]


def union(pieces: Iterable[range]) -> Spans:
    """Everything that is in any of the ranges."""
    merged: Spans = []
    for piece in sorted((p for p in pieces if len(p)), key=lambda p: p.start):
        if merged and piece.start <= merged[-1].stop:
            merged[-1] = range(merged[-1].start, max(merged[-1].stop, piece.stop))
        else:
            merged.append(piece)
    return merged


def difference(wanted: Spans, taken: Spans) -> Spans:
    """What is wanted and not taken."""
    left: Spans = []
    others = iter([*taken, range(2**62, 2**62 + 1)])
    other = next(others)
    for span in wanted:
        start = span.start
        while start < span.stop:
            while other.stop <= start:
                other = next(others)
            stop = min(span.stop, other.start)
            if start < stop:
                left.append(range(start, stop))
            start = max(stop, min(other.stop, span.stop))
    return left


def count(pieces: Spans) -> int:
    """How many worlds there are in the spans."""
    return sum(map(len, pieces))


def groups(pieces: Spans, size: int) -> Iterator[Sequence[int]]:
    """The worlds in groups that share a multiple of `size`: whole groups as a range, others as a tuple; one group at a time."""
    waiting: list[range] = []
    for piece in chain.from_iterable(_cut(p, size) for p in pieces):
        if waiting and waiting[0].start // size != piece.start // size:
            yield _together(waiting)
            waiting = []
        waiting.append(piece)
    if waiting:
        yield _together(waiting)


def _cut(piece: range, size: int) -> Iterator[range]:
    start = piece.start
    while start < piece.stop:
        stop = min(piece.stop, (start // size + 1) * size)
        yield range(start, stop)
        start = stop


def _together(pieces: list[range]) -> Sequence[int]:
    return pieces[0] if len(pieces) == 1 else tuple(chain.from_iterable(pieces))
