"""Names of chunk files, the worlds that they hold, and which of them to read where two hold the same world."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from sim.spans import Spans, count, difference, spans, union

_NAME = re.compile(r"(?P<policy>[^.]+)\.(?P<first>\d+)-(?P<last>\d+)\.(?P<size>\d+)(\.[0-9a-f]{8})?\.parquet")


def chunk_name(policy: str, worlds: Spans) -> str:
    """Name of the files of a chunk: policy, first and last world, how many, and for worlds with gaps a hash of which."""
    first, last, size = worlds[0].start, worlds[-1].stop - 1, count(worlds)
    which = f".{zlib.crc32(repr(worlds).encode()):08x}" if len(worlds) > 1 else ""
    return f"{policy}.{first:010d}-{last:010d}.{size}{which}.parquet"


@dataclass(frozen=True)
class Chunk:
    """A chunk by its mark."""

    mark: Path
    policy: str
    first: int
    last: int
    size: int

    @staticmethod
    def of(mark: Path) -> Chunk | None:
        """The chunk with this mark; None for a file of another name."""
        found = _NAME.fullmatch(mark.name)
        return Chunk(mark, found["policy"], int(found["first"]), int(found["last"]), int(found["size"])) if found else None

    @property
    def name(self) -> str:
        """Name of its file in every table's directory."""
        return self.mark.name

    @cached_property
    def worlds(self) -> Spans:
        """Its worlds: read from the name where they have no gaps, otherwise from the mark; empty where that cannot be read."""
        if self.size == self.last - self.first + 1:
            return [range(self.first, self.last + 1)]
        try:
            return spans(pq.read_table(self.mark, columns=["world"])["world"].to_numpy())
        except (OSError, pa.ArrowException, KeyError):
            return []

    @property
    def damaged(self) -> bool:
        """Whether it does not hold what its name says."""
        return count(self.worlds) != self.size


def disjoint(chunks: Sequence[Chunk]) -> list[Chunk]:
    """Chunks of which no two of a policy hold the same world; of two that do, the larger. In the order of policies and worlds."""
    return [chunk for cluster in _clusters(chunks) for chunk in _without_overlap(cluster)]


def redundant(chunks: Sequence[Chunk]) -> list[Chunk]:
    """Chunks that `disjoint` leaves out."""
    kept = set(map(id, disjoint(chunks)))
    return [c for c in chunks if id(c) not in kept]


def _clusters(chunks: Sequence[Chunk]) -> Iterator[list[Chunk]]:
    """Chunks of one policy whose extents touch one another; almost always one by one."""
    cluster: list[Chunk] = []
    for chunk in sorted(chunks, key=lambda c: (c.policy, c.first, c.last)):
        if cluster and (chunk.policy != cluster[0].policy or chunk.first > max(c.last for c in cluster)):
            yield cluster
            cluster = []
        cluster.append(chunk)
    if cluster:
        yield cluster


def _without_overlap(cluster: list[Chunk]) -> list[Chunk]:
    if len(cluster) == 1:
        return cluster
    taken: Spans = []
    kept = []
    for chunk in sorted(cluster, key=lambda c: (-c.size, c.name)):
        if count(difference(chunk.worlds, taken)) == count(chunk.worlds):
            kept.append(chunk)
            taken = union([*taken, *chunk.worlds])
    return sorted(kept, key=lambda c: c.name)
