"""What stands in for an array while a tape is recorded: `Traced` notes what is computed with it.

The function that is recorded runs as it is written, so that a tape holds whatever it would have computed. What it must not do is decide by
the contents of an array, since a tape holds one way through the function. Not all of NumPy is here: elementwise functions, views, sums over
actors and what else rooms use; the rest is refused by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from sim.fusing.trace import CAST, COPY, INPUT, LOOP, SCRATCH, SELECT, VIEW, WORLDS, Slot, Trace, broadcast
from sim.maths import REAL

try:  # NumPy has no public name for what the method `clip` of arrays calls
    CLIP: Any = np._core.umath.clip  # type: ignore[attr-defined]
except AttributeError:  # another NumPy: nothing is recorded
    CLIP = None


class Traced(NDArrayOperatorsMixin):
    """Stands in for an array while a tape is recorded. Elementwise arithmetic, views, sums over rows and `np.where` are noted."""

    __slots__ = ("number", "trace")
    __hash__ = object.__hash__

    def __init__(self, trace: Trace, number: int) -> None:
        self.trace, self.number = trace, number

    @property
    def _slot(self) -> Slot:
        return self.trace.slots[self.number]

    def _new(self, kind: int, dtype: Any, dims: tuple[int, ...], place: Any = 0, **more: Any) -> Traced:
        return Traced(self.trace, self.trace.slot(kind, dtype, dims, place, **more))

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
        return tuple(self.trace.worlds if n == WORLDS else n for n in self.dims)

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
        raise self.trace.error("decide by the contents of an array")

    def __array__(self, *args: Any, **kwargs: Any) -> np.ndarray:
        raise self.trace.error("hand an array to a function that is not elementwise")

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, out: Any = None, **more: Any) -> Any:
        if method != "__call__" or more:
            raise self.trace.error(f"use numpy.{ufunc.__name__} in this way")
        if out is None:
            return call(self.trace, ufunc, inputs)
        (into,) = out
        into.trace.let_write(into.number)
        return call(self.trace, ufunc, inputs, out=into)

    def __array_function__(self, function: Callable[..., Any], types: Any, args: Any, kwargs: Any) -> Any:
        known = _FUNCTIONS.get(function)
        if known is None:
            raise self.trace.error(f"use numpy.{function.__name__} in this way")
        return known(self.trace, *args, **kwargs)

    def __pow__(self, power: Any) -> Any:
        if power == 2:
            return call(self.trace, np.square, (self,))
        raise self.trace.error("raise to any power but 2")

    def any(self, *args: Any, **kwargs: Any) -> bool:
        """Refused."""
        raise self.trace.error("decide by the contents of an array")

    all = nonzero = any

    # -- views ---------------------------------------------------------------------------------------------------------------------

    def __getitem__(self, key: Any) -> Traced:
        if isinstance(key, list):
            return _stack(self.trace, [self[i] for i in key])
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
                raise self.trace.error(f"index with {key}")
            axis += 1
        rest = range(axis, self.ndim)
        dims += [self.dims[a] for a in rest]
        return self._new(VIEW, self.dtype, tuple(dims), self.number, chosen=chosen, origin=(*origin, *rest))

    def __setitem__(self, key: Any, value: Any) -> None:
        self.trace.let_write(self.number)
        part = self[key]
        source = value if isinstance(value, Traced) else constant(self.trace, value, self.dtype)
        if source._slot != part._slot:  # else it was changed in place, `a[0] += b`, and is there already
            operate(COPY, [source.cast(self.dtype)], self.dtype, out=part)

    # -- methods of arrays -----------------------------------------------------------------------------------------------------------

    def cast(self, dtype: Any) -> Traced:
        """In another type: numbers from truth values or bytes; truth values count as bytes."""
        dtype = np.dtype(dtype)
        if dtype == self.dtype:
            return self
        if dtype == np.uint8 and self.dtype == bool:
            return self._new(VIEW, dtype, self.dims, self.number, origin=tuple(range(self.ndim)))
        if dtype != np.dtype(REAL) or self.dtype not in (np.dtype(bool), np.dtype(np.uint8)):
            raise self.trace.error(f"turn {self.dtype} into {dtype}")
        return operate(CAST, [self], dtype)

    astype = cast

    def copy(self) -> Traced:
        """An array of its own."""
        return operate(COPY, [self], self.dtype)

    def spread(self, dims: tuple[int, ...]) -> Traced:
        """An array of its own in a larger shape."""
        return operate(COPY, [self], self.dtype, out=self._new(SCRATCH, self.dtype, dims))

    def sum(self, axis: int, dtype: Any = None) -> Traced:
        """Over an axis other than the worlds', row by row as NumPy does."""
        return self._over(np.add, axis, self if dtype is None else self.cast(dtype))

    def max(self, axis: int) -> Traced:
        """Over an axis other than the worlds'."""
        return self._over(np.maximum, axis, self)

    def _over(self, ufunc: Any, axis: int, values: Traced) -> Traced:
        if not self.dims or self.dims[-1] != WORLDS or axis % self.ndim == self.ndim - 1 or values.dtype == bool:
            raise self.trace.error("add up an array of this kind")
        rows = [values._view((*[slice(None)] * (axis % self.ndim), i)) for i in range(self.dims[axis])]
        if len(rows) == 1:
            return rows[0].copy()
        total = call(self.trace, ufunc, rows[:2])
        for row in rows[2:]:
            call(self.trace, ufunc, (total, row), out=total)
        return total

    def clip(self, low: Any, high: Any) -> Traced:
        """Within bounds."""
        return call(self.trace, CLIP, (self, low, high))


# -- noting operations ---------------------------------------------------------------------------------------------------------------


def constant(trace: Trace, value: Any, dtype: Any = None) -> Traced:
    """The stand-in for a number or array that is the same in every call."""
    if value is None:
        raise trace.error("compute with None")
    array = np.ascontiguousarray(value, dtype=dtype) if np.ndim(value) else np.array(value, dtype=dtype)
    return Traced(trace, trace.constant(array))


def operate(kind: int, operands: Sequence[Traced], dtype: Any, ufunc: Any = None, out: Traced | None = None) -> Traced:
    """Note an operation; its result, in a new array unless `out` is given."""
    trace = operands[0].trace
    if out is None:
        out = Traced(trace, trace.slot(SCRATCH, dtype, broadcast(*(o.dims for o in operands))))
    else:
        if broadcast(*(o.dims for o in operands), out.dims) != out.dims:
            raise trace.error(f"write {' and '.join(str(o.shape) for o in operands)} into {out.shape}")
        operands = [o.copy() if trace.overlap(o.number, out.number) else o for o in operands]
    trace.note(kind, (*(o.number for o in operands), out.number), ufunc)
    return out


def call(trace: Trace, ufunc: Any, inputs: Sequence[Any], out: Traced | None = None) -> Traced:
    """Note a ufunc; types are settled by NumPy's own rules, with plain numbers in the precision of the arrays."""
    common = np.result_type(*(i.dtype for i in inputs if isinstance(i, Traced | np.ndarray | np.generic)))
    operands = [i if isinstance(i, Traced) else constant(trace, i, _plain(i, common)) for i in inputs]
    *wanted, result = ufunc.resolve_dtypes((*(o.dtype for o in operands), None))
    if common.kind == "b" and result.kind != "b":
        raise trace.error("compute with truth values in double precision")
    if out is not None and out.dtype != result:
        raise trace.error(f"write {result} into {out.dtype}")
    return operate(LOOP, [o.cast(d) for o, d in zip(operands, wanted, strict=True)], result, ufunc, out)


def _plain(value: Any, common: np.dtype) -> Any:
    """The type that a plain number takes among arrays of a common type; None: the type that it has."""
    if type(value) not in (int, float):
        return None
    return REAL if common == np.dtype(REAL) or isinstance(value, float) else None


def _where(trace: Trace, condition: Any, yes: Any, no: Any) -> Traced:
    either = [v if isinstance(v, Traced) else constant(trace, v, _plain(v, np.dtype(REAL))) for v in (yes, no)]
    dtype = np.result_type(*(v.dtype for v in either))
    return operate(SELECT, [condition.cast(bool), *(v.cast(dtype) for v in either)], dtype)


def _stack(trace: Trace, rows: Sequence[Any], axis: int = 0) -> Traced:
    rows = [row if isinstance(row, Traced) else constant(trace, row, REAL) for row in rows]
    dtype, dims = np.result_type(*(r.dtype for r in rows)), broadcast(*(r.dims for r in rows))
    axis %= len(dims) + 1
    made = Traced(trace, trace.slot(SCRATCH, dtype, (*dims[:axis], len(rows), *dims[axis:])))
    for i, row in enumerate(rows):
        operate(COPY, [row.cast(dtype)], dtype, out=made._view((*[slice(None)] * axis, i)))
    return made


def _filled(value: int) -> Callable[..., Traced]:
    def like(trace: Trace, array: Traced, dtype: Any = None) -> Traced:
        return constant(trace, value, array.dtype if dtype is None else dtype).spread(array.dims)

    return like


_FUNCTIONS: dict[Any, Callable[..., Any]] = {
    np.where: _where,
    np.stack: _stack,
    np.zeros_like: _filled(0),
    np.ones_like: _filled(1),
    np.broadcast_arrays: lambda trace, *arrays: arrays,  # what is done with them broadcasts them
    np.ndim: lambda trace, array: array.ndim,
}
