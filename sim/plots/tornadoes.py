"""Tornado: on which assumptions an outcome depends most."""

from __future__ import annotations

from collections.abc import Hashable

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from sim.errors import InputError, unknown
from sim.plots.sheet import BLUE, INK, SMALL, SOFT, VERMILLION, named_rows, sheet

_ALONE = (
    "Each bar runs from the outcome with the assumption at the low end of its range (orange, plain) to that with the assumption at"
    " its high end (blue, hatched), all else equal."
)
_FIFTHS = (
    "Each bar runs from the mean outcome of the fifth of the worlds with the lowest values of the assumption (orange, plain) to that of the"
    " fifth with the highest (blue, hatched); these worlds differ in their other assumptions and in chance as well."
)


def tornado(
    sensitivities: pd.DataFrame,
    *,
    title: str = "Which assumptions matter most",
    unit: str = "",
    centre: float = 0.0,
    most: int = 12,
    fifths: bool = False,
) -> Figure:
    """A bar per assumption from the outcome at its low end to the outcome at its high end, the widest first.

    `sensitivities` has the columns name, low and high: the outcome (or its change) with the assumption at either end of its range, all
    else equal; or, with `fifths`, its mean over the fifth of the worlds with the lowest and the highest values, as `sensitivity` gives it.
    """
    for column in ("name", "low", "high"):
        if column not in sensitivities.columns:
            raise InputError(f"the table of sensitivities lacks a column: {unknown('column', column, sensitivities.columns)}")
    if not len(sensitivities):
        raise InputError("the table of sensitivities is empty")
    order = (sensitivities["high"] - sensitivities["low"]).abs().sort_values(ascending=False, kind="stable").index
    rows = sensitivities.loc[order].head(most).to_dict("records")
    left_out = len(sensitivities) - len(rows)
    figure, axes = sheet(
        title,
        (_FIFTHS if fifths else _ALONE) + (f" {left_out} that matter less are left out." if left_out else ""),
        height=0.33 * len(rows) + 0.25, left=2.75, right=0.3,
    )  # fmt: skip
    axis = axes[0, 0]
    for y, row in enumerate(rows):
        axis.barh(y, row["low"] - centre, left=centre, height=0.62, color=VERMILLION, edgecolor="white", linewidth=0)
        axis.barh(y, row["high"] - centre, left=centre, height=0.62, color=BLUE, hatch="///", edgecolor="white", linewidth=0)
    _ends(axis, rows[0], centre)
    axis.axvline(centre, color=SOFT, linewidth=1)
    named_rows(axis, [str(r["name"]).replace("_", " ") for r in rows])
    axis.set_ylim(len(rows) - 0.4, -1.0)
    axis.set_xlabel(("outcome" if centre else "change of the outcome") + (f" ({unit})" if unit else ""), size=SMALL, color=INK)
    axis.margins(x=0.04)
    axis.xaxis.set_major_locator(MaxNLocator(6))
    return figure


def _ends(axis: Axes, row: dict[Hashable, float], centre: float) -> None:
    """Say above the widest bar which part is which, where they lie on either side."""
    if (row["low"] - centre) * (row["high"] - centre) >= 0:
        return
    for end, colour in (("low", VERMILLION), ("high", BLUE)):
        left = row[end] < centre
        axis.annotate(f"{end} end", (centre, -0.62), xytext=(-5 if left else 5, 0), textcoords="offset points", va="center",
                      ha="right" if left else "left", size=SMALL, color=colour)  # fmt: skip
