"""How policies stand: expected value and worst decile of one outcome, and in how many of ten cases each is best; and how a search went."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from sim.plots.sheet import BLUE, INK, SMALL, SOFT, VERMILLION, named_rows, plain_ticks, sheet


def standing(table: pd.DataFrame, outcome: str, better: str, *, title: str | None = None, most: int = 12) -> Figure:
    """A row per policy, the best expected value first.

    `table` has the columns policy, expected, worst_decile and best (share of cases) of one outcome, as `robust` gives them.
    """
    rows = table.sort_values("expected", ascending=better == "lower").head(most).to_dict("records")
    figure, axes = sheet(
        title or f"{outcome}: how the policies stand",
        f"Filled: mean over all cases, a case being a world at one setting of what nobody decides. Open: the value that one case in ten"
        f" falls {'short of' if better == 'higher' else 'beyond'}. Right: in how many of ten cases the policy is best, near ties shared.",
        height=0.36 * len(rows) + 0.25, left=2.3, right=0.75,
    )  # fmt: skip
    axis = axes[0, 0]
    for y, row in enumerate(rows):
        axis.plot([row["worst_decile"], row["expected"]], [y, y], color=SOFT, linewidth=1.4, zorder=1)
        axis.plot(row["worst_decile"], y, "o", markersize=6, color=VERMILLION, markerfacecolor="white", zorder=2)
        axis.plot(row["expected"], y, "o", markersize=7, color=BLUE, zorder=2)
        axis.annotate(
            f"{10 * row['best']:.1f} of 10", (1.02, y), xycoords=("axes fraction", "data"), va="center", size=SMALL, color=INK,
            annotation_clip=False,
        )  # fmt: skip
    axis.set_ylim(len(rows) - 0.4, -0.6)
    axis.margins(x=0.06)
    axis.xaxis.set_major_locator(MaxNLocator(6))
    named_rows(axis, [str(r["policy"]).replace("_", " ") for r in rows])
    axis.set_xlabel(f"{outcome} ({better} is better)", size=SMALL, color=INK)
    return figure


def searched(path: Sequence[tuple[int, float]], as_written: float, evaluations: int, outcome: str, *, title: str | None = None) -> Figure:
    """The best value that a search had met after so many settings. `path`: (settings tried, value), where it rose."""
    figure, axes = sheet(
        title or f"{outcome}: how far the search came",
        "The best value met after so many settings of the levers had been tried. A line that has long been flat says that more tries bring"
        " little; the dashed line is the scenario as written.",
        height=2.6, left=0.85, right=0.3,
    )  # fmt: skip
    axis = axes[0, 0]
    tried, values = np.array([p[0] for p in path] + [evaluations]), np.array([p[1] for p in path] + [path[-1][1] if path else as_written])
    axis.step(tried, values, where="post", color=BLUE, linewidth=1.6)
    axis.plot(tried[:-1], values[:-1], "o", color=BLUE, markersize=4)
    axis.axhline(as_written, color=SOFT, linewidth=1, linestyle=(0, (4, 2)))
    axis.annotate("as written", (1, as_written), xycoords=("axes fraction", "data"), xytext=(0, 3), textcoords="offset points", ha="right",
                  size=SMALL, color=SOFT)  # fmt: skip
    axis.set_xlabel("settings tried", size=SMALL, color=INK)
    axis.set_ylabel(outcome, size=SMALL, color=INK)
    axis.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    plain_ticks(axis.yaxis)
    return figure
