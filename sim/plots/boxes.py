"""Boxes: the worlds of a run by the two inputs that tell most about a condition, those of interest coloured, the box drawn."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from sim.analysis.condition import holds
from sim.analysis.discover import Discovery, Limit
from sim.analysis.inputs import inputs
from sim.errors import InputError
from sim.plots.sheet import BLUE, INK, SOFT, VERMILLION, sheet
from sim.results import Results

_MOST = 2000


def boxes(results: Results, found: Discovery, *, policy: str = "none", title: str | None = None) -> Figure:
    """The first box of a discovery, on its two strongest restrictions (or its only one, against chance)."""
    if not found.prim:
        raise InputError(f"no box was found for '{found.condition}': there is nothing to draw")
    box, x, y = found.prim[0], inputs(results, policy), holds(found.condition, results, policy)
    x, y = x.iloc[:_MOST], y[:_MOST]
    first, second = box.limits[0], box.limits[1] if len(box.limits) > 1 else None
    hair = np.random.default_rng(1).random(len(x))
    horizontal = _values(x[first.name], hair)
    vertical = _values(x[second.name], hair[::-1]) if second else hair
    figure, axes = sheet(
        title or f"Where '{found.condition}' holds",
        f"Each dot is one possible world. The box holds {100 * box.coverage:.0f} of 100 worlds in which the condition holds; of the worlds"
        f" in it {100 * box.density:.0f} in 100 are such.{_further(len(box.limits))}",
        height=3.6, head=0.3,
    )  # fmt: skip
    axis = axes[0, 0]
    axis.plot(horizontal[~y], vertical[~y], "o", color=SOFT, alpha=0.35, markersize=3, label="does not hold")
    axis.plot(horizontal[y], vertical[y], "^", color=VERMILLION, markersize=4, label="holds")
    (left, right), (low, high) = _span(first, x, horizontal), _span(second, x, vertical)
    axis.add_patch(Rectangle((left, low), right - left, high - low, fill=False, edgecolor=BLUE, linewidth=2))
    _label(axis, first, second, x)
    axis.legend(loc="upper left", bbox_to_anchor=(0, 1.1), ncols=2, frameon=False, labelcolor=INK)
    return figure


def _further(count: int) -> str:
    return f" {count - 2} further restrictions are not drawn." if count > 2 else ""


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
    axis.set_ylabel(second.name.removeprefix("parameters.") if second else "(spread by chance)")
    for limit, ticks in ((first, axis.set_xticks), (second, axis.set_yticks)):
        if limit is not None and limit.options:
            names = [str(c) for c in x[limit.name].cat.categories]
            ticks(range(len(names)), names)
