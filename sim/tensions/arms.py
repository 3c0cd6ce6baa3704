"""Arms of a contrast: the baseline with some levers set, played once for all tensions that ask for it, world by world.

All arms share the seed, so that world 7 of one arm is world 7 of every other: same chance, same parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from sim.catalogue import STATES
from sim.chunking import chunks
from sim.errors import InputError
from sim.play import Task, play
from sim.quarters import index, written
from sim.recorder import Recording
from sim.results import outcome_reference
from sim.running import world_numbers
from sim.scenario import Scenario, load_scenario

Array = np.ndarray
START, SHORT, DECADE, LONG = "2024Q1", "2029Q4", "2034Q4", "2043Q4"
"""First quarter of every arm, and where short, usual and long arms end."""


@dataclass(frozen=True)
class Arm:
    """What one arm showed, quarter by quarter and world by world."""

    recordings: tuple[Recording, ...]

    @property
    def quarters(self) -> list[str]:
        """All quarters, written."""
        first = self.recordings[0]
        return [written(first.start + q) for q in range(first.quarters)]

    @property
    def years(self) -> Array:
        """The ends of the quarters on a scale of calendar years, (quarters,)."""
        first = self.recordings[0]
        return (first.start + 1 + np.arange(first.quarters)) / 4

    def series(self, reference: str) -> Array:
        """The path of `SRB.x`, `mean.x` (of the six) or an outcome that is not a state's, (quarters, worlds), float64."""
        state, variable = outcome_reference(reference)
        if state is None:
            which = self.recordings[0].region_names.index(variable.published)
            return np.concatenate([r.region[which] for r in self.recordings], axis=-1).astype(float)
        values = self.by_state(variable.published)
        return values.mean(axis=1) if state == "mean" else values[:, STATES.index(state)]

    def by_state(self, outcome: str) -> Array:
        """The paths of all six, (quarters, state, worlds), float64."""
        which = self.recordings[0].state_names.index(outcome)
        return np.concatenate([r.states[which] for r in self.recordings], axis=-1).astype(float)

    def mean(self, reference: str, first: str, last: str) -> Array:
        """Each world's mean over quarters [first, last], (worlds,)."""
        return np.asarray(self.series(reference)[self.at(first) : self.at(last) + 1].mean(axis=0))

    def at(self, quarter: str) -> int:
        """Position of a quarter in the series. Raises InputError outside the run."""
        position = index(quarter) - self.recordings[0].start
        if not 0 <= position < len(self.quarters):
            raise InputError(f"{quarter} is outside {self.quarters[0]} to {self.quarters[-1]}")
        return position


@dataclass
class Arms:
    """Plays arms and keeps them. `worlds` counts from world 0; InputError for a count or seed that is none."""

    worlds: int = 256
    seed: int = 1
    _kept: dict[str, Arm] = field(default_factory=dict, repr=False)
    _baseline: Scenario = field(default_factory=lambda: load_scenario("baseline"), repr=False)

    def __post_init__(self) -> None:
        world_numbers(self.worlds)
        if self.seed < 0:
            raise InputError(f"seed={self.seed}: a seed is a whole number from 0")

    def play(self, levers: Mapping[str, Any] | None = None, end: str = DECADE, *, keep: bool = True) -> Arm:
        """Baseline with these levers (values or paths), from 2024 to `end`; played once and kept unless `keep` is off."""
        settings = dict(levers or {})
        key = repr((sorted(settings.items(), key=lambda item: item[0]), end))
        if key in self._kept:
            return self._kept[key]
        plan = replace(self._baseline.plan(base=settings), end=index(end))
        arm = Arm(tuple(play(Task(plan, self.seed, chunk)) for chunk in chunks(range(self.worlds))))
        if keep:
            self._kept[key] = arm
        return arm

    def sweep(
        self, lever: str, values: Sequence[Any], what: Callable[[Arm], Array], end: str, others: Mapping[str, Any] | None = None
    ) -> Array:
        """What each value of a lever leads to, (values, worlds); `what` reduces an arm to (worlds,) and the arm is let go."""
        return np.array([what(self.play({**(others or {}), lever: value}, end, keep=False)) for value in values])


def ramp(start: float, target: float, first: str, years: int) -> dict[str, float]:
    """A lever's path that leaves `start` in quarter `first` and reaches `target` after so many years, in half-yearly steps."""
    steps = 2 * years
    path = {START: start}
    for k in range(1, steps + 1):
        path[written(index(first) + 2 * (k - 1))] = start + (target - start) * k / steps
    return path
