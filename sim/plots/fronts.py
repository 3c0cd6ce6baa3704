"""Pareto front: which policies leave no other better on both of two outcomes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.analysis.summary import words
from sim.errors import InputError, unknown
from sim.plots.sheet import BLUE, INK, PAPER, RULE, SMALL, SOFT, plain_ticks, sheet


def pareto(
    policies: pd.DataFrame,
    x: str,
    y: str,
    *,
    name: str = "policy",
    better: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
    title: str | None = None,
) -> Figure:
    """Policies by two outcomes; those that no other beats on both are filled and joined.

    Args:
        policies: one row per policy, with a column of names and a column for each outcome.
        x, y: the two outcomes.
        name: the column of names.
        better: for an outcome `lower` where less is better; `higher` by default.
        units: of the outcomes, for the axes.
        title: instead of the one made from the outcomes.
    """
    for column in (name, x, y):
        if column not in policies.columns:
            raise InputError(f"the table of policies lacks a column: {unknown('column', column, policies.columns)}")
    if not len(policies):
        raise InputError("the table of policies is empty")
    wanted = {x: "higher", y: "higher", **(better or {})}
    points = policies[[x, y]].to_numpy(dtype=float)
    best = front(points * [1 if wanted[c] == "higher" else -1 for c in (x, y)])
    figure, axes = sheet(
        title or f"{words(x)[:1].upper()}{words(x)[1:]} against {words(y)}, by policy",
        "Each point is a policy: the mean over its worlds. Filled and joined are those that no other policy beats on both counts;"
        " which of these to prefer is a judgement that the model cannot make.",
        height=3.4, left=0.85, right=0.4, bottom=0.5,
    )  # fmt: skip
    axis = axes[0, 0]
    line = points[best][np.argsort(points[best][:, 0], kind="stable")]
    axis.plot(line[:, 0], line[:, 1], color=BLUE, linewidth=1.2, zorder=2)
    for at, ok in zip(points, best, strict=True):
        axis.plot(*at, "o", markersize=7, color=BLUE if ok else SOFT, markerfacecolor=BLUE if ok else "white", zorder=3)
    axis.margins(0.16, 0.14)
    _name(axis, points, [str(n).replace("_", " ") for n in policies[name]])
    axis.grid(color=RULE, linewidth=0.6)
    axis.set_axisbelow(True)
    for column, write, ticks in ((x, axis.set_xlabel, axis.xaxis), (y, axis.set_ylabel, axis.yaxis)):
        unit = f"{units[column]}; " if units and column in units else ""
        write(f"{words(column)} ({unit}{wanted[column]} is better)", size=SMALL, color=INK)
        plain_ticks(ticks)
    return figure


def front(points: np.ndarray) -> np.ndarray:
    """Which points (n, outcomes), more being better, no other is at least as good as on all and better on one; (n,) of bool."""
    at_least = (points[None, :, :] >= points[:, None, :]).all(axis=2)
    more = (points[None, :, :] > points[:, None, :]).any(axis=2)
    return ~(at_least & more).any(axis=1)


def _name(axis: Axes, points: np.ndarray, names: list[str]) -> None:
    """A label by each point: above, below, right or left of it, wherever it hides least of what is already there."""
    low, high = np.array(axis.get_xlim()), np.array(axis.get_ylim())
    box = axis.get_position()
    wide, tall = box.width * axis.figure.get_figwidth(), box.height * axis.figure.get_figheight()  # type: ignore[union-attr]
    inches = np.column_stack([(points[:, 0] - low[0]) / (low[1] - low[0]) * wide, (points[:, 1] - high[0]) / (high[1] - high[0]) * tall])
    taken = [(p[0] - 0.06, p[1] - 0.06, p[0] + 0.06, p[1] + 0.06) for p in inches]
    for (px, py), name in zip(inches, names, strict=True):
        length = 0.068 * len(name)
        spots = [(px + 0.09, py - 0.07), (px - 0.09 - length, py - 0.07), (px - length / 2, py + 0.08), (px - length / 2, py - 0.22)]
        spots += [(px + 0.07, py + 0.07), (px + 0.07, py - 0.21), (px - 0.07 - length, py + 0.07), (px - 0.07 - length, py - 0.21)]
        x, y = min(spots, key=lambda s: _hidden((s[0], s[1], s[0] + length, s[1] + 0.14), taken, wide, tall))
        taken.append((x, y, x + length, y + 0.14))
        paper = {"facecolor": PAPER, "edgecolor": "none", "pad": 0.6}
        place: Any = {"xycoords": "axes fraction", "va": "center", "annotation_clip": False, "zorder": 2.5}  # over the front, under points
        axis.annotate(name, (x / wide, (y + 0.07) / tall), size=SMALL, color=INK, bbox=paper, **place)


def _hidden(spot: tuple[float, float, float, float], taken: list[tuple[float, float, float, float]], wide: float, tall: float) -> float:
    """Area of a label that covers others or leaves the axes."""

    def common(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> float:
        return max(0.0, min(a[2], b[2]) - max(a[0], b[0])) * max(0.0, min(a[3], b[3]) - max(a[1], b[1]))

    whole = (spot[2] - spot[0]) * (spot[3] - spot[1])
    return sum(common(spot, t) for t in taken) + 3 * (whole - common(spot, (0.0, 0.0, wide + 0.25, tall)))
