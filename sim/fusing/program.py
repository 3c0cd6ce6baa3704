"""From a trace to a program: what to fetch, the tape, and what to do with what it yields."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.fusing.layout import laid_out
from sim.fusing.source import Source
from sim.fusing.trace import INPUT, OUTPUT, SCRATCH, Effect, Read, Trace
from sim.fusing.traced import CLIP, Traced
from sim.fusing.watching import Watched, stand_in

try:
    from sim.fusing import _tape
except ImportError:  # installed without its compiled part, or with one for another machine
    _tape = None  # type: ignore[assignment]

LAYOUT = 2
"""Of what `_tape` takes; another number there means that it was built from another version."""
BUILT = _tape is not None and _tape.LAYOUT == LAYOUT and CLIP is not None
"""Whether the compiled part is there."""
DOES_NOT_FIT = object()
"""What a program answers where types, shapes or fixed values are not as recorded."""


@dataclass(slots=True)
class Bound:
    """A program in one world and for certain objects (a room's parameters, its levers); `tape` is None where it does not fit them."""

    objects: Sequence[Any]
    tape: Any = None
    """The tape with those inputs that last."""
    lasting: Sequence[Any] = ()
    """These inputs."""
    homes: Sequence[dict[str, Any]] = ()
    """Where each signal is put: the attributes of its population."""
    methods: Sequence[Callable[..., Any]] = ()
    """What is called after the tape has run, if something happened."""


class Program:
    """One recorded way through a function."""

    def __init__(self, trace: Trace, args: Sequence[Any], result: Any) -> None:
        assert _tape is not None
        self._bind_tape, self._run_tape = _tape.bind, _tape.run
        self._objects = [i for i, arg in enumerate(args) if i > 0 and not _is_plain(arg)]
        source, inputs = Source(trace.name), _Inputs(trace)
        outputs = _Outputs(trace, inputs, source)
        source.add("is_for", "objects, args", _return_all([f"args[{i}] is objects[{at}]" for at, i in enumerate(self._objects)]))
        _write_reading(source, trace, inputs, {i: type(args[i]) for i in self._objects})
        _write_finish(source, trace, outputs, result)
        written = source.compiled()
        self._is_for, self._fits_objects, self._fetch_once = written["is_for"], written["fits_objects"], written["fetch_once"]
        self._fits, self._fetch, self._finish = written["fits"], written["fetch"], written["finish"]
        self._tape = _tape.build(trace.name, *laid_out(trace, inputs.place, outputs.slots))

    def run(self, args: Sequence[Any]) -> Any:
        """What the function returns, or DOES_NOT_FIT."""
        known = args[0].bound
        bound = known.get(self)
        if bound is None or not self._is_for(bound.objects, args):
            bound = known[self] = self._bind(args)
        if bound.tape is None or not self._fits(args):
            return DOES_NOT_FIT
        passing = self._fetch(args)
        answer = self._run_tape(bound.tape, passing)
        return DOES_NOT_FIT if answer is None else self._finish(bound, passing, *answer)

    def _bind(self, args: Sequence[Any]) -> Bound:
        objects = [args[i] for i in self._objects]
        if not self._fits_objects(args):
            return Bound(objects)
        lasting, homes, methods = self._fetch_once(args)
        return Bound(objects, self._bind_tape(self._tape, lasting, args[0].worlds), lasting, homes, methods)


def record(function: Callable[..., Any], args: Sequence[Any]) -> Program:
    """Call a function once with stand-ins for its arguments."""
    trace = Trace(f"{function.__module__}.{function.__qualname__}", args[0].worlds)
    stand_ins = [_of_argument(trace, value, (i,)) for i, value in enumerate(args)]
    return Program(trace, args, function(*stand_ins))


def _of_argument(trace: Trace, value: Any, path: tuple[Any, ...]) -> Any:
    """What an object holds may last; an array or a plain value that is handed in is another one in every call."""
    if isinstance(value, dict | list | tuple | set):
        raise trace.error(f"take a {type(value).__name__} as an argument")
    return stand_in(trace, value, path, lasting=not _is_plain(value))


def _is_plain(value: Any) -> bool:
    """Whether an argument is a value, not an object that values are read from."""
    return value is None or isinstance(value, np.ndarray | np.generic | float | bool | int | str | bytes)


class _Inputs:
    """What a tape takes: first what lasts as long as the world, then what is fetched in every call."""

    def __init__(self, trace: Trace) -> None:
        reads = [trace.reads[number] for number in trace.inputs]
        self.lasting = [i for i, read in enumerate(reads) if read.lasting]
        self.passing = [i for i, read in enumerate(reads) if not read.lasting]
        self.place = {i: at for at, i in enumerate([*self.lasting, *self.passing])}
        """Where an input, as the trace counts them, stands among those of the tape."""

    def text(self, number: int) -> str:
        """An input where the results are handed on."""
        place, once = self.place[number], len(self.lasting)
        return f"bound.lasting[{place}]" if place < once else f"passing[{place - once}]"


class _Outputs:
    """What a program yields: arrays that the tape leaves behind, in the places where results and effects hold their stand-ins."""

    def __init__(self, trace: Trace, inputs: _Inputs, source: Source) -> None:
        self._trace, self._inputs, self._source = trace, inputs, source
        self.slots: list[int] = []

    def text(self, value: Any) -> str:
        """A value with arrays in the place of stand-ins."""
        if isinstance(value, Traced):
            return self._array(value)
        if isinstance(value, Watched):
            raise self._trace.error("hand on what it was given")
        if isinstance(value, dict):
            return f"{{{', '.join(f'{self._source.named(key)}: {self.text(v)}' for key, v in value.items())}}}"
        if isinstance(value, list):
            return f"[{', '.join(self.text(v) for v in value)}]"
        if isinstance(value, tuple):
            return _tuple(self.text(v) for v in value)
        return self._source.named(value)

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

    def _array(self, value: Traced) -> str:
        slot = self._trace.slots[value.number]
        return self._inputs.text(slot.place) if slot.kind == INPUT else f"outputs[{self.number(value)}]"


def _write_reading(source: Source, trace: Trace, inputs: _Inputs, objects: Mapping[int, type]) -> None:
    """Whether the program fits a world and objects, and what it fetches from them once; the same for each call."""
    reads = [trace.reads[number] for number in trace.inputs]
    kinds = [f"type(args[{i}]) is {source.named(kind)}" for i, kind in objects.items()]
    kept = [source.called(f"{source.reached(path)}.lasting", [source.named(key)], {}) for path, key in trace.promises]
    homes = [source.called(f"{source.reached(path)}.home", [source.named(key)], {}) for path, key, _ in trace.signals]
    methods = [source.reached(effect.path) for effect in trace.effects]
    lasting = [source.reached(reads[i].path) for i in inputs.lasting]
    fixed = [_is_fixed(source, r) for r in trace.reads if not r.is_array and r.lasting]
    source.add("fits_objects", "args", _return_all(kinds + kept + fixed))
    source.add("fetch_once", "args", [f"return {_tuple(lasting)}, {_tuple(homes)}, {_tuple(methods)}"])
    source.add("fits", "args", _return_all([_is_fixed(source, r) for r in trace.reads if not r.is_array and not r.lasting]))
    source.add("fetch", "args", [f"return {_tuple(source.reached(reads[i].path) for i in inputs.passing)}"])


def _write_finish(source: Source, trace: Trace, outputs: _Outputs, result: Any) -> None:
    """Hand on what the tape yields: signals, then effects, then the result."""
    lines = [f"bound.homes[{i}][{key!r}] = outputs[{outputs.number(value)}]" for i, (_, key, value) in enumerate(trace.signals)]
    for i, effect in enumerate(trace.effects):
        mask = outputs.mask(effect)
        named = {key: outputs.text(value) for key, value in effect.kwargs.items()}
        call = source.called(f"bound.methods[{i}]", [outputs.text(value) for value in effect.args], named)
        lines.append(call if mask is None else f"if holds[{mask}]: {call}")
    source.add("finish", "bound, passing, outputs, holds", [*lines, f"return {outputs.text(result)}"])


def _is_fixed(source: Source, read: Read) -> str:
    return source.called(source.named(_same), [source.reached(read.path), source.named(read.fixed)], {})


def _same(found: Any, fixed: Any) -> bool:
    return found is fixed or (type(found) is type(fixed) and found == fixed)


def _return_all(conditions: Sequence[str]) -> list[str]:
    return [f"return {' and '.join(conditions) or True}"]


def _tuple(texts: Iterable[str]) -> str:
    return f"({''.join(f'{text}, ' for text in texts)})"
