"""Fan chart: how far apart an outcome's worlds lie, quarter by quarter."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.analysis.ends import labels_of
from sim.analysis.summary import words
from sim.catalogue import Variable
from sim.errors import InputError
from sim.plots.outcomes import Path, meaning_of, name_of, path_of, run_name, unit_of
from sim.plots.sheet import BLUE, INK, SMALL, SOFT, apart, limits, plain_ticks, quarters_axis, sheet, worlds_said
from sim.results import Results


def fan(
    results: Results,
    outcome: str,
    *,
    policy: str = "none",
    ghost: Results | None = None,
    ghost_policy: str = "none",
    observed: Mapping[str, float] | None = None,
    title: str | None = None,
) -> Figure:
    """An outcome over time: its median, the middle half of the worlds (dark) and nine in ten of them (light).

    Args:
        results: the run.
        outcome: `SRB.eu_alignment`, `mean.democracy`, or an outcome of the region such as `eu.cohesion`.
        policy: which of its policies.
        ghost: a run to compare with; its median is drawn as a dashed line.
        ghost_policy: which of the ghost's policies.
        observed: values on record by quarter, drawn as points.
        title: instead of the one made from the outcome.
    """
    path = path_of(results, outcome, policy)
    before = path_of(ghost, outcome, ghost_policy) if ghost is not None else None
    where = f"{path.place}: " if path.place else ""
    name = name_of(path.variable) if not where or name_of(path.variable)[:2].isupper() else name_of(path.variable).lower()
    figure, axes = sheet(
        title or f"{where}{name} in {run_name(results, policy)}",
        caption(path, results, ghost, ghost_policy, bool(observed)),
        height=3.0, subtitle=meaning_of(path.variable), right=1.35, left=1.35 if labels_of(path.variable) else 0.8,
    )  # fmt: skip
    axis = axes[0, 0]
    draw_fan(axis, path, before)
    seen = _observed(axis, observed or {}, path)
    low, high = extent([path, *([before] if before else [])])
    _scale(axis, path.variable, min([low, *seen]), max([high, *seen]))
    quarters_axis(axis, path.quarters)
    _labels(axis, path, before, run_name(ghost, ghost_policy) if ghost else "")
    return figure


def _scale(axis: Axes, variable: Variable, low: float, high: float) -> None:
    """The vertical axis: numbers with their unit, or words, then with a step to spare on either side."""
    if labels := labels_of(variable):
        axis.set_yticks(range(len(labels)), [words(label) for label in labels])
        axis.set_ylim(max(-0.2, np.floor(low) - 1), min(len(labels) - 0.8, np.ceil(high) + 1))
        return
    axis.set_ylim(*limits(low, high, variable.range))
    axis.set_ylabel(unit_of(variable), color=INK, size=SMALL)
    plain_ticks(axis.yaxis)


def caption(path: Path, results: Results, ghost: Results | None, ghost_policy: str, points: bool = False) -> str:
    """What the bands and lines of fans mean."""
    count = worlds_said(path.worlds)
    if path.counted:
        text = f"The line is the share of {count} in which it is so at the end of the quarter."
    elif path.worlds == 1:
        text = "The line is one possible world."
    else:
        text = (
            f"Drawn from {count}, each with a line of its own: half of them pass through the dark band, nine in ten through the light one;"
            " the solid line is the median of each quarter and need not be any one world."
        )
    if ghost is not None:
        median = "" if path.counted or path.worlds == 1 else "median of "
        text += f" Dashed: {median}{run_name(ghost, ghost_policy)}, the same world{'' if path.worlds == 1 else 's'} without the change."
    return text + (" Points: what was observed." if points else "")


def draw_fan(axis: Axes, path: Path, before: Path | None = None) -> None:
    """Bands, median and ghost of one outcome."""
    at = np.arange(len(path.quarters))
    p5, p25, p50, p75, p95 = path.bands
    if len(at) == 1:  # bands over one quarter have no width: bars stand for them
        axis.vlines(at, p5, p95, color=BLUE, alpha=0.25, linewidth=12)
        axis.vlines(at, p25, p75, color=BLUE, alpha=0.45, linewidth=12)
    elif not path.counted and path.worlds > 1:
        axis.fill_between(at, p5, p95, color=BLUE, alpha=0.2, linewidth=0)
        axis.fill_between(at, p25, p75, color=BLUE, alpha=0.38, linewidth=0)
    mark = "o" if len(at) == 1 else ""
    if before is not None:
        axis.plot(
            np.arange(len(before.quarters)), before.bands[2], color=INK, linewidth=1.3, linestyle=(0, (4, 2)), marker=mark, mfc="none"
        )
    axis.plot(at, p50, color=BLUE, linewidth=2.0, marker=mark, solid_capstyle="round")


def extent(paths: list[Path]) -> tuple[float, float]:
    """Lowest and highest value that fans of these paths show."""
    return min(float(p.bands.min()) for p in paths), max(float(p.bands.max()) for p in paths)


def _observed(axis: Axes, observed: Mapping[str, float], path: Path) -> list[float]:
    outside = sorted(set(observed) - set(path.quarters))
    if outside:
        raise InputError(f"observed: {', '.join(outside)} outside the run, which goes from {path.quarters[0]} to {path.quarters[-1]}")
    at = [path.quarters.index(q) for q in observed]
    axis.plot(at, list(observed.values()), "o", color=INK, markersize=4.5, markerfacecolor="white", markeredgewidth=1.3, zorder=5)
    return list(observed.values())


def _labels(axis: Axes, path: Path, before: Path | None, ghost: str) -> None:
    """Names at the right end of each line and band, pushed apart where they would touch."""
    ends = path.bands[:, -1]
    wanted = [(float(ends[2]), "share of worlds" if path.counted else "median" if path.worlds > 1 else "this world", BLUE, "bold")]
    if not path.counted and path.worlds > 1:
        wanted += [
            (float(ends[4] + ends[3]) / 2, "9 in 10 worlds", SOFT, "normal"),
            (float(ends[2] + ends[1]) / 2, "half of them", SOFT, "normal"),
        ]
    if before is not None:
        wanted.append((float(before.bands[2, -1]), ghost if len(ghost) < 19 else "reference", INK, "normal"))
    low, high = axis.get_ylim()
    for (_, text, colour, weight), y in zip(wanted, apart([w[0] for w in wanted], 0.062 * (high - low), low, high), strict=True):
        axis.annotate(text, (1.015, y), xycoords=("axes fraction", "data"), va="center", size=SMALL, color=colour, weight=weight)
