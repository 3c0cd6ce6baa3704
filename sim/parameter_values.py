"""Parameters as a run uses them: a number, or one value per world where the parameter is uncertain.

Shapes: scalar or (worlds,); a parameter with one value per actor (a mapping in its YAML) is (actors, 1) or (actors, worlds).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from sim.catalogue import ROWS, Catalogue, Parameter
from sim.data.columns import column
from sim.errors import DataError, ModelError, unknown
from sim.randomness import once
from sim.scenario.distributions import distribution_of, quantile
from sim.scenario.plan import Plan


class Parameters(SimpleNamespace):
    """Parameters of one room as attributes; asking for one that its YAML does not declare is an error that names the nearest."""

    def __getattr__(self, key: str) -> Any:
        if key.startswith("_"):
            raise AttributeError(key)
        raise ModelError(unknown("parameter", key, vars(self)))


def _column(parameter: Parameter, year: int) -> Any:
    """The declared value: a float, or (actors, 1) in the order of the population it names."""
    if not isinstance(parameter.value, Mapping):
        return parameter.value
    if "table" in parameter.value:
        return column(parameter.value["table"], parameter.value["column"], year)[..., None]
    for rows in ROWS.values():
        if set(parameter.value) <= set(rows):
            missing = [r for r in rows if r not in parameter.value]
            if missing:
                raise DataError(f"{parameter.name}: lacks a value for {', '.join(missing)}")
            return np.array([[parameter.value[r]] for r in rows])
    raise DataError(f"{parameter.name}: its keys {sorted(parameter.value)} are not those of one population")


def value_of(parameter: Parameter, plan: Plan, seed: int, blocks: Sequence[int], drawn: dict[str, np.ndarray]) -> Any:
    """The parameter's value in these worlds; what is drawn is also noted in `drawn` as (worlds,)."""
    override = plan.parameters.get(parameter.name)
    if override is not None and override.draw is None:
        return float(override.steps[0][1])  # type: ignore[arg-type]
    declared = _column(parameter, plan.start // 4 - 1)
    if override is None and parameter.prior is None:
        return declared
    wide = (-np.inf, np.inf)
    bounds = parameter.range if np.ndim(declared) == 0 else wide
    prior = override.draw if override is not None and override.draw is not None else distribution_of(parameter.prior or {}, bounds)
    values = quantile(prior, once(seed, f"parameter.{parameter.name}", blocks))
    drawn[f"parameters.{parameter.name}"] = values
    if np.ndim(declared) == 0 or override is not None:
        return np.clip(values, *parameter.range)
    return np.clip(declared * values, *parameter.range)  # a prior on a mapping is a factor common to all actors


def parameter_values(
    catalogue: Catalogue, plan: Plan, seed: int, blocks: Sequence[int]
) -> tuple[dict[str, SimpleNamespace], dict[str, np.ndarray]]:
    """Namespaces of parameters by room, and the drawn ones by name, each (worlds,)."""
    rooms: dict[str, SimpleNamespace] = {room: Parameters() for room in catalogue.rooms}
    drawn: dict[str, np.ndarray] = {}
    for parameter in catalogue.parameters.values():
        setattr(rooms[parameter.room], parameter.key, value_of(parameter, plan, seed, blocks, drawn))
    return rooms, drawn
