"""How long a job takes and how much memory and disk it needs, from a small trial on this machine; nothing is written."""

from __future__ import annotations

import os
import resource
import sys
import time
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING

from sim.chunking import chunk_size, number_of_chunks
from sim.packing import pack_recording
from sim.play import play
from sim.randomness import BLOCK
from sim.tables import BUILDERS

if TYPE_CHECKING:
    from sim.recorder import Recording
    from sim.running import Job

_REPEATS = 2  # of the timed trial; their mean counts, because a run too shares the machine with others


@dataclass(frozen=True)
class Estimate:
    """What a job takes. Memory is that of all processes together, at its highest."""

    seconds: float
    memory_bytes: int
    disk_bytes: int
    per_world_seconds: float


@dataclass(frozen=True)
class _Trial:
    """Seconds of a block and of a chunk of `worlds` worlds, bytes of its files, bytes that this process held before and at most."""

    block: float
    chunk: float
    worlds: int
    disk: int
    before: int
    peak: int

    @property
    def per_world(self) -> float:
        """Seconds that a world adds to a chunk."""
        if self.worlds <= BLOCK:
            return self.chunk / self.worlds
        return max((self.chunk - self.block) / (self.worlds - BLOCK), self.chunk / self.worlds / 2)

    def seconds(self, worlds: int) -> float:
        """Seconds of one chunk of so many worlds."""
        blocks = ceil(worlds / BLOCK) * BLOCK  # whole blocks are always played
        return self.chunk + (blocks - max(self.worlds, BLOCK)) * self.per_world


def estimate(job: Job, worlds: int | None = None, workers: int = 1, start: float = 0.0, elsewhere: bool = False) -> Estimate:
    """Time, memory and disk of a job that is written to disk.

    Args:
        job: what is to be done.
        worlds: how many worlds are still to play, over all policies; all of them by default.
        workers: processes that share them; more than there are cores (or chunks) do not help.
        start: seconds until a process of balkansim is ready to play, as this one took.
        elsewhere: the workers are on a cluster, one core each.
    """
    to_do = len(job.worlds) * len(job.plans) if worlds is None else worlds
    if not to_do:
        return Estimate(start, peak(), 0, 0.0)
    each = ceil(to_do / len(job.plans))  # chunks hold worlds of one policy
    todo = {policy: [range(each)] for policy in job.policies}
    full = min(chunk_size(todo, workers, job.largest), each)
    trial = _tried(job, full)
    whole, rest = divmod(each, full)
    busy = max(min(workers, number_of_chunks(todo, full)), 1)
    used = busy if elsewhere else min(busy, cores())
    alone = len(job.plans) * (whole * trial.seconds(full) + (trial.seconds(rest) if rest else 0.0))
    seconds = start + (alone if busy == 1 else start + alone / used)
    memory = trial.peak if busy == 1 else 2 * trial.before + busy * trial.peak
    return Estimate(round(seconds, 2), memory, ceil(to_do * trial.disk / trial.worlds), trial.per_world)


def _tried(job: Job, worlds: int) -> _Trial:
    """Play and pack a block and a chunk of the job's own kind."""
    before = peak()
    first = next(job.tasks(job.plans[0], job.worlds[:1]))
    small, large = (replace(first, worlds=tuple(range(n))) for n in (min(worlds, BLOCK), worlds))
    play(small)  # the first one also reads figures and parameters
    times: dict[str, list[float]] = {}
    disk = 0
    for name, task in (("block", small), ("chunk", large)):
        for _ in range(_REPEATS):
            started = time.perf_counter()
            disk = _packed(play(task), job.scenario.name)
            times.setdefault(name, []).append(time.perf_counter() - started)
    return _Trial(fmean(times["block"]), fmean(times["chunk"]), worlds, disk, before, peak())


def _packed(recording: Recording, scenario: str) -> int:
    """Bytes of a recording's tables as they would be written."""
    tables = [name for name in BUILDERS if name != "ledger" or recording.ledger is not None]
    return sum(pack_recording(recording, name, scenario).size for name in tables)


def age() -> float:
    """Seconds since this process began (where the system does not say: seconds that it has computed)."""
    try:
        began = int(Path("/proc/self/stat").read_text(encoding="ascii").rpartition(")")[2].split()[19]) / os.sysconf("SC_CLK_TCK")
        return time.clock_gettime(time.CLOCK_BOOTTIME) - began
    except (OSError, AttributeError):
        return time.process_time()


def peak() -> int:
    """Bytes that this process has held at most so far."""
    try:  # what `getrusage` says is at least what the process held that started this one
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
        return 1024 * int(status.partition("VmHWM:")[2].split()[0])
    except (OSError, IndexError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
