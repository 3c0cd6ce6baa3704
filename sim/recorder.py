"""What a run keeps: outcomes each quarter in float32, what was drawn, what happened, and the ledger where asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from sim.catalogue import STATES, Catalogue, Variable, catalogue
from sim.diary import Diary, Occurrence
from sim.errors import ModelError
from sim.fusing import fused
from sim.maths import REAL
from sim.quarters import written
from sim.randomness import BLOCK
from sim.world import World


@dataclass
class Recording:
    """One chunk of worlds under one plan, worlds in ascending order.

    `states` is (outcome, quarter, state, world), `region` (outcome, quarter, world), both float32; `ledger` maps (room, stock, because)
    to (quarter, *stock, world) in float64; `paths` holds variables asked for in full, (quarters + 1, *shape, world), NaN where a
    signal has no value before the first quarter.
    """

    policy: str
    start: int
    worlds: np.ndarray
    state_names: tuple[str, ...]
    region_names: tuple[str, ...]
    states: np.ndarray
    region: np.ndarray
    drawn: dict[str, np.ndarray]
    branches: dict[str, np.ndarray]
    options: dict[str, list[str]]
    diary: Diary
    ledger: dict[tuple[str, str, str], np.ndarray] | None = None
    paths: dict[str, np.ndarray] = field(default_factory=dict)

    def pieces(self, worlds: int) -> Iterator[Recording]:
        """The outcomes and the ledger of so many worlds at a time, without what was drawn and what happened."""
        for start in range(0, self.worlds.size, worlds):
            part = np.s_[..., start : start + worlds]
            booked = None if self.ledger is None else {k: v[part] for k, v in self.ledger.items()}
            rest: dict[str, Any] = {"drawn": {}, "branches": {}, "diary": Diary(), "paths": {}}
            yield replace(self, worlds=self.worlds[part], states=self.states[part], region=self.region[part], ledger=booked, **rest)

    @property
    def occurrences(self) -> list[Occurrence]:
        """What happened, event by event; `worlds` are positions in the recording."""
        return self.diary.occurrences

    @property
    def quarters(self) -> int:
        """How many quarters were played."""
        return self.states.shape[1]


def _mean(*values: np.ndarray) -> np.ndarray:
    return values[0].sum(axis=0) / values[0].shape[0]


def _spread(*values: np.ndarray) -> np.ndarray:
    deviation = values[0] - _mean(*values)
    return np.sqrt((deviation * deviation).sum(axis=0) / values[0].shape[0])


_DERIVED: dict[str, Callable[..., np.ndarray]] = {
    "mean": _mean,
    "spread": _spread,
    "sum": lambda *values: sum(values[1:], values[0]),
    "one_minus": lambda value: 1.0 - value,
    "labels": lambda value: value,
}
"""How derived outcomes come from variables: the first word of `derived` in a room's YAML."""


def _read(world: World, variable: Variable) -> Any:
    names = (variable.name,) if variable.kind != "derived" else variable.derived[1:]
    values = [getattr(getattr(world, group), key) for group, key in (name.split(".", 1) for name in names)]
    return values[0] if variable.kind != "derived" else _DERIVED[variable.derived[0]](*values)


@fused
def _copy(world: World, states: np.ndarray, region: np.ndarray) -> None:
    """All outcomes of a quarter into (outcomes, states, worlds) and (outcomes, worlds)."""
    for into, outcomes in ((states, catalogue().state_outcomes), (region, catalogue().region_outcomes)):
        for i, variable in enumerate(outcomes.values()):
            into[i] = _read(world, variable)


class Recorder:
    """Copies the outcomes of a world into arrays at the end of each quarter."""

    def __init__(self, world: World, paths: Sequence[str] = ()) -> None:
        self.world = world
        kinds: Catalogue = catalogue()
        self.state_names, self.region_names = tuple(kinds.state_outcomes), tuple(kinds.region_outcomes)
        quarters, worlds = world.quarters, world.worlds
        self.states = np.empty((len(self.state_names), quarters, len(STATES), worlds), dtype=REAL)
        self.region = np.empty((len(self.region_names), quarters, worlds), dtype=REAL)
        self._paths = {name: kinds.variables[name] for name in paths}
        self.paths = {name: np.full((quarters + 1, *v.shape, worlds), np.nan, dtype=REAL) for name, v in self._paths.items()}
        for name, variable in self._paths.items():
            if variable.key in vars(getattr(world, variable.group)):  # most signals have no value before the first quarter
                self.paths[name][0] = _read(world, variable)

    def take(self) -> None:
        """Record the quarter just played."""
        q = self.world.quarter
        _copy(self.world, self.states[:, q], self.region[:, q])
        for name, variable in self._paths.items():
            self.paths[name][q + 1] = _read(self.world, variable)

    def finish(self, wanted: np.ndarray) -> Recording:
        """The recording of the wanted worlds (positions in the world's arrays). ModelError if any value is not finite."""
        world = self.world
        self._refuse_nonfinite()
        first, last = int(wanted[0]), int(wanted[-1])
        at = slice(first, last + 1) if last - first + 1 == wanted.size else wanted  # worlds without gaps need no copy

        def cut(values: np.ndarray) -> np.ndarray:
            return values[..., at]

        ids = np.concatenate([np.arange(b * BLOCK, (b + 1) * BLOCK) for b in world.blocks])
        return Recording(
            policy=world.plan.policy,
            start=world.plan.start,
            worlds=cut(ids),
            state_names=self.state_names,
            region_names=self.region_names,
            states=cut(self.states),
            region=cut(self.region),
            drawn={k: cut(v) for k, v in world.drawn.items()},
            branches={k: cut(v) for k, v in world.branches.drawn.items()},
            options=world.branches.options,
            diary=world.diary.of(wanted, world.worlds),
            ledger=None if world.ledger is None else {k: cut(v) for k, v in world.ledger.entries.items()},
            paths={k: cut(v) for k, v in self.paths.items()},
        )

    def _refuse_nonfinite(self) -> None:
        for names, values in ((self.state_names, self.states), (self.region_names, self.region)):
            if not np.isfinite(values.sum()):  # one pass over all; only where it finds something is it asked what and when
                found = {
                    name: np.flatnonzero(~np.isfinite(v).all(axis=tuple(range(1, v.ndim)))) for name, v in zip(names, values, strict=True)
                }
                told = [f"{name} (first in {written(self.world.plan.start + int(at[0]))})" for name, at in found.items() if at.size]
                raise ModelError(f"not a finite number: {', '.join(told)}")
