"""Sobol indices: how much of an outcome's variance goes back to each parameter or room, with intervals."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from sim.plots.sheet import BLUE, ORANGE, sheet


def indices(frame: pd.DataFrame, *, title: str = "What the outcome depends on", most: int = 12) -> Figure:
    """First-order and total indices side by side, the largest total first.

    `frame` is what `sim.analysis.sobol.sobol` gives: columns name, first_order, first_conf, total, total_conf.
    """
    shown = frame.head(most)
    figure, axes = sheet(
        title,
        "Hatched: share of the variance that goes once the parameters are known (first order). Plain: share that stays when all others are"
        " known (total). Whiskers: 95 % intervals.",
        height=0.34 * len(shown) + 0.3, left=2.2,
    )  # fmt: skip
    axis, rows = axes[0, 0], np.arange(len(shown))
    axis.barh(rows - 0.18, shown["total"], height=0.34, xerr=shown["total_conf"], color=BLUE, ecolor="black", capsize=2)
    first = {
        "height": 0.34,
        "xerr": shown["first_conf"],
        "color": ORANGE,
        "hatch": "///",
        "edgecolor": "white",
        "ecolor": "black",
        "capsize": 2,
    }
    axis.barh(rows + 0.18, shown["first_order"], **first)
    axis.set_yticks(rows, [str(n).replace("_", " ") for n in shown["name"]])
    axis.invert_yaxis()
    axis.set_xlabel("share of the variance")
    return figure
