"""Vetoes: not their dates but their kind: how many members block a candidate, how long a spell stands, how much is blocked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from sim import quarters
from sim.catalogue import MEMBERS, STATES
from sim.chunking import chunks
from sim.data.tables import UNNAMED, VetoSpell, load_vetoes
from sim.hindcast.ensemble import plan_of
from sim.play import Task, play
from sim.scenario.plan import Plan

CANDIDATES = ("ALB", "MKD", "SRB")
"""Candidates with documented spells of named members on steps of accession; BIH and MNE have none, XKX waits for recognition."""
MEASURES = {
    "blockers": "members that blocked at some time",
    "length": "mean length of a spell, quarters (cut at the end of 2023)",
    "blocked": "quarters with any veto standing",
}
SHARE = 0.9


def standing_of_record(plan: Plan, spells: Sequence[VetoSpell] | None = None) -> np.ndarray:
    """Documented vetoes of named members, bool (quarters, 27, 6); spells that follow one another are one."""
    found = np.zeros((plan.end - plan.start + 1, len(MEMBERS), len(STATES)), dtype=bool)
    for spell in spells if spells is not None else load_vetoes():
        if spell.step == "visa-free travel":
            continue
        last = plan.end if spell.until is None else quarters.index(spell.until)
        first = max(quarters.index(spell.since), plan.start) - plan.start
        for blocker in set(spell.blockers) - {UNNAMED}:
            found[first : max(last - plan.start + 1, first), MEMBERS.index(blocker), STATES.index(spell.candidate)] = True
    return found


def measures(standing: np.ndarray) -> dict[str, np.ndarray]:
    """Each measure for each candidate, (6, ...), from vetoes standing, bool (quarters, 27, 6, ...)."""
    begun = standing.copy()
    begun[1:] &= ~standing[:-1]
    spells = begun.sum(axis=(0, 1))
    return {
        "blockers": standing.any(axis=0).sum(axis=0).astype(float),
        "length": standing.sum(axis=(0, 1)) / np.maximum(spells, 1),
        "blocked": standing.any(axis=1).sum(axis=0).astype(float),
    }


def simulated(plan: Plan, worlds: int, seed: int) -> dict[str, np.ndarray]:
    """The measures in every world, (6, worlds)."""
    parts: dict[str, list[np.ndarray]] = {name: [] for name in MEASURES}
    for chunk in chunks(range(worlds)):
        paths = play(Task(plan, seed, chunk, paths=("members.veto",))).paths["members.veto"]
        for name, value in measures(paths[1:] > 0.5).items():
            parts[name].append(value)
    return {name: np.concatenate(values, axis=-1) for name, values in parts.items()}


def compare_spells(worlds: int = 1024, seed: int = 1, belief: str = "posterior_2019") -> list[dict[str, Any]]:
    """One entry per candidate and measure: the record, the model's median and 90 % interval, and whether the one lies in the other."""
    plan = plan_of(belief=belief)
    record, played = measures(standing_of_record(plan)), simulated(plan, worlds, seed)
    rows = []
    for candidate in CANDIDATES:
        i = STATES.index(candidate)
        for name in MEASURES:
            low, median, high = np.quantile(played[name][i], [0.5 - SHARE / 2, 0.5, 0.5 + SHARE / 2])
            observed = float(record[name][i])
            rows.append(
                {
                    "candidate": candidate,
                    "measure": name,
                    "observed": observed,
                    "median": float(median),
                    "interval": [float(low), float(high)],
                    "inside": bool(low <= observed <= high),
                }
            )
    return rows
