"""Play one chunk of worlds: the smallest piece of work that a worker is given."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np

from sim.actors import Actor
from sim.catalogue import catalogue
from sim.clamps import BASELINE, needs_baseline
from sim.randomness import BLOCK
from sim.recorder import Recorder, Recording
from sim.scenario.plan import Plan
from sim.starting import initial_key
from sim.world import World


@dataclass(frozen=True)
class Task:
    """A chunk of one plan. `baseline` is the plan whose paths clamps hold to; None: the plan without its baseline clamps."""

    plan: Plan
    seed: int
    worlds: tuple[int, ...]
    actors: tuple[tuple[str, type[Actor]], ...] = ()
    ledger: bool | frozenset[str] = False
    baseline: Plan | None = None
    paths: tuple[str, ...] = ()
    quantiles: Mapping[str, np.ndarray] | None = None
    """Of uncertain parameters, in place of what is drawn: (worlds of whole blocks,) by full name."""


def play(task: Task) -> Recording:
    """Simulate the task's worlds from the first quarter to the last."""
    blocks = sorted({w // BLOCK for w in task.worlds})
    held = _held_paths(task, blocks) if needs_baseline(task.plan.clamps) else None
    return _simulate(task, task.plan, blocks, task.paths, held)


def _simulate(task: Task, plan: Plan, blocks: Sequence[int], paths: Sequence[str], held: Mapping[str, np.ndarray] | None) -> Recording:
    world = World(plan, task.seed, blocks, actors=dict(task.actors), ledger=task.ledger, paths=held, quantiles=task.quantiles)
    recorder = Recorder(world, paths)
    with _no_collections():
        for _ in range(world.quarters):
            world.step()
            recorder.take()
    recording = recorder.finish(_positions(task.worlds, blocks))
    world.dissolve()
    return recording


@contextmanager
def _no_collections() -> Iterator[None]:
    """Let Python's collector wait: a quarter leaves no cycles behind to look for."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def world_of(task: Task) -> World:
    """The world that plays this task, before its first quarter, with what its clamps hold to; for analyses that look inside."""
    blocks = sorted({w // BLOCK for w in task.worlds})
    held = _held_paths(task, blocks) if needs_baseline(task.plan.clamps) else None
    return World(task.plan, task.seed, blocks, actors=dict(task.actors), ledger=task.ledger, paths=held, quantiles=task.quantiles)


def positions(worlds: Sequence[int]) -> np.ndarray:
    """Where these worlds stand in the arrays of the whole blocks that hold them, in ascending order of worlds."""
    return _positions(worlds, sorted({w // BLOCK for w in worlds}))


def _positions(worlds: Sequence[int], blocks: Sequence[int]) -> np.ndarray:
    first = {block: i * BLOCK for i, block in enumerate(blocks)}
    return np.array([first[w // BLOCK] + w % BLOCK for w in sorted(worlds)])


def _held_paths(task: Task, blocks: Sequence[int]) -> dict[str, np.ndarray]:
    """Paths, in the same worlds, of every variable that a clamp holds to its baseline."""
    free = task.baseline or replace(task.plan, clamps={k: v for k, v in task.plan.clamps.items() if v != BASELINE})
    free = replace(free, end=task.plan.end)
    wanted = {k for k, v in task.plan.clamps.items() if v == BASELINE}
    names = [v.name for v in catalogue().variables.values() if wanted & initial_key(v).keys()]
    every = tuple(b * BLOCK + i for b in blocks for i in range(BLOCK))
    return _simulate(replace(task, worlds=every, ledger=False), free, blocks, names, None).paths
