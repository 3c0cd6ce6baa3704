"""How long a sweep takes and how much memory and disk it needs, from a few of its cells played on this machine; nothing is written."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from math import ceil
from typing import Any

import numpy as np

from sim.analysis.design import Design
from sim.analysis.sweep import Cell, Sweep, as_table, cells, identity, played, settings_of, work_of
from sim.chunking import LARGEST
from sim.estimates import Estimate, cores, peak
from sim.packing import pack
from sim.randomness import BLOCK

_TRIED = 3  # cells: the first, the middle and the last of those to play, because scenarios and policies differ in length
_COPIES = 3  # of all values that are held at once while the summary is made
_ROW_BYTES = 150  # of the summary on disk, by cell and outcome


def estimate_sweep(design: Design, missing: Sequence[Cell], workers: int = 1, start: float = 0.0, elsewhere: bool = False) -> Estimate:
    """Time, memory and disk of a sweep that is kept on disk, of which these cells are still to be played.

    Args:
        design: from `read_design`.
        missing: cells to play.
        workers: processes that share them; more than there are cores (or cells) do not help.
        start: seconds until a process of balkansim is ready to play, as this one took.
        elsewhere: the workers are on a cluster, one core each.
    """
    before, every = peak(), cells(design)
    held = _COPIES * 8 * len(every) * design.worlds * len(design.outcomes)
    rows = len(every) * len(design.outcomes)
    if not missing:
        return Estimate(start, before + held, 0, 0.0)
    samples = [missing[i] for i in sorted({0, len(missing) // 2, len(missing) - 1})][:_TRIED]
    _played(design, samples[:1], min(design.worlds, BLOCK))  # the first one also reads figures and parameters
    per_cell, kept, values = _per_cell(design, samples)
    alone = len(missing) * per_cell
    busy = max(min(workers, len(missing)), 1)
    used = busy if elsewhere else min(busy, cores())
    seconds = start + (alone if busy == 1 else start + alone / used) + rows * _per_row(design, samples, values)
    most = peak()
    memory = (most if busy == 1 else 2 * before + busy * most) + held
    disk = len(missing) * kept + rows * _ROW_BYTES + len(str(identity(design)))
    return Estimate(round(seconds, 2), memory, disk, per_cell / design.worlds)


def _per_cell(design: Design, samples: Sequence[Cell]) -> tuple[float, int, list[np.ndarray]]:
    """Seconds and bytes of a cell, and the outcomes of those that were tried; of cells of several chunks, one chunk is played."""
    few = min(design.worlds, LARGEST)
    seconds, (found, kept) = _timed(lambda: _played(design, samples, few))
    seconds /= len(samples)
    if design.worlds > few:
        block, _ = _timed(lambda: _played(design, samples[:1], BLOCK))
        per_world = max((seconds - block) / (few - BLOCK), seconds / few / 2)
        whole, rest = divmod(design.worlds, LARGEST)
        seconds = whole * seconds + (block + max(rest - BLOCK, 0) * per_world if rest else 0.0)
    return seconds, ceil(kept / len(samples) * design.worlds / few), found


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    gc.collect()
    started = time.perf_counter()
    answer = work()
    return time.perf_counter() - started, answer


def _played(design: Design, samples: Sequence[Cell], worlds: int) -> tuple[list[np.ndarray], int]:
    """Outcomes of some cells in the first worlds, (worlds, outcomes) each, and the bytes of their files."""
    smaller = replace(design, worlds=worlds)
    found = [played(work)[1] for work in work_of(smaller, samples)]
    return found, sum(pack([as_table(values, smaller)]).size for values in found)


def _per_row(design: Design, samples: Sequence[Cell], values: Sequence[np.ndarray]) -> float:
    """Seconds of a row of the summary."""
    more = -(-design.worlds // len(values[0]))
    whole = [np.tile(v, (more, 1))[: design.worlds] for v in values]
    known = {cell: v for sample, v in zip(samples, whole, strict=True) for cell in (sample, sample.reference)}
    sweep = Sweep(design.name, "", "", np.arange(design.worlds), design.outcomes, settings_of(design), known)
    seconds, frame = _timed(sweep.summary)
    return seconds / len(frame)
