"""One small figure per tension: two panels, both sides named on their lines."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.plots.sheet import BLUE, GREEN, INK, RULE, SMALL, SOFT, VERMILLION, plain_ticks, sheet, worlds_said
from sim.tensions.tension import Curve, Finding, Panel, Tension

LOOKS = ((BLUE, "-"), (VERMILLION, "--"), (GREEN, "-."))
"""Colour and style of the first, second and third line of a panel; colours of Okabe and Ito, styles for print in grey."""
SIDES = {"above": (0, 1), "below": (0, -1), "right": (1, 0), "left": (-1, 0)}
"""Where the name of a line stands from the line."""
HEIGHT, AIR, OFFSET = 2.2, 0.1, 6.0  # inches, inches, points


def draw(tension: Tension, finding: Finding, worlds: int) -> Figure:
    """The tension in a title, what came out in a line below, and its panels."""
    bands = any(curve.band is not None for panel in finding.panels for curve in panel.curves)
    caption = f"From {worlds_said(worlds)}, the same ones in every arm." + (
        " Lines are means, bands hold the middle half." if bands else ""
    )
    figure, axes = sheet(
        tension.title, caption, height=HEIGHT, columns=len(finding.panels), subtitle=tension.score(finding), across=0.62, left=0.6
    )
    room = figure.subplotpars
    figure.subplots_adjust(top=room.top - AIR / figure.get_figheight())
    for axis, panel in zip(axes[0], finding.panels, strict=True):
        _panel(axis, panel)
    return figure


def _panel(axis: Axes, panel: Panel) -> None:
    axis.set_title(panel.name, size=SMALL + 0.5, color=INK, loc="left", pad=5)
    if panel.nought:
        axis.axhline(0, color=SOFT, linewidth=0.7, zorder=1)
    if panel.at is not None:
        axis.axvline(panel.at, color=RULE, linewidth=1.0, zorder=0)
    for curve, (colour, style) in zip(panel.curves, LOOKS, strict=False):
        if curve.band is not None:
            axis.fill_between(curve.x, *curve.band, color=colour, alpha=0.15, linewidth=0)
        axis.plot(curve.x, curve.y, color=colour, linestyle=style, linewidth=1.7)
    axis.set_xlabel(panel.under, size=SMALL, color=INK)
    axis.margins(x=0.01, y=0.09)
    plain_ticks(axis.yaxis)
    plain_ticks(axis.xaxis)
    for curve, (colour, _) in zip(panel.curves, LOOKS, strict=False):
        _name(axis, curve, colour)


def _name(axis: Axes, curve: Curve, colour: str) -> None:
    """The name of a line beside it, at the place the curve names."""
    at, where = curve.place
    right, up = SIDES[where]
    axis.annotate(
        curve.label, (at, float(np.interp(at, curve.x, curve.y))), xytext=(OFFSET * right, OFFSET * up), textcoords="offset points",
        color=colour, size=SMALL, weight="bold", ha=("right", "center", "left")[right + 1], va=("top", "center", "bottom")[up + 1],
        bbox={"boxstyle": "square,pad=0.05", "facecolor": "white", "edgecolor": "none", "alpha": 0.6}, zorder=5,
    )  # fmt: skip
