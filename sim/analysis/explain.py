"""Why two runs differ, or one run changes: a difference booked to the mechanisms that made it.

A stock's difference is read off the ledger, and one level down split over what each booking was computed from (`sim.analysis.through`).
A signal has no ledger: its difference is split over what it is computed from (`sim.analysis.signals`). An outcome that is a sum or a mean
of stocks is booked like a stock, one that is spread over the six like a signal of six inputs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from sim.analysis.compare import window_of
from sim.analysis.ends import Ends
from sim.analysis.exchange import NOTHING, REST, Leaf
from sim.analysis.replay import Input
from sim.analysis.signals import LEVEL, split_signal
from sim.analysis.split import Means, Split
from sim.analysis.through import START, split_stock
from sim.catalogue import STATES, Variable, catalogue
from sim.errors import InputError
from sim.ledger import CLIPPING
from sim.play import Task, play
from sim.recorder import Recording
from sim.results import Results, check_asked, outcome_reference
from sim.running import Job, Worlds, make_job, world_numbers
from sim.scenario.plan import Plan

MOST, MOST_THROUGH = 1024, 256
"""Worlds played again unless more are asked for: an answer within seconds, one level down too."""
COLUMNS = ("room", "because", "reference", "alternative", "difference", "error")
THROUGH_COLUMNS = ("room", "because", "kind", "input", "source_kind", "source", "way", "from", "to", "difference", "error")


@dataclass(frozen=True)
class Term:
    """A variable's part in an outcome: coefficient times one state's row, the mean of the six, or the variable itself."""

    variable: Variable
    state: str | None
    coefficient: float = 1.0


@dataclass(frozen=True)
class Side:
    """One situation: a run with a policy, up to the end of a quarter (its position in the run; -1 for before the first)."""

    job: Job
    policy: str
    quarter: int

    @property
    def plan(self) -> Plan:
        """What is played."""
        return next(p for p in self.job.plans if p.policy == self.policy)


def explain(
    reference: Results,
    alternative: Results,
    outcome: str,
    *,
    policy: str = "none",
    reference_policy: str = "none",
    until: str | None = None,
    worlds: Worlds | None = None,
    through: bool = False,
) -> pd.DataFrame:
    """The mean difference of an outcome between two runs at a quarter (the last by default), booked to its causes.

    Rows of a stock: room, because, the sum of bookings up to the quarter in each run, and their difference; `start` is the difference of
    starting values; clipping, events and clamps stand as rows of their own. Rows of a signal: what it is computed from (`room` says of
    what kind: stock, signal, decision, lever, parameter, or prepared by a room), the means of both in `from` and `to`, and the part of
    the difference that it explains; the last is what several inputs do only together. Either way `difference` sums to the difference of
    the outcome itself, to rounding.

    Args:
        reference, alternative: runs with the same seed. Worlds that both hold are played again, with the ledger of the stock.
        outcome: `SRB.x`, `mean.x`, a state outcome alone (its mean over the six), or an outcome of dyad, region or west.
        policy, reference_policy: which policy of each to take.
        until: the quarter.
        worlds: which worlds are played again: how many (the first of those that both hold), a range, or a list; by default up to 1,024,
            or 256 with `through`. `error` is half the 95 % interval of each mean over these worlds.
        through: one level down: each row is split over what it is computed from (`kind`, `input`), and where that is a signal or a
            decision of the same quarter, over what *that* comes from (`source_kind`, `source`; `way` are the signals between the source
            and the row, the nearest to the source first). Sums are the same.

    Returns:
        Rows, largest first. `frame.attrs` holds how many worlds were played (`worlds`) of how many (`of`), the `error` of the sum, and
        the difference in all worlds (`whole`, None where that is the sum).
    """
    check_asked(outcome, reference=reference, alternative=alternative)
    shared = np.intersect1d(reference.world_numbers(reference_policy), alternative.world_numbers(policy), assume_unique=True)
    if not shared.size:
        raise InputError("the two runs have no world in common; run both with the same worlds")
    if reference.manifest["seed"] != alternative.manifest["seed"]:
        raise InputError("the two runs have different seeds: their worlds are not the same worlds")
    last = window_of(alternative, until).stop - 1
    quarter = alternative.quarters[last]
    window_of(reference, quarter)
    first = Side(job_of(reference), reference_policy, reference.quarters.index(quarter))
    frame = explained(first, Side(job_of(alternative), policy, last), outcome, _chosen(shared, worlds, through), through)
    frame.attrs["of"] = int(shared.size)
    if frame.attrs["worlds"] < shared.size:
        a, b = (Ends(r, p, quarter, shared).of(_written(outcome)) for r, p in ((reference, reference_policy), (alternative, policy)))
        frame.attrs["whole"] = float((b - a).mean())
    return frame


def explain_change(
    results: Results,
    outcome: str,
    *,
    policy: str = "none",
    since: str | None = None,
    until: str | None = None,
    worlds: Worlds | None = None,
    through: bool = False,
) -> pd.DataFrame:
    """The mean change of an outcome over time in one run, from the end of `since` (or the start) to the end of `until` (or of the run).

    Rows and arguments as in `explain`; `reference` holds what was booked up to `since`, `alternative` what was booked up to `until`. With
    `through` each row is split into what it would have been had everything stayed as in the first quarter of the change, and what each
    input has added by moving since. A signal has no value before the first quarter and changes from the end of that one.
    """
    last = window_of(results, until).stop - 1
    signal = terms_of(outcome) is None
    begin = window_of(results, since).stop - 1 if since else 0 if signal else -1
    if begin > last:
        raise InputError(f"the change runs backwards: {since} to {results.quarters[last]}")
    job, held = job_of(results), results.world_numbers(policy)
    frame = explained(Side(job, policy, begin), Side(job, policy, last), outcome, _chosen(held, worlds, through), through)
    frame.attrs["of"] = int(held.size)
    if frame.attrs["worlds"] < held.size and begin >= 0:  # what stood before the first quarter is not in the results
        a, b = (Ends(results, policy, results.quarters[q], held).of(_written(outcome)) for q in (begin, last))
        frame.attrs["whole"] = float((b - a).mean())
    return frame


def _chosen(shared: np.ndarray, worlds: Worlds | None, through: bool) -> list[int]:
    """The worlds to play again, of those that there are."""
    if worlds is None:
        worlds = MOST_THROUGH if through else MOST
    if isinstance(worlds, int) and not isinstance(worlds, bool) and worlds > 0:
        return shared[:worlds].tolist()
    asked = world_numbers(worlds)
    missing = np.setdiff1d(np.asarray(asked), shared)
    if missing.size:
        raise InputError(f"world {missing[0]} is not in both runs; they have {shared.size:,} worlds, from {shared[0]} to {shared[-1]}")
    return list(asked)


def explained(first: Side, second: Side, outcome: str, worlds: Sequence[int], through: bool = False) -> pd.DataFrame:
    """The difference between two situations in the same worlds, by cause, largest first."""
    terms = terms_of(outcome)
    if terms is not None and not through:
        frame, total = _by_booking(first, second, terms, worlds)
    else:
        splits = _signal_splits(first, second, outcome, worlds, through) if terms is None else _splits(first, second, terms, worlds)
        frame, total = (_through_rows if through else _rows)(splits)
    frame = frame.sort_values("difference", key=np.abs, ascending=False, ignore_index=True)
    frame.attrs = {"worlds": len(worlds), "of": len(worlds), "error": total.error("all"), "whole": None}
    return frame


def _named(outcome: str) -> tuple[str | None, Variable]:
    """State and variable of an outcome reference; a bare state outcome is the mean of the six."""
    return outcome_reference(f"mean.{outcome}" if outcome in catalogue().state_outcomes and outcome not in _regional() else outcome)


def _written(outcome: str) -> str:
    """The outcome reference of an outcome."""
    state, variable = _named(outcome)
    return f"{state}.{variable.published}" if state else variable.published


def _regional() -> set[str]:
    return set(catalogue().region_outcomes)


def terms_of(outcome: str) -> list[Term] | None:
    """The stocks that an outcome is a weighted sum of; None for a signal, which is computed afresh every quarter."""
    state, variable = _named(outcome)
    if variable.kind == "stock":
        return [Term(variable, state)]
    if variable.kind != "derived":
        return None
    how, *names = variable.derived
    sources = [catalogue().variables[n] for n in names]
    if how == "labels":
        stocks = [v.published for v in catalogue().variables.values() if v.room == variable.room and v.kind == "stock" and v.outcome]
        raise InputError(f"'{outcome}' is a word, not a number; allowed: {', '.join(stocks)}")
    if how == "spread" or any(v.kind != "stock" for v in sources):
        return None
    if how == "mean":
        return [Term(sources[0], "mean")]
    return [Term(v, state, -1.0 if how == "one_minus" else 1.0) for v in sources]


def job_of(results: Results) -> Job:
    """How a run was made, to make it again."""
    if results.job is not None:
        return results.job
    manifest = results.manifest
    if manifest.get("actors"):
        raise InputError("these results were made with actors of your own; run again with actors=... and explain that")
    if results.scenario is None:
        raise InputError("these results do not say which scenario made them; run it again")
    return make_job(
        results.scenario, [0], manifest["seed"], manifest["policies"], manifest["levers"], parameters=manifest.get("parameters")
    )


# -- stocks: read off the ledger ----------------------------------------------------------------------------------------------------

Booked = dict[tuple[str, str], np.ndarray]
"""What was booked by (room, because), with the starting value, in each world of a chunk."""


def _by_booking(first: Side, second: Side, terms: Sequence[Term], worlds: Sequence[int]) -> tuple[pd.DataFrame, Means[str]]:
    means, total = (Means[tuple[str, str, str]](), Means[str]())
    for a, b, count in _booked(first, second, terms, worlds):
        causes, nothing = dict.fromkeys([*a, *b]), np.zeros(count)
        gaps = {key: b.get(key, nothing) - a.get(key, nothing) for key in causes}
        columns = (("reference", a), ("alternative", b), ("difference", gaps))
        means.add({(*key, column): values for column, booked in columns for key, values in booked.items()}, count)
        total.add({"all": sum(gaps.values(), nothing)}, count)
    keys = dict.fromkeys((room, because) for room, because, _ in means.keys)
    rows = [
        (*key, *(means.mean((*key, c)) for c in ("reference", "alternative", "difference")), means.error((*key, "difference")))
        for key in keys
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS)), total


def _booked(first: Side, second: Side, terms: Sequence[Term], worlds: Sequence[int]) -> Iterator[tuple[Booked, Booked, int]]:
    """Chunk by chunk: the bookings of both situations, and how many worlds."""
    names = frozenset(t.variable.name for t in terms)
    once = first.job is second.job and first.policy == second.policy
    for tasks in zip(*(_tasks(side, worlds) for side in (first, second)), strict=True):
        recordings = [play(replace(t, ledger=names, paths=tuple(sorted(names)))) for t in (tasks[1:] if once else tasks)]
        sums = [_summed(r, terms, side.quarter + 1) for r, side in zip((recordings[0], recordings[-1]), (first, second), strict=True)]
        yield sums[0], sums[1], len(tasks[0].worlds)


def _tasks(side: Side, worlds: Sequence[int]) -> Iterator[Task]:
    """One task per chunk, played no further than the situation's quarter."""
    plan = replace(side.plan, end=side.plan.start + max(side.quarter, 0))
    return side.job.tasks(plan, worlds)


def _summed(recording: Recording, terms: Sequence[Term], length: int) -> Booked:
    """What was booked to the terms in the first `length` quarters, for one state or the mean of all."""
    found: Booked = {(START, START): np.zeros(recording.worlds.size)}
    for term in terms:
        sums = {(START, START): recording.paths[term.variable.name][0].astype(float)}
        ledger = recording.ledger or {}
        sums |= {(room, why): v[:length].sum(axis=0) for (room, stock, why), v in ledger.items() if stock == term.variable.name}
        for key, values in sums.items():
            one = values if values.ndim == 1 else values[STATES.index(term.state)] if term.state in STATES else values.mean(axis=0)
            found[key] = found.get(key, 0.0) + term.coefficient * one
        if term.coefficient < 0:  # one minus the stock
            found[START, START] = found[START, START] + 1.0
    return found


def _splits(first: Side, second: Side, terms: Sequence[Term], worlds: Sequence[int]) -> Iterator[Split]:
    """One level down, chunk by chunk."""
    if first.plan.start != second.plan.start:
        raise InputError("the two runs begin in different quarters: their bookings cannot be split; leave out `through`")
    over_time = first.job is second.job and first.policy == second.policy
    spans = (range(0), range(first.quarter + 1, second.quarter + 1)) if over_time else (range(second.quarter + 1),) * 2
    for tasks in zip(*(_tasks(replace(side, quarter=second.quarter), worlds) for side in (first, second)), strict=True):
        whole = Split(len(tasks[0].worlds))
        for term in terms:
            split = split_stock((tasks[0], tasks[1]), spans, term.variable, term.state)
            for leaf, part in split.parts.items():
                whole.add(leaf, term.coefficient * part)
            whole.levels |= split.levels
        yield whole


# -- signals: split over what they are computed from --------------------------------------------------------------------------------


def _signal_splits(first: Side, second: Side, outcome: str, worlds: Sequence[int], through: bool) -> Iterator[Split]:
    """The splits of a signal, chunk by chunk; or of what a derived outcome is computed from."""
    state, variable = _named(outcome)
    quarters = (first.quarter, second.quarter)
    for tasks in zip(*(_tasks(side, worlds) for side in (first, second)), strict=True):
        if variable.kind != "derived":
            yield split_signal(tasks, quarters, variable, state, through)
        elif variable.derived[0] == "spread":
            yield _spread(tasks, quarters, catalogue().variables[variable.derived[1]])
        else:  # a mean or sum of signals
            whole = Split(len(tasks[0].worlds))
            for name in variable.derived[1:]:
                split = split_signal(tasks, quarters, catalogue().variables[name], "mean", through)
                for leaf, part in split.parts.items():
                    whole.add(leaf, part)
                whole.levels |= split.levels
            yield whole


def _spread(tasks: tuple[Task, Task], quarters: tuple[int, int], source: Variable) -> Split:
    """The standard deviation over the six, split over the six states' own values."""
    a, b = (_values(task, source, quarter) for task, quarter in zip(tasks, quarters, strict=True))
    split, level_a, level_b = Split(a.shape[1]), a.std(axis=0), b.std(axis=0)
    split.add(Leaf(NOTHING, (LEVEL,)), level_a)
    split.levels[Leaf(NOTHING, (LEVEL,))] = np.array([level_a.sum(), level_a.sum(), level_a.size])
    rest = level_b - level_a
    for row, code in enumerate(STATES):
        onto, back = a.copy(), b.copy()
        onto[row], back[row] = b[row], a[row]
        part = 0.5 * (onto.std(axis=0) - level_a + level_b - back.std(axis=0))
        leaf = Leaf(NOTHING, ((source.kind, f"{code}.{source.key}"),))
        split.add(leaf, part)
        split.levels[leaf] = np.array([a[row].sum(), b[row].sum(), level_a.size])
        rest = rest - part
    split.add(Leaf(NOTHING, (REST,)), rest)
    return split


def _values(task: Task, source: Variable, quarter: int) -> np.ndarray:
    """A state variable at the end of a quarter, (6, worlds)."""
    return play(replace(task, paths=(source.name,))).paths[source.name][quarter + 1].astype(float)


_ROUNDING = 5e-7  # of a mean of bookings: single precision took it, no bound did


def worth_telling(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of an explanation that are worth telling: all but clipping that is mere rounding."""
    booked = [column for column in ("reference", "alternative", "difference") if column in frame.columns]
    return frame[(frame["room"] != CLIPPING) | (frame[booked].abs() >= _ROUNDING).any(axis=1)]


# -- as frames ----------------------------------------------------------------------------------------------------------------------


def _gathered(splits: Iterator[Split]) -> tuple[Means[Leaf], dict[Leaf, tuple[float, float]], Means[str]]:
    """Means of all leaves, the mean levels of what they come from, and the sum of all but levels."""
    means, total, levels = Means[Leaf](), Means[str](), dict[Leaf, np.ndarray]()
    for split in splits:
        means.add(split.parts, split.worlds)
        parts = [part for leaf, part in split.parts.items() if leaf.path != (LEVEL,)]
        total.add({"all": sum(parts, np.zeros(split.worlds))}, split.worlds)
        for leaf, found in split.levels.items():
            levels[leaf] = levels.get(leaf, np.zeros(3)) + found
    return means, {leaf: (float(v[0] / v[2]), float(v[1] / v[2])) for leaf, v in levels.items()}, total


_NONE = (float("nan"), float("nan"))
_LEAST = 1e-8  # what is smaller is rounding in the engine's precision


def _rows(splits: Iterator[Split]) -> tuple[pd.DataFrame, Means[str]]:
    """A row per input of a signal."""
    means, levels, total = _gathered(splits)
    rows = []
    for leaf in means.keys:
        level, part = leaf.path == (LEVEL,), means.mean(leaf)
        if level or abs(part) > _LEAST:
            values = (part, part, 0.0, 0.0) if level else (0.0, part, part, means.error(leaf))
            rows.append((*leaf.path[0], *values, *levels.get(leaf, _NONE)))
    return pd.DataFrame(rows, columns=[*COLUMNS, "from", "to"]), total


def _through_rows(splits: Iterator[Split]) -> tuple[pd.DataFrame, Means[str]]:
    """A row per leaf; a bar of which nothing moves keeps one row."""
    means, levels, total = _gathered(splits)
    rows, still = [], dict.fromkeys(leaf.bar for leaf in means.keys)
    for leaf in means.keys:
        part = means.mean(leaf)
        if leaf.path != (LEVEL,) and abs(part) > _LEAST:
            bar, path = (leaf.path[0], leaf.path[1:]) if leaf.bar == NOTHING else leaf
            rows.append((*bar, *_names(path), *levels.get(leaf, _NONE), part, means.error(leaf)))
            still.pop(leaf.bar, None)
    rows += [(*bar, *_names(()), *_NONE, 0.0, 0.0) for bar in still if bar != NOTHING]
    return pd.DataFrame(rows, columns=list(THROUGH_COLUMNS)), total


def _names(path: tuple[Input, ...]) -> tuple[str, str, str, str, str]:
    """Kind and name of the nearest input and of what that comes from, and the signals on the way from the latter."""
    nearest, source = path[0] if path else NOTHING, path[-1] if len(path) > 1 else NOTHING
    return (*nearest, *source, ", ".join(name for _, name in reversed(path[:-1])))
