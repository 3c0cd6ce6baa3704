"""One level down: each booking of a stock split over what it was computed from, quarter by quarter.

Two runs are played beside each other; in every quarter the rooms that book to the stock run again with one input after the other
exchanged, as `sim.analysis.exchange` says. The change over time in one run is split against its first quarter: what would have been
booked had everything stayed as it was then, and what each input has added by moving since.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from sim import mechanisms, quarters
from sim.analysis.exchange import OFF, Bench, Leaf, Thing, picker
from sim.analysis.replay import Array, Cause, Replay
from sim.analysis.split import Split
from sim.catalogue import Variable
from sim.errors import ModelError
from sim.ledger import CLAMP, CLIPPING
from sim.play import Task
from sim.schedule import Entry

START = "start"
_ROUNDING = 1e-9


def split_stock(tasks: tuple[Task, Task], spans: tuple[range, range], variable: Variable, state: str | None) -> Split:
    """The difference of a stock's bookings in two spans of quarters, for one state or the mean of all, in the worlds of both tasks.

    The spans are the same for two runs; an empty first one stands for the change over time in one run, held against the first quarter
    of the second.
    """
    first, second = (Replay(replace(task, ledger=frozenset({variable.name}))) for task in tasks)
    held, (_, span) = not spans[0], spans
    split, bench = Split(first.wanted.size), Bench(first, second, state)
    pick = picker(variable, state, first.world.worlds, first.wanted)
    if not held:
        a, b = (pick(getattr(getattr(r.world, variable.group), variable.key)) for r in (first, second))
        split.add(Leaf((START, START)), b - a)
    entries = _booking((first, second), variable)
    for quarter in range(span.stop):
        second.step()
        if quarter <= span.start or not held:
            first.step()
        if quarter >= span.start:
            bench.turn()
            for entry in entries:
                _split_entry(split, bench, entry, variable, held)
    _undivided(split, (first, second), spans, variable, pick)
    return split


def _booking(replays: tuple[Replay, Replay], variable: Variable) -> list[Entry]:
    """Entries that book to a stock, in one of the two at least."""
    entries = dict.fromkeys(e for replay in replays for e in replay.entries if e.verb == "step")
    return [e for e in entries if variable.name in mechanisms.ROOMS[e.name].BOOKS]


def _split_entry(split: Split, bench: Bench, entry: Entry, variable: Variable, held: bool) -> None:
    for replay, other, sign in ((bench.first, bench.second, -1.0), (bench.second, bench.first, 1.0)):
        if entry not in other.entries:
            alone = Thing(replay, entry, variable, picker(variable, bench.state, replay.world.worlds, replay.wanted))
            for bar, value in alone.bars().items():
                split.add(Leaf(bar, (("setting", OFF),)), sign * value)
            return
    pair = bench.pair(entry, variable, bench.state)
    if held:
        since = quarters.written(bench.first.world.now)
        for bar, value in pair.a.items():
            split.add(Leaf(bar, (("level", f"everything as in {since}"),)), value)
    split.take(bench, pair)


def _undivided(
    split: Split, replays: tuple[Replay, Replay], spans: tuple[range, range], variable: Variable, pick: Callable[[Array], Array]
) -> None:
    """Bars that no room books (clipping, clamps) as they stand in the ledger; the others must be what was found."""
    left: dict[Cause, Array] = {}
    for leaf, part in split.parts.items():
        left[leaf.bar] = left.get(leaf.bar, 0.0) - part
    for replay, span, sign in zip(replays, spans, (-1.0, 1.0), strict=True):
        booked = {} if replay.world.ledger is None else replay.world.ledger.of(variable.name)
        for cause, values in booked.items():
            total = pick(values[span.start : span.stop].sum(axis=0))
            left[cause] = left.get(cause, np.zeros(split.worlds)) + sign * total
    for (room, because), rest in left.items():
        if room in (CLIPPING, CLAMP):
            split.add(Leaf((room, because)), rest)
        elif room != START and np.abs(rest).max(initial=0.0) > _ROUNDING:
            raise ModelError(f"{room}: what is booked to {variable.name} because of {because} cannot be computed again from its inputs")
