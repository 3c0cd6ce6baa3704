"""Waterfall: what made the difference between two runs, cause by cause."""

from __future__ import annotations

import textwrap

import pandas as pd
from matplotlib.figure import Figure

from sim.errors import InputError, unknown
from sim.plots.sheet import BLUE, INK, PAPER, RULE, SMALL, SOFT, VERMILLION, plain_ticks, sheet

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
    at, ends = 0.0, [0.0]
    for row, (_, change) in enumerate(steps):
        up = change >= 0
        axis.barh(
            row, change, left=at, color=BLUE if up else VERMILLION, height=0.62, hatch="///" if up else "", edgecolor="white", linewidth=0
        )
        if row:
            axis.vlines(at, row - 0.69, row + 0.31, color=SOFT, linewidth=0.8)
        at += change
        ends.append(at)
    axis.barh(len(steps), total, color=INK, height=0.62)
    spread = (max(ends) - min(ends)) or 1.0
    for row, (start, (_, change)) in enumerate(zip([*ends[:-1], 0.0], [*steps, ("", total)], strict=True)):
        edge, side = max(start, start + change), 0.015 * spread
        said = f"{change:+.3f}".replace("-", "\N{MINUS SIGN}")
        paper = {"facecolor": PAPER, "edgecolor": "none", "pad": 0.8}
        axis.annotate(said, (edge + side, row), va="center", size=SMALL, color=INK, annotation_clip=False, bbox=paper)
    names = [*(name for name, _ in steps), "all together"]
    axis.set_yticks(range(len(names)), [textwrap.fill(n, 42) for n in names], size=SMALL)
    axis.get_yticklabels()[-1].set_weight("bold")
    axis.set_ylim(len(steps) + 0.6, -0.6)
    axis.set_xlim(min(ends) - 0.03 * spread, max(ends) + 0.13 * spread)
    axis.axvline(0, color=SOFT, linewidth=0.8)
    axis.grid(axis="x", color=RULE, linewidth=0.6)
    axis.set_axisbelow(True)
    axis.set_xlabel("difference" + (f" ({unit})" if unit else ""), size=SMALL, color=INK)
    axis.tick_params(axis="y", length=0)
    axis.spines["left"].set_visible(False)
    plain_ticks(axis.xaxis)
    return figure


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
