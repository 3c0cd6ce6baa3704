"""What a world costs: one command, one core, one process.

    python benchmarks/speed.py [--sizes 1 64 500 ...] [--json]

Prints microseconds of processor time per world-run with all states and region outcomes recorded in memory, and written to disk; the
shares of draws, decisions, rooms, sums and recording; and the ratio to the yardstick (`mesa.batch_run` on a scalar model of the same
size, see yardstick.py), measured between the sizes in the same run, because machines are shared and noisy: quote the ratios.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

from yardstick import microseconds_per_run

from sim import load_scenario, run
from sim.chunking import chunks
from sim.randomness import BLOCK
from sim.recorder import Recorder
from sim.world import World

SIZES = (1, 64, 500, 1024, 4096, 16384)
SHARES_AT = 4096


def best(action: Callable[[int], Any], times: int) -> float:
    """The shortest of several timings, in seconds of one core: the others measure the neighbours. Each has draws of its own."""
    found = []
    for seed in range(times):
        gc.collect()
        start = time.process_time()
        action(seed)
        found.append(time.process_time() - start)
    return min(found)


def in_memory(worlds: int) -> float:
    """Seconds for a run of `worlds` worlds kept in memory."""
    scenario = load_scenario("baseline")
    return best(lambda seed: run(scenario, worlds, seed=seed), 5 if worlds <= 1024 else 3)


def on_disk(worlds: int) -> float:
    """Seconds for the same run written to disk."""
    scenario = load_scenario("baseline")

    def write(seed: int) -> None:
        with tempfile.TemporaryDirectory() as folder:
            run(scenario, worlds, seed=seed, out=Path(folder) / "run")

    return best(write, 3 if worlds <= 4096 else 2)


class Clock:
    """Adds up the time spent inside wrapped methods."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}

    def wrap(self, owner: Any, method: str, label: str) -> None:
        """Count the time of a method of one object under a label."""
        inner = getattr(owner, method)

        def timed(*args: Any, **more: Any) -> Any:
            start = time.process_time()
            try:
                return inner(*args, **more)
            finally:
                self.spent[label] = self.spent.get(label, 0.0) + time.process_time() - start

        setattr(owner, method, timed)


def shares(worlds: int = SHARES_AT) -> dict[str, float]:
    """Where the time of one chunk goes, as shares of its total."""
    plan = load_scenario("baseline").plan()
    clock = Clock()
    began = time.process_time()
    world = World(plan, 99, range(worlds // BLOCK))  # a seed whose draws nobody has kept
    recorder = Recorder(world)
    setting_up = time.process_time() - began
    for part, method, label in (
        (world, "run_actors", "decisions"),
        (world, "run_room", "rooms"),
        (recorder, "take", "recording"),
        (world.streams, "draw_all", "draws"),
    ):
        clock.wrap(part, method, label)
    world.streams.draw_all(world.quarters)
    for _ in range(world.quarters):
        world.step()
        recorder.take()
    total = time.process_time() - began
    parts = {"setting up": setting_up, **clock.spent}
    parts["sums and the rest"] = total - sum(parts.values())
    return {name: spent / total for name, spent in parts.items()}


def measure(sizes: tuple[int, ...]) -> dict[str, Any]:
    """Everything the page of speeds quotes."""
    run(load_scenario("baseline"), 64)  # imports and caches are not what is measured
    rows, yardsticks = [], []
    for worlds in sizes:
        yardsticks.append(microseconds_per_run(20))
        memory, disk = in_memory(worlds), on_disk(worlds)
        rows.append({"worlds": worlds, "memory_us": memory / worlds * 1e6, "disk_us": disk / worlds * 1e6, "memory_ms": memory * 1e3})
    yardstick = statistics.median(yardsticks)
    for row in rows:
        row["times_yardstick"] = yardstick / row["memory_us"]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"yardstick_us": yardstick, "sizes": rows, "shares": shares(), "peak_mb": peak, "chunks": len(chunks(range(sizes[-1])))}


def main() -> None:
    """Print the table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = measure(tuple(options.sizes))
    if options.json:
        print(json.dumps(found, indent=1))
        return
    print(f"yardstick: {found['yardstick_us']:,.0f} us per run (mesa.batch_run, scalar agents)\n")
    print(f"{'worlds':>8} {'memory':>12} {'disk':>12} {'run':>10} {'yardstick':>10}")
    for row in found["sizes"]:
        print(
            f"{row['worlds']:>8,} {row['memory_us']:>9,.0f} us {row['disk_us']:>9,.0f} us {row['memory_ms']:>7,.0f} ms"
            f" {row['times_yardstick']:>9,.0f}x"
        )
    print("\nshares of one chunk: " + ", ".join(f"{name} {share:.0%}" for name, share in found["shares"].items()))


if __name__ == "__main__":
    main()
