"""Named draws: world *i* of seed *s* is the same world alone, among thousands, on one worker or twenty.

Draws are named, never sequenced. Worlds come in fixed blocks of 64, and whole blocks are always simulated. A stream that is read every
quarter is a PCG64 DXSM generator seeded by (seed, name), in which each block and each 22 quarters have a place of their own. Normal
values come from pairs of uniform ones (Box and Muller 1958), so that none lies beyond 5.8 standard deviations. A value drawn once per
world comes from a counter-based Philox generator, addressed by (seed, name, world). So nothing that a scenario, a policy, another room or
a later end date does can move anybody else's draws. Policies are compared in the same worlds, so the draws of the worlds played last are
kept for whoever plays them next.
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
from numpy.random import PCG64DXSM, Generator, Philox
from numpy.random.bit_generator import ISeedSequence

from sim.errors import ModelError
from sim.maths import REAL

try:
    from sim import _draws
except ImportError:  # installed without its compiled part: NumPy draws the same values, more slowly
    _draws = None  # type: ignore[assignment]
_LAYOUT = 2  # of what `_draws` takes; another number there, or none, means that it was built from another version
if getattr(_draws, "LAYOUT", None) != _LAYOUT:
    _draws = None  # type: ignore[assignment]

BLOCK = 64
_QUARTERS_AT_A_TIME = 22
_PER_COUNTER = 4  # Philox4x64 yields four 64-bit words per counter
_AT_A_TIME = 1 << 15  # values that stay in a cache with what is made of them
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
    drawn: np.ndarray = once_each(seed, (name,), blocks)[0]
    return drawn


def once_each(seed: int, names: Sequence[str], blocks: Sequence[int]) -> np.ndarray:
    """`once` for several names, shape (names, worlds); read-only."""
    return _once(seed, tuple(names), tuple(blocks))


@lru_cache(maxsize=16)
def _once(seed: int, names: tuple[str, ...], blocks: tuple[int, ...]) -> np.ndarray:
    drawn = np.empty((len(names), BLOCK * len(blocks)))
    runs = _runs(blocks)
    for name, values in zip(names, drawn, strict=True):
        key, at = _key(seed, "once/" + name), 0
        for first, count in runs:
            _fill_once(values[at : at + count * BLOCK], key, first * BLOCK // _PER_COUNTER)
            at += count * BLOCK
    drawn.setflags(write=False)
    return drawn


def _fill_once(values: np.ndarray, key: np.ndarray, place: int) -> None:
    """Uniform values from a place on, four from each."""
    if _draws is not None:
        _draws.once(values, key, place)
    else:
        Generator(Philox(key=key, counter=place)).random(out=values)


def _fill(values: np.ndarray, first: int, count: int, key: np.ndarray, batch: int, block: int) -> None:
    """Draw the blocks from position `first` on in values (quarters, slots, blocks, BLOCK): numbers `block` and on of the stream.

    Uniform values on [0, 1), two of 24 bits from each 64-bit word of the stream's generator; block by block, row by row.
    """
    rows = prod(values.shape[:-2])
    place = block * rows * BLOCK // 2
    if _draws is not None:
        _draws.fill(values, rows, first, count, key, batch, place)
        return
    bits = PCG64DXSM(_Words(Philox(key=key).random_raw(_PER_COUNTER)))
    bits.advance((batch << 64) + place)
    halves = bits.random_raw(count * rows * BLOCK // 2).astype("<u8", copy=False).view("<u4")
    drawn = (halves >> 8).astype(REAL) * REAL(2.0**-24)
    values.reshape(rows, -1, BLOCK)[:, first : first + count] = drawn.reshape(count, rows, BLOCK).swapaxes(0, 1)


class _Words(ISeedSequence):
    """Hands ready-made words to a bit generator (which asks for four 64-bit words)."""

    def __init__(self, words: np.ndarray) -> None:
        self.words = words

    def generate_state(self, n_words: int, dtype: Any = np.uint32) -> np.ndarray:
        return self.words[:n_words].astype(dtype)


def _make_normal(values: np.ndarray) -> None:
    """Standard normal values in place of uniform ones (quarters, ..., worlds): those of the first half of quarters with the others'."""
    half = len(values) // 2
    at_once = max(_AT_A_TIME // max(values[0].size, 1), 1)
    for q in range(0, half, at_once):
        radius, angle = values[q : min(q + at_once, half)], values[half + q : half + min(q + at_once, half)]
        np.log(np.subtract(REAL(1), radius, out=radius), out=radius)
        np.sqrt(np.multiply(radius, REAL(-2), out=radius), out=radius)
        angle *= REAL(2 * np.pi)
        across = np.sin(angle)
        np.multiply(np.cos(angle, out=angle), radius, out=angle)
        radius *= across


@dataclass(frozen=True)
class Draw:
    """A stream that a room or a kind of actor reads every quarter: its kind and permanent slots."""

    kind: str  # uniform | normal
    slots: tuple[int, ...]


class Stream:
    """Values of one stream, quarter by quarter, shape (*slots, worlds); drawn some quarters at a time, as far as they are read."""

    def __init__(self, seed: int, name: str, draw: Draw, blocks: Sequence[int]) -> None:
        self._key, self._runs = _key(seed, "stream/" + name), _runs(blocks)
        self._normal = draw.kind == "normal"
        self._shape = (_QUARTERS_AT_A_TIME, *draw.slots, len(blocks), BLOCK)
        self._drawn: list[np.ndarray] = []
        self._drawing = Lock()
        self.bytes = 0
        """What the values drawn so far take."""

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
        drawn, at = np.empty(self._shape, dtype=REAL), 0
        for block, count in self._runs:
            _fill(drawn, at, count, self._key, len(self._drawn), block)
            at += count
        values = drawn.reshape(*self._shape[:-2], -1)
        if self._normal:
            _make_normal(values)
        values.setflags(write=False)
        self.bytes += values.nbytes
        return values


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


class NoGenerator:
    """In the place of Mesa's generators: what one of them drew would depend on which worlds share a chunk, and on nobody's name."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise ModelError(
            f"{name} is asked of Mesa's generator, which balkansim does not use: draws are named. Declare a stream in the class, "
            'DRAWS = {"mood": Draw("uniform", ())} (from sim.randomness import Draw), and read it each quarter with self.draw("mood")'
        )
