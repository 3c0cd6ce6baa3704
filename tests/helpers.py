"""What several tests need: small runs of shipped scenarios and a look inside a world."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim import load_scenario
from sim.catalogue import catalogue
from sim.play import Task, play
from sim.recorder import Recording
from sim.scenario.plan import Plan
from sim.world import World


def plan_of(scenario: str = "baseline", end: str | None = None, levers: dict[str, Any] | None = None, policy: str | None = None) -> Plan:
    """A plan of a shipped scenario, its parameters at their priors; `end` may be earlier than the scenario's."""
    from dataclasses import replace

    from sim.quarters import index

    plan = replace(load_scenario(scenario).plan(policy, levers), belief="prior")
    return plan if end is None else replace(plan, end=index(end))


def record(plan: Plan, worlds: Any = 64, seed: int = 1, **more: Any) -> Recording:
    return play(Task(plan, seed, tuple(range(worlds)) if isinstance(worlds, int) else tuple(worlds), **more))


def stocks(world: World) -> dict[str, np.ndarray]:
    """Copies of all stocks by full name."""
    return {v.name: np.array(getattr(getattr(world, v.group), v.key)) for v in catalogue().variables.values() if v.kind == "stock"}


def assert_same(a: Recording, b: Recording) -> None:
    """Bit for bit the same outcomes, draws and events."""
    assert np.array_equal(a.worlds, b.worlds)
    for x, y in ((a.states, b.states), (a.region, b.region)):
        assert x.tobytes() == y.tobytes()
    assert a.drawn.keys() == b.drawn.keys()
    assert all(np.array_equal(a.drawn[k], b.drawn[k]) for k in a.drawn)


def worlds_of(recording: Recording, wanted: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """States and region outcomes of some worlds."""
    at = [int(np.flatnonzero(recording.worlds == w)[0]) for w in wanted]
    return recording.states[..., at], recording.region[..., at]
