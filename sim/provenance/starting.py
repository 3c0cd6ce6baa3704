"""Where starting values come from: each with the figure, table, lever or assumption behind it, as `sim.starting` reads it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sim.catalogue import ROWS, Variable, catalogue
from sim.data.figures import Figure, load_figures

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
    observed = _observed(spec, row, year)
    if observed is not None:
        return Start(variable.name, row, MEASURED, observed.value, f"{observed.figure} {observed.entity} {observed.year}", observed)
    value = spec["assumed"]
    if isinstance(value, dict) and value and all(isinstance(k, int) for k in value):
        value = value[max((y for y in value if y <= year), default=min(value))]
    return Start(variable.name, row, ASSUMED, value.get(row) if isinstance(value, dict) else value, str(spec.get("because", "")))


def _observed(spec: Any, row: str, year: int) -> Figure | None:
    """The observation that a starting value rests on, or None where there is none young enough."""
    if "figure" not in spec:
        return None
    figures, entity = load_figures(), spec.get("entity", row)
    if entity not in figures.entities(spec["figure"]):
        return None
    known = [f for f in figures.series(spec["figure"], entity) if f.year <= year]
    return known[-1] if known and year - known[-1].year <= spec.get("max_age", 10) else None
