"""Simulation in a process of its own: runs are kept while they are likely to be asked about again."""

from __future__ import annotations

import contextlib
import os
import signal
from collections import OrderedDict
from dataclasses import replace

import numpy as np

from sim.app.asking import Setup
from sim.results import Results
from sim.running import make_job, run_job
from sim.scenario import Scenario

MOST_KEPT = 6144
"""Worlds kept per process, over all runs; a world takes about 40 kB."""


class Engine:
    """Runs worlds of a setup and remembers them."""

    def __init__(self, scenarios: dict[str, Scenario]) -> None:
        self.scenarios = scenarios
        self._kept: OrderedDict[tuple[Setup, int, int], Results] = OrderedDict()

    def results(self, setup: Setup, first: int, stop: int) -> Results:
        """Results of the worlds `first` to `stop` - 1."""
        key = (setup, first, stop)
        if key not in self._kept:
            self._kept[key] = self._run(setup, range(first, stop))
            while len(self._kept) > 1 and sum(k[2] - k[1] for k in self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]

    def _run(self, setup: Setup, worlds: range) -> Results:
        policy = None if setup.policy == "none" else setup.policy
        job = make_job(self.scenarios[setup.scenario], worlds, setup.seed, policy, setup.levers)
        return run_job(replace(job, plans=job.plans[-1:]))  # the policy alone, without the scenario as written

    def one_world(self, setup: Setup, world: int) -> Results:
        """Results of a single world."""
        return self._run(setup, range(world, world + 1))


_ENGINE: dict[str, Engine] = {}


def start(scenarios: dict[str, Scenario], patient: bool) -> None:
    """Begin a worker process. A patient one leaves the processors to the others."""
    with contextlib.suppress(ValueError):  # in a thread, as under tests, signals are none of its business
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        if patient and hasattr(os, "nice"):
            os.nice(10)
    _ENGINE["it"] = Engine(scenarios)


def engine() -> Engine:
    """The engine of this process."""
    return _ENGINE["it"]


def values(setup: Setup, first: int, stop: int, references: tuple[str, ...]) -> dict[str, np.ndarray]:
    """Outcomes by reference, each float32 (worlds, quarters)."""
    results = engine().results(setup, first, stop)
    return {r: results.values(r, setup.policy).astype(np.float32) for r in references}
