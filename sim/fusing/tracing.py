"""A tape while it is recorded: arrays are stood in for by `Traced`, which notes what is computed with them.

The function that is recorded runs as it is written, so that a tape holds whatever it would have computed. What it must not do is decide by
the contents of an array, since a tape holds one way through the function. Not all of NumPy is here: elementwise functions, views, sums over
actors and what else rooms use; the rest is refused by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from sim.errors import ModelError
from sim.maths import REAL

INPUT, CONSTANT, SCRATCH, OUTPUT, VIEW = range(5)  # kinds of slots, and of operations: as in _tape.c
LOOP, SELECT, CAST, COPY = range(4)
WORLDS = -1

try:  # NumPy has no public name for what the method `clip` of arrays calls
    CLIP: Any = np._core.umath.clip  # type: ignore[attr-defined]
except AttributeError:  # another NumPy: nothing is recorded
    CLIP = None

Path = tuple[Any, ...]
"""How a value is reached: the number of an argument, then names of attributes, ("[]", key) or ("()", arguments)."""


@dataclass
class Slot:
    """An array of a tape. `dims` is its shape, with WORLDS for the axis of worlds."""

    kind: int
    dtype: np.dtype
    dims: tuple[int, ...]
    place: Any = 0
    """Number of an input or output, value of a constant, source of a view."""
    chosen: dict[int, int] = field(default_factory=dict)
    """Of a view: which axes of its source are fixed, at which index."""
    origin: tuple[int, ...] = ()
    """Of a view: which axis of its source each of its own is, -1 for a new one."""


@dataclass(frozen=True)
class Read:
    """Something a function reads: an array or number of a certain type and shape, or else the very value (a season, a name, None).

    What lasts is the same object as long as the world does, and is fetched once.
    """

    path: Path
    lasting: bool
    fixed: Any = None
    is_array: bool = True


@dataclass(frozen=True)
class Effect:
    """A call to be made after the tape has run: a method reached by a path, its arguments with what the tape yields in their places."""

    path: Path
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    where: int | None = None
    """Which argument, if any, says where it happens."""


class Recording:
    """A tape while it is recorded."""

    def __init__(self, name: str, worlds: int) -> None:
        self.name, self.worlds = name, worlds
        self.slots: list[Slot] = []
        self.operations: list[tuple[int, tuple[int, ...], Any, tuple[int, ...]]] = []
        self.reads: list[Read] = []
        self.effects: list[Effect] = []
        self.inputs: list[int] = []  # reads that the tape takes
        self.promises: set[tuple[Path, Any]] = set()  # (object, key) of what was said to last
        self.signals: list[tuple[Path, str, Traced]] = []  # arrays published whole: population, name, value
        self.seen: dict[Path, Any] = {}  # stand-ins by path
        self.published: dict[Path, Traced] = {}  # what was published, by the path by which it is read from then on
        self.handed_on: set[int] = set()
        self._constants: list[tuple[Any, Traced]] = []

    def error(self, what: str) -> ModelError:
        """A ModelError that names the function."""
        return ModelError(f"{self.name} is fused and cannot {what}; take that part out of the fused function")

    # -- what is read ------------------------------------------------------------------------------------------------------------

    def array(self, value: Any, path: Path, lasting: bool) -> Traced:
        """The stand-in for an array, or a number, that is read."""
        dtype = np.dtype(REAL) if type(value) is float else value.dtype.newbyteorder("=")
        if dtype == np.float64:
            raise self.error("compute in double precision")
        self.reads.append(Read(path, lasting))
        self.inputs.append(len(self.reads) - 1)
        return self.slot(INPUT, dtype, self._dims(np.shape(value)), len(self.inputs) - 1)

    def fixed(self, value: Any, path: Path, lasting: bool) -> Any:
        """A value of another kind that is read: the tape is for this very value."""
        self.reads.append(Read(path, lasting, value, is_array=False))
        return value

    def _dims(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(WORLDS if i == len(shape) - 1 and n == self.worlds else n for i, n in enumerate(shape))

    # -- what is computed ----------------------------------------------------------------------------------------------------------

    def slot(self, kind: int, dtype: Any, dims: tuple[int, ...], place: Any = 0, **more: Any) -> Traced:
        """A new array of the tape."""
        if len(dims) > 4:
            raise self.error(f"hold an array of {len(dims)} axes")
        if WORLDS in dims[:-1]:
            raise self.error("hold worlds on any axis but the last")
        self.slots.append(Slot(kind, np.dtype(dtype), dims, place, **more))
        return Traced(self, len(self.slots) - 1)

    def constant(self, value: Any, dtype: Any = None) -> Traced:
        """A number or array that is the same in every call."""
        if value is None:
            raise self.error("compute with None")
        array = np.ascontiguousarray(value, dtype=dtype) if np.ndim(value) else np.array(value, dtype=dtype)
        if array.dtype == np.float64:
            raise self.error("compute in double precision")
        if WORLDS in self._dims(array.shape):
            raise self.error("hold an array of worlds that it did not read from its arguments")
        for known, traced in self._constants:
            if known.dtype == array.dtype and known.shape == array.shape and known.tobytes() == array.tobytes():
                return traced
        made = self.slot(CONSTANT, array.dtype, array.shape, array)
        self._constants.append((array, made))
        return made

    def operate(self, kind: int, operands: Sequence[Traced], dtype: Any, ufunc: Any = None, out: Traced | None = None) -> Traced:
        """Note an operation; its result, in a new array unless `out` is given."""
        if out is None:
            out = self.slot(SCRATCH, dtype, broadcast(*(o.dims for o in operands)))
        else:
            if broadcast(*(o.dims for o in operands), out.dims) != out.dims:
                raise self.error(f"write {' and '.join(str(o.shape) for o in operands)} into {out.shape}")
            operands = [o.copy() if o.overlaps(out) else o for o in operands]
        slots = (*(o.number for o in operands), out.number)
        types = tuple(self.slots[s].dtype.num for s in slots) if kind == LOOP else ()
        self.operations.append((kind, slots, ufunc, types))
        return out

    def call(self, ufunc: Any, inputs: Sequence[Any], out: Traced | None = None) -> Traced:
        """Note a ufunc; types are settled by NumPy's own rules, with plain numbers in the precision of the arrays."""
        arrays = [i.dtype for i in inputs if isinstance(i, Traced | np.ndarray | np.generic)]
        common = np.result_type(*arrays)
        operands = [i if isinstance(i, Traced) else self.constant(i, _plain(i, common)) for i in inputs]
        *wanted, result = ufunc.resolve_dtypes((*(o.dtype for o in operands), None))
        if common.kind == "b" and result.kind != "b":
            raise self.error("compute with truth values in double precision")
        if out is not None and out.dtype != result:
            raise self.error(f"write {result} into {out.dtype}")
        return self.operate(LOOP, [o.cast(d) for o, d in zip(operands, wanted, strict=True)], result, ufunc, out)

    # -- what is done ----------------------------------------------------------------------------------------------------------------

    def publish(self, path: Path, value: Any, shape: tuple[int, ...]) -> Traced:
        """From here on, what is read by this path is `value`; in its whole shape."""
        if path in self.published:
            raise self.error(f"publish {path[-1]} twice")
        given = value if isinstance(value, Traced) else self.constant(value, REAL)
        self.published[path] = given if given.shape == shape else given.spread(self._dims(shape))
        return self.published[path]

    def hand_on(self, values: Iterable[Any]) -> None:
        """From here on, these are not written into: what they are handed to reads them after the tape has run."""
        self.handed_on |= {root(self.slots, v.number) for v in values if isinstance(v, Traced)}


def _plain(value: Any, common: np.dtype) -> Any:
    """The type that a plain number takes among arrays of a common type; None: the type that it has."""
    if isinstance(value, bool | np.ndarray | np.generic):
        return None
    return REAL if common == np.dtype(REAL) or isinstance(value, float) else None


def root(slots: Sequence[Slot], number: int) -> int:
    """The slot that a slot is a view of in the end, or itself."""
    while slots[number].kind == VIEW:
        number = slots[number].place
    return number


def broadcast(*dims: tuple[int, ...]) -> tuple[int, ...]:
    """The common shape of arrays, where the number of worlds stands for itself."""
    rank = max(len(d) for d in dims)
    result = []
    for axis in range(-rank, 0):
        lengths = {d[axis] for d in dims if len(d) >= -axis} - {1}
        if len(lengths) > 1:
            raise ValueError(f"shapes {', '.join(map(str, dims))} do not fit together")
        result.append(lengths.pop() if lengths else 1)
    return tuple(result)


class Traced(NDArrayOperatorsMixin):
    """Stands in for an array while a tape is recorded. Elementwise arithmetic, views, sums over rows and `np.where` are noted."""

    __slots__ = ("number", "recording")
    __hash__ = object.__hash__

    def __init__(self, recording: Recording, number: int) -> None:
        self.recording, self.number = recording, number

    @property
    def _slot(self) -> Slot:
        return self.recording.slots[self.number]

    @property
    def dtype(self) -> np.dtype:
        """As of an array."""
        return self._slot.dtype

    @property
    def dims(self) -> tuple[int, ...]:
        """The shape, with WORLDS for the axis of worlds."""
        return self._slot.dims

    @property
    def shape(self) -> tuple[int, ...]:
        """As of an array."""
        return tuple(self.recording.worlds if n == WORLDS else n for n in self.dims)

    @property
    def is_input(self) -> bool:
        """Whether it is an array that was read, as it was read."""
        return self._slot.kind == INPUT

    @property
    def ndim(self) -> int:
        """As of an array."""
        return len(self.dims)

    def __len__(self) -> int:
        return self.shape[0]

    def __iter__(self) -> Iterator[Traced]:
        return (self[i] for i in range(len(self)))

    def __bool__(self) -> bool:
        raise self.recording.error("decide by the contents of an array")

    def __array__(self, *args: Any, **kwargs: Any) -> np.ndarray:
        raise self.recording.error("hand an array to a function that is not elementwise")

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, out: Any = None, **more: Any) -> Any:
        if method != "__call__" or more:
            raise self.recording.error(f"use numpy.{ufunc.__name__} in this way")
        if out is None:
            return self.recording.call(ufunc, inputs)
        (into,) = out
        into.refuse_input()
        return self.recording.call(ufunc, inputs, out=into)

    def __array_function__(self, function: Callable[..., Any], types: Any, args: Any, kwargs: Any) -> Any:
        known = _FUNCTIONS.get(function)
        if known is None:
            raise self.recording.error(f"use numpy.{function.__name__} in this way")
        return known(self.recording, *args, **kwargs)

    def __pow__(self, power: Any) -> Any:
        if power == 2:
            return self.recording.call(np.square, (self,))
        raise self.recording.error("raise to any power but 2")

    def any(self, *args: Any, **kwargs: Any) -> bool:
        """Refused."""
        raise self.recording.error("decide by the contents of an array")

    all = nonzero = any

    # -- views ---------------------------------------------------------------------------------------------------------------------

    def __getitem__(self, key: Any) -> Traced:
        if isinstance(key, list):
            return _stack(self.recording, [self[i] for i in key])
        return self._view(key if isinstance(key, tuple) else (key,))

    def _view(self, keys: tuple[Any, ...]) -> Traced:
        dims, chosen, origin, axis = [], {}, [], 0
        if Ellipsis in keys:
            at = keys.index(Ellipsis)
            missing = self.ndim - sum(k is not None and k is not Ellipsis for k in keys)
            keys = (*keys[:at], *[slice(None)] * missing, *keys[at + 1 :])
        for key in keys:
            if key is None:
                dims.append(1)
                origin.append(-1)
                continue
            if isinstance(key, int | np.integer) and self.dims[axis] != WORLDS:
                if not -self.dims[axis] <= key < self.dims[axis]:
                    raise IndexError(f"{key} is beyond an axis of {self.dims[axis]}")
                chosen[axis] = int(key) % self.dims[axis]
            elif key == slice(None):
                dims.append(self.dims[axis])
                origin.append(axis)
            else:
                raise self.recording.error(f"index with {key}")
            axis += 1
        rest = range(axis, self.ndim)
        dims += [self.dims[a] for a in rest]
        return self.recording.slot(VIEW, self.dtype, tuple(dims), self.number, chosen=chosen, origin=(*origin, *rest))

    def __setitem__(self, key: Any, value: Any) -> None:
        self.refuse_input()
        part = self[key]
        source = value if isinstance(value, Traced) else self.recording.constant(value, self.dtype)
        if source._slot != part._slot:  # else it was changed in place, `a[0] += b`, and is there already
            self.recording.operate(COPY, [source.cast(self.dtype)], self.dtype, out=part)

    def refuse_input(self) -> None:
        """What was read must not be written into, unless it is itself an argument; nor what was published or told."""
        recording = self.recording
        number = root(recording.slots, self.number)
        slot = recording.slots[number]
        if number in recording.handed_on:
            raise recording.error("write into what it has published or told")
        if slot.kind != SCRATCH and not (slot.kind == INPUT and len(recording.reads[recording.inputs[slot.place]].path) == 1):
            raise recording.error("write into what it read")

    def overlaps(self, out: Traced) -> bool:
        """Whether it is another part of the array that `out` is a part of."""
        slots = self.recording.slots
        return root(slots, self.number) == root(slots, out.number) and self._slot != out._slot

    # -- methods of arrays -----------------------------------------------------------------------------------------------------------

    def cast(self, dtype: Any) -> Traced:
        """In another type: numbers from truth values or bytes; truth values count as bytes."""
        dtype = np.dtype(dtype)
        if dtype == self.dtype:
            return self
        if dtype == np.uint8 and self.dtype == bool:
            return self.recording.slot(VIEW, dtype, self.dims, self.number, origin=tuple(range(self.ndim)))
        if dtype != np.dtype(REAL) or self.dtype not in (np.dtype(bool), np.dtype(np.uint8)):
            raise self.recording.error(f"turn {self.dtype} into {dtype}")
        return self.recording.operate(CAST, [self], dtype)

    astype = cast

    def copy(self) -> Traced:
        """An array of its own."""
        return self.recording.operate(COPY, [self], self.dtype)

    def spread(self, dims: tuple[int, ...]) -> Traced:
        """An array of its own in a larger shape."""
        made = self.recording.slot(SCRATCH, self.dtype, dims)
        return self.recording.operate(COPY, [self], self.dtype, out=made)

    def sum(self, axis: int, dtype: Any = None) -> Traced:
        """Over an axis other than the worlds', row by row as NumPy does."""
        return self._over(np.add, axis, self if dtype is None else self.cast(dtype))

    def max(self, axis: int) -> Traced:
        """Over an axis other than the worlds'."""
        return self._over(np.maximum, axis, self)

    def _over(self, ufunc: Any, axis: int, values: Traced) -> Traced:
        if not self.dims or self.dims[-1] != WORLDS or axis % self.ndim == self.ndim - 1 or values.dtype == bool:
            raise self.recording.error("add up an array of this kind")
        rows = [values._view((*[slice(None)] * (axis % self.ndim), i)) for i in range(self.dims[axis])]
        if len(rows) == 1:
            return rows[0].copy()
        total = self.recording.call(ufunc, rows[:2])
        for row in rows[2:]:
            self.recording.call(ufunc, (total, row), out=total)
        return total

    def clip(self, low: Any, high: Any) -> Traced:
        """Within bounds."""
        return self.recording.call(CLIP, (self, low, high))


def _where(recording: Recording, condition: Any, yes: Any, no: Any) -> Traced:
    either = [v if isinstance(v, Traced) else recording.constant(v, _plain(v, np.dtype(REAL))) for v in (yes, no)]
    dtype = np.result_type(*(v.dtype for v in either))
    return recording.operate(SELECT, [condition.cast(bool), *(v.cast(dtype) for v in either)], dtype)


def _stack(recording: Recording, rows: Sequence[Any], axis: int = 0) -> Traced:
    rows = [row if isinstance(row, Traced) else recording.constant(row, REAL) for row in rows]
    dtype, dims = np.result_type(*(r.dtype for r in rows)), broadcast(*(r.dims for r in rows))
    axis %= len(dims) + 1
    made = recording.slot(SCRATCH, dtype, (*dims[:axis], len(rows), *dims[axis:]))
    for i, row in enumerate(rows):
        recording.operate(COPY, [row.cast(dtype)], dtype, out=made._view((*[slice(None)] * axis, i)))
    return made


def _filled(value: int) -> Callable[..., Traced]:
    def like(recording: Recording, array: Traced, dtype: Any = None) -> Traced:
        return recording.constant(value, array.dtype if dtype is None else dtype).spread(array.dims)

    return like


_FUNCTIONS: dict[Any, Callable[..., Any]] = {
    np.where: _where,
    np.stack: _stack,
    np.zeros_like: _filled(0),
    np.ones_like: _filled(1),
    np.empty_like: _filled(0),
    np.broadcast_arrays: lambda recording, *arrays: arrays,  # what is done with them broadcasts them
    np.shape: lambda recording, array: array.shape,
    np.ndim: lambda recording, array: array.ndim,
}
