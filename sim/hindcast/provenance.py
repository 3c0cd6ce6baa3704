"""What the authors of the parameters had in view: which were set by figures of the years that the hindcast is scored on.

The calibration never sees those years, but a person who chose a parameter's usual value may have. Such parameters name the years in their
source, so they can be found, counted and, in the variant `blind`, taken away.
"""

from __future__ import annotations

import re

from sim.catalogue import Parameter, catalogue
from sim.hindcast.targets import TRAIN
from sim.scenario.plan import Distribution, LeverPlan

_RECORD = re.compile(r"figure|\.csv|events|vetoes|milestones|accession_stage|chapters_opened|data/")
"""Words by which a source names the project's own record; a source without them is a work of the literature, whose year says nothing."""
_YEAR = re.compile(r"\b(20\d\d)(?:-(20\d\d))?\b")


def last_year_in_view(parameter: Parameter) -> int | None:
    """The last year of the record that a calibrated parameter names, or None."""
    if parameter.status != "calibrated":
        return None
    years = [int(y) for text in parameter.source if _RECORD.search(text) for found in _YEAR.findall(text) for y in found if y]
    return max(years, default=None)


def saw_test_years() -> list[str]:
    """Names of the parameters that were set with years after training in view."""
    return [p.name for p in catalogue().parameters.values() if (last_year_in_view(p) or 0) > TRAIN[1]]


def blinded(start: int) -> dict[str, LeverPlan]:
    """Those of them that are one positive number, each spread evenly from half to twice its value; as a plan holds it."""
    declared = catalogue().parameters
    found = {}
    for name in saw_test_years():
        parameter = declared[name]
        if isinstance(parameter.value, float | int) and parameter.value > 0:
            low, high = max(parameter.value / 2, parameter.range[0]), min(parameter.value * 2, parameter.range[1])
            spread = Distribution("uniform", {"low": low, "high": high}, low, high)
            found[name] = LeverPlan(((start, float(parameter.value)),), draw=spread)
    return found
