"""A hundred dots: in how many worlds of a hundred things get better, worse, or stay as they were."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.analysis.pairing import pair, shares
from sim.analysis.summary import of_hundred
from sim.catalogue import STATE_NAMES
from sim.plots.outcomes import name_of, position_of, references_of, run_name
from sim.plots.sheet import BLUE, INK, SMALL, SOFT, TEXT, VERMILLION, sheet, worlds_said
from sim.results import Results, outcome_reference

_MARKS = {"first": ("o", BLUE), "second": ("X", VERMILLION), "same": ("o", SOFT)}
_GRID = 1.4  # inches


def hundred_dots(
    reference: Results,
    alternative: Results,
    outcome: str,
    *,
    policy: str = "none",
    reference_policy: str = "none",
    quarter: str | None = None,
    title: str | None = None,
) -> Figure:
    """Worlds out of a hundred that `alternative` makes better, worse, or leaves the same at a quarter (the last by default).

    `outcome` is a bare outcome of states (six panels) or a single reference. Where no direction is better: higher and lower.
    """
    names = references_of(outcome)
    at, when = position_of(min((reference, alternative), key=lambda r: len(r.quarters)), quarter)
    variable = outcome_reference(names[0])[1]
    verdicts = ("higher", "lower") if variable.better == "none" else ("better", "worse")
    columns = min(3, len(names))
    first, second = run_name(alternative, policy), run_name(reference, reference_policy)
    down = 0.4
    height = 2 * _GRID + down if columns > 1 else _GRID
    kinds = "a disc is a world that gets {}, a cross one that gets {}, a ring one that stays the same"
    worlds = pair(reference, alternative, names[0], reference_policy, policy).worlds.size
    figure, axes = sheet(
        title or f"{name_of(variable)}, end of {when}: {first} against {second}",
        f"Each dot is one possible world in a hundred, counted from {worlds_said(worlds)}, each compared with itself in {second}:"
        f" {kinds.format(*verdicts)} (within {variable.same:g}).",
        height=height, rows=-(-len(names) // columns), columns=columns, left=0.2, right=0.1, bottom=0.2,
        across=0.1, down=down, head=0.15, subtitle="Worlds out of 100",
    )  # fmt: skip
    for axis, name in zip(axes.flat, names, strict=True):
        both = pair(reference, alternative, name, reference_policy, policy)
        share = shares((both.alternative[:, at] - both.reference[:, at]).astype(float), variable)
        one, two = (share.higher, share.lower) if variable.better == "none" else (share.better, share.worse)
        same, one_count, two_count = of_hundred(share.same, one, two)
        _draw(axis, [("first", one_count, verdicts[0]), ("same", same, "same"), ("second", two_count, verdicts[1])], _place(name))
    return figure


def _place(name: str) -> str:
    state, variable = outcome_reference(name)
    return STATE_NAMES.get(state or "", "Mean of the six" if state == "mean" else name_of(variable))


def _draw(axis: Axes, parts: list[tuple[str, int, str]], place: str) -> None:
    """One panel: ten rows of ten, filled row by row, and the counts beside them in the marks' colours."""
    start = 0
    for kind, count, _ in parts:
        spots = [(i % 10, 9 - i // 10) for i in range(start, start + count)]
        mark, colour = _MARKS[kind]
        paint: dict[str, Any] = (
            {"facecolors": "none", "edgecolors": colour, "linewidths": 0.9} if kind == "same" else {"color": colour, "linewidths": 0}
        )
        axis.scatter([x for x, _ in spots], [y for _, y in spots], s=34, marker=mark, clip_on=False, **paint)
        start += count
    axis.set(xlim=(-0.5, 9.5), ylim=(-0.5, 9.5), xticks=[], yticks=[], aspect="equal", anchor="W")
    axis.spines[:].set_visible(False)
    axis.set_title(place, size=TEXT, color=INK, loc="left", pad=4, weight="bold")
    for y, (kind, count, word) in zip((9, 7.8, 6.6), parts, strict=True):
        axis.annotate(f"{count} {word}", (10.0, y), ha="left", va="center", size=SMALL, color=_MARKS[kind][1], annotation_clip=False)
