"""From a trace to a program: what to fetch, the tape, and what to do with what it yields."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

from sim.fusing.layout import laid_out
from sim.fusing.trace import INPUT, OUTPUT, SCRATCH, Effect, Trace
from sim.fusing.traced import CLIP, Traced
from sim.fusing.watching import Watched, getter, stand_in

try:
    from sim.fusing import _tape
except ImportError:  # installed without its compiled part, or with one for another machine
    _tape = None  # type: ignore[assignment]

LAYOUT = 1
"""Of what `_tape.build` takes; another number there means that it was built from another version."""
BUILT = _tape is not None and _tape.LAYOUT == LAYOUT and CLIP is not None
"""Whether the compiled part is there."""
DOES_NOT_FIT = object()
"""What a program answers where types, shapes or fixed values are not as recorded."""


class Bound(NamedTuple):
    """A program in one world, for the parameters of one room: whether it fits there, and what it fetches once."""

    parameters: Any
    fits: bool
    inputs: list[Any] = []  # noqa: RUF012 (never changed)
    homes: list[tuple[dict[str, Any], str, int]] = []  # noqa: RUF012
    """Where a signal is put: attributes of its population, its name, and the number of the output."""
    methods: list[Callable[..., Any]] = []  # noqa: RUF012


class Program:
    """One recorded way through a function."""

    def __init__(self, trace: Trace, args: Sequence[Any], result: Any) -> None:
        assert _tape is not None
        self.name, self._run = trace.name, _tape.run
        self._inputs = _Inputs(trace)
        outputs = _Outputs(trace, self._inputs.place)
        self._signals = [(getter(path), key, outputs.number(value)) for path, key, value in trace.signals]
        self._methods = [getter(e.path) for e in trace.effects]
        self._effects = [(outputs.mask(e), outputs.filled(list(e.args)), outputs.filled(e.kwargs)) for e in trace.effects]
        self._promises = [(getter(path), key) for path, key in trace.promises]
        self._result = None if result is None else outputs.filled(result)
        self._fixed = [(getter(r.path), r.fixed) for r in trace.reads if not r.is_array and not r.lasting]
        self._fixed_once = [(getter(r.path), r.fixed) for r in trace.reads if not r.is_array and r.lasting]
        self._room = next((i for i, arg in enumerate(args) if isinstance(arg, SimpleNamespace)), 0)  # the room's parameters
        self._tape = _tape.build(trace.name, *laid_out(trace, self._inputs.place, outputs.slots))

    def run(self, args: Sequence[Any]) -> Any:
        """What the function returns, or DOES_NOT_FIT."""
        world = args[0]
        bound = world.bound.get(self)
        if bound is None or bound.parameters is not args[self._room]:
            bound = world.bound[self] = self._bind(args)
        if not bound.fits:
            return DOES_NOT_FIT
        for reach, fixed in self._fixed:
            if not _same(reach(args), fixed):
                return DOES_NOT_FIT
        inputs = bound.inputs + self._inputs.passing(args)
        answer = self._run(self._tape, inputs, world.worlds)
        if answer is None:
            return DOES_NOT_FIT
        outputs, holds = answer
        for home, key, number in bound.homes:
            home[key] = outputs[number]
        for method, (mask, positional, named) in zip(bound.methods, self._effects, strict=True):
            if mask is None or holds[mask]:
                method(*positional(inputs, outputs), **named(inputs, outputs))
        return None if self._result is None else self._result(inputs, outputs)

    def _bind(self, args: Sequence[Any]) -> Bound:
        parameters = args[self._room]
        kept = all(reach(args).lasting(key) for reach, key in self._promises)
        if not kept or not all(_same(reach(args), fixed) for reach, fixed in self._fixed_once):
            return Bound(parameters, False)
        homes = [(home, key, number) for reach, key, number in self._signals if (home := reach(args).home(key)) is not None]
        return Bound(parameters, True, self._inputs.lasting(args), homes, [reach(args) for reach in self._methods])


def _same(found: Any, fixed: Any) -> bool:
    return found is fixed or (type(found) is type(fixed) and found == fixed)


def record(function: Callable[..., Any], args: Sequence[Any]) -> Program:
    """Call a function once with stand-ins for its arguments."""
    trace = Trace(f"{function.__module__}.{function.__qualname__}", args[0].worlds)
    stand_ins = [_of_argument(trace, value, (i,)) for i, value in enumerate(args)]
    return Program(trace, args, function(*stand_ins))


def _of_argument(trace: Trace, value: Any, path: tuple[Any, ...]) -> Any:
    """What an object holds may last; an array or a plain value that is handed in is another one in every call."""
    if isinstance(value, dict | list | tuple | set):
        raise trace.error(f"take a {type(value).__name__} as an argument")
    plain = value is None or isinstance(value, np.ndarray | np.generic | float | bool | int | str)
    return stand_in(trace, value, path, lasting=not plain)


class _Inputs:
    """What a tape takes: first what lasts as long as the world, then what is fetched in every call."""

    def __init__(self, trace: Trace) -> None:
        reads = [(i, trace.reads[number]) for i, number in enumerate(trace.inputs)]
        lasting = [(i, r.path) for i, r in reads if r.lasting]
        passing = [(i, r.path) for i, r in reads if not r.lasting]
        dotted: dict[int, list[tuple[int, str]]] = {}
        rest = []
        for i, (number, *steps) in passing:
            if steps and all(isinstance(step, str) for step in steps):
                dotted.setdefault(number, []).append((i, ".".join(steps)))
            else:
                rest.append((i, (number, *steps)))
        self._lasting = [getter(path) for _, path in lasting]
        self._dotted = [(number, attrgetter(*(name for _, name in names)), len(names) == 1) for number, names in dotted.items()]
        self._rest = [getter(path) for _, path in rest]
        order = [i for i, _ in lasting] + [i for names in dotted.values() for i, _ in names] + [i for i, _ in rest]
        self.place = {i: at for at, i in enumerate(order)}
        """Where an input, as the trace counts them, stands among those of the tape."""

    def lasting(self, args: Sequence[Any]) -> list[Any]:
        """Those that last."""
        return [reach(args) for reach in self._lasting]

    def passing(self, args: Sequence[Any]) -> list[Any]:
        """The others."""
        found: list[Any] = []
        for number, reach, single in self._dotted:
            if single:
                found.append(reach(args[number]))
            else:
                found.extend(reach(args[number]))
        found += [reach(args) for reach in self._rest]
        return found


Filled = Callable[[Sequence[Any], Sequence[Any]], Any]


class _Outputs:
    """What a program yields: arrays that the tape leaves behind, in the places where results and effects hold their stand-ins."""

    def __init__(self, trace: Trace, places: dict[int, int]) -> None:
        self._trace, self._places = trace, places
        self.slots: list[int] = []

    def filled(self, value: Any) -> Filled:
        """A function of inputs and outputs that builds the value with arrays in the place of stand-ins."""
        if isinstance(value, Traced):
            return self._array(value)
        if isinstance(value, Watched):
            raise self._trace.error("hand on what it was given")
        if isinstance(value, dict):
            return self._dict(value)
        if isinstance(value, list | tuple):
            return self._sequence(value)
        return lambda ins, outs: value

    def number(self, value: Traced) -> int:
        """The number of the output that an array will be."""
        if self._trace.slots[value.number].kind not in (SCRATCH, OUTPUT):
            value = value.copy()
        slot = self._trace.slots[value.number]
        if slot.kind == SCRATCH:
            slot.kind, slot.place = OUTPUT, len(self.slots)
            self.slots.append(value.number)
        number: int = slot.place
        return number

    def mask(self, effect: Effect) -> int | None:
        """The output that says where something happens: where it holds nowhere, nothing does."""
        where = None if effect.where is None else effect.args[effect.where]
        if not isinstance(where, Traced) or where.dtype != bool:
            return None
        return None if self._trace.slots[where.number].kind == INPUT else self.number(where)

    def _dict(self, value: dict[str, Any]) -> Filled:
        if not any(isinstance(v, Traced) for v in value.values()):
            return lambda ins, outs: value
        items = [(key, self.filled(v)) for key, v in value.items()]
        return lambda ins, outs: {key: part(ins, outs) for key, part in items}

    def _sequence(self, value: Sequence[Any]) -> Filled:
        parts = [self.filled(v) for v in value]
        if len(parts) == 2:
            one, two = parts
            return lambda ins, outs: (one(ins, outs), two(ins, outs))
        return lambda ins, outs: tuple([part(ins, outs) for part in parts])

    def _array(self, value: Traced) -> Filled:
        slot = self._trace.slots[value.number]
        if slot.kind == INPUT:
            place = self._places[slot.place]
            return lambda ins, outs: ins[place]
        number = self.number(value)
        return lambda ins, outs: outs[number]
