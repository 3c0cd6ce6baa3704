"""Small multiples: the six states side by side, on one scale."""

from __future__ import annotations

from matplotlib.figure import Figure

from sim.catalogue import STATE_NAMES, STATES
from sim.plots.fans import caption, draw_fan, extent
from sim.plots.outcomes import name_of, path_of, run_name, state_outcome, unit_of
from sim.plots.sheet import INK, SMALL, limits, plain_ticks, quarters_axis, sheet
from sim.results import Results


def small_multiples(
    results: Results,
    outcome: str = "eu_alignment",
    *,
    policy: str = "none",
    ghost: Results | None = None,
    ghost_policy: str = "none",
    title: str | None = None,
) -> Figure:
    """A fan for each of the six, all on one scale. `outcome` is a bare outcome of states; the rest as for `fan`."""
    variable = state_outcome(outcome)
    paths = {s: path_of(results, f"{s}.{outcome}", policy) for s in STATES}
    before = {s: path_of(ghost, f"{s}.{outcome}", ghost_policy) if ghost is not None else None for s in STATES}
    figure, axes = sheet(
        title or f"{name_of(variable)} of the six, in {run_name(results, policy)}",
        caption(paths["ALB"], results, ghost, ghost_policy),
        height=3.9, rows=2, columns=3, subtitle=f"{unit_of(variable)}; all six on one scale", across=0.22, down=0.48, left=0.55, head=0.12,
    )  # fmt: skip
    low, high = extent([*paths.values(), *(p for p in before.values() if p is not None)])
    for axis, state in zip(axes.flat, STATES, strict=True):
        draw_fan(axis, paths[state], before[state])
        axis.set_title(STATE_NAMES[state], size=9, color=INK, loc="left", pad=4)
        axis.set_ylim(*limits(low, high, variable.range))
        plain_ticks(axis.yaxis)
        quarters_axis(axis, results.quarters, 4)
        axis.grid(axis="y", color="#dadce0", linewidth=0.6)
        axis.tick_params(labelleft=axis in axes[:, 0], labelsize=SMALL)
    return figure
