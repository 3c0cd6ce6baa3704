"""`balkansim run --dry-run`: what would be done, what of it is done already, how long it takes and how much it needs; writes nothing."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.cli.output import counted, emit, say_notices, show, table
from sim.cli.plans import drawn_names, drawn_parameters, settings

if TYPE_CHECKING:
    from sim.cli.run import Work
    from sim.running import Job


def show_dry_run(work: Work, workers: int, as_json: bool, scheduler: str | None = None) -> None:
    """Print the reckoning as a table or as JSON; of a cluster, with as many workers as it has threads, each as fast as this machine."""
    if scheduler is not None:
        from sim.executors import opened

        with opened(scheduler=scheduler) as place:
            workers = place.threads
    data = reckon(work, workers, scheduler is not None)
    if as_json:
        emit(data)
        return
    each = f"{data['quarters']} quarters each, seed {data['seed']}"
    show(f"{data['scenario']}: {counted(data['runs'], 'run')} x {counted(data['worlds'], 'world')}, {each}")
    show(f"policies: {', '.join(data['policies'])}; reference: {data['reference'] or 'itself'}")
    show(f"drawn per world, beside chance: {', '.join([*data['drawn'], str(data['drawn_parameters'])])}")
    for policy, rows in data["settings"].items():
        show(table([f"policy {policy}", "set to", "default"], [[s.name, s.value, s.default] for s in rows]) if rows else _nothing(policy))
    done = [[str(d["folder"]), d["policy"], f"{d['done']:,} of {d['worlds']:,}"] for d in data["done"]]
    show(table(["directory", "policy", "worlds done"], done))
    show(f"To do: {data['to_do']:,} worlds; {needs(data['estimate'])}.")
    say_notices(data["notices"])


def _nothing(policy: str) -> str:
    return f"policy {policy}: every lever at its default"


def reckon(work: Work, workers: int, elsewhere: bool = False) -> dict[str, Any]:
    """Everything that a dry run says, as data."""
    from sim.estimates import age, estimate

    start = age()  # what this process took to get here, the next one will take too

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
        "drawn_parameters": drawn_parameters(job.plans[0]),
        "settings": {plan.policy: settings(plan) for plan in job.plans},
        "done": done,
        "to_do": to_do,
        "estimate": asdict(estimate(job, to_do, workers, start, elsewhere)),
        "notices": job.notices,
    }


def worlds_done(folder: Path, job: Job, policy: str) -> int:
    """How many of a job's worlds are complete in a directory. Raises StoreError if it holds something else."""
    from sim.cli.places import is_free, same_run
    from sim.errors import StoreError
    from sim.spans import count, spans
    from sim.store import Store, missing

    if is_free(folder):
        return 0
    if not same_run(folder, job.identity()):
        raise StoreError(f"{folder} holds another run, or something else; give an empty or new directory as --out")
    return len(job.worlds) - count(missing(spans(job.worlds), Store(folder).done(policy)))


def needs(estimate: dict[str, Any]) -> str:
    """Time, memory and disk in words."""
    return f"about {_time(estimate['seconds'])}, {_size(estimate['memory_bytes'])} of memory, {_size(estimate['disk_bytes'])} on disk"


def _time(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s" if seconds >= 1 else "a second"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _size(count: float) -> str:
    if count < 1e6:
        return f"{count / 1e3:.0f} kB"
    return f"{count / 1e6:.0f} MB" if count < 1e9 else f"{count / 1e9:.1f} GB" if count < 1e12 else f"{count / 1e12:.1f} TB"
