"""Why two runs differ: the difference of a stock, booked to the mechanisms that made it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from sim.analysis.compare import window_of
from sim.catalogue import STATES, Variable, catalogue
from sim.errors import InputError
from sim.play import play
from sim.recorder import Recording
from sim.results import Results, outcome_reference
from sim.running import Job, make_job

START = "start"


def explain(
    reference: Results,
    alternative: Results,
    outcome: str,
    *,
    policy: str = "none",
    reference_policy: str = "none",
    until: str | None = None,
) -> pd.DataFrame:
    """The mean difference of a stock between two runs at a quarter (the last by default), booked to its causes.

    The worlds common to both runs are simulated again with the ledger of this stock. Rows: room, because, the sum of bookings up to
    the quarter in each run, and their difference; `start` is the difference of starting values. The column `difference` sums to the
    difference of the stock itself, to rounding; clipping, events and clamps stand as rows of their own.
    """
    state, variable = _stock(outcome)
    worlds = sorted(set(reference.world_numbers(reference_policy).tolist()) & set(alternative.world_numbers(policy).tolist()))
    if not worlds:
        raise InputError("the two runs have no world in common; run both with the same worlds")
    length = window_of(alternative, until).stop
    a = booked(_job_of(reference), reference_policy, worlds, variable, state, length)
    b = booked(_job_of(alternative), policy, worlds, variable, state, length)
    keys = list(dict.fromkeys([*a, *b]))
    frame = pd.DataFrame(
        [{"room": r, "because": c, "reference": a.get((r, c), 0.0), "alternative": b.get((r, c), 0.0)} for r, c in keys]
    )
    frame["difference"] = frame["alternative"] - frame["reference"]
    return frame.sort_values("difference", key=np.abs, ascending=False, ignore_index=True)


def _stock(outcome: str) -> tuple[str | None, Variable]:
    state, variable = outcome_reference(f"mean.{outcome}" if outcome in catalogue().state_outcomes else outcome)
    if variable.kind == "derived" and variable.derived[0] == "mean":
        state, variable = "mean", catalogue().variables[variable.derived[1]]
    if variable.kind != "stock":
        stocks = sorted(v.published for v in catalogue().variables.values() if v.kind == "stock" and v.room == variable.room and v.outcome)
        raise InputError(
            f"'{outcome}' is computed afresh every quarter ({variable.kind} of room {variable.room}); only stocks are booked,"
            f" e.g. {', '.join(stocks) or 'eu_alignment'}"
        )
    return state, variable


def _job_of(results: Results) -> Job:
    """How a run was made, to make it again."""
    if results.job is not None:
        return results.job
    manifest = results.manifest
    if manifest.get("actors"):
        raise InputError("these results were made with actors of your own; run again with actors=... and explain that")
    if results.scenario is None:
        raise InputError("these results do not say which scenario made them; run it again")
    return make_job(results.scenario, [0], manifest["seed"], manifest["policies"], manifest["levers"])


def booked(
    job: Job, policy: str, worlds: Sequence[int], variable: Variable, state: str | None, length: int
) -> dict[tuple[str, str], float]:
    """Mean over worlds of a stock's bookings in the first `length` quarters, by (room, because), with the starting value."""
    plan = next(p for p in job.plans if p.policy == policy)
    sums: dict[tuple[str, str], float] = {}
    for task in job.tasks(plan, worlds):
        recording = play(replace(task, ledger=frozenset({variable.name}), paths=(variable.name,)))
        for key, value in _reduced(recording, variable, state, length).items():
            sums[key] = sums.get(key, 0.0) + value
    return {key: value / len(worlds) for key, value in sums.items()}


def _reduced(recording: Recording, variable: Variable, state: str | None, length: int) -> dict[tuple[str, str], float]:
    """Sums over worlds and quarters of one recording's bookings, for one state or the mean of all."""

    def pick(values: np.ndarray) -> float:
        if state in STATES:
            return float(values[STATES.index(state)].sum())
        return float(values.sum() / (values.shape[0] if values.ndim == 2 else 1))

    found = {(START, START): pick(recording.paths[variable.name][0])}
    for (room, _, because), values in (recording.ledger or {}).items():
        found[room, because] = pick(values[:length].sum(axis=0))
    return found
