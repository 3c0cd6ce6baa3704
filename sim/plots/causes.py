"""Waterfall: what made the difference between two runs, cause by cause."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.errors import InputError, unknown
from sim.plots.sheet import BLUE, INK, PAPER, SMALL, SOFT, VERMILLION, named_rows, sheet

_SMALL = 0.01  # of the largest cause: what is smaller is added up


def waterfall(causes: pd.DataFrame, *, title: str = "What made the difference", unit: str = "", most: int = 8) -> Figure:
    """Bars that add up to the whole difference, the largest causes first.

    Args:
        causes: what `explain` gives: columns room, because, difference.
        title: says which outcome and which two runs.
        unit: of the outcome.
        most: causes shown by themselves; the others are added up in one bar.
    """
    steps = _steps(causes, most)
    total = float(causes["difference"].sum())
    figure, axes = sheet(
        title,
        "Each bar begins where the one above ends; together they make the whole difference, the mean over the worlds of both runs."
        " Blue and hatched to the right raise the outcome, red to the left lower it.",
        height=0.33 * (len(steps) + 1) + 0.1, left=2.75, right=0.65,
    )  # fmt: skip
    axis = axes[0, 0]
    low, high = _bars(axis, steps, total)
    named_rows(axis, [*(name for name, _ in steps), "all together"])
    axis.get_yticklabels()[-1].set_weight("bold")
    axis.set_ylim(len(steps) + 0.6, -0.6)
    axis.set_xlim(low - 0.03 * (high - low), high + 0.13 * (high - low))
    axis.axvline(0, color=SOFT, linewidth=0.8)
    axis.set_xlabel("difference" + (f" ({unit})" if unit else ""), size=SMALL, color=INK)
    return figure


def _bars(axis: Axes, steps: list[tuple[str, float]], total: float) -> tuple[float, float]:
    """Each bar from where the last one ended, their sum below, each with its number; returns the ends of them all."""
    starts = [0.0, *np.cumsum([change for _, change in steps]).tolist()]
    low, high = min(starts), max(starts)
    high = high if high > low else low + 1.0
    for row, (start, (_, change)) in enumerate(zip(starts, steps, strict=False)):
        paint: dict[str, Any] = {"color": BLUE, "hatch": "///"} if change >= 0 else {"color": VERMILLION}
        axis.barh(row, change, left=start, height=0.62, edgecolor="white", linewidth=0, **paint)
        if row:
            axis.vlines(start, row - 0.69, row + 0.31, color=SOFT, linewidth=0.8)
        _number(axis, row, change, max(start, start + change) + 0.015 * (high - low))
    axis.barh(len(steps), total, color=INK, height=0.62)
    _number(axis, len(steps), total, max(0.0, total) + 0.015 * (high - low))
    return low, high


def _number(axis: Axes, row: int, change: float, at: float) -> None:
    said = f"{change:+.3f}".replace("-", "\N{MINUS SIGN}")
    paper = {"facecolor": PAPER, "edgecolor": "none", "pad": 0.8}
    axis.annotate(said, (at, row), va="center", size=SMALL, color=INK, annotation_clip=False, bbox=paper)


def _steps(causes: pd.DataFrame, most: int) -> list[tuple[str, float]]:
    """(cause, change), the largest first; the small rest as one."""
    for column in ("because", "difference"):
        if column not in causes.columns:
            raise InputError(f"the table of causes lacks a column: {unknown('column', column, causes.columns)}")
    if most < 1:
        raise InputError(f"most={most}: at least one cause is shown")
    sizes = causes["difference"].abs()
    telling = causes[sizes > 0].sort_values("difference", key=abs, ascending=False, kind="stable")
    shown = min(most, int((sizes > _SMALL * sizes.max()).sum()))
    steps = [(_named(row), float(row["difference"])) for row in telling.head(shown).to_dict("records")]
    rest = telling.iloc[shown:]
    if len(rest) and abs(float(rest["difference"].sum())) > _SMALL * sizes.max():
        steps.append((f"{len(rest)} smaller cause{'s' if len(rest) > 1 else ''}", float(rest["difference"].sum())))
    return steps


def _named(row: dict[object, object]) -> str:
    because, room = str(row["because"]), str(row.get("room", "")).replace("_", " ")
    return because if room in ("", because) else f"{because} ({room})"
