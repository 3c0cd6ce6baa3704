"""Names: what a dotted name means once resolved, why one does not resolve, and the names of levers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from sim.catalogue import STATES, catalogue
from sim.scenario.findings import Place, Report

TOOLS = ("mechanisms", "initial", "clamp", "force", "parameters")


@dataclass(frozen=True)
class Name:
    """A resolved name. `subject` is the Lever, Variable, Event, Parameter or room it speaks of."""

    canonical: str
    kind: str  # lever | initial | clamp | force | mechanisms | parameters
    full: tuple[str, ...]
    subject: Any
    wide: bool = False
    mirrored: bool = False  # 1 - x of the subject is what was named (capability_gap)


@dataclass(frozen=True)
class Problem:
    """Why a name does not resolve: a sentence, or an unknown word with what is allowed in its place."""

    message: str
    what: str = ""
    word: str = ""
    allowed: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()

    @classmethod
    def of(cls, what: str, word: str, allowed: tuple[str, ...], candidates: tuple[str, ...] = ()) -> Problem:
        """An unknown `word` where `allowed` were possible; `candidates` only help to find the nearest."""
        return cls("", what, word, allowed, candidates)

    def into(self, report: Report, place: Place, path: str) -> None:
        """Report this problem."""
        if self.message:
            report.add(place, path, self.message)
        else:
            report.unknown(place, path, self.what, self.word, self.allowed, self.candidates)


EXAMPLES = {
    "mechanisms": "mechanisms.council",
    "initial": "initial.SRB.democracy",
    "clamp": "clamp.eu_alignment",
    "force": "force.crisis.BIH",
    "parameters": "parameters.<room>.<name>",
}


def lever_named(text: str) -> Name | Problem:
    """`eu.mediation`, `states.fragility` (wide: all six) or `states.SRB.fragility` (narrow)."""
    levers = catalogue().levers
    parts = text.split(".")
    if parts[0] == "states" and len(parts) == 3:
        lever = levers.get(f"states.{parts[2]}")
        if lever and parts[1] in STATES:
            return Name(text, "lever", (text,), lever)
        if lever:
            return Problem.of("state", parts[1], STATES)
        return Problem.of("lever", text, _of_group("states"), tuple(f"states.{parts[1]}.{k}" for k in _state_keys()))
    if text in levers:
        return Name(text, "lever", levers[text].full_names, levers[text], wide=levers[text].per_state)
    return Problem.of("lever", text, _of_group(parts[0]) or tuple(levers), _candidates())


@cache
def _state_keys() -> tuple[str, ...]:
    return tuple(lever.key for lever in catalogue().levers.values() if lever.per_state)


@cache
def _of_group(group: str) -> tuple[str, ...]:
    return tuple(n for n in catalogue().levers if n.split(".")[0] == group)


@cache
def _candidates() -> tuple[str, ...]:
    return (*catalogue().levers, *(f"mechanisms.{r}" for r in catalogue().rooms), *EXAMPLES.values())
