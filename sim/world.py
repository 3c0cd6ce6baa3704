"""The world: one Mesa model that steps all worlds together. The last axis of every array is the world.

Of Mesa it takes the model, which counts steps, and the agents, whose `decide()` is called in the order of `sim.schedule`. It takes neither
a scheduler nor a data collector (`sim.recorder` keeps whole arrays) nor Mesa's generators (draws are named: `sim.randomness`).

A quarter ends in three moves: stocks `settle` (bookings are summed), populations `settle` (jumps and clamps), and rooms `report` what they
restate from the stocks as these then stand.

Functions of rooms marked `@fused` are recorded when they first run and from then on carried out by a compiled part, with the same results
(`sim.fusing`). Methods marked `@on_tape` say what becomes of them there; `fuses`, `bound` and `lasting` serve that, and nothing else does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import mesa
import numpy as np

from sim import fusing, mechanisms, quarters
from sim.actors import CAST, Actor, decide_together
from sim.catalogue import FORCED, ROWS, STATES, Catalogue, Variable, catalogue
from sim.clamps import Clamp, clamps_of
from sim.diary import Diary, Many, Occurrence, Words
from sim.fusing import on_tape
from sim.ledger import Ledger
from sim.levers import Branches, LeverBoard, LeverView
from sim.maths import REAL, real
from sim.parameter_values import parameter_values
from sim.population import Population
from sim.randomness import BLOCK, NoGenerator, Streams, once
from sim.scenario.distributions import quantile
from sim.scenario.plan import Forced, Plan
from sim.schedule import AFTERWARDS, QUARTER, Entry
from sim.starting import initial_key, starting_values
from sim.stocks import Stocks


@dataclass
class _Forcing:
    forced: Forced
    mask: np.ndarray | None = field(default=None)

    @property
    def name(self) -> str:
        """The event as it is written after `force.`, and as the rooms note it."""
        return ".".join(part for part in (self.forced.event, self.forced.target, self.forced.actor) if part)


class World(mesa.Model):
    """All worlds of some blocks, from the plan's start; `step()` plays one quarter.

    Args:
        plan: the resolved scenario and policy.
        seed: seed of all named draws.
        blocks: numbers of the blocks of 64 worlds to simulate.
        actors: user's actor classes by code, e.g. {"XKX": MyKosovo}.
        ledger: whether to record the ledger, or the stocks to record it for.
        paths: recorded baselines for clamps, by variable: (quarters + 1, *shape, worlds).
        quantiles: of uncertain parameters (worlds,) in place of what is drawn, by full name: designs of the analyses.
    """

    def __init__(
        self,
        plan: Plan,
        seed: int,
        blocks: Sequence[int],
        *,
        actors: Mapping[str, type[Actor]] | None = None,
        ledger: bool | frozenset[str] = False,
        paths: Mapping[str, np.ndarray] | None = None,
        quantiles: Mapping[str, np.ndarray] | None = None,
    ) -> None:
        super().__init__(rng=0)
        self.random = self.rng = NoGenerator()
        self.plan, self.blocks, self.catalogue = plan, tuple(blocks), catalogue()
        self.worlds, self.quarters = BLOCK * len(self.blocks), plan.end - plan.start + 1
        self.quarter, self.room, self.restating = -1, "start", False
        self.ledger = Ledger(self.quarters, None if ledger is True else ledger) if ledger else None
        self.streams = Streams(seed, self.blocks)
        self.branches = Branches(plan, seed, self.blocks)
        self.board = LeverBoard(self.catalogue, plan, seed, self.blocks, self.branches)
        self.parameters, self.drawn = parameter_values(self.catalogue, plan, seed, self.blocks, quantiles)
        self.drawn |= self.board.drawn
        self.clamps: dict[str, Clamp] = clamps_of(self.catalogue, plan.clamps, paths, self.quarters + 1)
        self.bound: dict[Any, Any] = {}  # what fused functions keep of this world
        self.fuses = fusing.AVAILABLE and self.ledger is None and not self.clamps
        self.diary = Diary()
        self._forcings = [_Forcing(f, self.branches.mask(*f.branch) if f.branch else None) for f in plan.forced]
        self._populate(seed)
        self.cast = {code: (actors or {}).get(code, kind)(self, code) for code, kind in CAST.items()}
        self._actors = {p.group: tuple(a for a in self.cast.values() if a.group == p.group) for p in self.populations}
        self._open_streams()
        self._prepare()
        self._entries = [e for e in QUARTER if self._takes_part(e)]
        self._afterwards = [e for e in AFTERWARDS if self._takes_part(e)]
        self._restate()

    # -- setting up --------------------------------------------------------------------------------------------------------------

    def room_is_on(self, room: str) -> bool:
        """Whether a room is built and not switched off."""
        return room in mechanisms.ROOMS and self.plan.mechanisms.get(room, True)

    def lasting(self, name: str) -> bool:
        """Whether an attribute is the same object all through the run: objects are, numbers and texts (the quarter) are not."""
        return name == "worlds" or not isinstance(getattr(self, name), int | float | str | np.ndarray | np.generic)

    def _takes_part(self, entry: Entry) -> bool:
        return entry.room is None or (self.room_is_on(entry.room) and hasattr(mechanisms.ROOMS[entry.room], entry.verb))

    def _populate(self, seed: int) -> None:
        year = self.plan.start // 4 - 1
        variables = [v for v in self.catalogue.variables.values() if v.kind != "derived"]
        self._today = starting_values(year)
        start = {v.name: self._start(v, seed) for v in variables}
        self._lay_out([v for v in variables if v.kind == "stock"], start)
        groups = dict.fromkeys(v.group for v in variables)
        for group in groups:
            own = {v.key: v for v in variables if v.group == group}
            setattr(self, group, Population(self, group, own, {key: start[v.name] for key, v in own.items()}))
        self.populations: tuple[Population, ...] = tuple(getattr(self, g) for g in groups)

    def _lay_out(self, variables: Sequence[Variable], start: Mapping[str, np.ndarray]) -> None:
        """Put stocks of one shape into one array; `stocks` says by name which and which row."""
        self.stocks: dict[str, tuple[Stocks, int]] = {}
        for shape in dict.fromkeys(v.shape for v in variables):
            alike = [v for v in variables if v.shape == shape]
            together = Stocks(alike, start, self._today)
            self.stocks |= {v.name: (together, row) for row, v in enumerate(alike)}
        self._settled_together = tuple(dict.fromkeys(stocks for stocks, _ in self.stocks.values()))

    def _start(self, variable: Variable, seed: int) -> np.ndarray:
        found = self._today[variable.name]
        value = np.array(np.broadcast_to(found, (*variable.shape, self.worlds)), dtype=REAL)
        for key, row in initial_key(variable).items():
            if key in self.plan.initial:
                value[row] = self.plan.initial[key]
            if key in self.plan.initial_draws:
                drawn = quantile(self.plan.initial_draws[key], once(seed, f"initial.{key}", self.blocks))
                self.drawn[f"initial.{key}"] = value[row] = np.clip(drawn, *variable.range)
        clamp = self.clamps.get(variable.name)
        return value if clamp is None else clamp.apply(value, 0)

    def _open_streams(self) -> None:
        for name, room in mechanisms.ROOMS.items():
            if self.room_is_on(name):
                for stream, draw in getattr(room, "DRAWS", {}).items():
                    self.streams.open(f"{name}.{stream}", draw)
        for actor in self.cast.values():
            for stream, draw in actor.DRAWS.items():
                shared = stream in CAST[actor.code].DRAWS  # what a user's class declares is its own
                full = f"{actor.group}.{stream}" if shared else f"{actor.code}.{stream}"
                actor.streams[stream] = full, shared
                self.streams.open(full, draw)
        self._views = {room: LeverView(self.board, self.catalogue, room) for room in self.catalogue.rooms}

    def _prepare(self) -> None:
        """Let rooms work out, once, what holds for the whole run; the results join the room's parameters."""
        for name, room in mechanisms.ROOMS.items():
            if self.room_is_on(name) and hasattr(room, "prepare"):
                self.room = name
                prepared = room.prepare(self, self.parameters[name])
                vars(self.parameters[name]).update({key: real(value) for key, value in prepared.items()})

    # -- a quarter ---------------------------------------------------------------------------------------------------------------

    def step(self) -> None:
        """One quarter: signals, decisions, bookings in the order of the schedule; then the sums, jumps and clamps, and what is restated."""
        self.quarter += 1
        self.streams.advance()
        self.board.turn(self.plan.start + self.quarter)
        for population in self.populations:
            population.begin()
        for entry in self._entries:
            self.room = entry.name
            entry.run(self)
        self.room = "settle"
        for stocks in self._settled_together:
            stocks.settle(self.ledger, self.quarter)
        for population in self.populations:
            population.settle()
        for stocks in self._settled_together:
            stocks.moved()
        self._restate()

    def _restate(self) -> None:
        """Signals that restate stocks; they may be read until they are restated."""
        self.restating = True
        for entry in self._afterwards:
            self.room = entry.name
            entry.run(self)
        self.restating = False

    def dissolve(self) -> None:
        """Let go of everything: a Mesa model is full of cycles, and without this its arrays would pile up until the next collection."""
        for part in (*self.populations, *self.cast.values(), self):
            vars(part).clear()

    def run_room(self, name: str, verb: str) -> None:
        """Let a room perceive or step."""
        getattr(mechanisms.ROOMS[name], verb)(self, self.parameters[name], self._views[name])

    def run_actors(self, group: str) -> None:
        """Let all actors of a population decide, then publish what they decided."""
        together = self.fuses and all(type(actor) is CAST[actor.code] for actor in self.actors_of(group))
        if together:
            decide_together(self, group)
        else:
            for actor in self.actors_of(group):
                actor.act()
        getattr(self, group).publish(held=together)

    @on_tape("as_it_is")
    def actors_of(self, group: str) -> tuple[Actor, ...]:
        """The actors of a population, in the order in which they were made."""
        return self._actors[group]

    # -- what rooms and actors ask -------------------------------------------------------------------------------------------------

    @property
    def where(self) -> str:
        """For messages: the quarter and the room at work."""
        return f"{quarters.written(self.plan.start + self.quarter)}, {self.room}"

    @on_tape("lasting_read")
    def today(self, name: str) -> np.ndarray:
        """The situation at the start by figures and assumptions, before `initial` and clamps: (*shape, 1) or (*shape, worlds)."""
        return self._today[name]

    @on_tape("lasting_read")
    def lever_defaults(self, name: str) -> Any:
        """A lever's default, as `LeverView.today` gives it: what today's situation rests on."""
        return self._views[self.room].today(name)

    @on_tape("depart")
    def departure(self, name: str) -> np.ndarray:
        """How far a variable stands from today's situation, (*shape, worlds); for stocks worked out once a quarter."""
        if name in self.stocks:
            stocks, row = self.stocks[name]
            return stocks.departure(row)
        group, key = name.split(".", 1)
        return getattr(getattr(self, group), key) - self.today(name)

    def anywhere(self, name: str) -> bool:
        """Whether a variable differs from nought for anybody in some world."""
        group, key = name.split(".", 1)
        return bool(getattr(getattr(self, group), key).any())

    @property
    def season(self) -> int:
        """Quarter of the year, 1 to 4."""
        return (self.plan.start + self.quarter) % 4 + 1

    @property
    def now(self) -> int:
        """The current quarter as `sim.quarters.index` counts it."""
        return self.plan.start + self.quarter

    def draw(self, name: str) -> np.ndarray:
        """This quarter's draws of a stream that the room at work declares in DRAWS, shape (*slots, worlds)."""
        return self.streams[f"{self.room}.{name}"]

    def stream(self, name: str) -> np.ndarray:
        """This quarter's draws of any stream by its full name, shape (*slots, worlds)."""
        return self.streams[name]

    @on_tape("tell", where=1)
    def event(
        self, name: str, where: np.ndarray | bool = True, *, target: str = "", actor: str, because: str, until: np.ndarray | None = None
    ) -> None:
        """Note a discrete event in the worlds where `where` (worlds,) holds; every event has an actor and a reason.

        Where the scenario forces this very event in this quarter, that is the reason, and `because` the reason elsewhere.
        """
        if isinstance(where, bool | np.bool_):
            where = np.full(self.worlds, where)
        worlds = where.nonzero()[0]
        if worlds.size:
            self.occurred(name, worlds, target=target, actor=actor, because=because, until=until)

    def occurred(
        self, name: str, worlds: np.ndarray, *, target: str = "", actor: str, because: str, until: np.ndarray | None = None
    ) -> None:
        """As `event`, for world positions already found: ascending, at least one; `until` is (worlds of the run,)."""
        if self._forcings and because != FORCED:
            forced = self._forced_by_name(name, worlds)
            self._note(name, worlds[forced], target, actor, FORCED, until)
            worlds = worlds[~forced]
        self._note(name, worlds, target, actor, because, until)

    def _note(self, name: str, worlds: np.ndarray, target: str, actor: str, because: str, until: np.ndarray | None) -> None:
        if worlds.size:
            kept = None if until is None else np.broadcast_to(until, (self.worlds,))[worlds]
            self.diary.note(Occurrence(self.quarter, name, target, actor, because, worlds, kept))

    def occurred_many(
        self, kind: str, which: np.ndarray, worlds: np.ndarray, words: Callable[[int], Words], until: np.ndarray | None = None
    ) -> None:
        """Many events of a kind, as `sim.diary.Many` holds them; told apart at once only where the scenario forces some of them now."""
        many = Many(self.quarter, which, worlds, words, until)
        if not self.forcings(kind):
            self.diary.note(many)
            return
        for one in many.told_apart():
            ends = None
            if one.until is not None:
                ends = np.zeros(self.worlds, dtype=one.until.dtype)
                ends[one.worlds] = one.until
            self.occurred(one.event, one.worlds, target=one.target, actor=one.actor, because=one.because, until=ends)

    @property
    def occurrences(self) -> list[Occurrence]:
        """What has happened so far, event by event."""
        return Diary(self.diary.notes).occurrences

    def _forced_by_name(self, name: str, worlds: np.ndarray) -> np.ndarray:
        """In which of these worlds the scenario forces the event of this name in this quarter, bool, shape of `worlds`."""
        forced = np.zeros(worlds.shape, dtype=bool)
        for f in self._forcings:
            if f.name == name and f.forced.start <= self.now <= f.forced.until:
                forced |= True if f.mask is None else f.mask[worlds]
        return forced

    @on_tape("tell", where=1)
    def state_events(self, name: str, where: np.ndarray, *, actor: str | None = None, because: str) -> None:
        """Note an event per state, `name.<ISO>`, where (6, worlds) holds; the actor is the state itself unless named."""
        at = where.ravel().nonzero()[0]
        if at.size:
            which = at // self.worlds
            self.occurred_many(name, which, at - which * self.worlds, partial(_state_event, name, actor, because))

    def forcings(self, event: str) -> list[tuple[Forced, np.ndarray | bool]]:
        """Forced events of this kind that hold this quarter, each with the worlds (worlds,) or True for all."""
        return [
            (f.forced, True if f.mask is None else f.mask)
            for f in self._forcings
            if f.forced.event == event and f.forced.start <= self.now <= f.forced.until
        ]

    def forced(self, event: str, target: str | None = None) -> np.ndarray | bool:
        """Where an event is forced this quarter: False, True, or a mask (worlds,)."""
        result: np.ndarray | bool = False
        for forced, mask in self.forcings(event):
            if target is None or forced.target == target:
                result = result | mask
        return result

    def forced_states(self, event: str) -> np.ndarray | None:
        """Where an event is forced on a state this quarter, bool (6, worlds), or None where nothing is."""
        active = self.forcings(event)
        if not active:
            return None
        rows = np.zeros((len(ROWS["states"]), self.worlds), dtype=bool)
        for forced, mask in active:
            rows[STATES.index(forced.target or "")] |= mask
        return rows


def _state_event(name: str, actor: str | None, because: str, row: int) -> Words:
    code = STATES[row]
    return f"{name}.{code}", code, actor or code, because


__all__ = ["Catalogue", "World"]
