"""What a difference comes from: one input after the other exchanged for its value in the other situation.

The part of an input is the mean of what its exchange does first (all others as in the one situation) and last (all others as in the
other): where inputs act together in pairs at most, that is their Shapley value, which does not depend on any order. What three or more
inputs do only together stands as a part of its own, so that the parts always sum to the whole. An input that is itself computed in the
same quarter can be opened: its part is split over what *it* is computed from, by exchanging that and letting it be computed again; and so
on for what that is computed from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from sim.analysis.replay import Array, Cause, Input, Replay
from sim.catalogue import STATES, Variable, catalogue
from sim.schedule import Entry
from sim.world import World

TOGETHER = "several inputs together"
SETTING = "chance, calendar, clamps and actors"
OFF = "the room is off"
NOTHING: Input = ("", "")
REST: Input = ("together", TOGETHER)
AROUND: Input = ("setting", SETTING)

Bars = dict[Cause, Array]
"""What a thing amounts to in each world by bar, (worlds,)."""
type Opens = Callable[[Entry, Input], Pair | None]
"""Gives what an input of an entry is computed by, where it can be opened."""


class Leaf(NamedTuple):
    """A part of a bar: an input of it, and where that is opened what the input comes from, and so on down."""

    bar: Cause
    path: tuple[Input, ...] = ()


@dataclass
class Thing:
    """Something that an entry of a replay computes: what it books to a stock, or a signal that it publishes."""

    replay: Replay
    entry: Entry
    variable: Variable
    pick: Callable[[Array], Array]
    known: dict[Input, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.known = dict(self.replay.inputs(self.entry))
        if self.variable.kind == "stock":  # what events move is the stock as summed: it goes with the stock itself
            own = ("stock", self.variable.name)
            self.known[own] = (self.known[own], self.replay.standing(self.entry, self.variable))

    def published(self, exchanged: Mapping[Input, Any]) -> Array:
        """A signal with some inputs exchanged, all rows."""
        return self.replay.published(self.entry, exchanged, [self.variable.name])[self.variable.name]

    def bars(self, exchanged: Mapping[Input, Any] | None = None) -> Bars:
        """What it amounts to with some inputs exchanged, by cause; a signal has one bar."""
        given, variable = dict(exchanged or {}), self.variable
        if variable.kind != "stock":
            return {NOTHING: self.pick(self.published(given))}
        own = ("stock", variable.name)
        standing = given.get(own, self.known[own])[1]
        if own in given:
            given[own] = given[own][0]
        return {cause: self.pick(value) for cause, value in self.replay.booked(self.entry, given, variable, standing).items()}


@dataclass
class Pair:
    """The same thing in two situations. `seen` remembers, over quarters, which inputs have ever mattered to an entry and variable."""

    first: Thing
    second: Thing
    differing: Sequence[Input]
    seen: dict[Input, None]
    alike: bool  # the two situations differ in nothing but inputs

    def __post_init__(self) -> None:
        self.a, self.b = self.first.bars(), self.second.bars()
        self.names = self._mattering()

    def onto(self, names: Iterable[Input]) -> Bars:
        """What exchanging inputs does to the first situation."""
        return _minus(self.first.bars({n: self.second.known[n] for n in names}), self.a)

    def back(self, names: Iterable[Input]) -> Bars:
        """What having exchanged them does, seen from the second."""
        return _minus(self.b, self.second.bars({n: self.first.known[n] for n in names}))

    def _mattering(self) -> list[Input]:
        """Inputs that matter, each tried on its own unless a whole group does nothing."""
        self.seen.update(dict.fromkeys(self._found([n for n in self.differing if n not in self.seen])))
        return [n for n in self.differing if n in self.seen]

    def _found(self, names: list[Input]) -> list[Input]:
        if not names or not (_moves(self.onto(names)) or _moves(self.back(names))):
            return []
        if len(names) == 1:
            return names
        half = len(names) // 2
        return [*self._found(names[:half]), *self._found(names[half:])]

    def parts(self, opens: Opens | None = None) -> dict[Leaf, Array]:
        """The differences of all bars, split; with `opens` through inputs that are computed in the same quarter."""
        whole = _minus(self.b, self.a)
        found: dict[Leaf, Array] = {}
        for name in self.names:
            part = _mean(self.onto([name]), self.back([name]))
            opened = opens(self.first.entry, name) if opens and _moves(part) else None
            if opens is None or opened is None:
                found |= {Leaf(bar, (name,)): v for bar, v in part.items()}
            else:
                way = _Way((name,), lambda v, n=name: self._as(n, v), lambda v, n=name: self._had(n, v))  # type: ignore[misc]
                found |= self._through(way, part, opened, opens)
        if not self.alike:
            around = _mean(
                _minus(self.second.bars({n: self.first.known[n] for n in self.names}), self.a),
                _minus(self.b, self.first.bars({n: self.second.known[n] for n in self.names})),
            )
            found |= {Leaf(bar, (AROUND,)): v for bar, v in around.items()}
        return found | {Leaf(bar, (REST,)): v for bar, v in _rest(whole, found).items()}

    def _as(self, name: Input, value: Array) -> Bars:
        """What it does to the first situation that an input takes a value."""
        return _minus(self.first.bars({name: value}), self.a)

    def _had(self, name: Input, value: Array) -> Bars:
        """What it does that an input has its value in the second situation, instead of this one."""
        return _minus(self.b, self.second.bars({name: value}))

    def _through(self, way: _Way, part: Bars, opened: Pair, opens: Opens) -> dict[Leaf, Array]:
        """The part that reaches the bars by way of a signal, split over what the signal comes from."""
        found: dict[Leaf, Array] = {}
        for source in opened.names:
            further = way.by(source, opened)
            if self.alike and len(opened.names) == 1:  # it is all that one's doing
                moved = part
            else:
                moved = _mean(further.onto(opened.second.known[source]), further.back(opened.first.known[source]))
            deeper = opens(opened.first.entry, source) if len(further.path) < _DEEPEST and _moves(moved) else None
            if deeper is None:
                found |= {Leaf(bar, further.path): v for bar, v in moved.items()}
            else:
                found |= self._through(further, moved, deeper, opens)
        if not self.alike:
            onto = opened.second.published({n: opened.first.known[n] for n in opened.names})
            back = opened.first.published({n: opened.second.known[n] for n in opened.names})
            found |= {Leaf(bar, (*way.path, AROUND)): v for bar, v in _mean(way.onto(onto), way.back(back)).items()}
        return found | {Leaf(bar, (*way.path, REST)): v for bar, v in _rest(part, found).items()}


@dataclass(frozen=True)
class _Way:
    """How a signal, or what it comes from, acts on the bars: by the inputs of `path`, the nearest first.

    `onto` says what it does that the last of them takes a value in the first situation; `back` what it does that it has its own in the
    second instead of this one.
    """

    path: tuple[Input, ...]
    onto: Callable[[Array], Bars]
    back: Callable[[Array], Bars]

    def by(self, source: Input, opened: Pair) -> _Way:
        """The way of what the signal is computed from."""
        return _Way(
            (*self.path, source),
            lambda value: self.onto(opened.first.published({source: value})),
            lambda value: self.back(opened.second.published({source: value})),
        )


_DEEPEST = 3  # inputs from a bar down: a signal, what it comes from, and once more

_ZERO = np.zeros(())


def _minus(a: Bars, b: Bars) -> Bars:
    return {bar: a.get(bar, _ZERO) - b.get(bar, _ZERO) for bar in dict.fromkeys([*a, *b])}


def _mean(a: Bars, b: Bars) -> Bars:
    return {bar: 0.5 * (a.get(bar, _ZERO) + b.get(bar, _ZERO)) for bar in dict.fromkeys([*a, *b])}


def _moves(bars: Bars) -> bool:
    return any(np.any(v) for v in bars.values())


def _rest(whole: Bars, found: Mapping[Leaf, Array]) -> Bars:
    """What the parts found leave of each bar."""
    left = {bar: np.array(v) for bar, v in whole.items()}
    for leaf, value in found.items():
        left[leaf.bar] -= value
    return left


# -- two replays beside each other ----------------------------------------------------------------------------------------------------


class Bench:
    """Two replays of the same worlds: what differs between them is worked out once a quarter, what matters is remembered."""

    def __init__(self, first: Replay, second: Replay, state: str | None) -> None:
        self.first, self.second, self.state = first, second, state
        self.constants = _differing(first.parameters, second.parameters)
        self._seen: dict[tuple[Entry, str], dict[Input, None]] = {}
        self.turn()

    def turn(self) -> None:
        """Forget what was worked out for the last quarter."""
        self._opened: dict[tuple[Entry, Input], Pair | None] = {}
        self._differ: dict[tuple[int, int], bool] = {}
        self._levers: list[Input] | None = None

    @property
    def alike(self) -> bool:
        """Whether the two have their quarter, chance, calendar, clamps and actors in common, so that nothing but inputs can differ."""
        here, there = self.first.world, self.second.world
        return here.now == there.now and not (here.clamps or there.clamps) and _around(here) == _around(there)

    def differing(self, entry: Entry) -> list[Input]:
        """Inputs of an entry that are not the same in both."""
        if self._levers is None:
            self._levers = _differing(self.first.levers, self.second.levers)
        here, there = self.first.readable(entry), self.second.readable(entry)
        return [*(n for n in here if n in there and self._apart(here[n], there[n])), *self._levers, *self.constants]

    def _apart(self, a: Array, b: Array) -> bool:
        key = (id(a), id(b))  # both are kept until the next quarter
        if key not in self._differ:
            self._differ[key] = not np.array_equal(a, b)
        return self._differ[key]

    def pair(self, entry: Entry, variable: Variable, state: str | None, rows: bool = False) -> Pair:
        """What an entry computes of a variable in both, for one state or the mean of its rows, or with all `rows` kept."""
        picks = [_all_rows if rows else picker(variable, state, r.world.worlds, r.wanted) for r in (self.first, self.second)]
        things = [Thing(replay, entry, variable, pick) for replay, pick in zip((self.first, self.second), picks, strict=True)]
        seen = self._seen.setdefault((entry, variable.name), {})
        differing = self.differing(entry)
        if variable.kind == "stock":
            own = ("stock", variable.name)
            if own not in differing and not same(things[0].known[own], things[1].known[own]):
                differing = [own, *differing]
        return Pair(things[0], things[1], differing, seen, self.alike)

    def opens(self, entry: Entry, name: Input) -> Pair | None:
        """What computes an input of an entry earlier in the same quarter; None where nothing does, or not by inputs alone."""
        if (entry, name) not in self._opened:
            self._opened[entry, name] = self._open(name, entry)
        return self._opened[entry, name]

    def _open(self, name: Input, entry: Entry) -> Pair | None:
        if name[0] not in ("signal", "decision"):
            return None
        by = {replay.publisher(name[1], entry) for replay in (self.first, self.second)}
        publisher = by.pop()
        if by or publisher is None:
            return None
        variable = catalogue().variables[name[1]]
        pair = self.pair(publisher, variable, None, rows=True)
        stood = [replay.readable(entry)[name] for replay in (self.first, self.second)]
        if not all(np.array_equal(now[NOTHING], then) for now, then in zip((pair.a, pair.b), stood, strict=True)):
            return None
        return pair


def _around(world: World) -> tuple[Any, ...]:
    """What decides a run and is no input of anything: what is forced, drawn by branches, off, and who acts."""
    plan = world.plan
    return plan.start, plan.forced, plan.branches, plan.mechanisms, {code: type(actor) for code, actor in world.cast.items()}


def _differing(here: Mapping[Input, Any], there: Mapping[Input, Any]) -> list[Input]:
    return [name for name, value in here.items() if name in there and not same(value, there[name])]


def _all_rows(values: Array) -> Array:
    return values.astype(float)


def same(a: Any, b: Any) -> bool:
    """Whether two inputs are the same; what a room prepares may be a structure of arrays."""
    if a is b:
        return True
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, np.ndarray | np.generic | float | int) and isinstance(b, np.ndarray | np.generic | float | int):
        return np.shape(a) == np.shape(b) and np.array_equal(a, b)
    return bool(a == b)


def picker(variable: Variable, state: str | None, worlds: int, wanted: Array) -> Callable[[Array], Array]:
    """A function that gives one state's row, the mean of all rows, or a plain variable, in the wanted worlds, (wanted,).

    What it is given has the variable's shape in all `worlds`, or one that spreads over it.
    """
    shape, row = (*variable.shape, worlds), STATES.index(state) if state in STATES else None

    def pick(values: Array) -> Array:
        full = values if values.shape == shape else np.broadcast_to(values, shape)
        one = full if full.ndim == 1 else full[row] if row is not None else full.mean(axis=tuple(range(full.ndim - 1)), dtype=float)
        return one[wanted].astype(float)

    return pick


def level(state: str | None, replay: Replay, value: Any) -> Array:
    """An input as one number per world, for showing, (wanted,): the state's own row where it has one, else the mean of its rows."""
    array = np.atleast_1d(np.asarray(value, dtype=float))
    rows = array[None] if array.ndim == 1 else array
    own = rows[STATES.index(state)] if state in STATES and len(rows) == len(STATES) else rows
    flat = np.broadcast_to(own.reshape(-1, own.shape[-1]).mean(axis=0), replay.world.worlds)
    return flat[replay.wanted]
