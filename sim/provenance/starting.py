"""Where starting values come from: each with the figure, table, lever or assumption behind it, by the rules of `sim.starting`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sim.catalogue import ROWS, Variable, catalogue
from sim.data.figures import Figure, load_figures
from sim.starting import assumed, observed

MEASURED, ASSUMED, LEVER, TABLE, SET = "measured", "assumed", "lever", "table", "scenario"


@dataclass(frozen=True)
class Start:
    """The origin of a starting value. `row` is an actor's code where the variable has one per actor and they differ in origin."""

    variable: str
    row: str
    status: str  # measured | assumed | lever | table | scenario
    value: Any  # on the variable's scale where it was assumed or set; else what the record says
    source: str
    figure: Figure | None = None


def origins(year: int, initial: dict[str, Any] | None = None) -> list[Start]:
    """The origin of every variable's value at the end of `year`; `initial` are the names that a scenario sets itself."""
    given = initial or {}
    return [start for variable in catalogue().variables.values() if not variable.derived for start in _origins(variable, year, given)]


def _origins(variable: Variable, year: int, given: dict[str, Any]) -> Iterator[Start]:
    spec = variable.initial
    if "lever" in spec:
        yield Start(variable.name, "", LEVER, "", f"default of {spec['lever']}")
        return
    if "table" in spec:
        yield Start(variable.name, "", TABLE, "", f"{spec['table']}.csv, column {spec['column']}")
        return
    rows = ROWS.get(variable.group, ("",))
    found = [_row(variable, row, year, given) for row in rows]
    same = {(s.status, s.source, str(s.value)) for s in found}
    if len(same) == 1 and found[0].figure is None:
        yield Start(variable.name, "", found[0].status, found[0].value, found[0].source)
    else:
        yield from found


def _row(variable: Variable, row: str, year: int, given: dict[str, Any]) -> Start:
    spec, name = variable.initial, f"{row}.{variable.key}" if variable.group == "states" else variable.published
    if name in given:
        return Start(variable.name, row, SET, given[name], "the scenario's initial")
    found = observed(spec, row, year, load_figures())
    if found is not None:
        return Start(variable.name, row, MEASURED, found.value, f"{found.figure} {found.entity} {found.year}", found)
    return Start(variable.name, row, ASSUMED, assumed(spec, row, year), str(spec.get("because", "")))
