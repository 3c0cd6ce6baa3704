"""What arrays are read from while a tape is recorded: `Watched` stands in for the world, a population, parameters or levers.

It notes what is read and by which path, so that the same can be fetched in other calls, and what is booked, published or told, which is
done on the tape or after it. What a method does in a fused function is said where it is defined, by `sim.fusing.on_tape`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from sim.fusing.trace import COPY, Effect, Path, Trace
from sim.fusing.traced import CLIP, Traced, call, constant, operate
from sim.maths import REAL


def stand_in(trace: Trace, value: Any, path: Path, lasting: bool) -> Any:
    """What stands in for a value reached by a path; the same for the same path."""
    if path not in trace.seen:
        trace.seen[path] = _stand_in(trace, value, path, lasting)
    return trace.seen[path]


def _stand_in(trace: Trace, value: Any, path: Path, lasting: bool) -> Any:
    if isinstance(value, np.ndarray | np.generic | float):
        return Traced(trace, trace.array(value, path, lasting))
    if value is None or isinstance(value, bool | int | str | bytes):
        return trace.fixed(value, path, lasting)
    return Watched(trace, value, path, lasting)


class Watched:
    """Stands in for whatever arrays are read from, and through which things are booked, published and told."""

    __slots__ = ("_lasting", "_path", "_trace", "_value")

    def __init__(self, trace: Trace, value: Any, path: Path, lasting: bool) -> None:
        self._trace, self._value, self._path, self._lasting = trace, value, path, lasting

    def __getattr__(self, name: str) -> Any:
        if isinstance(self._value, dict):
            return partial(_DICTIONARY[name], self)
        path = (*self._path, name)
        known = self._trace.published.get(path)
        return known if known is not None else stand_in(self._trace, getattr(self._value, name), path, self._keeps(name))

    def __getitem__(self, key: Any) -> Any:
        return stand_in(self._trace, self._value[key], (*self._path, ("[]", key)), self._keeps(key))

    def _keeps(self, key: Any) -> bool:
        """Whether what an object holds under this name lasts: what it says of itself, or else all of it."""
        says = getattr(type(self._value), "lasting", None)
        if says is None or not self._lasting:
            return self._lasting
        lasts: bool = says(self._value, key)
        if lasts:
            self._trace.promises.add((self._path, key))
        return lasts

    def __iter__(self) -> Iterator[Any]:
        return iter(self._value) if isinstance(self._value, dict) else (self[key] for key in range(len(self._value)))

    def __contains__(self, key: Any) -> bool:
        return key in self._value

    def __len__(self) -> int:
        return len(self._value)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Of a method: what it is marked to do, see `on_tape`; of another, what it returns is read."""
        method = self._value
        how = getattr(method, "when_fused", None)
        if how is not None:
            return getattr(self, f"_{how}")(*args, **kwargs)
        if any(map(_holds_traced, (*args, *kwargs.values()))):  # a method of what is watched: looked into, as the function is
            return method.__func__(self._owner, *args, **kwargs)
        return self._read(args, kwargs, lasting=False)

    @property
    def _owner(self) -> Watched:
        """Of a method: the object that it is a method of."""
        return Watched(self._trace, self._value.__self__, self._path[:-1], self._lasting)

    def _read(self, args: Any, kwargs: Any, lasting: bool) -> Any:
        path = (*self._path, ("()", (args, tuple(sorted(kwargs.items())))))
        return stand_in(self._trace, self._value(*args, **kwargs), path, lasting)

    # -- what marked methods become -----------------------------------------------------------------------------------------------------

    def _tell(self, *args: Any, **kwargs: Any) -> None:
        """Call the method after the tape has run; not where it happens nowhere, if an argument says where."""
        where = self._value.where
        self._hand_on(*args, *kwargs.values())
        self._trace.effects.append(Effect(self._path, args, kwargs, where if where is not None and where < len(args) else None))

    def _of_lever(self, name: str, *more: Any) -> Any:
        """Read what lasts as long as a lever stands still."""
        return self._read((name, *more), {}, lasting=self._owner._keeps(name))

    def _lasting_read(self, *args: Any, **kwargs: Any) -> Any:
        """Read what lasts as long as the world."""
        return self._read(args, kwargs, lasting=True)

    def _look_into(self, *args: Any, **kwargs: Any) -> Any:
        """Trace what the method does."""
        return self._value.__func__(self._owner, *args, **kwargs)

    def _as_it_is(self, *args: Any, **kwargs: Any) -> Any:
        """Call the method; nothing stands in for what it returns."""
        return self._value(*args, **kwargs)

    def _decide(self, row: int | None, key: str, value: Any) -> None:
        """Write a decision, on the tape."""
        trace, rows = self._trace, self._owner.decision(key)
        made = value if isinstance(value, Traced) else constant(trace, value, rows.dtype)
        made = made > 0.5 if rows.dtype == bool and made.dtype != bool else made
        into = rows if row is None else rows[row]
        if rows.dtype == bool:
            operate(COPY, [made.cast(bool)], bool, out=into)
        else:
            call(trace, CLIP, (made, *self._owner.range_of(key)), out=into)

    def _book(self, key: str, amount: Any) -> None:
        """Add to the sum of a stock's bookings, on the tape."""
        total = self._owner.booking_on_tape(key)
        call(self._trace, np.add, (total, amount), out=total)

    def _publish(self, key: str, value: Any) -> None:
        """Set a signal after the tape has run; what reads it from here on reads this value, in its whole shape."""
        trace, path = self._trace, (*self._path[:-1], key)
        if path in trace.published:
            raise trace.error(f"publish {key} twice")
        shape = self._value.__self__.signal_shape(key)
        given = value if isinstance(value, Traced) else constant(trace, value, REAL)
        whole = trace.published[path] = given if given.shape == shape else given.spread(trace.dims(shape))
        if isinstance(value, Traced) and not value.is_input:
            self._hand_on(whole)
            trace.signals.append((self._path[:-1], key, whole))
        else:
            self._tell(key, value)

    def _hand_on(self, *values: Any) -> None:
        self._trace.hand_on(v.number for v in values if isinstance(v, Traced))

    def _depart(self, name: str) -> Any:
        """The difference, on the tape."""
        group, key = name.split(".", 1)
        now, seen = getattr(getattr(self._owner, group), key), self._trace.seen
        path = (*self._path, name, now.number)  # another one once it is published anew
        if path not in seen:
            seen[path] = now - self._owner.today(name)
        return seen[path]

    def _last_argument(self, *args: Any) -> Any:
        """Of methods that say what a clamp makes of a value: nothing, where none is."""
        return args[-1]


_DICTIONARY: dict[str, Callable[..., Any]] = {
    "values": lambda watched: [watched[key] for key in watched],
    "items": lambda watched: [(key, watched[key]) for key in watched],
}


def _holds_traced(value: Any) -> bool:
    return any(map(_holds_traced, value.values())) if isinstance(value, dict) else isinstance(value, Traced)
