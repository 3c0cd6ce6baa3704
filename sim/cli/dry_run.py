"""`balkansim run --dry-run`: what would be done, what of it is done already, how long it takes and how much it needs; writes nothing."""

from __future__ import annotations

import contextlib
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.cli.notices import notices_of
from sim.cli.output import emit, say, show, table
from sim.cli.plans import drawn_names, settings

if TYPE_CHECKING:
    from sim.cli.run import Work
    from sim.recorder import Recording
    from sim.running import Job

_TRIALS = (64, 256)
"""Worlds of the two trials that time and size are reckoned from: the difference between them is free of what every chunk costs anyway."""


@dataclass(frozen=True)
class Pace:
    """What this machine takes: seconds per chunk and per world, bytes per world on disk and in memory."""

    per_chunk: float
    per_world: float
    disk: float
    memory: float


def show_dry_run(work: Work, workers: int, as_json: bool) -> None:
    """Print the reckoning as a table or as JSON."""
    data = reckon(work, workers)
    if as_json:
        emit(data)
        return
    show(f"{data['scenario']}: {data['runs']} runs x {data['worlds']:,} worlds, {data['quarters']} quarters each, seed {data['seed']}")
    show(f"policies: {', '.join(data['policies'])}; reference: {data['reference'] or 'itself'}")
    show(f"drawn per world: {', '.join(data['drawn']) or 'nothing but chance'}")
    for policy, rows in data["settings"].items():
        show(table([f"policy {policy}", "set to", "default"], [[s.name, s.value, s.default] for s in rows]) if rows else _nothing(policy))
    done = [[str(d["folder"]), d["policy"], f"{d['done']:,} of {d['worlds']:,}"] for d in data["done"]]
    show(table(["directory", "policy", "worlds done"], done))
    needs = data["estimate"]
    size = f"{_size(needs['memory_bytes'])} of memory, {_size(needs['disk_bytes'])} on disk"
    show(f"To do: {data['to_do']:,} worlds; about {_time(needs['seconds'])}, {size}.")
    for notice in data["notices"]:
        say(f"note: {notice}")


def _nothing(policy: str) -> str:
    return f"policy {policy}: every lever at its default"


def reckon(work: Work, workers: int) -> dict[str, Any]:
    """Everything that a dry run says, as data."""
    job = work.job
    done: list[dict[str, Any]] = []
    for part, folder in work.parts:
        for policy in part.policies:
            found = worlds_done(folder, part, policy)
            done.append({"scenario": part.scenario.name, "folder": folder, "policy": policy, "done": found, "worlds": len(part.worlds)})
    to_do = sum(d["worlds"] - d["done"] for d in done)
    return {
        "scenario": job.scenario.name,
        "runs": len(done),
        "worlds": len(job.worlds),
        "quarters": job.plans[0].end - job.plans[0].start + 1,
        "seed": job.seed,
        "policies": job.policies,
        "reference": work.reference.scenario.name if work.reference else None,
        "drawn": drawn_names(job.plans[0]),
        "settings": {plan.policy: settings(plan) for plan in job.plans},
        "done": done,
        "to_do": to_do,
        "estimate": estimate(job, len(done), to_do, workers),
        "notices": notices_of(job),
    }


def worlds_done(folder: Path, job: Job, policy: str) -> int:
    """How many of a job's worlds are complete in a directory. Raises StoreError if it holds something else."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from sim.cli.places import is_free, same_run
    from sim.errors import StoreError
    from sim.store import Store

    if is_free(folder):
        return 0
    if not same_run(folder, job.identity()):
        raise StoreError(f"{folder} holds another run, or something else; give an empty or new directory as --out")
    found: set[int] = set()
    for chunk in Store(folder).chunks(policy=policy):
        with contextlib.suppress(OSError, pa.ArrowInvalid):  # a damaged chunk is computed again
            found.update(pq.read_table(chunk, columns=["world"])["world"].to_pylist())
    return len(found & set(job.worlds))


def estimate(job: Job, runs: int, to_do: int, workers: int) -> dict[str, float]:
    """Seconds, bytes of memory and bytes on disk that the worlds still to do take."""
    from sim.play import CHUNK
    from sim.randomness import BLOCK

    pace = measured(job)
    chunks = -(-to_do // (BLOCK * CHUNK))
    busy = min(workers, max(chunks, 1))
    held = min(to_do, BLOCK * CHUNK) * busy
    return {
        "seconds": round((chunks * pace.per_chunk + to_do * pace.per_world) / busy, 2),
        "memory_bytes": int(_resident() * (1 if busy == 1 else busy + 1) + held * pace.memory),
        "disk_bytes": int(to_do * pace.disk),
        "per_world_seconds": pace.per_world,
    }


def measured(job: Job) -> Pace:
    """Time and size of this job's worlds, from two small trials in memory."""
    from sim.play import play

    seconds, recording = [], None
    task = replace(next(job.tasks(job.plans[0], job.worlds[:1])), worlds=tuple(range(_TRIALS[0])))
    play(task)  # the first one also reads figures and parameters
    for worlds in _TRIALS:
        started = time.perf_counter()
        recording = play(replace(task, worlds=tuple(range(worlds))))
        disk = _written(recording, job.scenario.name)
        seconds.append(time.perf_counter() - started)
    assert recording is not None
    per_world = max((seconds[1] - seconds[0]) / (_TRIALS[1] - _TRIALS[0]), 1e-6)
    arrays = recording.states.nbytes + recording.region.nbytes + sum(a.nbytes for a in (recording.ledger or {}).values())
    held = 4 * arrays / _TRIALS[1]  # as recorded, as a table with its keys, and as compressed
    return Pace(max(seconds[0] - _TRIALS[0] * per_world, 0.0), per_world, disk / _TRIALS[1], held)


def _written(recording: Recording, scenario: str) -> int:
    """Bytes of a recording's tables as they are written."""
    from sim.store import Store

    with tempfile.TemporaryDirectory() as folder:
        Store(Path(folder), {"policies": [recording.policy]}).write(recording, scenario)
        return sum(file.stat().st_size for file in Path(folder).rglob("*.parquet"))


def _resident() -> int:
    """Bytes that this process has held at most so far."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _time(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s" if seconds >= 1 else "a second"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _size(count: float) -> str:
    return f"{count / 1e6:.0f} MB" if count < 1e9 else f"{count / 1e9:.1f} GB"
