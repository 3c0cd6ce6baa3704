"""One figure per series: the record over the fan of what the model, told the years to 2019, expected of those that followed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.hindcast.evaluate import Outcome
from sim.hindcast.scoring import Judged
from sim.hindcast.targets import FIRST, LAST, LAUNCH, TRAIN, Row
from sim.plots.sheet import BLUE, INK, RULE, SOFT, VERMILLION, save, sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_CAPTION = (
    "Points: the record; filled where the forecast may know it. Grey: what the model, told only what was known at the end of 2013, "
    "expected, 90 %. Blue: the scored forecast, told the years to 2019: median, 50 % and 90 %. Sources: sim/data/figures.csv."
)


def draw_all(outcomes: Mapping[str, Outcome], record: Sequence[Row], folder: Path) -> list[Path]:
    """Write one PNG per series into `folder`; returns the files in the order of the series."""
    folder.mkdir(parents=True, exist_ok=True)
    groups: dict[str, list[Row]] = {}
    for row in record:
        groups.setdefault(row.series.name, []).append(row)
    return [save(picture(outcomes, rows), folder / f"{name}.png") for name, rows in groups.items()]


def picture(outcomes: Mapping[str, Outcome], rows: Sequence[Row]) -> Figure:
    """All rows of one series side by side."""
    scored = {j.row.key: j for j in outcomes["scored"].judged}
    blind = {j.row.key: j for j in outcomes["decade"].judged}
    columns = min(3, len(rows))
    lines = -(-len(rows) // columns)
    series = rows[0].series
    figure, axes = sheet(
        f"{series.title}: the record over the forecast", f"{_CAPTION} {series.note}".strip(), height=1.75 * lines + 0.5 * (lines - 1),
        rows=lines, columns=columns, subtitle=series.unit, across=0.45, head=0.2,
    )  # fmt: skip
    for axis, row in zip(axes.flat, rows, strict=False):
        panel(axis, row, scored.get(row.key), blind.get(row.key))
    for axis in axes.flat[len(rows) :]:
        axis.set_visible(False)
    return figure


def panel(axis: Axes, row: Row, scored: Judged | None, blind: Judged | None) -> None:
    """One row: record, fan of the forecast, and the fan of the run that never looked up."""
    if blind is not None:
        _band(axis, blind.row.years, blind.fan, RULE, wide_only=True)
    if scored is not None:
        known = row.within(LAUNCH, TRAIN[1])
        years, fan = scored.row.years, scored.fan
        if known.years.size:
            years = np.concatenate([known.years[-1:], years])
            fan = np.concatenate([np.full((1, fan.shape[1]), known.values[-1]), fan])
        _band(axis, years, fan, BLUE)
        axis.plot(years, fan[:, 2], color=BLUE, linewidth=1.4)
    known_years = row.years <= TRAIN[1]
    axis.plot(row.years[known_years], row.values[known_years], "o", color=INK, markersize=3.5)
    axis.plot(row.years[~known_years], row.values[~known_years], "o", color=VERMILLION, markersize=4, markerfacecolor="white")
    axis.axvline(TRAIN[1] + 0.5, color=SOFT, linewidth=0.6, linestyle=":")
    axis.set_title(row.entity, loc="left", size=9, color=INK)
    axis.set_xlim(LAUNCH - 0.4, LAST + 0.4)
    axis.set_xticks([FIRST, TRAIN[1], LAST], [str(FIRST), str(TRAIN[1]), str(LAST)])


def _band(axis: Axes, years: np.ndarray, fan: np.ndarray, colour: str, wide_only: bool = False) -> None:
    """Shade the 90 % interval, and the 50 % one unless `wide_only`; a single year becomes a bar."""
    pairs = ((0, 4),) if wide_only else ((0, 4), (1, 3))
    for low, high in pairs:
        if years.size == 1:
            axis.vlines(years, fan[:, low], fan[:, high], color=colour, linewidth=5, alpha=0.5)
        else:
            axis.fill_between(years, fan[:, low], fan[:, high], color=colour, alpha=0.6 if wide_only else 0.22, linewidth=0)
