"""Where an outcome's numbers come from: what it is, what moves it, and what its starting values rest on."""

from __future__ import annotations

from functools import cache
from typing import Any

from sim import quarters
from sim.analysis.summary import words
from sim.app.describing import names
from sim.catalogue import Variable, catalogue
from sim.provenance.starting import MEASURED, Start, origins
from sim.scenario import Scenario


@cache
def _all(year: int, initial: tuple[tuple[str, Any], ...]) -> tuple[Start, ...]:
    return tuple(origins(year, dict(initial)))


def outcome_page(variable: Variable, scenario: Scenario) -> dict[str, Any]:
    """An outcome in words, the room that moves it, and the origin of every starting value, for the start of this scenario."""
    plan = scenario.plan("none")
    given = tuple(sorted((name, value) for name, value in plan.initial.items()))
    behind = [catalogue().variables[name] for name in variable.derived[1:]] or [variable]
    stocks = {v.name for v in behind if v.kind == "stock"}
    return {
        "means": variable.means, "unit": variable.unit, "room": words(variable.room), "before": quarters.written(plan.start - 1),
        "made_of": [words(v.published) for v in behind if v is not variable],
        "starts": [_told(start) for start in _all(plan.start // 4 - 1, given) if start.variable in stocks],
    }  # fmt: skip


def _told(start: Start) -> dict[str, str]:
    """One starting value: whose it is, its status, what it rests on in words, and an address where there is one."""
    who = names().get(start.row, start.row) or words(start.variable.split(".", 1)[1])
    figure = start.figure
    if start.status == MEASURED and figure is not None:
        note = f" ({figure.note})" if figure.note else ""
        return {
            "who": who,
            "status": MEASURED,
            "told": f"{figure.value:g} {figure.unit}, {figure.source}, {figure.year}{note}",
            "url": figure.url,
        }
    value = f"{start.value:g}" if isinstance(start.value, int | float) else str(start.value)
    return {"who": who, "status": start.status, "told": ": ".join(filter(None, [value, start.source])), "url": ""}
