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
from sim.maths import real

OLDEST = 10
"""Years by which an observation may be older than the start, where a declaration does not say."""


def observed(spec: Mapping[str, Any], row: str, year: int, figures: Figures) -> Figure | None:
    """The observation that a row's starting value rests on, at or before the end of `year`; None where there is none young enough."""
    if "figure" not in spec:
        return None
    entity = spec.get("entity", row)
    if entity not in figures.entities(spec["figure"]):
        return None
    found = next((f for f in reversed(figures.series(spec["figure"], entity)) if f.year <= year), None)
    return found if found is not None and year - found.year <= spec.get("max_age", OLDEST) else None


def assumed(spec: Mapping[str, Any], row: str, year: int) -> Any:
    """What is assumed for a row, None where nothing is; of values given by year the latest at or before `year`, else the earliest."""
    value = spec.get("assumed")
    if isinstance(value, Mapping) and value and all(isinstance(k, int) for k in value):
        value = value[max((y for y in value if y <= year), default=min(value))]
    return value.get(row) if isinstance(value, Mapping) else value


def _on_scale(found: Figure, spec: Mapping[str, Any], figures: Figures) -> float:
    """A figure on the variable's scale: by one of the maps of `sim.data.scales`, or as a ratio to another entity of its year."""
    if "ratio_to" in spec:
        return found.value / figures.at(spec["figure"], spec["ratio_to"], found.year).value
    return float(getattr(scales, spec["map"])(found.value)) if "map" in spec else found.value


def _row(variable: Variable, row: str, year: int, figures: Figures) -> float:
    """One actor's starting value: the figure where there is one, otherwise what is assumed."""
    found = observed(variable.initial, row, year, figures)
    if found is not None:
        return _on_scale(found, variable.initial, figures)
    value = assumed(variable.initial, row, year)
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


@cache
def starting_values(year: int) -> dict[str, np.ndarray]:
    """The starting values of all variables, as the engine computes with them, by name; read-only."""
    values = {v.name: real(starting_value(v, year)) for v in catalogue().variables.values() if v.kind != "derived"}
    for value in values.values():
        value.setflags(write=False)
    return values


def initial_key(variable: Variable) -> dict[str, tuple[int, ...]]:
    """Names under which a scenario may set this variable's start, with the index of the row each means."""
    if variable.group == "states":
        return {f"{s}.{variable.key}": (i,) for i, s in enumerate(STATES)}
    return {variable.published: ()}
