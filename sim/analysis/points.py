"""One point of a design: a scenario with a policy and settings, played in given worlds, reduced to a number per world and outcome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from sim.analysis.inputs import measured
from sim.play import Task, play
from sim.quarters import index, written
from sim.results import MemorySource, Results


def outcome_of(task: Task, outcomes: Sequence[str], window: Sequence[str] | str | None = None) -> dict[str, np.ndarray]:
    """Each outcome reference in each world of a task, (worlds,): its mean over the window, or its value at the last quarter."""
    plan = task.plan
    if window is not None:  # nothing later than the window needs to be played
        last = index(window if isinstance(window, str) else window[-1])
        if plan.start <= last < plan.end:
            plan = replace(plan, end=last)
    recording = play(replace(task, plan=plan, ledger=False, paths=()))
    span = {"name": plan.scenario, "start": written(plan.start), "end": written(plan.end)}
    manifest = {"scenario": span, "policies": [plan.policy], "seed": task.seed}
    results = Results(MemorySource(plan.scenario, {plan.policy: [recording]}, manifest))
    return {outcome: measured(results, outcome, plan.policy, window) for outcome in outcomes}
