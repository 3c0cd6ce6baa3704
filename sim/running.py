"""Run a scenario: plans into tasks, tasks over workers, chunks into memory or onto disk."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from heapq import merge
from pathlib import Path
from typing import Any

import numpy as np

from sim.actors import CAST, Actor
from sim.chunkfiles import chunk_name
from sim.chunking import chunk_size, largest, number_of_chunks
from sim.data.posterior import beliefs
from sim.errors import InputError, Notice, StoreError, Unfinished, unknown
from sim.executors import lost_workers_told, opened, over
from sim.identity import actor_identity, identity
from sim.play import Task
from sim.recorder import Recording
from sim.results import MemorySource, Results, StoreSource
from sim.scenario import Scenario, load_scenario, plain_settings
from sim.scenario.plan import Plan
from sim.spans import Spans, count, groups, spans
from sim.store import FAILURES, Store, missing
from sim.working import Call, Failure, attempt, failure_of, play_call, versions
from sim.world_numbers import Worlds, is_whole, repeated, shown, world_numbers

__all__ = ["Job", "Worlds", "chosen_policies", "make_job", "over", "run", "run_job", "world_numbers"]

Progress = Callable[[int, int], None]
"""Called with (worlds done, worlds in all), counted over all policies."""


@dataclass(frozen=True)
class Job:
    """Everything that a run does, before any of it is done."""

    scenario: Scenario
    plans: tuple[Plan, ...]
    worlds: Sequence[int]  # ascending, each once; a range where there are no gaps
    seed: int
    levers: Mapping[str, Any]
    actors: Mapping[str, type[Actor]]
    ledger: bool
    baseline: Plan | None = None
    said: tuple[str, ...] = ()  # notices of what was asked for beside the scenario

    @property
    def policies(self) -> list[str]:
        """Names of the policies played, `none` first."""
        return [p.policy for p in self.plans]

    @property
    def notices(self) -> tuple[str, ...]:
        """What was ignored and what has no effect, of all policies, each once."""
        return tuple(dict.fromkeys([*self.said, *(n for plan in self.plans for n in plan.notices)]))

    def identity(self) -> dict[str, Any]:
        """What the manifest says and what continuing compares."""
        extra = {"actors": actor_identity(self.actors), "ledger": self.ledger, "reference": self.scenario.reference}
        extra["parameters"] = self.plans[0].belief
        return identity(self.scenario.document, self.seed, self.policies, dict(self.levers), **extra)

    @property
    def largest(self) -> int:
        """Worlds in a chunk at most."""
        return largest(self.ledger)

    def tasks(self, plan: Plan, worlds: Sequence[int]) -> Iterator[Task]:
        """One task per chunk of these ascending worlds, made when it is asked for."""
        return self.tasks_of(plan, spans(worlds), self.largest)

    def tasks_of(self, plan: Plan, worlds: Spans, size: int) -> Iterator[Task]:
        """The same for worlds given as spans, in chunks of at most `size` worlds."""
        for chunk in groups(worlds, size):
            yield Task(plan, self.seed, tuple(chunk), tuple(self.actors.items()), self.ledger, self.baseline)

    def in_turn(self, todo: Mapping[str, Spans], size: int) -> Iterator[Task]:
        """What is to do by policy, chunk by chunk: all policies in the same worlds, which share their draws, before the next worlds."""
        return merge(*(self.tasks_of(p, todo.get(p.policy, []), size) for p in self.plans), key=lambda task: task.worlds[0])


def chosen_policies(scenario: Scenario, policy: str | Sequence[str] | None) -> list[str]:
    """Names of the policies to play: `none` (the scenario as written) comes first, whatever is added."""
    if policy is None or policy == "none":
        return ["none"]
    if not isinstance(policy, Iterable):
        raise InputError(f"policy={shown(policy)}: give a name, a list of names, or 'all'")
    named = [policy] if isinstance(policy, str) else list(policy)
    known = ["none", "all", *scenario.policies]
    wrong = [f"{scenario.name}: {unknown('policy', str(name), known)}" for name in named if name not in known]
    if wrong:
        raise InputError(wrong)
    chosen = scenario.policies if "all" in named else [name for name in named if name != "none"]
    return list(dict.fromkeys(["none", *chosen]))


def make_job(
    scenario: Scenario | str | Path,
    worlds: Worlds,
    seed: int = 1,
    policy: str | Sequence[str] | None = None,
    levers: Mapping[str, Any] | None = None,
    actors: Mapping[str, type[Actor]] | None = None,
    ledger: bool = False,
    parameters: str | None = None,
) -> Job:
    """Check everything that was asked for. Raises InputError with all that is wrong. For `parameters` see `run`."""
    wrong: list[str] = []
    loaded, numbers = None, None
    plans: tuple[Plan, ...] = ()
    with _noting(wrong):
        loaded = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
    with _noting(wrong):
        plans = tuple(loaded.plan(p, levers) for p in chosen_policies(loaded, policy)) if loaded else ()
    with _noting(wrong):
        numbers = world_numbers(worlds)
    with _noting(wrong):
        _check_settings(seed, actors, ledger, parameters)
    if loaded is None or numbers is None or wrong:
        raise InputError(wrong)
    given = plain_settings(levers, "levers")
    if parameters is not None:
        plans = tuple(replace(p, belief=parameters) for p in plans)
    return Job(loaded, plans, numbers, int(seed), given, dict(actors or {}), bool(ledger), said=repeated(worlds))


@contextmanager
def _noting(wrong: list[str]) -> Iterator[None]:
    """Collect what an InputError says instead of stopping at it."""
    try:
        yield
    except InputError as error:
        wrong += error.findings


def _check_settings(seed: Any, actors: Any, ledger: Any, parameters: Any) -> None:
    """What needs no scenario to be judged. Raises InputError with all of it."""
    wrong: list[str] = []
    if not is_whole(seed) or seed < 0:
        wrong.append(f"seed={shown(seed)}: a seed is a whole number from 0")
    if ledger is not None and not isinstance(ledger, bool | np.bool_):
        wrong.append(f"ledger={shown(ledger)}: give True or False")
    if parameters is not None and parameters not in beliefs():
        wrong.append(unknown("sample of parameters", str(parameters), beliefs()))
    if actors is not None and not isinstance(actors, Mapping):
        wrong.append(f"actors={shown(actors)}: give a mapping of codes to classes, such as {{'XKX': MyKosovo}}")
    else:
        for code, kind in (actors or {}).items():
            with _noting(wrong):
                _check_actor(code, kind)
    if wrong:
        raise InputError(wrong)


def _check_carrying_out(workers: Any, progress: Any) -> None:
    """What a run needs beside its job. Raises InputError with all that is wrong."""
    wrong: list[str] = []
    if not is_whole(workers) or workers < 1:
        wrong.append(f"workers={shown(workers)}: give a whole number from 1")
    if progress is not None and not callable(progress):
        wrong.append(f"progress={shown(progress)}: give a function that is called with (worlds done, worlds in all), or None")
    if wrong:
        raise InputError(wrong)


def _check_actor(code: str, kind: type[Actor]) -> None:
    if code not in CAST:
        raise InputError(unknown("actor", str(code), CAST))
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
    scheduler: str | None = None,
    collect: bool = False,
    parameters: str | None = None,
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
        parameters: what uncertain parameters are drawn from: "prior", or the name of a shipped posterior sample (see
            `sim.data.posterior`); None takes the default.
        progress: called with (worlds done, worlds in all).
        scheduler: address or file of a Dask scheduler whose workers share the chunks instead; `workers` then says nothing.
        collect: with `scheduler` and `out`: chunks come back and are written here, for clusters that do not share `out`'s file system.

    Returns:
        Results, whose tables come as pandas frames.

    Warns:
        Notice: for each setting that was ignored or has no effect; `results.notices` holds them all.

    Raises:
        InputError: something asked for is wrong (all mistakes at once).
        StoreError: the directory holds another run or cannot be written.
        Unfinished: chunks failed, or all workers were lost; with `out` the rest is kept and the same call continues.
    """
    job = make_job(scenario, worlds, seed, policy, levers, actors, ledger, parameters)
    _check_carrying_out(workers, progress)
    for notice in job.notices:
        warnings.warn(notice, Notice, stacklevel=2)
    return run_job(job, workers=int(workers), out=out, progress=progress, scheduler=scheduler, collect=collect)


def run_job(
    job: Job,
    *,
    workers: int = 1,
    out: str | Path | None = None,
    progress: Progress | None = None,
    scheduler: str | None = None,
    collect: bool = False,
    again: str = "run() with the same arguments",
) -> Results:
    """Carry out a job, in memory or into a directory; `again` is the command or call that continues it, for messages."""
    if out is None:
        return _in_memory(job, workers, progress, scheduler)
    if not isinstance(out, str | os.PathLike):
        raise InputError(f"out={shown(out)}: give a directory")
    store = Store(Path(out), job.identity())
    with store.lock():
        _OnDisk(job, store, workers, scheduler, collect, again).carry_out(progress)
    return Results(StoreSource(store), job.scenario, job=job)


def _in_memory(job: Job, workers: int, progress: Progress | None, scheduler: str | None) -> Results:
    todo = dict.fromkeys(job.policies, spans(job.worlds))
    kept: dict[str, list[Recording]] = {p: [] for p in job.policies}
    done = _Count(len(job.worlds) * len(job.plans), progress)
    with opened(workers, scheduler, number_of_chunks(todo, chunk_size(todo, workers, job.largest))) as place, lost_workers_told(place):
        size = chunk_size(todo, place.threads, job.largest)
        tasks = (Call(task, versions()) for task in job.in_turn(todo, size))
        for recording in over(place.executor, play_call, tasks, place.ahead):
            kept[recording.policy].append(recording)
            done.add(recording.worlds.size)
    for recordings in kept.values():
        recordings.sort(key=lambda r: int(r.worlds[0]))
    return Results(MemorySource(job.scenario.name, kept, job.identity()), job.scenario, job=job)


@dataclass
class _OnDisk:
    """A job carried out into a directory whose lock is held."""

    job: Job
    store: Store
    workers: int
    scheduler: str | None
    collect: bool
    again: str

    def carry_out(self, progress: Progress | None) -> None:
        """Play what is missing until nothing is. Raises Unfinished where chunks failed or workers were lost."""
        self.store.mend()
        failures: list[Failure] = []
        while (todo := self._todo()) and not failures:
            before = sum(map(count, todo.values()))
            done = _Count(len(self.job.worlds) * len(self.job.plans), progress, len(self.job.worlds) * len(self.job.plans) - before)
            try:
                failures = self._play(todo, done)
            except Unfinished as error:
                raise Unfinished(f"{error}; {self._kept()}") from error
            if not failures and sum(map(count, self._todo().values())) >= before:
                raise StoreError(
                    f"chunks were written but are not in {self.store.folder}: is it the same directory on all machines? Or --collect"
                )
        self.store.forget_failures(self.job.policies)
        if failures:
            raise Unfinished(self._told(failures))
        self.store.clear_away()  # what workers had begun when they died

    def _todo(self) -> dict[str, Spans]:
        """Worlds that are not complete, by policy."""
        wanted = spans(self.job.worlds)
        todo = {p: missing(wanted, self.store.done(p)) for p in self.job.policies}
        return {p: worlds for p, worlds in todo.items() if worlds}

    def _calls(self, todo: Mapping[str, Spans], size: int) -> Iterator[Call]:
        folder = None if self.collect else str(self.store.folder.resolve())
        for task in self.job.in_turn(todo, size):
            yield Call(task, versions(), folder, self.job.scenario.name)

    def _play(self, todo: Mapping[str, Spans], done: _Count) -> list[Failure]:
        """Play these worlds; what failed is recorded, and the rest goes on unless nothing succeeds at all."""
        failures: list[Failure] = []
        succeeded = 0
        at_most = largest(self.job.ledger, self.collect)
        chunks = number_of_chunks(todo, chunk_size(todo, self.workers, at_most))
        with opened(self.workers, self.scheduler, chunks) as place, lost_workers_told(place):
            calls = self._calls(todo, chunk_size(todo, place.threads, at_most))
            for outcome in over(place.executor, attempt, calls, place.ahead, failure_of):
                if isinstance(outcome, Failure):
                    failures.append(outcome)
                    self._record(outcome)
                    if len(failures) >= _HOPELESS and not succeeded:
                        break
                    continue
                succeeded += 1
                if isinstance(outcome, Recording):
                    self.store.write(outcome, self.job.scenario.name)
                done.add(outcome.worlds.size if isinstance(outcome, Recording) else outcome)
        return failures

    def _record(self, failure: Failure) -> None:
        """Keep what is known of a chunk that failed, and how to play it again."""
        worlds = [[span.start, span.stop - 1] for span in failure.worlds]
        record = {
            "error": failure.error,
            "policy": failure.policy,
            "worlds": worlds,
            "seed": self.job.seed,
            "retry": self.again,
            "alone": self._alone(failure),
            "traceback": failure.traceback.splitlines(),
        }
        self.store.put_failure(chunk_name(failure.policy, failure.worlds), record)

    def _alone(self, failure: Failure) -> str:
        """Python that plays just the worlds of a failed chunk, in memory."""
        job = self.job
        numbers = ", ".join(f"*range({span.start}, {span.stop})" for span in failure.worlds)
        asked = f"worlds=[{numbers}], seed={job.seed}, policy={failure.policy!r}, levers={dict(job.levers)!r}, ledger={job.ledger}"
        asked += f", parameters={job.plans[0].belief!r}"
        actors = f", actors=...)  # yours: {', '.join(job.actors)}" if job.actors else ")"
        return f"from sim import load_results, run; run(load_results({str(self.store.folder.resolve())!r}).scenario, {asked}{actors}"

    def _kept(self) -> str:
        total = len(self.job.worlds) * len(self.job.plans)
        done = total - sum(map(count, self._todo().values()))
        return f"{done:,} of {total:,} worlds are complete and kept in {self.store.folder}; continue with: {self.again}"

    def _told(self, failures: Sequence[Failure]) -> str:
        lost, first = sum(count(f.worlds) for f in failures), failures[0]
        chunks = "a chunk" if len(failures) == 1 else f"{len(failures)} chunks"
        stopped = " and the run was given up" if len(failures) >= _HOPELESS and len({f.error for f in failures}) == 1 else ""
        return (
            f"{chunks} ({lost:,} worlds) failed{stopped}, the first, from world {first.worlds[0].start} of policy {first.policy}, with "
            f"{first.error}; see {self.store.folder / FAILURES}; {self._kept()} (it plays only what is missing)"
        )


_HOPELESS = 3  # failed chunks after which a run in which none succeeded is given up


class _Count:
    def __init__(self, total: int, progress: Progress | None, done: int = 0) -> None:
        self.total, self.done, self.progress = total, done, progress
        self.add(0)

    def add(self, worlds: int) -> None:
        self.done += worlds
        if self.progress is not None:
            self.progress(self.done, self.total)
