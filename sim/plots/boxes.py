"""Boxes: the worlds of a run by the two inputs that tell most about a condition, those of interest coloured, the box drawn."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from sim.analysis.condition import holds
from sim.analysis.discover import Discovery, Limit, telling
from sim.analysis.inputs import inputs
from sim.plots.sheet import BLUE, INK, SOFT, TEXT, VERMILLION, sheet
from sim.results import Results

_MOST = 2000


def boxes(results: Results, found: Discovery, *, policy: str = "none", title: str | None = None) -> Figure:
    """The first box of a discovery, on its two strongest restrictions (or its only one, against chance).

    Where no box was found, the two inputs that tell most by themselves, without one.
    """
    x, y = inputs(results, policy), holds(found.condition, results, policy)
    limits = found.prim[0].limits[:2] if found.prim else [_unlimited(name) for name in telling(x, y, 2)]
    x, y = x.iloc[:_MOST], y[:_MOST]
    first, second = limits[0], limits[1] if len(limits) > 1 else None
    hair = np.random.default_rng(1).random(len(x))
    horizontal = _values(x[first.name], hair)
    vertical = _values(x[second.name], hair[::-1]) if second else hair
    figure, axes = sheet(
        title or f"Where '{found.condition}' holds",
        _caption(found),
        height=3.6, head=0.3,
    )  # fmt: skip
    axis = axes[0, 0]
    axis.plot(horizontal[~y], vertical[~y], "o", color=SOFT, alpha=0.35, markersize=3, label="does not hold")
    axis.plot(horizontal[y], vertical[y], "^", color=VERMILLION, markersize=4, label="holds")
    if found.prim:
        (left, right), (low, high) = _span(first, x, horizontal), _span(second, x, vertical)
        axis.add_patch(Rectangle((left, low), right - left, high - low, fill=False, edgecolor=BLUE, linewidth=2))
    _label(axis, first, second, x)
    axis.legend(loc="upper left", bbox_to_anchor=(0, 1.1), ncols=2, frameon=False, labelcolor=INK, fontsize=TEXT)
    return figure


def _caption(found: Discovery) -> str:
    usual = f"Each mark is one possible world; the condition holds in {100 * found.share:.0f} of 100."
    if not found.prim:
        return f"{usual} No box of assumptions has more of it than chance makes: these are the two that tell most by themselves."
    box = found.prim[0]
    further = f" Of its {len(box.limits)} restrictions the two strongest are drawn." if len(box.limits) > 2 else ""
    inside = f"In the box it holds in {100 * box.density:.0f} of 100, and of all worlds in which it holds {100 * box.coverage:.0f} in 100"
    return f"{usual} {inside} are there.{further}"


def _unlimited(name: str) -> Limit:
    return Limit(name, np.nan, np.nan, (), np.nan, "")


def _values(column: pd.Series, hair: np.ndarray) -> np.ndarray:
    """Numbers to plot; options of a branch are spread over a unit each."""
    return column.cat.codes.to_numpy() + 0.8 * hair - 0.4 if column.dtype == "category" else column.to_numpy()


def _span(limit: Limit | None, x: pd.DataFrame, values: np.ndarray) -> tuple[float, float]:
    if limit is None:
        return 0.0, 1.0
    if limit.options:
        codes = [i for i, option in enumerate(x[limit.name].cat.categories) if str(option) in limit.options]
        return min(codes) - 0.45, max(codes) + 0.45
    return (values.min() if np.isnan(limit.low) else limit.low, values.max() if np.isnan(limit.high) else limit.high)


def _label(axis: Axes, first: Limit, second: Limit | None, x: pd.DataFrame) -> None:
    axis.set_xlabel(first.name.removeprefix("parameters."))
    axis.set_ylabel(second.name.removeprefix("parameters.") if second else "spread out so that marks do not hide each other")
    if second is None:
        axis.set_yticks([])
    for limit, ticks in ((first, axis.set_xticks), (second, axis.set_yticks)):
        if limit is not None and x[limit.name].dtype == "category":
            names = [str(c) for c in x[limit.name].cat.categories]
            ticks(range(len(names)), names)
