"""A search for good settings of the levers under a budget: differential evolution (Storn & Price 1997, as in SciPy), seeded.

A setting costs, per lever, its cost times the share of the way that it moves from as written over the lever's range (a word, flag or list
costs in full once it differs). A setting beyond the budget is drawn back towards as written until it can be paid. Each setting is judged
over every scenario and point of the uncertainties, in the same worlds: by the mean of the outcome, or by its worst decile.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sim.analysis.design import Design, Factor
from sim.analysis.extras import extra, quiet
from sim.analysis.points import outcome_of
from sim.catalogue import catalogue
from sim.chunking import chunks
from sim.errors import InputError, unknown
from sim.play import Task

AIMS = ("mean", "worst_decile")
_POPULATION = 6  # settings per lever in a generation


@dataclass(frozen=True)
class Found:
    """What a search came to."""

    settings: dict[str, Any]
    cost: float
    value: float
    as_written: float
    evaluations: int
    seconds: float
    ended: str  # evaluations | time | converged
    outcome: str
    aim: str
    better: str
    written: dict[str, Any] = field(default_factory=dict)  # the levers as the scenario has them
    costs: dict[str, float] = field(default_factory=dict)  # of each setting; `cost` is their sum
    path: list[tuple[int, float]] = field(default_factory=list)  # (evaluation, best value so far)


class _Enough(Exception):
    """The evaluations or the time are used up."""


def search(
    design: Design, outcome: str, *, better: str, aim: str = "mean", evaluations: int = 200, seconds: float | None = None,
    budget: float | None = None, progress: Callable[[int, int], None] | None = None,
) -> Found:  # fmt: skip
    """The best setting of the design's levers that was met.

    The same design, seed and number of evaluations gives the same answer; a limit of time ends where the machine has got to, and
    `evaluations` of the answer says how many that were.
    """
    if not design.levers:
        raise InputError("the sweep file names no levers: there is nothing to search among")
    if aim not in AIMS:
        raise InputError(unknown("aim", aim, AIMS))
    judge = _Judge(design, outcome, better, aim, design.budget if budget is None else budget, evaluations, seconds, progress)
    start = judge.value({})
    optimize, ended = extra("scipy.optimize"), "converged"
    try:
        with quiet():
            optimize.differential_evolution(
                judge.badness, [(0.0, 1.0)] * len(design.levers), rng=np.random.default_rng(design.seed), popsize=_POPULATION,
                init="sobol", polish=False, maxiter=100_000, tol=1e-3,
            )  # fmt: skip
    except _Enough as enough:
        ended = str(enough)
    settings, value = judge.best if judge.best is not None else ({}, start)
    if judge.sign * (start - value) >= 0:
        settings, value = {}, start
    return Found(
        settings, judge.cost(settings), value, start, judge.count, round(time.monotonic() - judge.began, 2), ended, outcome, aim, better,
        judge.written, judge.costs(settings), judge.path,
    )  # fmt: skip


class _Judge:
    """Evaluates settings, keeps the best, and ends the search in time."""

    def __init__(
        self, design: Design, outcome: str, better: str, aim: str, budget: float | None, evaluations: int, seconds: float | None,
        progress: Callable[[int, int], None] | None,
    ) -> None:  # fmt: skip
        self.design, self.outcome, self.aim, self.budget = design, outcome, aim, budget
        self.sign = 1 if better == "higher" else -1
        self.evaluations, self.seconds, self.progress = evaluations, seconds, progress
        self.began, self.count = time.monotonic(), 0
        self.known: dict[str, float] = {}
        self.best: tuple[dict[str, Any], float] | None = None
        self.path: list[tuple[int, float]] = []
        self.written = {f.name: _as_written(design, f) for f in design.levers}

    def badness(self, x: np.ndarray) -> float:
        """What the optimiser makes small."""
        settings = self.affordable(x)
        key = repr(settings)
        if key not in self.known:
            if self.count >= self.evaluations:
                raise _Enough("evaluations")
            if self.seconds is not None and time.monotonic() - self.began > self.seconds:
                raise _Enough("time")
            self.count += 1
            self.known[key] = value = self.value(settings)
            if self.best is None or self.sign * (value - self.best[1]) > 0:
                self.best = (settings, value)
                self.path.append((self.count, value))
            if self.progress is not None:
                self.progress(self.count, self.evaluations)
        return -self.sign * self.known[key]

    def affordable(self, x: np.ndarray) -> dict[str, Any]:
        """The setting at x, drawn back towards as written until it can be paid; what stays as written is not set."""
        factors = self.design.levers
        chosen = {f.name: f.at(np.array([u]))[0] for f, u in zip(factors, x, strict=True)}
        if self.budget is None or self.cost(chosen) <= self.budget:
            return chosen
        left = self.budget
        for factor in factors:  # words, flags and lists first: they cannot be had in part
            if factor.values and chosen[factor.name] != self.written[factor.name]:
                if factor.cost > left:
                    chosen[factor.name] = self.written[factor.name]
                else:
                    left -= factor.cost
        ranges = {f.name: chosen[f.name] for f in factors if not f.values}
        needed = self.cost(ranges)
        share = min(1.0, left / needed) if needed > 0 else 1.0
        for name, value in ranges.items():
            chosen[name] = self.written[name] + share * (value - self.written[name])
        return chosen

    def cost(self, settings: dict[str, Any]) -> float:
        """What settings cost."""
        return sum(self.costs(settings).values())

    def costs(self, settings: dict[str, Any]) -> dict[str, float]:
        """What each of them costs."""
        return {f.name: _cost(f, settings[f.name], self.written[f.name]) for f in self.design.levers if f.name in settings}

    def value(self, settings: dict[str, Any]) -> float:
        """The outcome over every scenario, point of the uncertainties and world."""
        parts = []
        for scenario in self.design.scenarios:
            for point in self.design.points("uncertainties"):
                plan = scenario.plan(None, {**settings, **point})
                for chunk in chunks(range(self.design.worlds)):
                    task = Task(plan, self.design.seed, chunk)
                    parts.append(outcome_of(task, [self.outcome], self.design.window)[self.outcome])
        values = np.concatenate(parts)
        return float(values.mean() if self.aim == "mean" else np.quantile(values, 0.1 if self.sign > 0 else 0.9))


def _cost(factor: Factor, value: Any, written: Any) -> float:
    if factor.values:
        return 0.0 if value == written else factor.cost
    assert factor.low is not None
    assert factor.high is not None
    return factor.cost * abs(value - written) / (factor.high - factor.low)


def _as_written(design: Design, factor: Factor) -> Any:
    """What the first scenario has a lever at when it begins, else its default; a lever of all six must be the same in all."""
    lever, state = catalogue().lever_named(factor.name)
    plan = design.scenarios[0].plan()
    names = [factor.name] if state or not lever.per_state else list(lever.full_names)
    found = []
    for name in names:
        own = plan.levers.get(name)
        held = own.steps[0][1] if own is not None and own.steps else lever.default_of(name.split(".")[1] if lever.per_state else None)
        found.append(list(held) if isinstance(held, tuple) else held)
    if factor.values:
        return found[0]
    return float(np.mean(np.asarray(found, dtype=float)))
