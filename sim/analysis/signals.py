"""Why a signal differs: what it is computed from, and the part of the difference that each input explains.

A signal has no memory, so nothing is booked to it. It is computed again instead: the room (or the actors) that publishes it runs once
more on the recorded situation, with one input after the other exchanged, as `sim.analysis.exchange` says.
"""

from __future__ import annotations

import numpy as np

from sim.analysis.exchange import NOTHING, OFF, Bench, Leaf, Pair, picker
from sim.analysis.replay import Array, Input, Replay
from sim.analysis.split import Split
from sim.catalogue import Variable
from sim.errors import InputError
from sim.play import Task

LEVEL: Input = ("level", "level of the first")


def split_signal(
    tasks: tuple[Task, Task], quarters: tuple[int, int], variable: Variable, state: str | None, through: bool = False
) -> Split:
    """The difference of a signal at the end of two quarters, in the worlds of both tasks; the level of the first is a leaf of its own.

    Raises InputError where the signal cannot be computed again as it was.
    """
    replays = [Replay(task) for task in tasks]
    for replay, quarter in zip(replays, quarters, strict=True):
        for _ in range(quarter + 1):
            replay.step()
    first, second = replays
    split, bench = Split(first.wanted.size), Bench(first, second, state)
    pick = picker(variable, state, first.world.worlds, first.wanted)
    stood = [np.array(getattr(getattr(r.world, variable.group), variable.key)) for r in replays]
    a, b = map(pick, stood)
    split.add(Leaf(NOTHING, (LEVEL,)), a)
    split.levels[Leaf(NOTHING, (LEVEL,))] = np.array([a.sum(), a.sum(), a.size])
    by = {replay.publisher(variable.name) for replay in replays}
    entry = by.pop()
    if by or entry is None:  # its room is off in one of them: it is held at a constant there
        split.add(Leaf(NOTHING, (("setting", OFF),)), b - a)
        return split
    pair = bench.pair(entry, variable, state)
    _check(pair, (a, b), variable)
    split.take(bench, pair, through)
    return split


def _check(pair: Pair, stood: tuple[Array, Array], variable: Variable) -> None:
    if not all(np.array_equal(now[NOTHING], then) for now, then in zip((pair.a, pair.b), stood, strict=True)):
        raise InputError(f"{variable.published} depends on more than can be exchanged: it cannot be explained by its inputs")
