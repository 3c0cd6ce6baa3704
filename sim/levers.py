"""What the levers are set to, quarter by quarter and world by world.

A lever that is the same in all worlds stays a plain number, so that it costs nothing; one that a branch or a draw moves is an array
(worlds,). Per-state levers come as (6, 1) or (6, worlds). Choices are numbered in the order of their declaration, flags are 0 or 1,
lists are masks over the names they may hold.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from sim.catalogue import STATES, Catalogue, Lever
from sim.errors import ModelError, unknown
from sim.fusing import on_tape
from sim.maths import REAL, real
from sim.randomness import once
from sim.scenario.distributions import quantile
from sim.scenario.plan import Change, LeverPlan, Plan, Value

Setting = float | np.float32 | np.ndarray


class Branches:
    """Which option of each branch each world is in: (worlds,) numbers into the plan's options."""

    def __init__(self, plan: Plan, seed: int, blocks: Sequence[int]) -> None:
        self.options = {b: [name for name, _ in weights] for b, weights in plan.branches.items()}
        self.drawn: dict[str, np.ndarray] = {}
        for branch, weights in plan.branches.items():
            edges = np.cumsum([w for _, w in weights])[:-1]
            self.drawn[branch] = np.searchsorted(edges, once(seed, f"branch.{branch}", blocks), side="right")

    def mask(self, branch: str, option: str) -> np.ndarray:
        """Worlds of this option, bool (worlds,)."""
        return self.drawn[branch] == self.options[branch].index(option)


def number(lever: Lever, value: Value) -> Setting:
    """A lever's value as the engine computes with it: float, or for a list a mask (names, 1)."""
    if lever.kind == "choice":
        return REAL(lever.values.index(str(value)))
    if lever.kind == "list":
        chosen = set(value) if isinstance(value, tuple) else set()
        return np.array([[name in chosen] for name in lever.values], dtype=REAL)
    return REAL(value)  # type: ignore[arg-type]


def _at(steps: Sequence[tuple[int, Value]], quarter: int) -> Value:
    held = steps[0][1]
    for start, value in steps:
        if start > quarter:
            break
        held = value
    return held


class _Track:
    """One lever's values over the run."""

    def __init__(self, lever: Lever, plan: LeverPlan, branches: Branches, drawn: np.ndarray | None) -> None:
        self.lever, self.plan = lever, plan
        self.drawn: np.ndarray | None = drawn
        self.branches = [(branches.mask(b, o), steps) for b, o, steps in plan.branches]
        self.changes = [(branches.mask(b, o) if b is not None and o is not None else None, c) for b, o, c in plan.changes]
        paths = [steps for _, steps in self.branches]
        at_once = all(steps[0][0] <= plan.steps[0][0] for steps in paths)  # a branch's path may begin after the start
        self.constant = not self.changes and at_once and all(len(steps) == 1 for steps in (plan.steps, *paths))

    def at(self, quarter: int) -> Setting:
        value: Setting = self.drawn if self.drawn is not None else number(self.lever, _at(self.plan.steps, quarter))
        for worlds, steps in self.branches:
            if steps[0][0] <= quarter:
                value = np.where(worlds, number(self.lever, _at(steps, quarter)), value)
        for mask, change in self.changes:
            if quarter >= change.start:
                moved = self._changed(change, value, quarter)
                value = moved if mask is None else np.where(mask, moved, value)
        return value

    def _changed(self, change: Change, before: Setting, quarter: int) -> Setting:
        goal = number(self.lever, change.value)
        if change.kind == "set":
            return goal
        share = min(1.0, (quarter - change.start + 1) / (change.stop - change.start + 1))
        return before + (goal - before) * share


class LeverBoard:
    """All levers of a run. `turn(quarter)` sets the board; rooms read it through `LeverView`."""

    def __init__(self, catalogue: Catalogue, plan: Plan, seed: int, blocks: Sequence[int], branches: Branches) -> None:
        self.now: dict[str, Setting] = {}
        self.drawn: dict[str, np.ndarray] = {}
        self.moving: dict[str, Callable[[int], Setting]] = {}
        for lever in catalogue.levers.values():
            tracks = [self._track(lever, full, plan, seed, blocks, branches) for full in lever.full_names]
            build = self._stack(tracks) if lever.per_state else tracks[0].at
            self.now[lever.name] = build(plan.start)
            if not all(t.constant for t in tracks):
                self.moving[lever.name] = build

    def _track(self, lever: Lever, full: str, plan: Plan, seed: int, blocks: Sequence[int], branches: Branches) -> _Track:
        default = lever.default_of(full.split(".")[1] if lever.per_state else None)
        own = plan.levers.get(full, LeverPlan(steps=((plan.start, default),)))
        drawn: np.ndarray | None = None
        if own.draw is not None:
            self.drawn[full] = quantile(own.draw, once(seed, f"draw.{full}", blocks))
            drawn = real(self.drawn[full])
        return _Track(lever, own, branches, drawn)

    @staticmethod
    def _stack(tracks: Sequence[_Track]) -> Callable[[int], Setting]:
        def rows(quarter: int) -> np.ndarray:
            values = [np.atleast_1d(t.at(quarter)) for t in tracks]
            return np.stack(np.broadcast_arrays(*values))

        return rows

    def turn(self, quarter: int) -> None:
        """Set the board to a quarter (as `sim.quarters.index` counts them)."""
        for name, build in self.moving.items():
            self.now[name] = build(quarter)


class LeverView:
    """The levers that enter in one room; asking for another room's is an error."""

    def __init__(self, board: LeverBoard, catalogue: Catalogue, room: str) -> None:
        self._now, self._moving, self._room = board.now, board.moving, room
        self._levers = {n: lever for n, lever in catalogue.levers.items() if lever.room == room}

    def lasting(self, name: str) -> bool:
        """Whether what is read under this name stands still all through the run: a lever may move, a method does not."""
        return name not in self._moving and not name.startswith("_")

    def __getitem__(self, name: str) -> Any:
        """A number or array: see the module's first lines."""
        if name not in self._levers:
            raise ModelError(f"{self._room}: " + unknown("lever of this room", name, self._levers))
        return self._now[name]

    @on_tape("lasting_read")
    def today(self, name: str) -> Any:
        """The lever's default, as the same kind of number: float, or (6, 1) for a per-state lever, or a mask for a list."""
        lever = self._levers[name]
        if lever.per_state and lever.kind == "number":
            return np.array([[lever.default_of(s)] for s in STATES], dtype=REAL)
        return number(lever, lever.default)

    @on_tape("of_lever")
    def chosen(self, name: str, word: str) -> Any:
        """Where a choice lever is set to `word`: bool, or bool array (worlds,)."""
        lever = self._levers.get(name)
        if lever is None or word not in lever.values:
            raise ModelError(f"{self._room}: " + unknown("choice", f"{name}={word}", lever.values if lever else self._levers))
        return self._now[name] == lever.values.index(word)

    @on_tape("of_lever")
    def anywhere(self, name: str, word: str | None = None) -> bool:
        """Whether a choice lever is set to `word` in some world; without a word, whether a number differs from nought in some."""
        return bool(np.any(self[name] if word is None else self.chosen(name, word)))

    @on_tape("of_lever")
    def as_today(self, name: str) -> bool:
        """Whether a lever stands at its default in all worlds."""
        now, today = self[name], self.today(name)
        return bool(now == today if np.ndim(now) == 0 else np.array_equal(now, today))

    def member(self, name: str, row: str) -> Any:
        """Whether a list lever holds `row`: 0/1 float or array (worlds,)."""
        mask = self[name][self._levers[name].values.index(row)]
        return mask if mask.shape[0] > 1 else mask[0]
