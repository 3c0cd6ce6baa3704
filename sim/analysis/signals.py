"""Why a signal differs: what it is computed from, and the part of the difference that each input explains.

A signal has no memory, so nothing is booked to it. It is computed again instead: the room (or the actors) that publishes it runs once
more on the recorded situation, with one input after the other exchanged for its value in the other situation. The part of an input is
the mean of what its exchange does first (all others as in the one) and last (all others as in the other): where inputs act together in
pairs at most, that is their Shapley value, which does not depend on any order. What three or more inputs do only together stands as a
part of its own, so that the parts always sum to the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.catalogue import STATES, Variable, catalogue
from sim.errors import InputError
from sim.play import Task, positions, world_of
from sim.schedule import AFTERWARDS, QUARTER, Entry
from sim.world import World

TOGETHER = "several inputs together"
SETTING = "chance, calendar, clamps and actors"
LEVEL = "level of the first"

Input = tuple[str, str]
"""(kind, name); kinds: stock, signal, decision, lever, parameter, and `prepared`: what a room works out from these before it begins."""


@dataclass(frozen=True)
class Part:
    """An input of a signal: its mean in both situations, and the part of the signal's difference that it explains."""

    kind: str
    name: str
    reference: float
    alternative: float
    explains: float


class Bench:
    """A world in one quarter, in which what publishes a signal can be computed again with other inputs."""

    def __init__(self, task: Task, variable: Variable, quarter: int) -> None:
        self.world, self.variable = world_of(task), variable
        self.wanted = positions(task.worlds)
        for _ in range(quarter):
            self.world.step()
        self.entry, self.values = _probed(self.world, variable)
        self.recorded = self._target()
        board, rooms = self.world.board, self.world.parameters
        self.inputs: dict[Input, Any] = {(catalogue().variables[n].kind, n): v for n, v in self.values.items()}
        self.inputs |= {("lever", n): v for n, v in board.now.items()}
        known = catalogue().parameters
        for room, space in rooms.items():
            named = {f"{room}.{key}": value for key, value in vars(space).items()}
            self.inputs |= {("parameter" if name in known else "prepared", name): value for name, value in named.items()}

    def _target(self) -> np.ndarray:
        return np.array(getattr(getattr(self.world, self.variable.group), self.variable.key))

    def value(self, exchanged: Mapping[Input, Any] | None = None) -> np.ndarray:
        """The signal, (*shape, worlds), with some inputs exchanged. Without any it is what the run itself computed."""
        if self.entry is None:  # its room is off: it is held at a constant
            return self.recorded
        for (kind, name), value in {**self.inputs, **(exchanged or {})}.items():
            _put(self.world, kind, name, value)
        self.world.room = self.entry.name
        self.entry.run(self.world)
        return self._target()


def _put(world: World, kind: str, name: str, value: Any) -> None:
    first, key = name.split(".", 1)
    if kind == "lever":
        world.board.now[name] = value
    elif kind in ("parameter", "prepared"):
        setattr(world.parameters[first], key, value)
    else:
        getattr(world, first).__dict__[key] = value


@dataclass(frozen=True)
class _Probe:
    """Stands before an entry of the schedule and notes what can be read there."""

    name: str
    note: Callable[[World], None]

    def run(self, world: World) -> None:
        self.note(world)


def _probed(world: World, variable: Variable) -> tuple[Entry | None, dict[str, np.ndarray]]:
    """Play one more quarter; the entry that publishes the variable last, and everything that can be read just before it."""
    notes: dict[Entry, dict[str, np.ndarray]] = {}
    candidates = [e for e in (*QUARTER, *AFTERWARDS) if _may_publish(e, variable)]

    def probing(entries: list[Any]) -> list[Any]:
        found: list[Any] = []
        for entry in entries:
            if entry in candidates:
                found.append(_Probe(entry.name, lambda w, entry=entry: notes.__setitem__(entry, _readable(w))))  # type: ignore[misc]
            found.append(entry)
        return found

    entries, afterwards = world._entries, world._afterwards
    world._entries, world._afterwards = probing(entries), probing(afterwards)
    world.step()
    world._entries, world._afterwards = entries, afterwards
    for entry in reversed([e for e in candidates if e in notes]):
        if _publishes(world, entry, variable, notes[entry]):
            return entry, notes[entry]
    return None, {}


def _may_publish(entry: Entry, variable: Variable) -> bool:
    if variable.kind == "decision":
        return entry.verb == "decide" and entry.name == variable.group
    return entry.room == variable.room


def _readable(world: World) -> dict[str, np.ndarray]:
    """Copies of every stock, signal and decision that has a value at this moment, by full name."""
    found = {}
    for variable in catalogue().variables.values():
        if variable.kind != "derived":
            value = getattr(world, variable.group).__dict__.get(variable.key)
            if value is not None:
                found[variable.name] = np.array(value)
    return found


def _publishes(world: World, entry: Entry, variable: Variable, values: Mapping[str, np.ndarray]) -> bool:
    """Whether running `entry` once more on these values sets the variable; the world's own value is kept."""
    if variable.kind == "decision":
        return world.room_is_on(variable.room)
    attributes = getattr(world, variable.group).__dict__
    before = {(v, k): getattr(world, v).__dict__.get(k) for v, k in (n.split(".", 1) for n in values)}
    own = attributes[variable.key]
    for name, value in values.items():
        _put(world, "", name, value)
    attributes[variable.key] = untouched = np.array(own)
    world.room = entry.name
    entry.run(world)
    found = attributes[variable.key] is not untouched
    for (group, key), value in before.items():
        getattr(world, group).__dict__[key] = value
    attributes[variable.key] = own
    return found


def parts(first: Bench, second: Bench, pick: Callable[[np.ndarray], float], levels: Callable[[Bench, Input], float]) -> list[Part]:
    """The parts of the difference between two benches, ready to be summed over chunks of worlds; `pick` reduces a signal to a sum."""
    same = first.world.plan == second.world.plan and first.world.quarter == second.world.quarter
    names = [n for n in first.inputs if n in second.inputs and not _equal(first.inputs[n], second.inputs[n])]
    a, b = pick(first.value()), pick(second.value())
    found = [Part("level", LEVEL, a, a, 0.0)]
    for name in names:
        onto = pick(first.value({name: second.inputs[name]})) - a
        back = b - pick(second.value({name: first.inputs[name]}))
        found.append(Part(*name, levels(first, name), levels(second, name), 0.5 * (onto + back)))
    if not same:
        found.append(Part("setting", SETTING, 0.0, 0.0, 0.5 * _setting(first, second, names, a, b, pick)))
    return [*found, Part("together", TOGETHER, 0.0, 0.0, b - a - sum(p.explains for p in found))]


def _setting(first: Bench, second: Bench, names: list[Input], a: float, b: float, pick: Callable[[np.ndarray], float]) -> float:
    """Twice the part of everything that is no input: the other world at work on these inputs, and this one on the other's."""
    onto = pick(second.value({n: first.inputs[n] for n in names})) - a
    return onto + b - pick(first.value({n: second.inputs[n] for n in names}))


def _equal(a: Any, b: Any) -> bool:
    """Whether two inputs are the same; what a room prepares may be a structure of arrays."""
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return a.keys() == b.keys() and all(_equal(a[k], b[k]) for k in a)
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(map(_equal, a, b))
    if isinstance(a, np.ndarray | np.generic | float | int) and isinstance(b, np.ndarray | np.generic | float | int):
        return np.shape(a) == np.shape(b) and np.array_equal(a, b)
    return bool(a == b)


def picker(state: str | None, wanted: np.ndarray) -> Callable[[np.ndarray], float]:
    """A function that sums one state's row, the mean of all rows, or a plain variable over the wanted worlds."""

    def pick(values: np.ndarray) -> float:
        chosen = np.broadcast_to(values, (*values.shape[:-1], values.shape[-1]))[..., wanted].astype(float)
        if chosen.ndim == 1:
            return float(chosen.sum())
        return float(chosen[STATES.index(state)].sum() if state in STATES else chosen.mean(axis=0).sum())

    return pick


def level_of(state: str | None, wanted: np.ndarray) -> Callable[[Bench, Input], float]:
    """A function that sums an input over the wanted worlds: the state's own row where it has one, else the mean of its rows."""

    def level(bench: Bench, name: Input) -> float:
        if name[0] == "prepared":  # of any form: it has no level to show
            return float("nan")
        value = np.atleast_1d(np.asarray(bench.inputs[name], dtype=float))
        rows = value[None] if value.ndim == 1 else value
        own = rows[STATES.index(state)] if state in STATES and name[1].startswith("states.") and len(rows) == len(STATES) else rows
        flat = np.broadcast_to(own.reshape(-1, own.shape[-1]).mean(axis=0), bench.world.worlds)
        return float(flat[wanted].sum())

    return level


def compared(first: Task, second: Task, variable: Variable, state: str | None, quarters: tuple[int, int]) -> list[Part]:
    """Parts of a chunk, summed over its worlds. Raises InputError where the signal cannot be computed again as it was."""
    benches = [Bench(task, variable, quarter) for task, quarter in zip((first, second), quarters, strict=True)]
    for bench in benches:
        if not np.array_equal(bench.value(), bench.recorded):
            raise InputError(f"{variable.published} depends on more than can be exchanged: it cannot be explained by its inputs")
    wanted = positions(first.worlds)
    return parts(benches[0], benches[1], picker(state, wanted), level_of(state, wanted))
