"""What the authors had in view: which parameters and starting values rest on years that the hindcast is scored on.

The calibration never sees those years, but a person who chose a parameter's usual value may have. Parameters set by figures of those
years name them in their source, so they can be found, counted and, in the variant `blind`, taken away. Others name them in the reason
for an assumption, mostly because a scale is counted from the situation of 2023; these are listed. So are stocks whose one assumed
starting value stands for 2013 as for 2023.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from sim.catalogue import Parameter, catalogue
from sim.hindcast.targets import TEST, TRAIN
from sim.provenance.references import without_citations
from sim.scenario.plan import Distribution, LeverPlan

_RECORD = re.compile(r"figure|\.csv|events|vetoes|milestones|accession_stage|chapters_opened|data/")
"""Words by which a source names the project's own record; a source without them is a work of the literature, whose year says nothing."""
_YEAR = re.compile(r"\b(20\d\d)(?:-(20\d\d))?\b")


def last_year_in_view(parameter: Parameter) -> int | None:
    """The last year of the record that the source of a measured or calibrated parameter names, or None."""
    if parameter.status == "assumed":
        return None
    years = [int(y) for text in parameter.source if _RECORD.search(text) for found in _YEAR.findall(text) for y in found if y]
    return max(years, default=None)


def saw_test_years() -> list[str]:
    """Names of the parameters that were set by figures of years after training."""
    return [p.name for p in catalogue().parameters.values() if (last_year_in_view(p) or 0) > TRAIN[1]]


def reason_in_test_years() -> list[str]:
    """Names of all others whose reason names one of the test years, the years of works it cites set aside."""
    counted = set(saw_test_years())
    return [p.name for p in catalogue().parameters.values() if p.name not in counted and _names_test_year(p.because)]


def _names_test_year(text: str) -> bool:
    return any(TEST[0] <= int(year) <= TEST[1] for pair in _YEAR.findall(without_citations(text)) for year in pair if year)


def undated_starts() -> list[str]:
    """Names of the stocks that start from one assumed value, whatever the year."""
    stocks = (v for v in catalogue().variables.values() if v.kind == "stock" and "assumed" in v.initial)
    return [v.name for v in stocks if not _by_year(v.initial["assumed"])]


def _by_year(assumed: object) -> bool:
    return isinstance(assumed, Mapping) and all(isinstance(key, int) for key in assumed)


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
