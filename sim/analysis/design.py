"""Designs: what is varied, how it is laid out, and the points that come of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, product
from typing import Any

import numpy as np

from sim.analysis.extras import extra, quiet
from sim.scenario import Scenario
from sim.scenario.distributions import quantile
from sim.scenario.plan import Distribution

KINDS = ("full_factorial", "latin_hypercube", "sobol")
DESIGNED = ("levers", "uncertainties")


@dataclass(frozen=True)
class Factor:
    """Something that is varied: between low and high, over values, or by a distribution."""

    name: str
    low: float | None = None
    high: float | None = None
    values: tuple[Any, ...] = ()
    distribution: Distribution | None = None
    cost: float = 1.0

    def at(self, u: np.ndarray) -> list[Any]:
        """Values at the quantiles u in 0..1."""
        if self.values:
            return [self.values[min(int(x * len(self.values)), len(self.values) - 1)] for x in u]
        if self.distribution is not None:
            return [float(v) for v in quantile(self.distribution, np.clip(u, 1e-6, 1 - 1e-6))]
        assert self.low is not None
        assert self.high is not None
        return [float(self.low + (self.high - self.low) * x) for x in u]


@dataclass(frozen=True)
class Layout:
    """How a group of factors is laid out."""

    kind: str = "full_factorial"
    levels: int = 3
    points: int = 16


@dataclass(frozen=True)
class Design:
    """A checked sweep file."""

    name: str
    title: str
    question: str
    scenarios: tuple[Scenario, ...]
    policies: tuple[str, ...] | str
    worlds: int
    seed: int
    levers: tuple[Factor, ...]
    uncertainties: tuple[Factor, ...]
    layouts: Mapping[str, Layout]
    outcomes: tuple[str, ...]
    window: tuple[str, str] | None
    budget: float | None = None

    def points(self, group: str) -> list[dict[str, Any]]:
        """Settings of each point of `levers` or `uncertainties`; the first is {}: as the scenario has it."""
        factors: tuple[Factor, ...] = getattr(self, group)
        if not factors:
            return [{}]
        return [{}, *laid_out(factors, self.layouts[group], self.seed)]

    def policies_of(self, scenario: Scenario) -> list[str]:
        """Policies played in a scenario, `none` first."""
        named = list(scenario.policies) if self.policies == "all" else list(self.policies)
        return list(dict.fromkeys(["none", *named]))

    @property
    def notices(self) -> tuple[str, ...]:
        """What is ignored and what has no effect at any point, each once: each group's points, the other as the scenario has it."""
        points = list(chain.from_iterable(self.points(group) for group in DESIGNED))
        plans = (s.plan(policy, point) for s in self.scenarios for policy in self.policies_of(s) for point in points)
        return tuple(dict.fromkeys(notice for plan in plans for notice in plan.notices))


def laid_out(factors: Sequence[Factor], layout: Layout, seed: int) -> list[dict[str, Any]]:
    """The points of a design over factors; full factorial takes equal steps of each range and every value of a list."""
    if layout.kind == "full_factorial":
        axes = [
            list(f.values) if f.values else f.at(np.linspace(0, 1, layout.levels) if f.distribution is None else _inner(layout.levels))
            for f in factors
        ]
        return [dict(zip([f.name for f in factors], values, strict=True)) for values in product(*axes)]
    qmc = extra("scipy.stats.qmc")
    with quiet():
        sampler = (qmc.LatinHypercube if layout.kind == "latin_hypercube" else qmc.Sobol)(d=len(factors), rng=np.random.default_rng(seed))
        unit = sampler.random(layout.points)
    columns = [f.at(unit[:, i]) for i, f in enumerate(factors)]
    return [dict(zip([f.name for f in factors], values, strict=True)) for values in zip(*columns, strict=True)]


def _inner(levels: int) -> np.ndarray:
    """Quantiles in the middle of equal shares: the ends of a distribution may lie at infinity."""
    return (np.arange(levels) + 0.5) / levels


def size(factors: Sequence[Factor], layout: Layout) -> int:
    """How many points a group of factors has, the one as the scenario has it included."""
    if not factors:
        return 1
    if layout.kind != "full_factorial":
        return layout.points + 1
    size = 1
    for factor in factors:
        size *= len(factor.values) or layout.levels
    return size + 1
