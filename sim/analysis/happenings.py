"""What happened, told in a few lines: in how many worlds there was a crisis, a veto, a new member."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.analysis.ends import Ends, event_pieces, labels_of
from sim.catalogue import STATE_NAMES, STATES, catalogue
from sim.results import Results

_TOLD = {
    "crisis.kosovo_serbia": "a Kosovo-Serbia crisis",
    "agreement.kosovo_serbia": "an agreement between Belgrade and Pristina",
    "secession": "a secession of Republika Srpska",
    "us_withdrawal": "a withdrawal of the United States",
    "crisis": "a crisis in {state}",
    "veto": "a veto cast or prolonged on {state}",
    "member": "{state} in the EU at the end",
}
"""Kinds of event worth telling, in words; other kinds stay in the table of events."""


@dataclass(frozen=True)
class Happening:
    """Something that happened in a share of worlds (0 to 1), in this run and in its reference."""

    event: str
    target: str
    words: str
    share: float
    reference_share: float | None


def happenings(results: Results, reference: Results | None, worlds: np.ndarray) -> list[Happening]:
    """Events worth telling that happened in at least one world of either run, and who joined the EU."""
    now = shares(results, worlds)
    before = shares(reference, worlds) if reference is not None else None
    found = []
    for key in sorted({*now, *(before or {})}, key=lambda k: (list(_TOLD).index(k[0]), k[1])):
        kind, target = key
        words = _TOLD[kind].format(state=STATE_NAMES.get(target, ""))
        found.append(Happening(kind, target, words, now.get(key, 0.0), None if before is None else before.get(key, 0.0)))
    return found


def shares(results: Results, worlds: np.ndarray, policy: str = "none") -> dict[tuple[str, str], float]:
    """Share of `worlds` in which each kind of event happened at least once, by (kind, state or '')."""
    counts = {key: int(np.isin(happened, worlds).sum()) for key, happened in _worlds_by_kind(results, policy).items()}
    members = _members(results, worlds, policy)
    counts |= {("member", state): n for state, n in zip(STATES, members, strict=True)}
    return {key: n / worlds.size for key, n in counts.items() if n}


def _worlds_by_kind(results: Results, policy: str) -> dict[tuple[str, str], np.ndarray]:
    """Worlds, each once, in which a kind of event befell a state: `veto.MKD.BGR` is (veto, MKD)."""
    found: dict[tuple[str, str], list[np.ndarray]] = {}
    for worlds, names, codes in event_pieces(results, policy):
        groups: dict[tuple[str, str], list[int]] = {}
        for code, name in enumerate(names):
            if key := _kind(name):
                groups.setdefault(key, []).append(code)
        for key, group in groups.items():
            found.setdefault(key, []).append(np.unique(worlds[np.isin(codes, group)]))
    return {key: np.unique(np.concatenate(pieces)) for key, pieces in found.items()}


def _kind(event: str) -> tuple[str, str] | None:
    """(kind, state) of an event worth telling; None for the others."""
    if event in _TOLD:
        return event, ""
    head, *rest = event.split(".")
    return (head, rest[0]) if head in _TOLD and rest and rest[0] in STATE_NAMES else None


def _members(results: Results, worlds: np.ndarray, policy: str) -> list[int]:
    """In how many worlds each state is a member of the EU at the end."""
    labels = labels_of(catalogue().state_outcomes["accession_stage"])
    last = Ends(results, policy, results.quarters[-1], worlds)
    return [int((last.of(f"{state}.accession_stage") == labels.index("member")).sum()) for state in STATES]
