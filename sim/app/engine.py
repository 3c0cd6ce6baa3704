"""Simulation in a process of its own: worlds are played a few years at a time, and runs are kept while they may be asked about again."""

from __future__ import annotations

import gc
import os
import signal
import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from typing import Any, Protocol

import numpy as np

from sim.app.asking import Setup
from sim.diary import Diary
from sim.play import Task, positions, world_of
from sim.recorder import Recorder, Recording
from sim.results import MemorySource, Results
from sim.running import Job, make_job, run_job
from sim.scenario import Scenario

MOST_KEPT = 3072
"""Worlds kept per process, over all finished runs; a world takes about 40 kB."""
MOST_BEGUN = 8
"""Unfinished runs kept at once. One forgotten begins anew; its last stage is played in one turn, so none waits for ever."""

Key = tuple[Setup, int, int]


class StoppedError(Exception):
    """Nobody waits for this piece of work any more."""


class Life:
    """Worlds `first` to `stop` - 1 of a setup, played as far as anybody has asked. `first` begins a block of 64."""

    def __init__(self, job: Job) -> None:
        self.job, worlds = job, tuple(job.worlds)
        self.task = Task(job.plans[0], job.seed, worlds)
        self.world = world_of(self.task)
        self.recorder = Recorder(self.world)

    @property
    def played(self) -> int:
        """Quarters played."""
        return self.world.quarter + 1

    @property
    def finished(self) -> bool:
        """Whether the last quarter is played."""
        return self.played == self.world.quarters

    def play(self, until: int) -> None:
        """Go on to the end of this many quarters. Raises StoppedError; what is played by then stays."""
        while self.played < min(until, self.world.quarters):
            refuse_unwanted()
            self.world.step()
            self.recorder.take()

    def results(self) -> Results:
        """Everything recorded, once finished; before that outcomes alone, of the quarters played."""
        recording = self.recorder.finish(positions(self.task.worlds)) if self.finished else self._so_far()
        source = MemorySource(self.job.scenario.name, {recording.policy: [recording]}, self.job.identity())
        return Results(source, self.job.scenario, job=self.job)

    def _so_far(self) -> Recording:
        worlds, seen = np.array(self.task.worlds), self.recorder
        cut = (..., slice(0, worlds.size))
        return Recording(
            self.job.plans[0].policy, self.job.plans[0].start, worlds, seen.state_names, seen.region_names,
            seen.states[:, : self.played][cut], seen.region[:, : self.played][cut], {}, {}, {}, Diary(),
        )  # fmt: skip


class Engine:
    """Runs worlds of a setup and remembers them."""

    def __init__(self, scenarios: dict[str, Scenario]) -> None:
        self.scenarios = scenarios
        self._begun: OrderedDict[Key, Life] = OrderedDict()
        self._kept: OrderedDict[Key, Results] = OrderedDict()

    def results(self, setup: Setup, first: int, stop: int, until: int | None = None) -> Results:
        """Results of the worlds `first` to `stop` - 1, to the end of at least `until` quarters (all of them, unless given)."""
        key = (setup, first, stop)
        if key not in self._kept:
            life = self._begun.pop(key, None) or Life(self._job(setup, range(first, stop)))
            try:
                life.play(life.world.quarters if until is None else until)
            finally:
                self._begin(key, life)
            if not life.finished:
                return life.results()
            self._keep(key, self._begun.pop(key).results())
        self._kept.move_to_end(key)
        return self._kept[key]

    def _begin(self, key: Key, life: Life) -> None:
        self._begun[key] = life
        while len(self._begun) > MOST_BEGUN:
            self._begun.popitem(last=False)

    def _keep(self, key: Key, results: Results) -> None:
        self._kept[key] = results
        while len(self._kept) > 1 and sum(k[2] - k[1] for k in self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)

    def _job(self, setup: Setup, worlds: range) -> Job:
        policy = None if setup.policy == "none" else setup.policy
        job = make_job(self.scenarios[setup.scenario], worlds, setup.seed, policy, setup.levers)
        return replace(job, plans=job.plans[-1:])  # the policy alone, without the scenario as written

    def one_world(self, setup: Setup, world: int) -> Results:
        """Results of a single world."""
        return run_job(self._job(setup, range(world, world + 1)))


class Counter(Protocol):
    """A whole number that the process shares with the one that gives it work."""

    value: int


@dataclass
class _Bench:
    """What a worker works with: its engine, the number of the piece in hand, and the last number that is to be given up."""

    engine: Engine
    given_up: Counter
    piece: int = 0
    untidy: int = 0


class _Here(threading.local):
    """One bench per thread: a worker is a process with one thread that works, or, under tests, a thread."""

    bench: _Bench | None = None


_here = _Here()
MOST_UNTIDY = 4
"""Pieces of work after which a worker tidies up, even where it is never idle."""


def start(scenarios: dict[str, Scenario], given_up: Counter, leash: Connection | None, patient: bool) -> None:
    """Begin a worker. `leash` is for processes: they end when its other end is closed, also by the death of whoever holds it.

    A patient worker leaves the processors to the others.
    """
    _here.bench = _Bench(Engine(scenarios), given_up)
    if leash is None:
        return
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(leash,), daemon=True).start()
    if patient and hasattr(os, "nice"):
        os.nice(15)
    gc.collect()
    gc.freeze()  # what a process begins with stays: looking it through again and again would cost a part of every run
    gc.disable()


def _end_with(leash: Connection) -> None:
    with suppress(EOFError, OSError):
        leash.recv()
    os._exit(0)


def _bench() -> _Bench:
    if _here.bench is None:
        raise RuntimeError("this thread is not a worker: start() was not called in it")
    return _here.bench


def engine() -> Engine:
    """The engine of this worker."""
    return _bench().engine


def carry_out(piece: int, work: Callable[..., Any], *arguments: Any) -> Any:
    """One numbered piece of work."""
    bench = _bench()
    bench.piece = piece
    bench.untidy += 1
    if bench.untidy > MOST_UNTIDY:
        tidy()
    return work(*arguments)


def refuse_unwanted() -> None:
    """Raises StoppedError where the piece in hand was given up."""
    if _here.bench is not None and _here.bench.given_up.value >= _here.bench.piece > 0:
        raise StoppedError


def tidy() -> None:
    """Free what past worlds held: a Mesa model is full of cycles. Called when there is nothing else to do."""
    _bench().untidy = 0
    gc.collect()


def values(setup: Setup, first: int, stop: int, until: int | None, references: tuple[str, ...]) -> dict[str, np.ndarray]:
    """Outcomes by reference, each float32 (worlds, quarters), of the quarters played: at least `until`, all where that is None."""
    results = engine().results(setup, first, stop, until)
    return {r: results.values(r, setup.policy).astype(np.float32) for r in references}
