"""The events of one world as a story: what happened, when, until when, in words; the weighty first where not all can be told."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd
import pyarrow.dataset as ds

from sim.catalogue import STATE_NAMES
from sim.data.tables import load_council
from sim.errors import InputError
from sim.results import Results, StoreSource

_TELLING = {
    "secession": "Republika Srpska declares secession",
    "us_withdrawal": "the United States withdraws",
    "membership": "{target} joins the EU",
    "agreement.kosovo_serbia": "Belgrade and Pristina agree",
    "crisis.kosovo_serbia": "Kosovo-Serbia crisis",
    "veto": "{actor} blocks {target}",
    "accession_step": "step to the EU for {target}",
    "crisis": "crisis in {target}",
    "mandate_lapse": "EUFOR's mandate lapses",
    "turnover": "new government in {target}",
    "administration": "US: {rest} administration",
    "deployment": "reinforcement of {rest}",
    "discouraging_statement": "enlargement talked down",
    "disaster": "disaster in {target}",
    "hybrid_attack": "hybrid attack on {target}",
    "stall": "reforms stall in {target}",
    "quarrel": "{actor} quarrels with {target}",
}
"""Kinds of event in words, the weightiest first. Elections by themselves are no news: a change of government is."""
_SHORT = {"BIH": "Bosnia", "MKD": "N. Macedonia"}


Event = dict[Hashable, Any]


@dataclass(frozen=True)
class Told:
    """One line of the story. `until` where it lasted; `weight` 0 is the weightiest kind."""

    quarter: str
    words: str
    weight: int
    until: str | None = None

    @property
    def place(self) -> tuple[str, int, str, str]:
        """Sorts events by quarter, the weightiest first; two that differ only in their end have an order too."""
        return self.quarter, self.weight, self.words, self.until or ""


def story(results: Results, world: int, policy: str = "none") -> list[Told]:
    """The events of one world in the order of quarters. InputError for a world or policy that the run does not hold."""
    numbers = results.world_numbers(policy)
    if world not in numbers:
        raise InputError(f"world {world} is not in this run; it holds {numbers.size} worlds from {numbers[0]} to {numbers[-1]}")
    mine = _events(results, world, policy)
    ends = _ends(mine)
    groups: dict[tuple[str, str, str], list[Event]] = {}
    for event in mine.to_dict("records"):
        if kind := _kind(event["event"]):
            # several members blocking one candidate in one quarter are one piece of news
            rest = "" if kind == "veto" else event["event"].removeprefix(kind).lstrip(".")
            groups.setdefault((event["quarter"], kind, rest or event["target"]), []).append(event)
    told = [_told(quarter, kind, found, ends) for (quarter, kind, _), found in groups.items()]
    return sorted(told, key=lambda t: t.place)


def _events(results: Results, world: int, policy: str) -> pd.DataFrame:
    """The events of one world; from disk, no more than these are read."""
    if isinstance(results.source, StoreSource):
        found = results.source.store.read("events", policy=policy, where=ds.field("world") == world).to_pandas()
        return found.astype({name: object for name in found.columns if name != "world"})
    events = results.events
    return events[(events["world"] == world) & (events["policy"] == policy)]


def _kind(event: str) -> str | None:
    return event if event in _TELLING else head if (head := event.split(".")[0]) in _TELLING else None


def _ends(events: pd.DataFrame) -> dict[tuple[str, str, str], str]:
    """When each veto ended, by (quarter it began, candidate, member): as forced, or when it was lifted."""
    found: dict[tuple[str, str, str], str] = {}
    standing: dict[tuple[str, str], str] = {}
    for event in events.to_dict("records"):
        head, key = event["event"].split(".")[0], (event["target"], event["actor"])
        if head == "veto":
            standing[key] = event["quarter"]
            if isinstance(event["until"], str):
                found[event["quarter"], *key] = event["until"]
        elif head == "veto_lifted" and key in standing:
            found[standing.pop(key), *key] = event["quarter"]
    return found


def _told(quarter: str, kind: str, found: list[Event], ends: dict[tuple[str, str, str], str]) -> Told:
    target, rest = found[0]["target"], found[0]["event"].removeprefix(kind).lstrip(".")
    actors = [_member(e["actor"]) for e in found]
    actor = actors[0] if len(actors) == 1 else f"{len(actors)} members"
    text = _TELLING[kind].format(target=_state(target), actor=actor, rest=rest.upper() if kind == "deployment" else rest.replace("_", " "))
    if kind == "veto" and len(actors) > 1:
        text = text.replace("blocks", "block")
    until = [ends.get((quarter, e["target"], e["actor"])) for e in found] if kind == "veto" else []
    known = [u for u in until if u is not None]
    # a veto that is never lifted lasts to the end of the run, written as ''
    last = None if not until else max(known) if len(known) == len(until) else ""
    return Told(quarter, text[:1].upper() + text[1:], list(_TELLING).index(kind), last)


def _state(code: str) -> str:
    return _SHORT.get(code, STATE_NAMES.get(code, code))


@cache
def _names() -> dict[str, str]:
    return {member.iso: member.name for member in load_council()}


def _member(code: str) -> str:
    return _names().get(code, code)
