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
from sim.data.posterior import PRIOR, load_sample
from sim.errors import DataError, ModelError, unknown
from sim.maths import REAL, real
from sim.randomness import once, once_each
from sim.scenario.distributions import distribution_of, quantiles
from sim.scenario.plan import Distribution, Plan


class Parameters(SimpleNamespace):
    """Parameters of one room as attributes; asking for one that its YAML does not declare is an error that names the nearest."""

    def __getattr__(self, key: str) -> Any:
        if key.startswith("_"):
            raise AttributeError(key)
        raise ModelError(unknown("parameter", key, vars(self)))


def _column(parameter: Parameter, year: int) -> Any:
    """The declared value: a float, or (actors, 1) in the order of the population it names."""
    if not isinstance(parameter.value, Mapping):
        return float(parameter.value)
    if "table" in parameter.value:
        return column(parameter.value["table"], parameter.value["column"], year)[..., None]
    for rows in ROWS.values():
        if set(parameter.value) <= set(rows):
            missing = [r for r in rows if r not in parameter.value]
            if missing:
                raise DataError(f"{parameter.name}: lacks a value for {', '.join(missing)}")
            return np.array([[parameter.value[r]] for r in rows])
    raise DataError(f"{parameter.name}: its keys {sorted(parameter.value)} are not those of one population")


def _prior(parameter: Parameter, plan: Plan) -> Distribution | None:
    """What the parameter is drawn from in this plan: the scenario's choice, else its declared prior, else nothing."""
    override = plan.parameters.get(parameter.name)
    return _declared(parameter) if override is None else override.draw


def _declared(parameter: Parameter) -> Distribution | None:
    if parameter.prior is None:
        return None
    if parameter.name not in _known or _known[parameter.name][0] is not parameter:
        # a prior on a mapping is a factor common to all its actors: the range bounds the product, not the factor
        bounds = (-np.inf, np.inf) if isinstance(parameter.value, Mapping) else parameter.range
        _known[parameter.name] = parameter, distribution_of(parameter.prior, bounds)
    return _known[parameter.name][1]


_known: dict[str, tuple[Parameter, Distribution]] = {}  # checking what a file says takes longer than drawing from it


def _is_factor(parameter: Parameter, plan: Plan) -> bool:
    """Whether what is drawn multiplies the values of several actors."""
    return isinstance(parameter.value, Mapping) and plan.parameters.get(parameter.name) is None


def _without_draw(parameter: Parameter, plan: Plan) -> Any:
    override = plan.parameters.get(parameter.name)
    return float(override.steps[0][1]) if override is not None else _column(parameter, plan.start // 4 - 1)  # type: ignore[arg-type]


def _inform(uniform: np.ndarray, names: Sequence[str], plan: Plan, seed: int, blocks: Sequence[int]) -> None:
    """Put each world at one row of the plan's posterior sample, in place, (parameters, worlds).

    A row holds quantiles of the priors, joint over the parameters that the record informs; all others, and those that the scenario sets
    itself, stay as drawn. One named draw picks the row, so nobody else's draws move.
    """
    if plan.belief == PRIOR:
        return
    sample = load_sample(plan.belief)
    row = (once(seed, "posterior", blocks) * sample.rows).astype(int)
    for i, name in enumerate(names):
        if name in sample.position and name not in plan.parameters:
            uniform[i] = sample.quantiles[sample.position[name]][row]


def parameter_values(
    catalogue: Catalogue, plan: Plan, seed: int, blocks: Sequence[int], given: Mapping[str, np.ndarray] | None = None
) -> tuple[dict[str, SimpleNamespace], dict[str, np.ndarray]]:
    """Namespaces of parameters by room, and the drawn ones by name, each (worlds,).

    `given` holds quantiles (worlds,) in place of draws, by the parameter's full name: an analysis that designs what it tries.
    """
    rooms: dict[str, SimpleNamespace] = {room: Parameters() for room in catalogue.rooms}
    priors = {p.name: d for p in catalogue.parameters.values() if (d := _prior(p, plan)) is not None}
    uniform = once_each(seed, [f"parameter.{name}" for name in priors], blocks).copy()
    _inform(uniform, list(priors), plan, seed, blocks)
    for i, name in enumerate(priors):
        if given and name in given:
            uniform[i] = given[name]
    drawn = quantiles(list(priors.values()), uniform)
    declared = [catalogue.parameters[name] for name in priors]
    bounds = np.array([(-np.inf, np.inf) if _is_factor(p, plan) else p.range for p in declared]).reshape(-1, 2, 1)
    held = dict(zip(priors, np.clip(drawn, bounds[:, 0], bounds[:, 1]).astype(REAL), strict=True))
    for i, parameter in enumerate(declared):
        if _is_factor(parameter, plan):
            held[parameter.name] = real(np.clip(_column(parameter, plan.start // 4 - 1) * drawn[i], *parameter.range))
    for parameter in catalogue.parameters.values():
        known = held.get(parameter.name)
        setattr(rooms[parameter.room], parameter.key, real(_without_draw(parameter, plan)) if known is None else known)
    return rooms, {f"parameters.{name}": values for name, values in zip(priors, drawn, strict=True)}
