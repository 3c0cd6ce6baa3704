"""Why two runs differ, or one run changes: a difference booked to the mechanisms that made it.

A stock's difference is read off the ledger. A signal has none: its difference is split over what it is computed from, as
`sim.analysis.signals` says.
An outcome that is a sum or a mean of stocks is booked like a stock, one that is spread over the six like a signal of six inputs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from sim.analysis.compare import window_of
from sim.analysis.signals import LEVEL, TOGETHER, compared
from sim.catalogue import STATES, Variable, catalogue
from sim.errors import InputError
from sim.play import Task, play
from sim.recorder import Recording
from sim.results import Results, outcome_reference
from sim.running import Job, make_job
from sim.scenario.plan import Plan

START = "start"
COLUMNS = ("room", "because", "reference", "alternative", "difference")

Booked = dict[tuple[str, str], float]


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


def explain(
    reference: Results,
    alternative: Results,
    outcome: str,
    *,
    policy: str = "none",
    reference_policy: str = "none",
    until: str | None = None,
) -> pd.DataFrame:
    """The mean difference of an outcome between two runs at a quarter (the last by default), booked to its causes.

    The worlds common to both runs are simulated again, with the ledger where the outcome is a stock. Rows of a stock: room, because, the
    sum of bookings up to the quarter in each run, and their difference; `start` is the difference of starting values; clipping, events
    and clamps stand as rows of their own. Rows of a signal: what it is computed from (`room` says of what kind: stock, signal, decision,
    lever, parameter, or prepared by a room), the means of both in `from` and `to`, and the part of the difference that it explains; the
    last is what several inputs do only together. Either way `difference` sums to the difference of the outcome itself, to rounding.
    """
    worlds = sorted(set(reference.world_numbers(reference_policy).tolist()) & set(alternative.world_numbers(policy).tolist()))
    if not worlds:
        raise InputError("the two runs have no world in common; run both with the same worlds")
    if reference.manifest["seed"] != alternative.manifest["seed"]:
        raise InputError("the two runs have different seeds: their worlds are not the same worlds")
    last = window_of(alternative, until).stop - 1
    window_of(reference, alternative.quarters[last])
    first = Side(job_of(reference), reference_policy, reference.quarters.index(alternative.quarters[last]))
    return explained(first, Side(job_of(alternative), policy, last), outcome, worlds)


def explain_change(
    results: Results, outcome: str, *, policy: str = "none", since: str | None = None, until: str | None = None
) -> pd.DataFrame:
    """The mean change of an outcome over time in one run, from the end of `since` (or the start) to the end of `until` (or of the run).

    Rows as in `explain`; `reference` holds what was booked up to `since`, `alternative` what was booked up to `until`. A signal has no
    value before the first quarter and changes from the end of that one.
    """
    last = window_of(results, until).stop - 1
    signal = terms_of(outcome) is None
    begin = window_of(results, since).stop - 1 if since else 0 if signal else -1
    if begin > last:
        raise InputError(f"the change runs backwards: {since} to {results.quarters[last]}")
    job = job_of(results)
    return explained(Side(job, policy, begin), Side(job, policy, last), outcome, results.world_numbers(policy).tolist())


def explained(first: Side, second: Side, outcome: str, worlds: Sequence[int]) -> pd.DataFrame:
    """The difference between two situations in the same worlds, by cause, largest first."""
    terms = terms_of(outcome)
    if terms is None:
        return _by_input(first, second, outcome, worlds)
    a, b = (_sum_of(side, terms, worlds) for side in (first, second))
    rows = [(room, because, a.get((room, because), 0.0), b.get((room, because), 0.0)) for room, because in dict.fromkeys([*a, *b])]
    frame = pd.DataFrame(rows, columns=list(COLUMNS[:4]))
    frame["difference"] = frame["alternative"] - frame["reference"]
    return frame.sort_values("difference", key=np.abs, ascending=False, ignore_index=True)


def _named(outcome: str) -> tuple[str | None, Variable]:
    """State and variable of an outcome reference; a bare state outcome is the mean of the six."""
    return outcome_reference(f"mean.{outcome}" if outcome in catalogue().state_outcomes and outcome not in _regional() else outcome)


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


def _sum_of(side: Side, terms: Sequence[Term], worlds: Sequence[int]) -> Booked:
    found: Booked = {}
    for term in terms:
        for key, value in booked(side.job, side.policy, worlds, term.variable, term.state, side.quarter + 1).items():
            found[key] = found.get(key, 0.0) + term.coefficient * value
    if any(t.coefficient < 0 for t in terms):  # one minus the stock
        found[START, START] = found.get((START, START), 0.0) + 1.0
    return found


def booked(job: Job, policy: str, worlds: Sequence[int], variable: Variable, state: str | None, length: int) -> Booked:
    """Mean over worlds of a stock's bookings in the first `length` quarters, by (room, because), with the starting value."""
    sums: Booked = {}
    plan = _plan(job, policy)
    plan = replace(plan, end=plan.start + max(length, 1) - 1)
    for task in job.tasks(plan, worlds):
        recording = play(replace(task, ledger=frozenset({variable.name}), paths=(variable.name,)))
        for key, value in _reduced(recording, variable, state, length).items():
            sums[key] = sums.get(key, 0.0) + value
    return {key: value / len(worlds) for key, value in sums.items()}


def _plan(job: Job, policy: str) -> Plan:
    return next(p for p in job.plans if p.policy == policy)


def _reduced(recording: Recording, variable: Variable, state: str | None, length: int) -> Booked:
    """Sums over worlds and quarters of one recording's bookings, for one state or the mean of all."""

    def pick(values: np.ndarray) -> float:
        if state in STATES:
            return float(values[STATES.index(state)].sum())
        return float(values.sum() / (values.shape[0] if values.ndim == 2 else 1))

    found = {(START, START): pick(recording.paths[variable.name][0])}
    for (room, _, because), values in (recording.ledger or {}).items():
        found[room, because] = pick(values[:length].sum(axis=0))
    return found


# -- signals: split over what they are computed from --------------------------------------------------------------------------------


def _by_input(first: Side, second: Side, outcome: str, worlds: Sequence[int]) -> pd.DataFrame:
    state, variable = _named(outcome)
    if variable.kind != "derived":
        rows = _inputs(first, second, variable, state, worlds)
    elif variable.derived[0] == "spread":
        rows = _spread(first, second, catalogue().variables[variable.derived[1]], worlds)
    else:  # a mean or sum of signals
        rows = [r for name in variable.derived[1:] for r in _inputs(first, second, catalogue().variables[name], "mean", worlds)]
    frame = pd.DataFrame(rows, columns=["room", "because", "from", "to", "reference", "alternative"])
    frame["difference"] = frame["alternative"] - frame["reference"]
    keep = frame["room"].isin(["level"]) | (frame["difference"].abs() > 1e-15)
    frame = frame[keep].sort_values("difference", key=np.abs, ascending=False, ignore_index=True)
    return frame[[*COLUMNS, "from", "to"]]


Row = tuple[str, str, float, float, float, float]


def _inputs(first: Side, second: Side, variable: Variable, state: str | None, worlds: Sequence[int]) -> list[Row]:
    """Rows (kind, input, its mean in both, 0, its part), the level of the first situation among them; means over worlds."""
    sums: dict[tuple[str, str], np.ndarray] = {}
    chunks = [side.job.tasks(_plan(side.job, side.policy), worlds) for side in (first, second)]
    for tasks in zip(*chunks, strict=True):
        for part in compared(tasks[0], tasks[1], variable, state, (first.quarter, second.quarter)):
            key = (part.kind, part.name)
            sums[key] = sums.get(key, np.zeros(3)) + np.array([part.reference, part.alternative, part.explains])
    rows: list[Row] = []
    for (kind, name), values in sums.items():
        was, then, explains = (float(v) / len(worlds) for v in values)
        rows.append((kind, name, was, then, was, was) if name == LEVEL else (kind, name, was, then, 0.0, explains))
    return rows


def _spread(first: Side, second: Side, source: Variable, worlds: Sequence[int]) -> list[Row]:
    """The standard deviation over the six, split over the six states' own values."""
    values = [np.concatenate([_values(task, source, side.quarter) for task in side.job.tasks(_plan(side.job, side.policy), worlds)], axis=1)
              for side in (first, second)]  # fmt: skip
    a, b = values
    level_a, level_b = float(a.std(axis=0).mean()), float(b.std(axis=0).mean())
    rows: list[Row] = [("level", LEVEL, level_a, level_a, level_a, level_a)]
    for row, code in enumerate(STATES):
        onto, back = a.copy(), b.copy()
        onto[row], back[row] = b[row], a[row]
        part = 0.5 * (float(onto.std(axis=0).mean()) - level_a + level_b - float(back.std(axis=0).mean()))
        rows.append((source.kind, f"{code}.{source.key}", float(a[row].mean()), float(b[row].mean()), 0.0, part))
    return [*rows, ("together", TOGETHER, 0.0, 0.0, 0.0, level_b - level_a - sum(r[5] for r in rows[1:]))]


def _values(task: Task, source: Variable, quarter: int) -> np.ndarray:
    """A state variable at the end of a quarter, (6, worlds)."""
    plan = replace(task.plan, end=task.plan.start + quarter)
    return play(replace(task, plan=plan, paths=(source.name,))).paths[source.name][quarter + 1]
