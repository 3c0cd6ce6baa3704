"""Named draws: world *i* of seed *s* is the same world alone, among thousands, on one worker or twenty.

Draws are named, never sequenced. Worlds come in fixed blocks of 64, and whole blocks are always simulated. A stream that is read every
quarter owns one SFC64 generator per block, seeded by (seed, name, block), which lives through the run and yields a fixed number of values
per world and quarter. A value drawn once per world is read from a counter-based Philox generator, addressed by (seed, name, world).
So nothing that a scenario, a policy, another room or a later end date does can move anybody else's draws. Policies are compared in the same
worlds, so the draws of the worlds played last are kept for whoever plays them next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from math import prod
from threading import Lock
from typing import Any

import numpy as np
from numpy.random import SFC64, Generator, Philox
from numpy.random.bit_generator import ISeedSequence

from sim.maths import REAL

BLOCK = 64
_QUARTERS_AT_A_TIME = 11
_PER_COUNTER = 4  # Philox4x64 yields four 64-bit words per counter
_KEPT_BYTES = 160 << 20  # of quarterly draws, per process: those of one chunk


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
    """One uniform value on [0, 1) per world, drawn for the whole run, shape (worlds,); read-only."""
    return _once(seed, name, tuple(blocks))


@lru_cache(maxsize=512)
def _once(seed: int, name: str, blocks: tuple[int, ...]) -> np.ndarray:
    parts = []
    for first, count in _runs(blocks):
        bits = Philox(key=_key(seed, "once/" + name), counter=[first * BLOCK // _PER_COUNTER, 0, 0, 0])
        parts.append(Generator(bits).random(count * BLOCK))
    drawn = np.concatenate(parts)
    drawn.setflags(write=False)
    return drawn


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


def _uniform(generator: Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Values on [0, 1), two of 24 bits from each word of the generator: half the work of drawing doubles."""
    words = generator.bit_generator.random_raw(prod(shape) // 2).astype("<u8").view("<u4")
    return ((words >> 8).astype(REAL) * REAL(2.0**-24)).reshape(shape)


@dataclass(frozen=True)
class Draw:
    """A stream that a room or a kind of actor reads every quarter: its kind and permanent slots."""

    kind: str  # uniform | normal
    slots: tuple[int, ...]


class Stream:
    """Values of one stream, quarter by quarter, shape (*slots, worlds); drawn some quarters at a time, as far as they are read."""

    def __init__(self, seed: int, name: str, draw: Draw, blocks: Sequence[int]) -> None:
        self._seed, self._name, self._blocks = seed, name, blocks
        self._uniform = draw.kind == "uniform"
        self._shape = (_QUARTERS_AT_A_TIME, *draw.slots, BLOCK)
        self._generators: list[Generator] | None = None
        self._drawn: list[np.ndarray] = []
        self._drawing = Lock()

    def quarter(self, number: int) -> np.ndarray:
        """The values of a quarter, counted from 0; read-only."""
        batch, place = divmod(number, _QUARTERS_AT_A_TIME)
        if len(self._drawn) <= batch:
            with self._drawing:  # worlds of two threads may share this stream
                while len(self._drawn) <= batch:
                    self._drawn.append(self._more())
        values: np.ndarray = self._drawn[batch][place]
        return values

    def _more(self) -> np.ndarray:
        if self._generators is None:
            self._generators = _generators(self._seed, self._name, self._blocks)
        blocks = np.empty((len(self._blocks), *self._shape), dtype=REAL)
        for values, generator in zip(blocks, self._generators, strict=True):
            if self._uniform:
                values[...] = _uniform(generator, self._shape)
            else:
                generator.standard_normal(out=values, dtype=REAL)
        buffer = np.ascontiguousarray(np.moveaxis(blocks, 0, -2)).reshape(*self._shape[:-1], -1)
        buffer.setflags(write=False)
        return buffer

    @property
    def bytes(self) -> int:
        """What the values drawn so far take."""
        return sum(batch.nbytes for batch in self._drawn)


class _Kept:
    """Streams of the worlds played last, up to a number of bytes; the one asked for longest ago goes first."""

    def __init__(self, limit: int) -> None:
        self._limit, self._streams, self._lock = limit, dict[Any, Stream](), Lock()

    def stream(self, seed: int, name: str, draw: Draw, blocks: tuple[int, ...]) -> Stream:
        key = (seed, name, draw, blocks)
        with self._lock:
            found = self._streams.pop(key, None) or Stream(seed, name, draw, blocks)
            self._streams[key] = found
        return found

    def trim(self) -> None:
        """Let the oldest go until the rest keeps the limit."""
        with self._lock:
            held = sum(stream.bytes for stream in self._streams.values())
            for key in list(self._streams):
                if held <= self._limit:
                    break
                held -= self._streams.pop(key).bytes


_kept = _Kept(_KEPT_BYTES)


class Streams:
    """All streams of a run; each advances once a quarter, asked for or not."""

    def __init__(self, seed: int, blocks: Sequence[int]) -> None:
        self.seed, self.blocks, self._quarter = seed, tuple(blocks), -1
        self._streams: dict[str, Stream] = {}

    def open(self, name: str, draw: Draw) -> None:
        """Make a stream ready; streams are opened before the first quarter."""
        self._streams[name] = _kept.stream(self.seed, name, draw, self.blocks)

    def advance(self) -> None:
        """Go to the next quarter."""
        self._quarter += 1
        if self._quarter % _QUARTERS_AT_A_TIME == 0:
            _kept.trim()

    def draw_all(self, quarters: int) -> None:
        """Draw now what so many quarters read, which is otherwise drawn as it is read; for measuring."""
        for stream in self._streams.values():
            stream.quarter(quarters - 1)

    def __getitem__(self, name: str) -> np.ndarray:
        return self._streams[name].quarter(self._quarter)
