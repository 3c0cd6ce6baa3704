"""Sobol indices by a design of their own: how much of an outcome's variance goes back to each uncertain parameter, or room of parameters.

The design (Saltelli's, sampled and analysed by SALib) has a base point per world and, beside it, one point per parameter or group in which
just that is exchanged. All points of a row are played in the same world, so chance does not blur the comparison; each column of the
design is one ensemble run with quantiles given instead of drawn. First order: the share of the variance that goes when a parameter is
known, total: the share that stays when all but it are known. Parameters that are not in the design keep their draws; what they and
chance do together with a parameter counts with the parameter.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from sim.analysis.extras import extra, quiet
from sim.analysis.points import outcome_of
from sim.catalogue import catalogue
from sim.errors import InputError, unknown
from sim.randomness import BLOCK
from sim.running import Job

FEWEST = BLOCK
_SEED = 20240101  # of the bootstrap only

Progress = Callable[[int, int], None]


def sobol(
    job: Job,
    outcome: str,
    groups: dict[str, list[str]] | None = None,
    window: Sequence[str] | str | None = None,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """First-order and total indices with 95 % confidence intervals, a row per group, the largest total first.

    Args:
        job: from `make_job`; its worlds must be the first 2^k (at least 64), one base point each; its last policy is analysed.
        outcome: an outcome reference.
        groups: parameters by the name of their group; every uncertain parameter grouped by room by default (`rooms_of`).
        window: as elsewhere.
        progress: called with (worlds done, worlds in all).
    """
    found = rooms_of(job) if groups is None else groups
    names, owner = [n for g in found.values() for n in g], [g for g, members in found.items() for _ in members]
    count = len(job.worlds)
    if count < FEWEST or count & (count - 1) or list(job.worlds) != list(range(count)):
        raise InputError(f"{count} worlds; a Sobol design takes the first 2^k of them: 64, 128, 256, 512, ...")
    _check(names, job)
    problem = {"num_vars": len(names), "names": names, "groups": owner, "bounds": [[0.0, 1.0]] * len(names)}
    with quiet():
        design = extra("SALib.sample.sobol").sample(problem, count, calc_second_order=False, seed=job.seed)
    design = np.clip(design.reshape(count, len(found) + 2, len(names)), 1e-9, 1 - 1e-9)
    y = np.empty((count, design.shape[1]))
    for k in range(design.shape[1]):
        y[:, k] = _column(job, dict(zip(names, design[:, k].T, strict=True)), outcome, window)
        if progress is not None:
            progress((k + 1) * count, y.size)
    if np.ptp(y) == 0:
        raise InputError(f"{outcome} is the same at every point: it depends on none of these")
    return analysed(problem, y.ravel())


def analysed(problem: dict[str, object], y: np.ndarray) -> pd.DataFrame:
    """SALib's analysis of outcomes y in the order of its design, as a table."""
    with quiet():
        found = extra("SALib.analyze.sobol").analyze(problem, y, calc_second_order=False, num_resamples=500, seed=_SEED)
    names = list(dict.fromkeys(problem.get("groups") or problem["names"]))  # type: ignore[call-overload]
    frame = pd.DataFrame(
        {"name": names, "first_order": found["S1"], "first_conf": found["S1_conf"], "total": found["ST"], "total_conf": found["ST_conf"]}
    )
    frame = frame.sort_values("total", ascending=False, ignore_index=True)
    frame.insert(1, "rank", np.arange(len(frame)) + 1)
    return frame


def rooms_of(job: Job) -> dict[str, list[str]]:
    """Every parameter that is drawn in this job, by room."""
    rooms: dict[str, list[str]] = {}
    for name in _drawn(job):
        rooms.setdefault(name.split(".", 1)[0], []).append(name)
    return rooms


def _drawn(job: Job) -> list[str]:
    override = job.plans[-1].parameters
    return [
        p.name for p in catalogue().parameters.values()
        if (override[p.name].draw is not None if p.name in override else p.prior is not None)
    ]  # fmt: skip


def _check(names: Sequence[str], job: Job) -> None:
    drawn = set(_drawn(job))
    wrong = [unknown("uncertain parameter", n, sorted(drawn)) for n in names if n not in drawn]
    if wrong or not names:
        raise InputError(wrong or "no parameter is uncertain here: there is nothing to analyse")


def _column(job: Job, quantiles: dict[str, np.ndarray], outcome: str, window: Sequence[str] | str | None) -> np.ndarray:
    """The outcome in every world under one column of the design, (worlds,)."""
    parts = []
    for task in job.tasks(job.plans[-1], job.worlds):
        cut = slice(task.worlds[0], task.worlds[-1] + 1)
        given = {name: values[cut] for name, values in quantiles.items()}
        parts.append(outcome_of(replace(task, quantiles=given), [outcome], window)[outcome])
    return np.concatenate(parts)
