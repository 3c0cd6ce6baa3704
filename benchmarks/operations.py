"""What a world-run consists of, counted and not timed: the same on every machine, however busy.

    python benchmarks/operations.py [--worlds 512] [--json]

Prints, for each room and kind of actor, NumPy calls per quarter and elementary operations per world and quarter (an element of an array
added, compared, exponentiated), and what one world-run takes in all, beside the yardstick's (see yardstick.py). Calls are those of
the rules as they are written: `sim.fusing` carries most of them out on tapes, where they cost a few worlds less.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from typing import Any, ClassVar

import numpy as np
from yardstick import AGENTS, STEPS

from sim import load_scenario, population
from sim.world import World

WARM_UP, COUNTED = 4, 40
YARDSTICK_OPERATIONS = 40  # per agent and step


class Counting(np.ndarray):
    """An array that counts what is done with it, and with whatever comes of it."""

    calls: ClassVar[Counter[str]] = Counter()
    elements: ClassVar[Counter[str]] = Counter()
    world: ClassVar[World | None] = None

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, out: Any = None, **more: Any) -> Any:
        plain = [_plain(i) for i in inputs]
        if out is not None:
            more["out"] = tuple(_plain(o) for o in out)
        result = getattr(ufunc, method)(*plain, **more)
        room = self.world.room if self.world is not None else "start"
        self.calls[room] += 1
        self.elements[room] += max(np.size(a) for a in (*plain, result))
        if out is not None:
            return out[0]
        return result.view(Counting) if isinstance(result, np.ndarray) else result


def _plain(array: Any) -> Any:
    return array.view(np.ndarray) if isinstance(array, Counting) else array


def _counted(array: np.ndarray) -> np.ndarray:
    view = array.view(Counting)
    view.flags.writeable = False
    return view


def count(worlds: int) -> dict[str, Any]:
    """Calls per quarter and operations per world and quarter, by room; and per world-run."""
    population._frozen = _counted
    world = World(load_scenario("baseline").plan(), 1, range(max(worlds // 64, 1)))
    world.fuses = False  # each operation is a call of its own; tapes carry out most of them without
    Counting.world = world
    for _ in range(WARM_UP):
        world.step()
    Counting.calls.clear()
    Counting.elements.clear()
    for _ in range(COUNTED):
        world.step()
    rooms = {
        room: {"calls": calls / COUNTED, "operations": Counting.elements[room] / COUNTED / world.worlds}
        for room, calls in Counting.calls.most_common()
    }
    calls, operations = (sum(r[key] for r in rooms.values()) for key in ("calls", "operations"))
    return {
        "rooms": rooms,
        "calls_per_quarter": calls,
        "operations_per_run": operations * world.quarters,
        "yardstick_operations_per_run": AGENTS * STEPS * YARDSTICK_OPERATIONS,
    }


def main() -> None:
    """Print the table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--worlds", type=int, default=512)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = count(options.worlds)
    if options.json:
        print(json.dumps(found, indent=1))
        return
    print(f"{'':22} {'calls a quarter':>16} {'operations a world and quarter':>32}")
    for room, row in found["rooms"].items():
        print(f"{room:22} {row['calls']:>16,.0f} {row['operations']:>32,.0f}")
    ours, theirs = found["operations_per_run"], found["yardstick_operations_per_run"]
    print(f"\n{found['calls_per_quarter']:,.0f} calls a quarter")
    print(f"{ours:,.0f} operations per world-run, {ours / theirs:.1f} times the yardstick's")


if __name__ == "__main__":
    main()
