"""Run a scenario: plans into tasks, tasks over workers, chunks into memory or onto disk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import cloudpickle

from sim.actors import CAST, Actor
from sim.errors import InputError, unknown
from sim.identity import actor_identity, identity
from sim.play import Task, chunks, play
from sim.recorder import Recording
from sim.results import MemorySource, Results, StoreSource
from sim.scenario import Scenario, load_scenario
from sim.scenario.plan import Plan
from sim.store import Store, missing

MOST_WORLDS = 1_000_000_000
Worlds = int | range | Sequence[int]
Progress = Callable[[int, int], None]
"""Called with (worlds done, worlds in all), counted over all policies."""


@dataclass(frozen=True)
class Job:
    """Everything that a run does, before any of it is done."""

    scenario: Scenario
    plans: tuple[Plan, ...]
    worlds: tuple[int, ...]
    seed: int
    levers: Mapping[str, Any]
    actors: Mapping[str, type[Actor]]
    ledger: bool
    baseline: Plan | None = None

    @property
    def policies(self) -> list[str]:
        return [p.policy for p in self.plans]

    def identity(self) -> dict[str, Any]:
        """What the manifest says and what continuing compares."""
        extra = {"actors": actor_identity(self.actors), "ledger": self.ledger, "reference": self.scenario.reference}
        return identity(self.scenario.document, self.seed, self.policies, dict(self.levers), **extra)

    def tasks(self, plan: Plan, worlds: Sequence[int]) -> Iterator[Task]:
        for chunk in chunks(worlds):
            yield Task(plan, self.seed, chunk, tuple(self.actors.items()), self.ledger, self.baseline)


def world_numbers(worlds: Worlds) -> tuple[int, ...]:
    """The worlds to run, ascending. Raises InputError for anything but a positive count or numbers from 0."""
    if isinstance(worlds, bool) or (isinstance(worlds, int) and not 0 < worlds <= MOST_WORLDS):
        raise InputError(f"worlds={worlds!r}: give a count from 1 to {MOST_WORLDS:,}, a range, or a list of world numbers")
    numbers = range(worlds) if isinstance(worlds, int) else sorted(set(worlds))
    if not numbers or any(isinstance(w, bool) or int(w) != w or not 0 <= w < MOST_WORLDS for w in (numbers[0], numbers[-1])):
        raise InputError(f"worlds={worlds!r}: world numbers are whole and start at 0, and there must be at least one")
    return tuple(int(w) for w in numbers)


def chosen_policies(scenario: Scenario, policy: str | Sequence[str] | None) -> list[str]:
    """Names of the policies to play: `none` (the scenario as written) comes first, whatever is added."""
    if policy is None or policy == "none":
        return ["none"]
    named = list(scenario.policies) if policy == "all" else [policy] if isinstance(policy, str) else list(policy)
    for name in named:
        if name != "none" and name not in scenario.policies:
            raise InputError(f"{scenario.name}: " + unknown("policy", str(name), ["none", "all", *scenario.policies]))
    return list(dict.fromkeys(["none", *named]))


def make_job(
    scenario: Scenario | str | Path,
    worlds: Worlds,
    seed: int = 1,
    policy: str | Sequence[str] | None = None,
    levers: Mapping[str, Any] | None = None,
    actors: Mapping[str, type[Actor]] | None = None,
    ledger: bool = False,
) -> Job:
    """Check everything that was asked for. Raises InputError with all that is wrong."""
    loaded = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise InputError(f"seed={seed!r}: a seed is a whole number from 0")
    for code, kind in (actors or {}).items():
        _check_actor(code, kind)
    plans = tuple(loaded.plan(p, dict(levers or {})) for p in chosen_policies(loaded, policy))
    return Job(loaded, plans, world_numbers(worlds), seed, dict(levers or {}), dict(actors or {}), ledger)


def _check_actor(code: str, kind: type[Actor]) -> None:
    if code not in CAST:
        raise InputError(unknown("actor", code, CAST))
    if not (isinstance(kind, type) and issubclass(kind, Actor) and kind.group == CAST[code].group):
        raise InputError(f"actors['{code}']: give a class derived from {CAST[code].__name__} (sim.actors), not {kind!r}")


def run(
    scenario: Scenario | str | Path,
    worlds: Worlds,
    seed: int = 1,
    policy: str | Sequence[str] | None = None,
    levers: Mapping[str, Any] | None = None,
    actors: Mapping[str, type[Actor]] | None = None,
    workers: int = 1,
    out: str | Path | None = None,
    ledger: bool = False,
    progress: Progress | None = None,
) -> Results:
    """Simulate a scenario in many worlds.

    Args:
        scenario: from `load_scenario`, or a name or file.
        worlds: how many (from world 0), or a range or list of just those worlds.
        seed: of all draws; the same seed and world number is the same world everywhere.
        policy: None plays the scenario as written (`none`); a name, a list or "all" adds those policies.
        levers: settings that hold throughout, above everything else, e.g. {"eu.tolerance_of_autocracy": 0.0}.
        actors: your own actor classes by code, e.g. {"XKX": MyKosovo}.
        workers: processes to share the chunks among.
        out: directory to write to; a run that was stopped continues there. None keeps everything in memory.
        ledger: whether to record every booking (see `explain`).
        progress: called with (worlds done, worlds in all).

    Returns:
        Results, whose tables come as pandas frames.

    Raises:
        InputError: something asked for is wrong (all mistakes at once).
        StoreError: the directory holds another run or cannot be written.
    """
    job = make_job(scenario, worlds, seed, policy, levers, actors, ledger)
    if isinstance(workers, bool) or not isinstance(workers, int) or workers < 1:
        raise InputError(f"workers={workers!r}: give a whole number from 1")
    return run_job(job, workers=workers, out=out, progress=progress)


def run_job(job: Job, *, workers: int = 1, out: str | Path | None = None, progress: Progress | None = None) -> Results:
    """Carry out a job, in memory or into a directory."""
    if out is None:
        return _in_memory(job, workers, progress)
    store = Store(Path(out), job.identity())
    with store.lock():
        _onto_disk(job, store, workers, progress)
    return Results(StoreSource(store), job.scenario, job=job)


def _in_memory(job: Job, workers: int, progress: Progress | None) -> Results:
    tasks = [t for plan in job.plans for t in job.tasks(plan, job.worlds)]
    kept: dict[str, list[Recording]] = {p: [] for p in job.policies}
    count = _Count(len(job.worlds) * len(job.plans), progress)
    for recording in _carry_out(play, tasks, workers):
        kept[recording.policy].append(recording)
        count.add(recording.worlds.size)
    for recordings in kept.values():
        recordings.sort(key=lambda r: int(r.worlds[0]))
    return Results(MemorySource(job.scenario.name, kept, job.identity()), job.scenario, job=job)


def _onto_disk(job: Job, store: Store, workers: int, progress: Progress | None) -> None:
    todo = {plan.policy: missing(job.worlds, store.done(plan.policy)) for plan in job.plans}
    tasks = [_Writing(t, str(store.folder), job.scenario.name) for plan in job.plans for t in job.tasks(plan, todo[plan.policy])]
    total = len(job.worlds) * len(job.plans)
    count = _Count(total, progress, total - sum(map(len, todo.values())))
    for written in _carry_out(_play_and_write, tasks, workers):
        count.add(written)


@dataclass(frozen=True)
class _Writing:
    task: Task
    folder: str
    scenario: str


def _play_and_write(writing: _Writing) -> int:
    """Play a chunk and write it from where it was played; returns the number of worlds."""
    recording = play(writing.task)
    Store(Path(writing.folder)).write(recording, writing.scenario)
    return int(recording.worlds.size)


class _Count:
    def __init__(self, total: int, progress: Progress | None, done: int = 0) -> None:
        self.total, self.done, self.progress = total, done, progress
        self.add(0)

    def add(self, worlds: int) -> None:
        self.done += worlds
        if self.progress is not None:
            self.progress(self.done, self.total)


def _carry_out[T, R](work: Callable[[T], R], tasks: Sequence[T], workers: int) -> Iterator[R]:
    """Results of tasks as they come; in this process for one worker, otherwise over a pool of processes."""
    if workers == 1 or len(tasks) < 2:
        yield from map(work, tasks)
        return
    with ProcessPoolExecutor(min(workers, len(tasks)), mp_context=get_context("spawn")) as pool:
        yield from over(pool, work, tasks, 2 * workers)


def over[T, R](pool: Executor, work: Callable[[T], R], tasks: Iterable[T], ahead: int) -> Iterator[R]:
    """Results of tasks over any executor, in the order they finish, with at most `ahead` tasks handed out at a time.

    Tasks travel through cloudpickle, so that an actor class typed into a notebook reaches the workers too.
    """
    waiting: set[Future[R]] = set()
    queue = iter(tasks)
    exhausted = False
    while waiting or not exhausted:
        while not exhausted and len(waiting) < ahead:
            task = next(queue, None)
            if task is None:
                exhausted = True
            else:
                waiting.add(pool.submit(_unpack_and, cloudpickle.dumps((work, task))))
        done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
        for future in done:
            yield future.result()


def _unpack_and(packed: bytes) -> Any:
    work, task = cloudpickle.loads(packed)
    return work(task)
