"""Slope chart: where each state stands without and with the change."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.analysis.pairing import pair
from sim.catalogue import STATE_NAMES, STATES
from sim.plots.outcomes import name_of, position_of, run_name, state_outcome, unit_of
from sim.plots.sheet import INK, SMALL, SOFT, STYLES, TEXT, apart, limits, sheet, worlds_said
from sim.results import Results


def slope(
    reference: Results,
    alternative: Results,
    outcome: str = "eu_alignment",
    *,
    policy: str = "none",
    reference_policy: str = "none",
    quarter: str | None = None,
    title: str | None = None,
) -> Figure:
    """Mean of each state at a quarter (the last both hold, by default) in two runs, over the worlds that both hold."""
    variable = state_outcome(outcome)
    at, when = position_of(min((reference, alternative), key=lambda r: len(r.quarters)), quarter)
    ends = {}
    for state in STATES:
        both = pair(reference, alternative, f"{state}.{outcome}", reference_policy, policy)
        ends[state] = (float(both.reference[:, at].mean()), float(both.alternative[:, at].mean()))
    worlds = both.worlds.size
    first, second = run_name(reference, reference_policy), run_name(alternative, policy)
    figure, axes = sheet(
        title or f"{name_of(variable)}, end of {when}: {first} and {second}",
        f"Each line is a state, from its mean over {worlds_said(worlds)} in {first} to its mean over the same worlds in {second}.",
        height=3.6, left=2.2, right=2.2, bottom=0.4, subtitle=unit_of(variable),
    )  # fmt: skip
    axis = axes[0, 0]
    values = [v for pair_ in ends.values() for v in pair_]
    axis.set_ylim(*limits(min(values), max(values), variable.range))
    axis.set_xlim(0, 1)
    axis.set_yticks([])
    axis.spines[["left", "bottom"]].set_visible(False)
    axis.set_xticks([0, 1], [first, second], size=TEXT, color=INK)
    axis.tick_params(length=0)
    axis.vlines([0, 1], *axis.get_ylim(), color=SOFT, linewidth=0.8, clip_on=False)
    for state, (a, b) in ends.items():
        colour, line = STYLES[state]
        axis.plot([0, 1], [a, b], color=colour, linestyle=line, linewidth=2, marker="o", markersize=5, clip_on=False)
    _names(axis, {s: a for s, (a, _) in ends.items()}, 0, -1)
    _names(axis, {s: b for s, (_, b) in ends.items()}, 1, 1)
    return figure


def _names(axis: Axes, ends: dict[str, float], x: float, side: int) -> None:
    """States and their values at one end of the lines, apart where they would touch, each with a thread to its line's end."""
    low, high = axis.get_ylim()
    for (state, value), y in zip(ends.items(), apart(list(ends.values()), 0.055 * (high - low), low, high), strict=True):
        parts = [STATE_NAMES[state], f"{value:.2f}"]
        text = "\N{EN SPACE}".join(parts if side < 0 else reversed(parts))
        axis.plot([x + 0.015 * side, x + 0.055 * side], [value, y], color=STYLES[state][0], linewidth=0.8, clip_on=False)
        axis.annotate(
            text, (x + 0.065 * side, y), annotation_clip=False, va="center", ha="right" if side < 0 else "left", size=SMALL, color=INK
        )
