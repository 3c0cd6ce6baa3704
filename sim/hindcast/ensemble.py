"""Play a plan and keep, per world and year, what the targets ask for; a year counts by its fourth quarter or by its mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import SimpleNamespace

import numpy as np

from sim.catalogue import STATES, catalogue
from sim.chunking import chunks
from sim.mechanisms.burden_sharing import share_below
from sim.play import Task, play
from sim.recorder import Recording
from sim.scenario import load_scenario
from sim.scenario.plan import Plan

SCENARIO = "hindcast_2014"
CHAPTERS_OPEN, CHAPTERS_AT, TALKS_FROM, ALL_OPEN_AT = 33.0, 35.0, 0.22, 0.5
"""The documented map of stages: talks begin at progress 0.22; Montenegro, with 33 chapters open, stands at 0.5."""
EUROPEAN_ALLIES = 16
"""Listed allies but the United States, which stood above 2 % throughout."""


def chapters(accession: np.ndarray) -> np.ndarray:
    """Chapters opened, 0 to 35, behind progress `accession` of any shape."""
    return np.clip((accession - TALKS_FROM) / (ALL_OPEN_AT - TALKS_FROM) * CHAPTERS_OPEN, 0.0, CHAPTERS_AT)


def allies_at_2(spending: np.ndarray) -> np.ndarray:
    """Listed allies at or above 2 %, from mean European spending in % of GDP, any shape."""
    declared = {p.key: p.value for p in catalogue().parameters.values() if p.room == "burden_sharing"}
    return 1.0 + EUROPEAN_ALLIES * (1.0 - share_below(SimpleNamespace(**declared), spending))


_MADE: dict[str, tuple[str, Callable[[np.ndarray], np.ndarray]]] = {
    "chapters": ("accession", chapters),
    "allies_at_2": ("european_spending", allies_at_2),
}


@dataclass(frozen=True)
class Ensemble:
    """Yearly values: `(outcome, reduce)` to (years, worlds) of a region's outcome or (years, 6, worlds) of the states'."""

    first: int
    worlds: int
    values: Mapping[tuple[str, str], np.ndarray]

    def of(self, outcome: str, reduce: str, state: str | None, years: Sequence[int] | np.ndarray) -> np.ndarray:
        """Values in the given years, (years, worlds)."""
        found = self.values[outcome, reduce]
        rows = np.asarray(years, dtype=int) - self.first
        return found[rows] if state is None else found[rows, STATES.index(state)]


def plan_of(scenario: str = SCENARIO, policy: str | None = None, belief: str = "prior", levers: Mapping[str, object] | None = None) -> Plan:
    """The plan of a hindcast scenario, its parameters drawn from `belief`."""
    return replace(load_scenario(scenario).plan(policy, levers), belief=belief)


def _yearly(recording: Recording, outcome: str, reduce: str) -> np.ndarray:
    source, make = _MADE.get(outcome, (outcome, None))
    if source in recording.state_names:
        quarterly = recording.states[recording.state_names.index(source)]
    else:
        quarterly = recording.region[recording.region_names.index(source)]
    by_year = quarterly.reshape(-1, 4, *quarterly.shape[1:])
    reduced = by_year[:, 3] if reduce == "end" else by_year.mean(axis=1)
    values = reduced.astype(float)
    return values if make is None else make(values)


def simulate(plan: Plan, worlds: int, seed: int, wanted: Sequence[tuple[str, str]], first_world: int = 0) -> Ensemble:
    """Play `worlds` worlds of a plan that covers whole years; keep the wanted `(outcome, reduce)` pairs."""
    parts: dict[tuple[str, str], list[np.ndarray]] = {key: [] for key in wanted}
    for chunk in chunks(range(first_world, first_world + worlds)):
        recording = play(Task(plan, seed, chunk))
        for key, found in parts.items():
            found.append(_yearly(recording, *key))
    return Ensemble(plan.start // 4, worlds, {key: np.concatenate(found, axis=-1) for key, found in parts.items()})
