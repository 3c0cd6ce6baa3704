"""Waterfall: what made the difference between two runs, cause by cause, and what each cause is made of."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.analysis.summary import words
from sim.errors import InputError, unknown
from sim.plots.sheet import BLUE, INK, PAPER, SMALL, SOFT, VERMILLION, named_rows, sheet

_SMALL = 0.01  # of the largest cause: what is smaller is added up
_SMALL_PART = 0.1  # of the largest part of a cause
_PARTS = 3  # of a cause that are shown by themselves


class Step(NamedTuple):
    """A bar, or a part of the bar above it."""

    name: str
    change: float
    part: bool = False


def waterfall(causes: pd.DataFrame, *, title: str = "What made the difference", unit: str = "", most: int | None = None) -> Figure:
    """Bars that add up to the whole difference, the largest causes first.

    Args:
        causes: what `explain` gives: columns room, because, difference; with `through=True` the parts of each bar stand below it.
        title: says which outcome and which two runs.
        unit: of the outcome.
        most: causes shown by themselves (8; with parts 5); the others are added up in one bar.
    """
    deep = "input" in causes.columns
    steps = _steps(causes, (5 if deep else 8) if most is None else most)
    total = float(causes["difference"].sum())
    figure, axes = sheet(
        title,
        "Each bar begins where the one above ends; together they make the whole difference, the mean over the worlds of both runs."
        " Blue and hatched, to the right: raises the outcome. Orange, to the left: lowers it."
        + (" The thin bars below one are what it is made of." if deep else ""),
        height=0.33 * (len(steps) + 1) + 0.1, left=2.75, right=0.65,
    )  # fmt: skip
    axis = axes[0, 0]
    low, high = _bars(axis, steps, total)
    named_rows(axis, [*(("– " if s.part else "") + s.name for s in steps), "all together"])
    for label, step in zip(axis.get_yticklabels(), steps, strict=False):
        label.set_color(SOFT if step.part else INK)
    axis.get_yticklabels()[-1].set_weight("bold")
    axis.set_ylim(len(steps) + 0.6, -0.6)
    axis.set_xlim(low - 0.03 * (high - low), high + 0.13 * (high - low))
    axis.axvline(0, color=SOFT, linewidth=0.8)
    axis.set_xlabel("difference" + (f" ({unit})" if unit else ""), size=SMALL, color=INK)
    return figure


def _starts(steps: list[Step]) -> list[float]:
    """Where each bar begins: where the last one ended, parts within their bar."""
    starts, end, inner = [], 0.0, 0.0
    for step in steps:
        starts.append(inner if step.part else end)
        if step.part:
            inner += step.change
        else:
            inner, end = end, end + step.change
    return starts


def _bars(axis: Axes, steps: list[Step], total: float) -> tuple[float, float]:
    """Each bar from where the last one ended, their sum below, each with its number; returns the ends of them all."""
    starts = _starts(steps)
    ends = [0.0, *starts, *(start + step.change for start, step in zip(starts, steps, strict=True))]
    low, high = min(ends), max(ends)
    high = high if high > low else low + 1.0
    above = -1  # row of the last whole bar
    for row, (start, (_, change, part)) in enumerate(zip(starts, steps, strict=True)):
        paint: dict[str, Any] = {"color": BLUE, "hatch": "///"} if change >= 0 else {"color": VERMILLION}
        axis.barh(row, change, left=start, height=0.26 if part else 0.62, alpha=0.6 if part else 1, edgecolor="white", linewidth=0, **paint)
        if row and not part:
            axis.vlines(start, above + 0.31, row + 0.31, color=SOFT, linewidth=0.8)
        above = above if part else row
        _number(axis, row, change, max(start, start + change) + 0.015 * (high - low), SOFT if part else INK)
    axis.barh(len(steps), total, color=INK, height=0.62)
    _number(axis, len(steps), total, max(0.0, total) + 0.015 * (high - low), INK)
    return low, high


def _number(axis: Axes, row: int, change: float, at: float, colour: str) -> None:
    said = f"{change:+.3f}".replace("-", "\N{MINUS SIGN}")
    paper = {"facecolor": PAPER, "edgecolor": "none", "pad": 0.8}
    axis.annotate(said, (at, row), va="center", size=SMALL, color=colour, annotation_clip=False, bbox=paper)


def _steps(causes: pd.DataFrame, most: int) -> list[Step]:
    """The bars, the largest first, each with its parts below it; the small rest as one."""
    for column in ("because", "difference"):
        if column not in causes.columns:
            raise InputError(f"the table of causes lacks a column: {unknown('column', column, causes.columns)}")
    if most < 1:
        raise InputError(f"most={most}: at least one cause is shown")
    bars = [(frame, float(frame["difference"].sum())) for frame in _by_cause(causes)]
    bars = sorted((bar for bar in bars if bar[1]), key=lambda bar: -abs(bar[1]))
    least = _SMALL * max((abs(size) for _, size in bars), default=0.0)
    shown = min(most, sum(abs(size) > least for _, size in bars))
    steps: list[Step] = []
    for frame, size in bars[:shown]:
        steps += [Step(_named(frame.iloc[0].to_dict()), size), *_parts(frame)]
    rest = [size for _, size in bars[shown:]]
    if rest and abs(sum(rest)) > least:
        steps.append(Step(f"{len(rest)} smaller cause{'s' if len(rest) > 1 else ''}", sum(rest)))
    return steps


def _by_cause(causes: pd.DataFrame) -> list[pd.DataFrame]:
    if "input" not in causes.columns:
        return [causes.iloc[[i]] for i in range(len(causes))]
    return [frame for _, frame in causes.groupby(["room", "because"], sort=False)]


def _parts(frame: pd.DataFrame) -> list[Step]:
    """What a bar is made of, the largest first; nothing where it is made of one thing alone."""
    if "input" not in frame.columns or len(frame) == 1:
        return []
    sizes = frame["difference"].abs()
    telling = frame[sizes >= _SMALL_PART * sizes.max()].sort_values("difference", key=np.abs, ascending=False, kind="stable").head(_PARTS)
    steps = [Step(_made_of(row), float(row["difference"]), part=True) for row in telling.to_dict("records")]
    rest = frame.drop(telling.index)["difference"]
    if abs(rest.sum()) > _SMALL * sizes.max():
        steps.append(Step("other inputs", float(rest.sum()), part=True))
    return steps if len(steps) > 1 else []


def _made_of(row: dict[Any, Any]) -> str:
    way = ", ".join(_plain(step) for step in str(row["way"]).split(", ") if step)
    return f"{_plain(row['source'])} by way of {way}" if row["source"] else _plain(row["input"])


def _plain(name: object) -> str:
    """A variable's name as words; of the six it need not be said."""
    return words(str(name).removeprefix("states."))


def _named(row: dict[Any, Any]) -> str:
    """A bar's name: a cause and its room, or what a signal is computed from."""
    because, room = str(row["because"]), words(str(row.get("room", "")))
    if "from" in row and "input" not in row:  # a signal's, whose room says of what kind its input is
        return _plain(because)
    return because if room in ("", because) else f"{because} ({room})"
