"""A world played quarter by quarter, in which whatever has been computed can be computed again from other inputs.

Every entry of the schedule is watched: what it could read is noted before it runs, what it published after. Once a quarter is over, an
entry can run again on what it read, with some of it exchanged, and is asked what it books or publishes then; nothing of that stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from sim.catalogue import Variable, catalogue
from sim.ledger import EVENTS
from sim.play import Task, positions, world_of
from sim.population import Population
from sim.schedule import Entry
from sim.world import World

Array = np.ndarray
Input = tuple[str, str]
"""(kind, name); kinds: stock, signal, decision, lever, parameter, and `prepared`: what a room works out from these before it begins."""
Cause = tuple[str, str]
"""(room, because) of a booking."""
_NOTED = ("event", "occurred", "occurred_many", "state_events")


@dataclass(frozen=True)
class _Watched:
    """An entry of the schedule that says when it begins and when it is done."""

    entry: Entry
    at: int
    replay: Replay

    @property
    def name(self) -> str:
        return self.entry.name

    def run(self, world: World) -> None:
        self.replay.begins(self.at)
        self.entry.run(world)
        self.replay.ends(self.at)


class _Trial:
    """Stands in for the bookings and events of a world while an entry runs again: keeps those of one stock, leaves the rest undone.

    Departures from today, which the world works out once a quarter, are worked out from what the entry is given.
    """

    _VERBS = ("change", "pull", "jump", "jump_at")

    def __init__(self, world: World) -> None:
        self.world, self.stock = world, ""
        self.booked: dict[Cause, Array] = {}
        self.jumps: list[tuple[Any, Array | None, str]] = []

    def begin(self) -> None:
        """From now on nothing is booked and no event noted."""
        for population in self.world.populations:
            for verb in self._VERBS:
                population.__dict__[verb] = partial(getattr(self, f"_{verb}"), population.group)
        for name in _NOTED:
            self.world.__dict__[name] = _nothing
        self.world.__dict__["departure"] = self._departure

    def end(self) -> None:
        """Book and note as ever."""
        for population in self.world.populations:
            for verb in self._VERBS:
                population.__dict__.pop(verb, None)
        for name in (*_NOTED, "departure"):
            self.world.__dict__.pop(name, None)

    def ask(self, stock: str = "") -> None:
        """What is booked to this stock from now on is kept."""
        self.stock, self.booked, self.jumps = stock, {}, []
        self._departures: dict[str, Array] = {}

    def _departure(self, name: str) -> Array:
        if name not in self._departures:
            group, key = name.split(".", 1)
            self._departures[name] = getattr(getattr(self.world, group), key) - self.world.today(name)
        return self._departures[name]

    def _change(self, group: str, key: str, amount: Array | float, because: str) -> None:
        if f"{group}.{key}" == self.stock:
            cause = (self.world.room, because)
            self.booked[cause] = self.booked[cause] + amount if cause in self.booked else np.asarray(amount, dtype=float)

    def _pull(self, group: str, key: str, rate: Array | float, causes: Mapping[str, Array | float], total: Any = None) -> None:
        if f"{group}.{key}" == self.stock:
            for because, amount in causes.items():
                self._change(group, key, rate * amount, because)

    def _jump(self, group: str, key: str, to: Array | float, where: Array | None, because: str) -> None:
        if f"{group}.{key}" == self.stock:
            self.jumps.append((to, where, because))

    def _jump_at(self, group: str, key: str, to: Array | float, at: Array, because: str) -> None:
        where = np.zeros(getattr(getattr(self.world, group), key).shape, dtype=bool)
        where.reshape(-1)[at] = True
        self._jump(group, key, to, where, because)


def _nothing(*_: Any, **__: Any) -> None:
    """What an event is while an entry only tries."""


class Replay:
    """The world of a task. `step()` plays a quarter; `published` and `booked` compute parts of it again; `resume()` before the next.

    What was in no quarter yet cannot be asked for: `step()` comes first.
    """

    def __init__(self, task: Task) -> None:
        self.world = world = world_of(task)
        world.fuses = False  # what an entry reads, books and notes is watched call by call
        self.wanted = positions(task.worlds)
        self.summed = len(world._entries)  # from here on, entries read the stocks as summed
        self.entries = (*world._entries, *world._afterwards)
        self._order = {entry: at for at, entry in enumerate(self.entries)}
        watched: list[Any] = [_Watched(entry, at, self) for at, entry in enumerate(self.entries)]
        world._entries, world._afterwards = watched[: self.summed], watched[self.summed :]
        kept = [v for v in catalogue().variables.values() if v.kind != "derived"]
        self._stocks = [v for v in kept if v.kind == "stock"]
        self._signals = [v for v in kept if v.kind != "stock"]
        self.parameters = self._constants()
        self._trial = _Trial(world)
        self._spots: dict[Input, tuple[dict[str, Any], str]] = {}  # where inputs stand in the world
        self._place: Entry | None = None  # the entry whose inputs stand in the world now

    def _constants(self) -> dict[Input, Any]:
        known = catalogue().parameters
        named = {f"{room}.{key}": value for room, space in self.world.parameters.items() for key, value in vars(space).items()}
        return {("parameter" if name in known else "prepared", name): value for name, value in named.items()}

    # -- playing ----------------------------------------------------------------------------------------------------------------

    def step(self) -> None:
        """Play one quarter and note what happens in it."""
        self.resume()
        self.before: dict[str, Array] = {}  # stocks before the sums
        self.versions: dict[str, list[tuple[int, Array]]] = {}  # of signals: (entry that published it; -1: stood already, copy)
        self._seen: dict[str, Any] = {}
        self._jumps: list[dict[Population, int]] = []  # how many were called by the end of each entry
        self._summed: dict[str, Array] = {}  # stocks with events, when these begin
        self.world.step()
        self.after = {v.name: np.array(self._read(v)) for v in self._stocks}
        self.levers: dict[Input, Any] = {("lever", name): value for name, value in self.world.board.now.items()}
        self._live = {v.name: self._read(v) for v in (*self._stocks, *self._signals)}
        self._inputs: dict[int, dict[Input, Array]] = {}
        self._switches: dict[tuple[Entry | None, Entry], list[tuple[Input, Array]]] = {}
        self._published_twice: dict[Entry, list[Input]] = {}

    def _read(self, variable: Variable) -> Any:
        return getattr(self.world, variable.group).__dict__.get(variable.key)

    def begins(self, at: int) -> None:
        """Called before entry `at` runs in a quarter that is played."""
        if at == 0:
            self.before = {v.name: np.array(self._read(v)) for v in self._stocks}
            self._note(-1)

    def ends(self, at: int) -> None:
        """Called after it has run."""
        self._note(at)
        self._jumps.append({p: len(p._jumps) for p in self.world.populations})
        if at == self.summed - 1:
            for population in self.world.populations:
                for key in {jump[0] for jump in population._jumps}:
                    self._sum(population._variables[key])

    def _sum(self, stock: Variable) -> None:
        value, (stocks, row) = self.before[stock.name], self.world.stocks[stock.name]
        if row in stocks.booked:
            value = np.clip(value + stocks.deltas[row], *stock.range)
        self._summed[stock.name] = value

    def _note(self, at: int) -> None:
        for variable in self._signals:
            value = self._read(variable)
            if value is not None and value is not self._seen.get(variable.name):
                self._seen[variable.name] = value
                self.versions.setdefault(variable.name, []).append((at, np.array(value)))

    # -- what an entry reads -------------------------------------------------------------------------------------------------------

    def readable(self, entry: Entry) -> dict[Input, Array]:
        """Every stock, signal and decision that an entry could read."""
        at = self._order[entry]
        if at not in self._inputs:
            self._inputs[at] = self._readable(at)
        return self._inputs[at]

    def _readable(self, at: int) -> dict[Input, Array]:
        found: dict[Input, Array] = {("stock", n): v for n, v in (self.before if at < self.summed else self.after).items()}
        for variable in self._signals:
            values = [value for by, value in self.versions.get(variable.name, ()) if by < at]
            if values:
                found[variable.kind, variable.name] = values[-1]
        return found

    def inputs(self, entry: Entry) -> dict[Input, Any]:
        """The same with levers, parameters and what rooms have prepared."""
        return {**self.readable(entry), **self.levers, **self.parameters}

    def publisher(self, signal: str, before: Entry | None = None) -> Entry | None:
        """The last entry (before another) that published a signal this quarter; None where it stood already."""
        end = len(self.entries) if before is None else self._order[before]
        found = [by for by, _ in self.versions.get(signal, ()) if by < end]
        return self.entries[found[-1]] if found and found[-1] >= 0 else None

    # -- computing again -----------------------------------------------------------------------------------------------------------

    def published(self, entry: Entry, exchanged: Mapping[Input, Any], signals: Iterable[str]) -> dict[str, Array]:
        """Signals as an entry publishes them from its inputs, some of them exchanged."""
        self._trial.ask()
        return self._again(entry, exchanged, lambda: {n: np.array(self._value(n)) for n in signals})

    def booked(self, entry: Entry, exchanged: Mapping[Input, Any], stock: Variable, standing: Array) -> dict[Cause, Array]:
        """What an entry books to a stock, its events among it; `standing` is the stock when these begin.

        Amounts are as the room gave them: of the stock's shape, or of one that spreads over it.
        """
        self._trial.ask(stock.name)
        self._again(entry, exchanged)
        found, (low, high) = self._trial.booked, stock.range
        for to, where, because in self._trial.jumps:
            moved = np.array(standing)
            np.copyto(moved, np.minimum(np.maximum(to, low), high), where=True if where is None else where)
            found[EVENTS, because] = found.get((EVENTS, because), 0.0) + np.subtract(moved, standing, dtype=float)
            standing = moved
        return found

    def standing(self, entry: Entry, stock: Variable) -> Array:
        """The stock when the events of an entry begin: bookings summed and clipped, events of earlier entries applied."""
        value = self._summed.get(stock.name, self.before[stock.name])
        population = getattr(self.world, stock.group)
        called = [0, *(jumps[population] for jumps in self._jumps)]
        for at, earlier in enumerate(self.entries[: self._order[entry]]):
            if called[at + 1] > called[at]:
                value = value + sum(v for (room, _), v in self.booked(earlier, {}, stock, value).items() if room == EVENTS)
        return value

    def _again(self, entry: Entry, exchanged: Mapping[Input, Any], ask: Callable[[], Any] = _nothing) -> Any:
        base = self._lay_out(entry)
        for name, value in exchanged.items():
            self._put(name, value)
        self.world.room = entry.name
        entry.run(self.world)
        answer = ask()
        for name in exchanged:
            self._put(name, base[name] if name in base else self.levers[name] if name[0] == "lever" else self.parameters[name])
        for name in self._twice(entry):
            self._put(name, base[name])
        return answer

    def _lay_out(self, entry: Entry) -> dict[Input, Array]:
        """Put what an entry could read back into the world: of what stands there, laid out for another, what differs."""
        base, place = self.readable(entry), self._place
        if place != entry:
            if place is None:
                self._trial.begin()
            if (place, entry) not in self._switches:
                before = {} if place is None else self.readable(place)
                self._switches[place, entry] = [(n, value) for n, value in base.items() if before.get(n) is not value]
            for name, value in self._switches[place, entry]:
                self._put(name, value)
            self._place = entry
        return base

    def _twice(self, entry: Entry) -> list[Input]:
        """What an entry publishes although it can be read before."""
        if entry not in self._published_twice:
            at = self._order[entry]
            found = [n for n in self.readable(entry) if any(by == at for by, _ in self.versions.get(n[1], ()))]
            self._published_twice[entry] = found
        return self._published_twice[entry]

    def _put(self, name: Input, value: Any) -> None:
        if name not in self._spots:
            kind, full = name
            group, key = full.split(".", 1)
            if kind == "lever":
                self._spots[name] = self.world.board.now, full
            else:
                owner = self.world.parameters[group] if kind in ("parameter", "prepared") else getattr(self.world, group)
                self._spots[name] = owner.__dict__, key
        space, key = self._spots[name]
        space[key] = value

    def _value(self, name: str) -> Any:
        group, key = name.split(".", 1)
        return getattr(self.world, group).__dict__[key]

    def resume(self) -> None:
        """Put everything back as it was when the quarter ended."""
        if self._place is None:
            return
        for name, value in self._live.items():
            group, key = name.split(".", 1)
            if value is None:
                getattr(self.world, group).__dict__.pop(key, None)
            else:
                getattr(self.world, group).__dict__[key] = value
        self._trial.end()
        self.world.room, self._place = "settle", None
