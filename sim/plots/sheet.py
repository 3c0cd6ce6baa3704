"""The sheet every figure is drawn on: colours, title, caption, axes without clutter, and saving that gives the same bytes every time.

Figures are 7 inches wide: 700 pixels as PNG, a column of a page as SVG. Nothing touches matplotlib's global state.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from sim.errors import InputError

BLUE, ORANGE, GREEN, VERMILLION, SKY, PURPLE = "#0072b2", "#e69f00", "#009e73", "#d55e00", "#56b4e9", "#cc79a7"
"""Colours of Okabe and Ito, told apart by the colour-blind; lines and marks differ in style too, for print in grey."""
INK, SOFT, RULE, PAPER = "#202124", "#5f6368", "#dadce0", "#ffffff"
STYLES = {
    "ALB": (BLUE, "-"),
    "BIH": (VERMILLION, "--"),
    "XKX": (GREEN, "-."),
    "MNE": (PURPLE, ":"),
    "MKD": (ORANGE, "-"),
    "SRB": (INK, "-"),
}

WIDTH = 7.0  # inches
RESOLUTION = 100  # dots per inch of a PNG
TITLE, TEXT, SMALL = 11.5, 9.0, 8.0  # points
_TITLE_LINE, _TEXT_LINE, _EDGE = 0.21, 0.155, 0.12  # inches
_TITLE_WIDTH, _TEXT_WIDTH, _ROW_WIDTH = 69, 112, 42  # characters in a line of the sheet's width, and of a row's name
SETTINGS: Any = {
    "font.family": ["sans-serif"], "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial"], "font.size": TEXT,
    "svg.fonttype": "none", "svg.hashsalt": "balkansim", "axes.unicode_minus": True, "path.simplify": True, "savefig.dpi": RESOLUTION,
}  # fmt: skip


def sheet(
    title: str, caption: str, *, height: float, rows: int = 1, columns: int = 1, subtitle: str = "",
    left: float = 0.75, right: float = 0.25, bottom: float = 0.45, across: float = 0.3, down: float = 0.5,
    head: float = 0.0,
) -> tuple[Figure, np.ndarray]:  # fmt: skip
    """A figure with title, subtitle and caption, and its axes (rows, columns). Lengths in inches.

    `height` is that of all axes, `head` the room for their own titles above the first row.
    """
    heads, notes = textwrap.wrap(title, _TITLE_WIDTH), textwrap.wrap(caption, _TEXT_WIDTH)
    words = textwrap.wrap(subtitle, _TEXT_WIDTH - 8)
    top = _EDGE + _TITLE_LINE * len(heads) + 0.17 * len(words) + 0.16 + head
    foot = bottom + _TEXT_LINE * len(notes) + _EDGE
    whole = top + height + foot
    with mpl.rc_context(SETTINGS):
        figure = Figure(figsize=(WIDTH, whole), facecolor=PAPER)
        axes = figure.subplots(rows, columns, squeeze=False)
        wide, tall = (WIDTH - left - right - across * (columns - 1)) / columns, (height - down * (rows - 1)) / rows
        figure.subplots_adjust(
            left=left / WIDTH, right=1 - right / WIDTH, bottom=foot / whole, top=1 - top / whole, wspace=across / wide, hspace=down / tall
        )
        line: Any = {"x": _EDGE / WIDTH, "ha": "left", "va": "top"}
        figure.text(y=1 - _EDGE / whole, s="\n".join(heads), size=TITLE, weight="bold", color=INK, linespacing=1.15, gid="title", **line)
        below = 1 - (_EDGE + _TITLE_LINE * len(heads)) / whole
        figure.text(y=below, s="\n".join(words), size=TEXT, color=SOFT, gid="subtitle", **line)
        figure.text(y=(foot - bottom) / whole, s="\n".join(notes), size=SMALL, color=SOFT, gid="caption", **line)
        figure.set_label(title)
        for axis in axes.flat:
            bare(axis)
    return figure, axes


def bare(axis: Axes) -> None:
    """Leave the axis what a reader needs: left and bottom line, quiet ticks."""
    axis.spines[["top", "right"]].set_visible(False)
    axis.spines[["left", "bottom"]].set_color(SOFT)
    axis.tick_params(colors=SOFT, labelsize=SMALL, labelcolor=INK, length=3)
    axis.set_facecolor("none")


def caption_of(figure: Figure) -> str:
    """The caption of a figure, on one line."""
    return " ".join(text.get_text().replace("\n", " ") for text in figure.texts if text.get_gid() == "caption")


def title_of(figure: Figure) -> str:
    """The title of a figure, on one line."""
    return str(figure.get_label())


def save(figure: Figure, path: str | Path) -> Path:
    """Write a figure as .svg or .png, the same bytes for the same figure. InputError for another ending."""
    path = Path(path)
    if path.suffix not in (".svg", ".png"):
        raise InputError(f"{path.name}: a figure is saved as .svg or .png")
    words = {"Title": title_of(figure), "Description": caption_of(figure)}
    extra = {"Date": None, "Creator": "balkansim"} if path.suffix == ".svg" else {"Software": "balkansim"}
    with mpl.rc_context(SETTINGS):
        figure.savefig(path, format=path.suffix[1:], dpi=RESOLUTION, metadata=words | extra)
    return path


def quarters_axis(axis: Axes, quarters: Sequence[str], most: int = 6) -> None:
    """Years under a horizontal axis whose positions are those of quarters; the quarter itself where there is but one year."""
    first = [(i, q[:4]) for i, q in enumerate(quarters) if q.endswith("Q1")]
    step = max(1, -(-len(first) // most))
    shown = first[::step] if len(first) > 1 else list(enumerate(quarters))[:: max(1, -(-len(quarters) // 4))]
    axis.set_xticks([i for i, _ in shown], [text for _, text in shown])
    edge = 0.5 if len(quarters) == 1 else 0
    axis.set_xlim(-edge, len(quarters) - 1 + edge)


def named_rows(axis: Axes, names: Sequence[str], grid: bool = True) -> None:
    """Names of rows on the left, row 0 on top, without a line beside them; numbers below."""
    axis.set_yticks(range(len(names)), [textwrap.fill(name, _ROW_WIDTH) for name in names], size=SMALL)
    axis.tick_params(axis="y", length=0)
    axis.spines["left"].set_visible(False)
    if grid:
        axis.grid(axis="x", color=RULE, linewidth=0.6)
        axis.set_axisbelow(True)
    plain_ticks(axis.xaxis)


def limits(low: float, high: float, span: tuple[float, float]) -> tuple[float, float]:
    """Ends of an axis around values, with some air, never a hair's breadth of the outcome's range and hardly beyond it."""
    least = 0.04 * (span[1] - span[0])
    pad = max(0.06 * (high - low), (least - (high - low)) / 2)
    hair = 0.01 * (span[1] - span[0])
    bottom, top = max(low - pad, span[0] - hair), min(high + pad, span[1] + hair)
    return (bottom, top) if top > bottom else (bottom, bottom + least)


def apart(wanted: Sequence[float], gap: float, low: float = -np.inf, high: float = np.inf) -> list[float]:
    """Positions at least `gap` apart, near those wanted and in their order, within [low, high] where that can be had."""
    if not wanted:
        return []
    order = np.argsort(wanted, kind="stable")
    gap = min(gap, (high - low) / max(1, len(wanted) - 1)) if np.isfinite(high - low) else gap
    placed = np.array(wanted, dtype=float)[order]
    for _ in range(200):  # push neighbours apart by halves until none is too near
        placed = np.clip(placed, low, high)
        short = gap - np.diff(placed)
        if not (short > 1e-9 * max(gap, 1e-9)).any():
            break
        push = np.maximum(short, 0) / 2
        placed[:-1] -= push
        placed[1:] += push
    back = np.empty(len(wanted))
    back[order] = placed
    return back.tolist()


def plain_ticks(axis: Any) -> None:
    """Numbers on an axis without needless zeros."""
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{round(value, 6):g}".replace("-", "\N{MINUS SIGN}")))


def worlds_said(worlds: int) -> str:
    """How many worlds a figure rests on, for its caption."""
    return "one possible world" if worlds == 1 else f"{worlds:,} possible worlds"
