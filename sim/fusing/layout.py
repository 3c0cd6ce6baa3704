"""Where a tape's arrays lie: which operations are needed, and memory for results in between, used again once nobody needs what it held."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from sim.fusing.trace import INPUT, SCRATCH, VIEW, WORLDS, Operation, Slot, Trace

ALIGNED = 64  # bytes: a line of the cache


def _needed(trace: Trace, outputs: Sequence[int]) -> list[Operation]:
    """The operations that an output or a booking depends on, in order."""
    wanted, kept = set(outputs), []
    for operation in reversed(trace.operations):
        *inputs, result = (trace.root(s) for s in operation.operands)
        if result in wanted or trace.slots[result].kind == INPUT:
            kept.append(operation)
            wanted.update(inputs)
    return kept[::-1]


def laid_out(trace: Trace, inputs: dict[int, int], outputs: Sequence[int]) -> tuple[Any, ...]:
    """What `_tape.build` takes: slots that are used, operations, numbers of inputs and outputs, and the size of the scratch.

    `inputs` says where each input stands among those of the tape; `outputs` are slots.
    """
    operations = _needed(trace, outputs)
    places, scratch, per_world = _places(trace, operations)
    given = [i for i, slot in enumerate(trace.slots) if slot.kind == INPUT]
    used = sorted({s for operation in operations for n in operation.operands for s in _chain(trace, n)} | set(outputs) | set(given))
    number = {s: i for i, s in enumerate(used)}
    slots = []
    for s in used:
        slot = trace.slots[s]
        place = number[slot.place] if slot.kind == VIEW else inputs[slot.place] if slot.kind == INPUT else places.get(s, slot.place)
        slots.append((slot.kind, slot.dtype.num, slot.dims, place, tuple(slot.chosen), tuple(slot.chosen.values()), slot.origin))
    told = tuple((o.kind, tuple(number[s] for s in o.operands), o.ufunc, o.types) for o in operations)
    return tuple(slots), told, len(inputs), len(outputs), scratch, per_world


def _chain(trace: Trace, number: int) -> list[int]:
    """A slot and what it is a view of."""
    chain = [number]
    while trace.slots[number].kind == VIEW:
        number = trace.slots[number].place
        chain.append(number)
    return chain


def _places(trace: Trace, operations: Sequence[Operation]) -> tuple[dict[int, int], int, int]:
    """Where scratch arrays lie, in bytes, or bytes per world for those that differ by world; and how much there is of both.

    Memory is used again once nobody needs what it held.
    """
    slots = trace.slots
    last = {trace.root(s): i for i, operation in enumerate(operations) for s in operation.operands}
    places: dict[int, int] = {}
    free: dict[tuple[bool, int], list[int]] = {}
    ending: dict[int, list[int]] = {}
    ends = {False: 0, True: 0}
    for i, operation in enumerate(operations):
        operands = operation.operands
        made = trace.root(operands[-1])
        if slots[made].kind == SCRATCH and made not in places:
            size = by_world, length = _size(slots[made])
            spare = free.setdefault(size, [])
            if made == operands[-1]:
                for gone in _overwritten(trace, operands, ending.get(i, [])):
                    ending[i].remove(gone)
                    spare.append(places[gone])
            if not spare:
                spare.append(ends[by_world])
                ends[by_world] += length
            places[made] = spare.pop()
            ending.setdefault(last[made], []).append(made)
        for gone in ending.pop(i, ()):
            free[_size(slots[gone])].append(places[gone])
    return places, ends[False], ends[True]


def _overwritten(trace: Trace, operands: Sequence[int], ending: Sequence[int]) -> list[int]:
    """Scratch that an operation reads last and may write its result to, element by element: of the same shape and type, and whole."""
    slots, (*inputs, result) = trace.slots, operands
    alike = [s for s in dict.fromkeys(inputs) if slots[s].dims == slots[result].dims and slots[s].dtype == slots[result].dtype]
    return [s for s in alike if s in ending and all(s == other or trace.root(other) != s for other in inputs)][:1]


def _size(slot: Slot) -> tuple[bool, int]:
    """Whether an array differs by world; its bytes, per world or in whole lines of the cache."""
    by_world = WORLDS in slot.dims
    length = prod(n for n in slot.dims if n != WORLDS) * slot.dtype.itemsize
    return by_world, length if by_world else -(-length // ALIGNED) * ALIGNED
