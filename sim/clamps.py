"""Clamps: hold a variable at a value, or on the path of the same world in a run without the clamp."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from sim.catalogue import Catalogue, Variable
from sim.maths import REAL
from sim.starting import initial_key

BASELINE = "baseline"


class Clamp:
    """Held values of one variable, shape (1 or quarters + 1, *shape, 1 or worlds); NaN leaves an actor's row free.

    `rows` says which are held, bool (*shape, 1).
    """

    def __init__(self, values: np.ndarray) -> None:
        self.values = values
        self.rows = ~np.isnan(values[-1, ..., :1])

    def apply(self, value: np.ndarray, moment: int) -> np.ndarray:
        """`value` with the held rows replaced; moment 0 is the start, moment t + 1 the end of quarter t."""
        held = self.values[min(moment, len(self.values) - 1)]
        return np.where(np.isnan(held), value, held)


def clamps_of(
    catalogue: Catalogue, wanted: Mapping[str, float | str], paths: Mapping[str, np.ndarray] | None, moments: int
) -> dict[str, Clamp]:
    """Clamps by variable. `wanted`: SRB.democracy or eu.fatigue -> value or "baseline"; `paths` holds the recorded baselines."""
    result: dict[str, Clamp] = {}
    for variable in catalogue.variables.values():
        keys = {k: row for k, row in initial_key(variable).items() if k in wanted}
        if keys:
            result[variable.name] = _clamp(variable, keys, wanted, (paths or {}).get(variable.name), moments)
    return result


def _clamp(
    variable: Variable, keys: Mapping[str, tuple[int, ...]], wanted: Mapping[str, float | str], path: np.ndarray | None, moments: int
) -> Clamp:
    worlds = 1 if path is None else path.shape[-1]
    values = np.full((1 if path is None else moments, *variable.shape, worlds), np.nan, dtype=REAL)
    for key, row in keys.items():
        held = wanted[key]
        where: Any = (slice(None), *row)
        if held != BASELINE:
            values[where] = float(held)
        elif path is not None:
            values[where] = path[where]
    return Clamp(values)


def needs_baseline(wanted: Mapping[str, float | str]) -> bool:
    """Whether any clamp asks for the path of the run without it."""
    return any(v == BASELINE for v in wanted.values())
