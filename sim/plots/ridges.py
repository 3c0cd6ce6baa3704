"""Ridgelines: how the worlds are spread at the end, state under state."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.catalogue import STATE_NAMES, STATES
from sim.errors import InputError
from sim.plots.outcomes import name_of, path_of, position_of, run_name, state_outcome, unit_of
from sim.plots.sheet import BLUE, INK, RULE, SMALL, limits, named_rows, sheet, worlds_said
from sim.results import Results

_POINTS = 240
_HEIGHT = 0.92  # of a row that its ridge fills
_LEAST_WIDTH = 0.012  # of the smoothing, as a share of the axis: equal worlds show as a peak, not as a needle


def ridgeline(
    results: Results,
    outcome: str = "eu_alignment",
    *,
    policy: str = "none",
    ghost: Results | None = None,
    ghost_policy: str = "none",
    quarter: str | None = None,
    title: str | None = None,
) -> Figure:
    """The spread of worlds at a quarter (the last by default), one ridge per state; the ghost's as a dashed outline."""
    variable = state_outcome(outcome)
    if variable.type == "bool":
        raise InputError(f"'{outcome}' is yes or no in each world and has no spread; see small_multiples or hundred_dots")
    at, when = position_of(results, quarter)
    ends = {s: path_of(results, f"{s}.{outcome}", policy).values[:, at].astype(float) for s in STATES}
    past = {}
    if ghost is not None:
        there, _ = position_of(ghost, when)
        past = {s: path_of(ghost, f"{s}.{outcome}", ghost_policy).values[:, there].astype(float) for s in STATES}
    dashed = f" Dashed: {run_name(ghost, ghost_policy)}." if ghost is not None else ""
    figure, axes = sheet(
        title or f"{name_of(variable)} at the end of {when}, in {run_name(results, policy)}",
        f"The higher the ridge, the more of {worlds_said(ends['ALB'].size)} end there; each row is scaled to its own"
        f" highest point. The short line is the median.{dashed}",
        height=3.9, left=1.75,
    )  # fmt: skip
    axis = axes[0, 0]
    everything = np.concatenate([*ends.values(), *past.values()])
    reach = 2 * max(_silverman(values) for values in (*ends.values(), *past.values()))  # where the tails have run out
    low, high = limits(float(everything.min()) - reach, float(everything.max()) + reach, variable.range)
    for row, state in enumerate(STATES):
        _ridge(axis, row, ends[state], past.get(state), np.linspace(low, high, _POINTS), variable.range)
    named_rows(axis, [STATE_NAMES[s] for s in STATES], grid=False)
    axis.set_ylim(len(STATES) - 1 + 0.08, -1.02)
    axis.set_xlim(low, high)
    axis.set_xlabel(f"{name_of(variable)} ({unit_of(variable)})", size=SMALL, color=INK)
    return figure


def _ridge(axis: Axes, row: int, now: np.ndarray, before: np.ndarray | None, grid: np.ndarray, span: tuple[float, float]) -> None:
    """The spread of one state's worlds, standing on its row; both outlines on one scale."""
    ridge = density(now, grid, span)
    ghost = None if before is None else density(before, grid, span)
    scale = _HEIGHT / max(float(ridge.max()), 0.0 if ghost is None else float(ghost.max()))
    axis.axhline(row, color=RULE, linewidth=0.8)
    axis.fill_between(grid, row, row - ridge * scale, color=BLUE, alpha=0.35, linewidth=0)
    axis.plot(grid, row - ridge * scale, color=BLUE, linewidth=1.4)
    if ghost is not None:
        axis.plot(grid, row - ghost * scale, color=INK, linewidth=1.0, linestyle=(0, (4, 2)))
    axis.vlines(float(np.median(now)), row - 0.3, row, color=INK, linewidth=1.8)


def _silverman(values: np.ndarray) -> float:
    return 1.06 * float(values.std()) * float(values.size) ** -0.2


def density(values: np.ndarray, grid: np.ndarray, span: tuple[float, float]) -> np.ndarray:
    """Smoothed share of worlds per unit on a grid, (points,).

    Silverman's width, but never narrower than a readable peak; what would spill over an end of the outcome's range is folded back.
    """
    width = max(_silverman(values), _LEAST_WIDTH * float(grid[-1] - grid[0]))
    folded = np.concatenate([values, 2 * span[0] - values, 2 * span[1] - values])
    bumps = np.exp(-0.5 * ((grid[:, None] - folded[None, :]) / width) ** 2).sum(axis=1) / (values.size * width * np.sqrt(2 * np.pi))
    return np.where((grid >= span[0]) & (grid <= span[1]), bumps, 0.0)
