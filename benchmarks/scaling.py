"""What a second worker brings: throughput of one and of two processes, measured in turn in the same run.

    python benchmarks/scaling.py [--worlds 20480] [--repeats 3] [--workers 2] [--scheduler FILE] [--json]

Every measurement is a run to disk in a directory of its own. A machine is shared and noisy: one and two workers take turns, the best of
each counts, and the load of the machine is printed beside the ratio. On an idle machine with two cores two workers give at least 1.7 times
the throughput of one. Starting the processes is measured apart: it is paid once per command, not per world.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from pathlib import Path
from typing import Any

from sim import load_scenario, run
from sim.executors import ONE_THREAD, opened, over


def seconds(worlds: int, workers: int, scheduler: str | None = None) -> float:
    """Seconds of a run to disk, processes and all."""
    scenario = load_scenario("baseline")
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        run(scenario, worlds, workers=workers, scheduler=scheduler, out=Path(folder) / "run")
        return time.perf_counter() - started


def starting(workers: int) -> float:
    """Seconds until every process of a pool has answered."""
    started = time.perf_counter()
    with opened(workers) as place:
        list(over(place.executor, abs, range(2 * workers), 2 * workers))
    return time.perf_counter() - started


def measure(worlds: int, workers: int, repeats: int, scheduler: str | None) -> dict[str, Any]:
    """Worlds per second of one worker and of several, and their ratio."""
    first, later = starting(workers), starting(workers)
    seconds(1024, 1)  # figures and parameters are read once
    times: dict[str, list[float]] = {"one": [], "several": []}
    for _ in range(repeats):
        times["one"].append(seconds(worlds, 1))
        times["several"].append(seconds(worlds, workers, scheduler))
    best = {name: worlds / min(found) for name, found in times.items()}
    return {
        "worlds": worlds,
        "workers": workers,
        "worlds_per_second": best,
        "worlds_per_core_hour": 3600 * best["one"],
        "ratio": best["several"] / best["one"],
        "start_seconds": {"first": first, "again": later},
        "load": os.getloadavg()[0],
        "cores": os.cpu_count(),
    }


def main() -> None:
    """Print the ratio, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--worlds", type=int, default=20 * 1024)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--scheduler", help="measure a Dask cluster as the several workers")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    os.environ.update(ONE_THREAD)  # of the worker processes; in this one numpy has begun already, and the model uses no BLAS
    found = measure(options.worlds, options.workers, options.repeats, options.scheduler)
    if options.json:
        print(json.dumps(found, indent=1))
        return
    one, several = found["worlds_per_second"].values()
    start = found["start_seconds"]
    print(f"one worker: {one:,.0f} worlds per second ({found['worlds_per_core_hour']:,.0f} per core-hour)")
    print(f"{options.workers} workers: {several:,.0f} worlds per second, {found['ratio']:.2f} times as many")
    print(f"starting {options.workers} processes: {start['first']:.1f} s the first time, {start['again']:.1f} s again")
    print(f"load of the machine: {found['load']:.1f} on {found['cores']} cores" + (": not idle" if found["load"] > 2.5 else ""))


if __name__ == "__main__":
    main()
