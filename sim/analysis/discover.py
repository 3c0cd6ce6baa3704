"""In which worlds does it happen? Boxes of assumptions that hold many of the worlds of interest and few others.

PRIM (Friedman & Fisher 1999; for scenarios Bryant & Lempert 2010) peels away the worlds that are not of interest, side by side; CART
splits them. Both come from the EMA Workbench. Coverage: the share of the worlds of interest that a box holds; density: the share of its
worlds that are of interest. A quasi-p-value says how often chance alone would make one restriction look as good; restrictions above
5 % after allowing for the number of inputs offered (Bonferroni) are taken out again, one by one, and coverage and density are those of the
box that remains. The leaves of CART are not tested.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.condition import holds
from sim.analysis.extras import extra, quiet
from sim.analysis.inputs import inputs, status_of
from sim.analysis.sensitivity import bins, first_order
from sim.errors import InputError
from sim.results import Results

FEWEST = 100
_INPUTS = 20
"""Inputs that are searched: those that tell most about the condition by themselves. Among hundreds, chance makes a box of any few."""
_MOST = 10_000
_CHANCE = 0.05


@dataclass(frozen=True)
class Limit:
    """A restriction: the values of an input that lie in the box. One of (low, high) is nan where that side is open."""

    name: str
    low: float
    high: float
    options: tuple[str, ...]  # of a branch
    quasi_p: float
    status: str

    def __str__(self) -> str:
        name = self.name.removeprefix("parameters.")
        if self.options:
            return f"{name} is {' or '.join(self.options)}"
        if np.isnan(self.low):
            return f"{name} is at most {self.high:.3g}"
        if np.isnan(self.high):
            return f"{name} is at least {self.low:.3g}"
        return f"{name} is between {self.low:.3g} and {self.high:.3g}"


@dataclass(frozen=True)
class Box:
    """Worlds that share what some inputs are; of a further box of PRIM those that the boxes before leave."""

    limits: list[Limit]
    coverage: float
    density: float
    mass: float  # share of all worlds


@dataclass(frozen=True)
class Discovery:
    """What was found for a condition."""

    condition: str
    worlds: int
    share: float  # of worlds in which the condition holds
    prim: list[Box] = field(default_factory=list)
    cart: list[Box] = field(default_factory=list)


def discover(
    results: Results, condition: str, *, policy: str = "none", only: Sequence[str] | None = None, boxes: int = 2, density: float = 0.8
) -> Discovery:
    """Boxes of inputs within which a condition tends to hold.

    Args:
        results: a run; at least 100 worlds.
        condition: e.g. "SRB.eu_alignment < 0.45 at 2034Q4" (see `sim.analysis.condition`).
        policy: which policy of the run.
        only: names of inputs, or of their beginnings (a room).
        boxes: how many boxes PRIM looks for, each among the worlds that the ones before leave.
        density: of the boxes that PRIM passes on its way, the widest one that is at least this dense is taken; where none
            is, the one with the best balance of coverage and density (their harmonic mean).
    """
    x = inputs(results, policy, only)
    y = holds(condition, results, policy)
    share, worlds = float(y.mean()), y.size
    if worlds < FEWEST:
        raise InputError(f"{worlds} worlds are too few to discover anything; run {FEWEST} or more")
    if not 0 < share < 1:
        raise InputError(f"'{condition}' holds in {'every' if share else 'no'} world: there is nothing to tell apart")
    if worlds > _MOST:
        taken = np.linspace(0, worlds - 1, _MOST).astype(int)
        x, y = x.iloc[taken], y[taken]
    chance = _CHANCE / x.shape[1]
    x = x[telling(x, y)].reset_index(drop=True)
    return Discovery(condition, worlds, share, _prim(x, y, boxes, density, chance), _cart(x, y))


def telling(x: pd.DataFrame, y: np.ndarray, most: int = _INPUTS) -> list[str]:
    """Names of the inputs that tell most about y, each by itself, in the order of x."""
    shares = {name: first_order(bins(x[name], y.size), y.astype(float)) for name in x.columns}
    best = sorted(shares, key=lambda n: -shares[n])[:most]
    return [name for name in x.columns if name in best]


def _prim(x: pd.DataFrame, y: np.ndarray, boxes: int, density: float, chance: float) -> list[Box]:
    prim = extra("ema_workbench.analysis.prim")
    found, left = [], np.ones(y.size, dtype=bool)
    with quiet():
        search = prim.Prim(x.copy(), y, peel_alpha=0.05, mass_min=max(0.05, 20 / len(y)))
        for _ in range(boxes):
            peeled = search.find_box()
            if peeled is None:
                break
            passed = zip(peeled.box_lims, peeled.p_values, strict=True)
            pruned = [_box(_significant(_limits(box, x, p), x[left], y[left], chance), x, y, left) for box, p in passed]
            best = _chosen(pruned, density)
            peeled.select(best)  # the next box looks for worlds outside this one
            found.append(pruned[best])
            left &= ~inside(pruned[best].limits, x)
    return [b for b in found if b.limits and b.density > y.mean()]


def _chosen(boxes: Sequence[Box], density: float) -> int:
    """The widest box that is dense enough; else the one with the highest harmonic mean of coverage and density."""
    dense = [i for i, box in enumerate(boxes) if box.limits and box.density >= density]
    if dense:
        return max(dense, key=lambda i: boxes[i].coverage)
    return max(range(len(boxes)), key=lambda i: boxes[i].coverage * boxes[i].density / max(boxes[i].coverage + boxes[i].density, 1e-12))


def _limits(box: pd.DataFrame, x: pd.DataFrame, chance: Mapping[str, Sequence[float]]) -> list[Limit]:
    """Restrictions of a box in the workbench's form: two rows, the lower and the upper limits (or the set of options, twice)."""
    found = []
    for name in x.columns:
        low, high = box[name].iloc[0], box[name].iloc[1]
        p = min((v for v in chance.get(name, []) if v >= 0), default=float("nan"))
        if isinstance(low, set):
            if len(low) < x[name].nunique():
                found.append(Limit(name, np.nan, np.nan, tuple(sorted(str(v) for v in low)), float(p), status_of(name)))
            continue
        least, most = x[name].min(), x[name].max()
        if low > least or high < most:
            sides = (float(low) if low > least else np.nan, float(high) if high < most else np.nan)
            found.append(Limit(name, *sides, (), float(p), status_of(name)))
    return found


def inside(limits: Sequence[Limit], x: pd.DataFrame) -> np.ndarray:
    """Which worlds lie in a box, bool (worlds,)."""
    found = np.ones(len(x), dtype=bool)
    for limit in limits:
        if limit.options:
            found &= x[limit.name].astype(str).isin(limit.options).to_numpy()
            continue
        values = x[limit.name].to_numpy()
        found &= np.nan_to_num(values >= limit.low, nan=1) if not np.isnan(limit.low) else True
        found &= values <= limit.high if not np.isnan(limit.high) else True
    return found


def _box(limits: list[Limit], x: pd.DataFrame, y: np.ndarray, left: np.ndarray | bool = True) -> Box:
    held = inside(limits, x) & left
    hits = int(y[held].sum())
    return Box(limits, hits / max(int(y.sum()), 1), hits / max(int(held.sum()), 1), float(held.mean()))


def _significant(limits: list[Limit], x: pd.DataFrame, y: np.ndarray, chance: float) -> list[Limit]:
    """The restrictions without those that chance could explain, the weakest taken out first; p-values are those of what remains."""
    binom = extra("scipy.stats").binom
    while limits:
        tested = []
        for limit in limits:
            others = [other for other in limits if other is not limit]
            wider, narrow = inside(others, x), inside(limits, x)
            p = binom.sf(int(y[narrow].sum()) - 1, int(narrow.sum()), float(y[wider].mean()))
            tested.append(Limit(limit.name, limit.low, limit.high, limit.options, float(p), limit.status))
        weakest = max(tested, key=lambda t: t.quasi_p)
        if weakest.quasi_p <= chance:
            return sorted(tested, key=lambda t: t.quasi_p)
        limits = [t for t in tested if t is not weakest]
    return []


def _cart(x: pd.DataFrame, y: np.ndarray) -> list[Box]:
    """Leaves of a tree that hold the condition more often than the whole, the densest first."""
    cart = extra("ema_workbench.analysis.cart")
    with quiet():
        tree: Any = cart.CART(x.copy(), y, mass_min=max(0.05, 20 / len(y)))
        tree.build_tree()
        leaves = tree.boxes if tree.clf.tree_.node_count > 1 else []
    found = [_box(_limits(leaf, x, {}), x, y) for leaf in leaves]
    return sorted((b for b in found if b.density > y.mean()), key=lambda b: -b.density)
