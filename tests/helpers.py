"""What several tests need: small runs of shipped scenarios and a look inside a world."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from sim import load_scenario
from sim.catalogue import catalogue
from sim.mechanisms import ROOMS
from sim.play import Task, play
from sim.quarters import index
from sim.recorder import Recording
from sim.scenario.plan import Plan
from sim.world import World


def plan_of(scenario: str = "baseline", end: str | None = None, levers: dict[str, Any] | None = None, policy: str | None = None) -> Plan:
    """A plan of a shipped scenario, its parameters at their priors; `end` may be earlier than the scenario's."""
    plan = replace(load_scenario(scenario).plan(policy, levers), belief="prior")
    return plan if end is None else replace(plan, end=index(end))


def record(plan: Plan, worlds: Any = 64, seed: int = 1, **more: Any) -> Recording:
    return play(Task(plan, seed, tuple(range(worlds)) if isinstance(worlds, int) else tuple(worlds), **more))


def world_of(
    levers: dict[str, Any] | None = None,
    rooms: Collection[str] | None = None,
    initial: dict[str, Any] | None = None,
    *,
    end: str | None = None,
    blocks: Sequence[int] = (0,),
    **more: Any,
) -> World:
    """A block of worlds of the baseline before its first quarter; `rooms`: those that are on (None: all); `more` for `World`."""
    plan = plan_of(end=end, levers=levers)
    if rooms is not None:
        plan = replace(plan, mechanisms={room: room in rooms for room in ROOMS})
    return World(replace(plan, initial={**plan.initial, **(initial or {})}), 1, blocks, **more)


def world_after(
    quarters: int,
    levers: dict[str, Any] | None = None,
    rooms: Collection[str] | None = None,
    initial: dict[str, Any] | None = None,
    **more: Any,
) -> World:
    """The same after some quarters."""
    world = world_of(levers, rooms, initial, **more)
    for _ in range(quarters):
        world.step()
    return world


def value(world: World, name: str) -> np.ndarray:
    """A variable by its full name."""
    group, key = name.split(".")
    return np.asarray(getattr(getattr(world, group), key))


def outcome(recording: Recording, name: str) -> np.ndarray:
    """The path of an outcome, (quarters, state, world) or (quarters, world)."""
    if name in recording.state_names:
        return recording.states[recording.state_names.index(name)]
    return recording.region[recording.region_names.index(name)]


def assert_in_range(recording: Recording) -> None:
    """Every outcome is finite and within its declared range."""
    kinds = catalogue()
    for name in (*recording.state_names, *recording.region_names):
        low, high = (kinds.state_outcomes.get(name) or kinds.region_outcomes[name]).range
        path = outcome(recording, name)
        assert np.isfinite(path).all(), name
        assert path.min() >= low - 1e-6, name
        assert path.max() <= high + 1e-6, name


def stocks(world: World) -> dict[str, np.ndarray]:
    """Copies of all stocks by full name, in doubles."""
    return {
        v.name: np.array(getattr(getattr(world, v.group), v.key), dtype=float) for v in catalogue().variables.values() if v.kind == "stock"
    }


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
