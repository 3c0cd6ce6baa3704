"""What figures read from results: an outcome's worlds, its bands, its words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.analysis.ends import labels_of
from sim.analysis.summary import words
from sim.catalogue import STATE_NAMES, STATES, Variable, catalogue
from sim.errors import InputError, unknown
from sim.results import Results, outcome_reference

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)

_UNITS = {"V-Dem v2x_libdem": "V-Dem index of liberal democracy", "WGI estimate mapped to 0..1": "WGI estimate, rescaled"}
"""Units whose technical name says little to a reader."""


@dataclass(frozen=True)
class Path:
    """One outcome of one policy over time: values (worlds, quarters)."""

    values: np.ndarray
    variable: Variable
    state: str | None
    quarters: list[str]

    @property
    def worlds(self) -> int:
        """How many there are."""
        return int(self.values.shape[0])

    @property
    def counted(self) -> bool:
        """Whether it is a yes or no in each world, so that only shares of worlds can be drawn."""
        return self.variable.type == "bool" and self.state != "mean"

    @cached_property
    def bands(self) -> np.ndarray:
        """Quantiles 5, 25, 50, 75 and 95 % over worlds, (5, quarters); for a yes or no, five times the share of worlds."""
        if self.counted:
            return np.tile(self.values.mean(axis=0), (5, 1))
        return np.quantile(self.values.astype(float), LEVELS, axis=0)

    @property
    def place(self) -> str:
        """Whose outcome it is, in words."""
        return STATE_NAMES.get(self.state or "", "Mean of the six" if self.state == "mean" else "")


def path_of(results: Results, outcome: str, policy: str = "none") -> Path:
    """An outcome reference (`SRB.x`, `mean.x`, a region's) over time. InputError for an unknown one."""
    state, variable = outcome_reference(outcome)
    return Path(results.values(outcome, policy), variable, state, results.quarters)


def state_outcome(outcome: str) -> Variable:
    """The variable of a bare outcome of states, where a figure shows all six. InputError for another."""
    kinds = catalogue().state_outcomes
    if outcome not in kinds:
        raise InputError(f"this figure shows the six states: {unknown('outcome of states', outcome, kinds)}")
    return kinds[outcome]


def references_of(outcome: str) -> list[str]:
    """The six references of a bare outcome of states; any other reference by itself."""
    return [f"{s}.{outcome}" for s in STATES] if outcome in catalogue().state_outcomes else [outcome]


def name_of(variable: Variable) -> str:
    """An outcome's name as words, its first letter large."""
    text = words(variable.published)
    return text[:1].upper() + text[1:]


def unit_of(variable: Variable) -> str:
    """The unit for an axis: what the numbers are, and how far they go."""
    if variable.type == "bool":
        return "share of worlds"
    if labels := labels_of(variable):
        return f"{variable.unit} from 0 ({labels[0].replace('_', ' ')}) to {len(labels) - 1} ({labels[-1].replace('_', ' ')})"
    low, high = (f"{edge:g}" for edge in variable.range)
    return f"{_UNITS.get(variable.unit, variable.unit)}, {low} to {high}"


def meaning_of(variable: Variable) -> str:
    """What an outcome means, in one plain sentence."""
    if labels := labels_of(variable):
        return f"One of: {', '.join(words(label) for label in labels)}."
    text = first_clause(variable.means)
    for technical in _UNITS:
        text = text.replace(technical, technical.split()[0])  # whose scale it is; the axis says the rest
    return text.rstrip(".") + "."


def first_clause(text: str) -> str:
    """A text up to the first semicolon or colon that does not stand in brackets."""
    depth = 0
    for at, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if depth == 0 and (letter == ";" or text[at : at + 2] == ": "):
            return text[:at]
    return text


def position_of(results: Results, quarter: str | None) -> tuple[int, str]:
    """Position and name of a quarter of the run; of the last by default. InputError for one outside."""
    have = results.quarters
    if quarter is None:
        return len(have) - 1, have[-1]
    if quarter not in have:
        raise InputError(f"{quarter} is outside the run, which goes from {have[0]} to {have[-1]}")
    return have.index(quarter), quarter


def run_name(results: Results, policy: str = "none") -> str:
    """A run in words: the scenario's name, and the policy where there is one."""
    return words(results.name) if policy == "none" else f"{words(results.name)}, {words(policy)}"
