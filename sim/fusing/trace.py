"""A tape while it is recorded: its arrays by number, what was computed with them, what was read, booked, published and told.

Arrays are slots: what is read, constants, results in between, and views of others. What stands in for them while a function runs is in
`sim.fusing.traced` and `sim.fusing.watching`; what becomes of a trace in `sim.fusing.layout` and `sim.fusing.program`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from sim.errors import ModelError
from sim.maths import REAL

INPUT, CONSTANT, SCRATCH, OUTPUT, VIEW = range(5)  # kinds of slots, and of operations: as in _tape.c
LOOP, SELECT, CAST, COPY = range(4)
AXES = 4  # at most, as in _tape.c
WORLDS = -1

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


class Operation(NamedTuple):
    """An elementwise operation; the last of its operands, numbers of slots, is where the result goes."""

    kind: int
    operands: tuple[int, ...]
    ufunc: Any = None
    types: tuple[int, ...] = ()


class Trace:
    """What a function did when it was called with stand-ins, by a world of so many `worlds`."""

    def __init__(self, name: str, worlds: int) -> None:
        self.name, self.worlds = name, worlds
        self.slots: list[Slot] = []
        self.operations: list[Operation] = []
        self.reads: list[Read] = []
        self.inputs: list[int] = []  # reads that the tape takes
        self.effects: list[Effect] = []
        self.signals: list[tuple[Path, str, Any]] = []  # arrays published whole: population, name, stand-in
        self.promises: set[tuple[Path, Any]] = set()  # (object, key) of what was said to last
        self.seen: dict[Path, Any] = {}  # stand-ins by path
        self.published: dict[Path, Any] = {}  # stand-ins for what was published, by the path by which it is read from then on
        self._handed_on: set[int] = set()

    def error(self, what: str) -> ModelError:
        """A ModelError that names the function."""
        return ModelError(f"{self.name} is fused and cannot {what}; take that part out of the fused function")

    def dims(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """A shape with WORLDS for the axis of worlds, which is the last."""
        return tuple(WORLDS if i == len(shape) - 1 and n == self.worlds else n for i, n in enumerate(shape))

    # -- slots -----------------------------------------------------------------------------------------------------------------------

    def slot(self, kind: int, dtype: Any, dims: tuple[int, ...], place: Any = 0, **more: Any) -> int:
        """A new array."""
        if len(dims) > AXES:
            raise self.error(f"hold an array of {len(dims)} axes")
        if WORLDS in dims[:-1]:
            raise self.error("hold worlds on any axis but the last")
        self.slots.append(Slot(kind, np.dtype(dtype), dims, place, **more))
        return len(self.slots) - 1

    def array(self, value: Any, path: Path, lasting: bool) -> int:
        """An array, or a number, that is read."""
        dtype = np.dtype(REAL) if type(value) is float else value.dtype.newbyteorder("=")
        if dtype == np.float64:
            raise self.error("compute in double precision")
        self.reads.append(Read(path, lasting))
        self.inputs.append(len(self.reads) - 1)
        return self.slot(INPUT, dtype, self.dims(np.shape(value)), len(self.inputs) - 1)

    def fixed(self, value: Any, path: Path, lasting: bool) -> Any:
        """A value of another kind that is read: the tape is for this very value."""
        self.reads.append(Read(path, lasting, value, is_array=False))
        return value

    def constant(self, array: np.ndarray) -> int:
        """An array that is the same in every call."""
        if array.dtype == np.float64:
            raise self.error("compute in double precision")
        if WORLDS in self.dims(array.shape):
            raise self.error("hold an array of worlds that it did not read from its arguments")
        for number, known in enumerate(self.slots):
            alike = known.kind == CONSTANT and known.dtype == array.dtype and known.dims == array.shape
            if alike and known.place.tobytes() == array.tobytes():
                return number
        return self.slot(CONSTANT, array.dtype, array.shape, array)

    def root(self, number: int) -> int:
        """The slot that a slot is a view of in the end, or itself."""
        while self.slots[number].kind == VIEW:
            number = self.slots[number].place
        return number

    # -- what is done with them ----------------------------------------------------------------------------------------------------------

    def note(self, kind: int, operands: tuple[int, ...], ufunc: Any = None) -> None:
        """Note an operation."""
        types = tuple(self.slots[s].dtype.num for s in operands) if kind == LOOP else ()
        self.operations.append(Operation(kind, operands, ufunc, types))

    def overlap(self, number: int, out: int) -> bool:
        """Whether two slots are parts of one array, but not the same part."""
        return self.root(number) == self.root(out) and self.slots[number] != self.slots[out]

    def hand_on(self, numbers: Iterable[int]) -> None:
        """From here on, these are not written into: what they are handed to reads them after the tape has run."""
        self._handed_on |= {self.root(number) for number in numbers}

    def let_write(self, number: int) -> None:
        """Refuse to write into what was read, unless it is itself an argument, and into what was published or told."""
        owner = self.slots[root := self.root(number)]
        if root in self._handed_on:
            raise self.error("write into what it has published or told")
        if owner.kind != SCRATCH and not (owner.kind == INPUT and len(self.reads[self.inputs[owner.place]].path) == 1):
            raise self.error("write into what it read")


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
