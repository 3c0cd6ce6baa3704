"""Arrays of one kind of actor (or of one actor or relation): read by name, changed only through bookings.

Reading `world.states.democracy` gives a read-only array (actor, world); for single actors such as `world.eu.fatigue` it is (world,).
Stocks read as they stood at the end of last quarter; signals as computed in this one, and reading one too early is an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.catalogue import Variable
from sim.errors import ModelError, unknown
from sim.fusing import on_tape
from sim.ledger import CLAMP, EVENTS
from sim.maths import real, within

if TYPE_CHECKING:
    from sim.stocks import Stocks
    from sim.world import World

Array = np.ndarray


class Population:
    """Variables of one group. Values live in the instance's attributes, so that reading one is a plain attribute access.

    Stocks are rows of the world's `Stocks`; `start` holds the other variables' values where their room is off.
    """

    def __init__(self, world: World, group: str, variables: Mapping[str, Variable], start: Mapping[str, Array]) -> None:
        self._world, self.group, self._variables = world, group, dict(variables)
        self._shapes = {key: (*v.shape, world.worlds) for key, v in self._variables.items()}
        self._stocks: dict[str, Array] = {}
        self._bookings: dict[str, tuple[Array, Stocks, int]] = {}  # this quarter's sum of each stock, and where it is settled
        self._jumps: list[tuple[str, Any, Array | None, str]] = []
        self._decisions: dict[str, Array] = {}
        self._lasting: set[str] = set()
        self._spread: dict[str, tuple[Any, Array]] = {}  # signals last published as less than their shape: it, and spread out
        self._held: dict[str, Array] = {}  # constant values of signals whose room is off
        for key, variable in self._variables.items():
            self._lay_out(key, variable, start[key])
        self._signals = tuple(k for k, v in self._variables.items() if v.kind != "stock" and k not in self._held)

    def _lay_out(self, key: str, variable: Variable, value: Array) -> None:
        if variable.kind == "stock":
            stocks, row = self._world.stocks[variable.name]
            self._stocks[key], self._bookings[key] = stocks.values[row], (stocks.deltas[row], stocks, row)
            self.__dict__[key] = _frozen(self._stocks[key])
        elif not self._world.room_is_on(variable.room):
            self._held[key] = self.__dict__[key] = _frozen(value)
        if variable.kind == "decision":
            self._decisions[key] = value > 0.5 if variable.type == "bool" else np.array(value)

    def lasting(self, key: str) -> bool:
        """Whether an attribute is the same object all through the run: of variables, stocks are."""
        return key in self._stocks or key not in self._variables

    def __getattr__(self, key: str) -> Any:
        if key.startswith("_"):
            raise AttributeError(key)
        name = f"{self.group}.{key}"
        if key in self._variables:
            raise ModelError(f"{self._world.where}: {name} is read before it is computed this quarter; see sim/schedule.py")
        raise ModelError(f"{self._world.where}: " + unknown("variable", name, (v.name for v in self._variables.values())))

    # -- what rooms do ---------------------------------------------------------------------------------------------------------

    @on_tape("look_into")
    def change(self, key: str, amount: Array | float, because: str) -> None:
        """Book a change of a stock for the end of this quarter; `amount` broadcasts to the stock's shape."""
        self._accumulate(key, amount)
        if self._world.ledger is not None:
            self._book(key, amount, because)

    @on_tape("look_into")
    def pull(self, key: str, rate: Array | float, causes: Mapping[str, Array | float], total: Array | None = None) -> None:
        """Book `rate` times each of several causes, {because: amount}; summed in one pass, each its own entry in the ledger.

        `total` is their sum where the room has it already.
        """
        self._accumulate(key, rate * (together(causes.values()) if total is None else total))
        if self._world.ledger is not None:
            for because, amount in causes.items():
                self._book(key, rate * amount, because)

    @on_tape("book")
    def _accumulate(self, key: str, amount: Array | float) -> None:
        total = self.booking(key)
        np.add(total, amount, out=total)

    @on_tape("lasting_read")
    def booking_on_tape(self, key: str) -> Array:
        """The same, for a tape, which adds to it in every quarter."""
        total = self.booking(key)
        self._bookings[key][1].on_tape = True
        return total

    def booking(self, key: str) -> Array:
        """The sum of a stock's bookings this quarter, (*shape, worlds), for somebody who adds to it."""
        booking = self._bookings.get(key)
        if booking is None:
            raise ModelError(f"{self._world.where}: {self.group}.{key} is not a stock; rooms book changes of stocks only")
        total, stocks, row = booking
        stocks.booked[row] = None
        return total

    def _book(self, key: str, amount: Array | float, because: str) -> None:
        world, full = self._world, np.broadcast_to(amount, self._shapes[key])
        assert world.ledger is not None
        world.ledger.book(world.quarter, world.room, f"{self.group}.{key}", because, full)

    @on_tape("as_it_is")
    def range_of(self, key: str) -> tuple[float, float]:
        """Bounds of a variable."""
        return self._variables[key].range

    def signal_shape(self, key: str) -> tuple[int, ...]:
        """Shape of a signal, (*rows, worlds); ModelError where it is none."""
        variable = self._variables.get(key)
        if variable is None or variable.kind != "signal":
            raise ModelError(f"{self._world.where}: {self.group}.{key} is not a signal; stocks are changed by bookings")
        return self._shapes[key]

    @on_tape("publish")
    def set(self, key: str, value: Array | float | bool) -> None:
        """Publish a signal of this quarter; `value` broadcasts to the signal's shape."""
        known = self._spread.get(key)
        if known is not None and known[0] is value:  # a lever that stands still is the same object every quarter
            self.__dict__[key] = known[1]
            return
        shape, exact = self.signal_shape(key), real(value)
        if key in self._held:
            return
        clamp = self._world.clamps.get(self._variables[key].name)
        full = exact if isinstance(exact, np.ndarray) and exact.shape == shape else np.broadcast_to(exact, shape)
        if clamp is not None:
            full = clamp.apply(full, self._world.quarter + 1)
        if self._world.restating:
            self._lasting.add(key)
        self.__dict__[key] = frozen = _frozen(full)
        if clamp is None and full is not exact and exact is value:
            self._spread[key] = value, frozen

    def home(self, key: str) -> dict[str, Any]:
        """Where a tape puts a whole signal, which nobody then writes into; somewhere apart where its room is off."""
        if key in self._held:
            return {}
        if self._world.restating:
            self._lasting.add(key)
        return self.__dict__

    @on_tape("tell", where=2)
    def jump(self, key: str, to: Array | float, where: Array | None, because: str) -> None:
        """A discrete event: the stock becomes `to` where `where` (full shape, or None for everywhere) holds, after all bookings."""
        if key not in self._stocks:
            raise ModelError(f"{self._world.where}: {self.group}.{key} is not a stock; only stocks can jump")
        if where is None or self._world.fuses or where.any():  # an empty jump does no harm but to a ledger
            self._jumps.append((key, to, where, because))

    def jump_at(self, key: str, to: Array | float, at: Array, because: str) -> None:
        """The same in a few places, given as positions in the flattened array (*shape, worlds)."""
        if key not in self._stocks:
            raise ModelError(f"{self._world.where}: {self.group}.{key} is not a stock; only stocks can jump")
        if at.size:
            self._jumps.append((key, to, at, because))

    def start_at(self, key: str, value: Array) -> None:
        """Let a stock begin at `value` (full shape), which follows from other starting values, unless a clamp holds it."""
        if self._world.quarter >= 0:
            raise ModelError(f"{self._world.where}: {self.group}.{key} has begun; after that it is changed by bookings")
        np.copyto(self._stocks[key], self.as_held(key, value))

    @on_tape("last_argument")
    def as_held(self, key: str, otherwise: Array) -> Array:
        """What a stock will be at the end of this quarter: `otherwise`, but what a clamp holds where one does. Same shape.

        For rooms that derive something from a stock's next value, such as a stage or an event: what a clamp rules out must not be told.
        """
        clamp = self._world.clamps.get(f"{self.group}.{key}")
        return otherwise if clamp is None else clamp.apply(otherwise, self._world.quarter + 1)

    @on_tape("last_argument")
    def stands(self, key: str, to: float, where: Array) -> Array:
        """Where a jump of a stock to `to` will stand: `where`, but where a clamp holds something else. For events of the quarter."""
        clamp = self._world.clamps.get(f"{self.group}.{key}")
        return where if clamp is None else where & (clamp.apply(np.full(where.shape, to), self._world.quarter + 1) == to)

    @on_tape("lasting_read")
    def is_held_anywhere(self, key: str) -> bool:
        """Whether a clamp holds any row."""
        return f"{self.group}.{key}" in self._world.clamps

    @on_tape("lasting_read")
    def is_held(self, key: str) -> Array:
        """Which rows a clamp holds, bool (*rows, 1)."""
        clamp = self._world.clamps.get(f"{self.group}.{key}")
        return np.zeros((*self._variables[key].shape, 1), dtype=bool) if clamp is None else clamp.rows

    # -- what actors do --------------------------------------------------------------------------------------------------------

    @on_tape("lasting_read")
    def decision(self, key: str) -> Array:
        """Where a decision is written, (*shape, worlds)."""
        return self._decisions[key]

    @on_tape("decide")
    def decide(self, row: int | None, key: str, value: Array | float) -> None:
        """Write one actor's decision through to its row; it is held within the decision's range when all have decided."""
        buffer = self._decisions[key]
        into, made = buffer if row is None else buffer[row], np.asarray(value)
        try:
            np.copyto(into, made > 0.5 if buffer.dtype == bool and made.dtype != bool else made, casting="same_kind")
        except (TypeError, ValueError) as error:
            given = f"an array {made.shape} of {made.dtype}" if made.ndim else repr(value)
            raise ModelError(f"{self.group}.{key} was decided as {given}; allowed: a number, or numbers of shape {into.shape}") from error

    def publish(self, held: bool = False) -> None:
        """Make this quarter's decisions readable, once every actor of the kind has decided; `held` says that they lie in range already."""
        for key, buffer in self._decisions.items():
            if key in self._held:
                continue
            yes_no = buffer.dtype == bool
            if not yes_no and not held:
                buffer.clip(*self._variables[key].range, out=buffer)
            clamp = self._world.clamps.get(f"{self.group}.{key}")
            made = buffer if clamp is None else clamp.apply(buffer, self._world.quarter + 1)
            self.__dict__[key] = _frozen(made > 0.5 if yes_no and clamp is not None else made)

    # -- what the world does -----------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Forget last quarter's signals, but those that restate stocks."""
        for key in self._signals:
            if key not in self._lasting:
                self.__dict__.pop(key, None)

    def settle(self) -> None:
        """After the sums: apply events in the order they were called, then clamps."""
        for key, to, where, because in self._jumps:
            low, high = self._variables[key].range
            self._overwrite(key, within(to, low, high), where, EVENTS, because)
        self._jumps.clear()
        if self._world.clamps:
            self._hold()

    def _hold(self) -> None:
        for key, stock in self._stocks.items():
            clamp = self._world.clamps.get(self._variables[key].name)
            if clamp is not None:
                self._overwrite(key, clamp.apply(stock, self._world.quarter + 1), None, CLAMP, CLAMP)

    def _overwrite(self, key: str, value: Array, where: Array | None, room: str, because: str) -> None:
        stock, ledger = self._stocks[key], self._world.ledger
        before = stock if ledger is None else stock.copy()
        if where is None or where.dtype == bool:
            np.copyto(stock, value, where=True if where is None else where)
        else:
            there = np.broadcast_to(value, stock.shape)[np.unravel_index(where, stock.shape)] if np.ndim(value) else value
            stock.put(where, there)
        if ledger is not None:
            ledger.enter(self._world.quarter, room, f"{self.group}.{key}", because, np.subtract(stock, before, dtype=float))


def together(amounts: Iterable[Array | float]) -> Any:
    """The sum of several amounts; those that are the same for all actors, (worlds,), are added up before the larger ones."""
    narrow: Any = None
    wide: Any = None
    for amount in amounts:
        if np.ndim(amount) > 1:
            wide = amount if wide is None else wide + amount
        else:
            narrow = amount if narrow is None else narrow + amount
    return narrow if wide is None else wide if narrow is None else wide + narrow


def _frozen(array: Array) -> Array:
    """A read-only view: an actor or room that writes into what it read is stopped at once."""
    view = array.view()
    view.flags.writeable = False
    return view
