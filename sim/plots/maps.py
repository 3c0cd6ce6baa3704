"""Map: an outcome of the six, on the land."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import Normalize, to_hex
from matplotlib.figure import Figure

from sim.analysis.ends import labels_of
from sim.catalogue import STATE_NAMES, STATES, Variable
from sim.plots.outcomes import name_of, path_of, position_of, run_name, state_outcome, unit_of
from sim.plots.sheet import INK, SMALL, SOFT, limits, plain_ticks, sheet, worlds_said
from sim.results import Results

FOOTNOTE = (
    "Borders and names serve orientation. Kosovo is drawn and named by itself without prejudice to anyone's position on its status, and in"
    " keeping with Security Council Resolution 1244 (1999) and the International Court of Justice's opinion on its declaration of"
    " independence. Outlines: Natural Earth, simplified."
)
_WEST, _EAST, _SOUTH, _NORTH = 14.7, 23.95, 39.4, 46.4
_SHADES = 48  # steps of the scale
_STRETCH = 1 / np.cos(np.radians((_SOUTH + _NORTH) / 2))  # a degree of latitude in degrees of longitude
_LABEL_AT = {
    "SRB": (20.75, 44.15),
    "XKX": (20.86, 42.57),
    "MNE": (19.22, 42.86),
    "ALB": (20.07, 41.05),
    "BIH": (17.75, 44.25),
    "MKD": (21.7, 41.6),
}
_BROKEN = {"BIH": "Bosnia and\nHerzegovina", "MKD": "North\nMacedonia"}


def map_of(
    results: Results, outcome: str = "eu_alignment", *, policy: str = "none", quarter: str | None = None, title: str | None = None
) -> Figure:
    """The median of an outcome of states at a quarter (the last by default), as colour and number; yes or no as worlds of 100."""
    variable = state_outcome(outcome)
    at, when = position_of(results, quarter)
    paths = {s: path_of(results, f"{s}.{outcome}", policy) for s in STATES}
    values = {s: float(p.bands[2, at]) for s, p in paths.items()}
    what = "share" if variable.type == "bool" else "median"
    figure, axes = sheet(
        title or f"{name_of(variable)} at the end of {when}, in {run_name(results, policy)}",
        f"Colour and number: {what} over {worlds_said(paths['ALB'].worlds)}. {FOOTNOTE}",
        height=4.6, left=0.2, right=1.3, bottom=0.15, subtitle=unit_of(variable),
    )  # fmt: skip
    axis = axes[0, 0]
    norm = Normalize(*limits(min(values.values()), max(values.values()), variable.range))
    colours = {s: to_hex(mpl.colormaps["cividis"](norm(v))) for s, v in values.items()}
    for code, rings in outlines().items():
        axis.add_collection(
            PolyCollection(
                rings, facecolors=colours.get(code, "#eeeeee"), edgecolors="#ffffff" if code in STATES else "#cccccc",
                linewidths=1.0 if code in STATES else 0.5, zorder=2 if code in STATES else 1, gid=code,
            )
        )  # fmt: skip
    for state, value in values.items():
        _write(axis, state, _said(value, variable), colours[state])
    axis.set(xlim=(_WEST, _EAST), ylim=(_SOUTH, _NORTH), xticks=[], yticks=[], aspect=_STRETCH)
    axis.spines[:].set_visible(False)
    _scale(figure, axis, norm, variable)
    return figure


@cache
def outlines() -> dict[str, list[np.ndarray]]:
    """Rings of each country, (corners, 2) in degrees east and north; the six by our codes, Kosovo by itself."""
    document = json.loads((files("sim.data") / "map.geojson").read_text(encoding="utf-8"))
    return {
        feature["properties"]["code"]: [np.array(polygon[0]) for polygon in feature["geometry"]["coordinates"]]
        for feature in document["features"]
    }


def _said(value: float, variable: Variable) -> str:
    if labels := labels_of(variable):
        return labels[round(value)].replace("_", "\n")
    return f"{100 * value:.0f} in 100" if variable.type == "bool" else f"{value:.2f}"


def _write(axis: Axes, state: str, said: str, colour: str) -> None:
    """Name and value on the state, in whichever of dark and light stands out."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    light = 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2
    small = state in ("XKX", "MNE")
    text = f"{_BROKEN.get(state, STATE_NAMES[state])}\n{said}"
    axis.annotate(
        text, _LABEL_AT[state], ha="center", va="center", size=SMALL - 1 if small else SMALL, linespacing=1.1,
        color="#000000" if light > 0.18 else "#fefefe", zorder=4,
    )  # fmt: skip


def _scale(figure: Figure, axis: Axes, norm: Normalize, variable: Variable) -> None:
    """The colours' scale beside the map, drawn as shapes so that an SVG holds no picture."""
    box = axis.get_position()
    bar = figure.add_axes((0.86, box.y0 + 0.2 * box.height, 0.025, 0.6 * box.height))
    low, high = float(norm.vmin or 0.0), float(norm.vmax or 0.0)
    edges = np.linspace(low, high, _SHADES + 1)
    shades = mpl.colormaps["cividis"](norm((edges[:-1] + edges[1:]) / 2))
    bar.bar(0.5, np.diff(edges), width=1.0, bottom=edges[:-1], color=shades, edgecolor=shades, linewidth=0.6)
    bar.set(xlim=(0, 1), ylim=(low, high), xticks=[])
    bar.yaxis.tick_right()
    bar.spines[:].set_visible(False)
    bar.tick_params(labelsize=SMALL, colors=SOFT, labelcolor=INK, length=3)
    plain_ticks(bar.yaxis)
    if labels := labels_of(variable):
        shown = [i for i in range(len(labels)) if low <= i <= high]
        bar.set_yticks(shown, [labels[i].replace("_", "\n") for i in shown])
    if variable.better != "none":
        bar.set_title(f"{variable.better}\nis better", size=SMALL, color=SOFT, pad=8)
