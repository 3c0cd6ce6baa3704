"""Named draws: world *i* of seed *s* is the same world alone, among thousands, on one worker or twenty.

Draws are named, never sequenced. Worlds come in fixed blocks of 64, and whole blocks are always simulated. A stream that is read every
quarter owns one SFC64 generator per block, seeded by (seed, name, block), which lives through the run and yields a fixed number of values
per world and quarter. A value drawn once per world is read from a counter-based Philox generator, addressed by (seed, name, world).
So nothing that a scenario, a policy, another room or a later end date does can move anybody else's draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.random import SFC64, Generator, Philox
from numpy.random.bit_generator import ISeedSequence

BLOCK = 64
_QUARTERS_AT_A_TIME = 11
_PER_COUNTER = 4  # Philox4x64 yields four 64-bit words per counter


def _key(seed: int, name: str) -> np.ndarray:
    """Two 64-bit words from seed and name: the key of a Philox generator, shape (2,)."""
    digest = blake2b(f"{seed}/{name}".encode(), digest_size=16).digest()
    return np.frombuffer(digest, dtype=np.uint64)


def _runs(blocks: Sequence[int]) -> list[tuple[int, int]]:
    """Consecutive runs (first, count) in ascending block numbers."""
    runs: list[tuple[int, int]] = []
    for block in blocks:
        if runs and block == sum(runs[-1]):
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((block, 1))
    return runs


def once(seed: int, name: str, blocks: Sequence[int]) -> np.ndarray:
    """One uniform value on [0, 1) per world, drawn for the whole run, shape (worlds,)."""
    parts = []
    for first, count in _runs(blocks):
        bits = Philox(key=_key(seed, "once/" + name), counter=[first * BLOCK // _PER_COUNTER, 0, 0, 0])
        parts.append(Generator(bits).random(count * BLOCK))
    return np.concatenate(parts)


class _Words(ISeedSequence):
    """Hands ready-made words to a bit generator (which asks for three 64-bit words)."""

    def __init__(self, words: np.ndarray) -> None:
        self.words = words

    def generate_state(self, n_words: int, dtype: Any = np.uint32) -> np.ndarray:
        return self.words[:n_words].astype(dtype)


def _generators(seed: int, name: str, blocks: Sequence[int]) -> list[Generator]:
    key = _key(seed, "stream/" + name)
    generators = []
    for first, count in _runs(blocks):
        words = Philox(key=key, counter=[first, 0, 0, 0]).random_raw(count * _PER_COUNTER).reshape(count, _PER_COUNTER)
        generators += [Generator(SFC64(_Words(w))) for w in words]  # type: ignore[arg-type]
    return generators


@dataclass(frozen=True)
class Draw:
    """A stream that a room or a kind of actor reads every quarter: its kind and permanent slots."""

    kind: str  # uniform | normal
    slots: tuple[int, ...]


class Stream:
    """Values of one stream, quarter by quarter, shape (*slots, worlds)."""

    def __init__(self, seed: int, name: str, draw: Draw, blocks: Sequence[int]) -> None:
        self._generators = _generators(seed, name, blocks)
        self._fill = "random" if draw.kind == "uniform" else "standard_normal"
        self._shape = (_QUARTERS_AT_A_TIME, *draw.slots, BLOCK)
        self._buffer = np.empty((_QUARTERS_AT_A_TIME, *draw.slots, BLOCK * len(blocks)))
        self._next = _QUARTERS_AT_A_TIME

    def quarter(self) -> np.ndarray:
        """The next quarter's values; the array is overwritten a few quarters later."""
        if self._next == _QUARTERS_AT_A_TIME:
            for i, generator in enumerate(self._generators):
                self._buffer[..., i * BLOCK : (i + 1) * BLOCK] = getattr(generator, self._fill)(self._shape)
            self._next = 0
        values = self._buffer[self._next]
        self._next += 1
        return values


class Streams:
    """All streams of a run; each is created when first asked for and advances once a quarter, asked for or not."""

    def __init__(self, seed: int, blocks: Sequence[int]) -> None:
        self.seed, self.blocks = seed, tuple(blocks)
        self._streams: dict[str, Stream] = {}
        self._now: dict[str, np.ndarray] = {}

    def open(self, name: str, draw: Draw) -> None:
        """Make a stream ready; streams are opened before the first quarter."""
        self._streams[name] = Stream(self.seed, name, draw, self.blocks)

    def advance(self) -> None:
        """Go to the next quarter."""
        for name, stream in self._streams.items():
            self._now[name] = stream.quarter()

    def __getitem__(self, name: str) -> np.ndarray:
        return self._now[name]
