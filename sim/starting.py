"""Where the run starts: each variable's value at the end of the year before the first quarter.

A starting value is a figure with its source, a lever's default, a column of a table of the data folder, or assumed
with its reason. A scenario's `initial` comes last.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np

from sim.catalogue import ROWS, STATES, Variable, catalogue
from sim.data import scales
from sim.data.columns import column
from sim.data.figures import Figure, Figures, load_figures
from sim.errors import DataError
from sim.levers import number


def _of_year(assumed: Any, year: int) -> Any:
    """Assumed values may be given per year: the latest at or before `year`, else the earliest."""
    if isinstance(assumed, Mapping) and assumed and all(isinstance(k, int) for k in assumed):
        return assumed[max((y for y in assumed if y <= year), default=min(assumed))]
    return assumed


def _latest(figures: Figures, name: str, entity: str, year: int) -> Figure | None:
    """The latest observation at or before the end of `year`, or None where the extract has none."""
    if entity not in figures.entities(name):
        return None
    return next((f for f in reversed(figures.series(name, entity)) if f.year <= year), None)


def _on_scale(found: Figure, spec: Mapping[str, Any], figures: Figures) -> float:
    """A figure on the variable's scale: by one of the maps of `sim.data.scales`, or as a ratio to another entity of its year."""
    if "ratio_to" in spec:
        return found.value / figures.at(spec["figure"], spec["ratio_to"], found.year).value
    return float(getattr(scales, spec["map"])(found.value)) if "map" in spec else found.value


def _row(variable: Variable, row: str, year: int, figures: Figures) -> float:
    """One actor's starting value: the figure where there is one, otherwise what is assumed."""
    spec = variable.initial
    if "figure" in spec:
        found = _latest(figures, spec["figure"], spec.get("entity", row), year)
        if found is not None and year - found.year <= spec.get("max_age", 10):
            return _on_scale(found, spec, figures)
    assumed = _of_year(spec.get("assumed"), year)
    value = assumed.get(row) if isinstance(assumed, Mapping) else assumed
    if value is None:
        raise DataError(f"{variable.name}: no figure and no assumed starting value for {row} at the end of {year}")
    return float(value)


@cache
def _figures() -> Figures:
    return load_figures()


_SINGLE = ("",)


def starting_value(variable: Variable, year: int) -> np.ndarray:
    """The value before any world differs, (*variable.shape, 1). A `lever` stands for its default, today's value."""
    spec = variable.initial
    if "lever" in spec:
        lever = catalogue().levers[spec["lever"]]
        if lever.per_state:
            return np.array([[number(lever, lever.default_of(state))] for state in STATES])
        return np.atleast_1d(number(lever, lever.default))
    if "table" in spec:
        return column(spec["table"], spec["column"], year)[..., None]
    rows = ROWS.get(variable.group, _SINGLE)
    values = np.array([_row(variable, row, year, _figures()) for row in rows])
    if variable.group not in ROWS:
        values = values[0]
    if variable.per:
        values = np.broadcast_to(np.asarray(values)[..., None], variable.shape)
    return np.asarray(values, dtype=float)[..., None]


def initial_key(variable: Variable) -> dict[str, tuple[int, ...]]:
    """Names under which a scenario may set this variable's start, with the index of the row each means."""
    if variable.group == "states":
        return {f"{s}.{variable.key}": (i,) for i, s in enumerate(STATES)}
    return {variable.published: ()}
