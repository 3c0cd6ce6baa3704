"""What is asked for beside the picture: causes, one world and its twin, and the assumptions that decide. Carried out in a worker."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import asdict
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis import twin as twins
from sim.analysis.explain import explain, worth_telling
from sim.analysis.happenings import happenings
from sim.analysis.summary import thing, things, words
from sim.app.answers import subject
from sim.app.asking import Question
from sim.app.describing import assumption, names
from sim.app.engine import engine
from sim.errors import InputError
from sim.results import Results, outcome_reference

MOST_EXPLAINED = 512
"""Worlds whose bookings are summed for causes, so that an answer comes within seconds."""
CONFIDENCE = 0.95
"""With which a correlation is called more than chance, over all parameters looked at together (Bonferroni)."""


def _both(question: Question) -> tuple[Results, Results, int]:
    worlds = min(question.worlds, MOST_EXPLAINED)
    return engine().results(question.before, 0, worlds), engine().results(question.now, 0, worlds), worlds


def causes(question: Question) -> dict[str, Any]:
    """The mean difference at the end, booked to what made it, largest first; and what happened in how many worlds."""
    before, now, worlds = _both(question)
    happened = happenings(now, before, np.arange(worlds)) if question.now.policy == "none" else []
    told = [{"words": h.words, "now": h.share, "before": h.reference_share or 0.0} for h in happened]
    try:
        frame = _explained(question, before, now, through=False)
    except InputError as error:
        return _about(question, worlds) | {"causes": [], "sum": 0.0, "none": str(error), "signal": False, "happenings": told}
    bars = {"causes": _rows(frame), "sum": float(frame["difference"].sum()), "signal": "from" in frame}
    return _about(question, int(frame.attrs["worlds"])) | bars | {"happenings": told}


def deeper(question: Question) -> dict[str, Any]:
    """The same one level down: what each cause was itself computed from, with its mean level in both."""
    before, now, worlds = _both(question)
    try:
        frame = _explained(question, before, now, through=True)
    except InputError as error:
        return _about(question, worlds) | {"bars": [], "none": str(error)}
    bars, own = [], outcome_reference(question.chart.judged)[1].name
    for (room, because), leaves in frame.groupby(["room", "because"], sort=False):
        parts = [_leaf(leaf, own) for leaf in leaves.to_dict("records") if leaf["input"] and abs(leaf["difference"]) > NOTHING]
        bars.append(_bar(str(room), str(because), float(leaves["difference"].sum())) | {"parts": parts})
    bars = sorted((b for b in bars if b["parts"]), key=lambda b: -abs(b["difference"]))
    return _about(question, int(frame.attrs["worlds"])) | {"bars": bars}


def _about(question: Question, worlds: int) -> dict[str, Any]:
    return {"reference": question.chart.judged, "label": subject(question.chart.judged), "worlds": worlds}


def _explained(question: Question, before: Results, now: Results, through: bool) -> pd.DataFrame:
    policy, reference = question.now.policy, question.before.policy
    return explain(before, now, question.chart.judged, policy=policy, reference_policy=reference, through=through)


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    moved = worth_telling(frame[frame["difference"].abs() > NOTHING])
    return [_bar(str(r["room"]), str(r["because"]), float(r["difference"])) for r in moved.to_dict("records")]


def _bar(room: str, because: str, difference: float) -> dict[str, Any]:
    """A cause. That of a stock has a room; what a signal is computed from has a kind, told only where it is set from outside."""
    if room in _INPUTS:
        return {"room": room if room in _SET else "", "because": thing(because), "difference": difference}
    return {"room": words(room), "because": because, "difference": difference}


def _leaf(leaf: Mapping[Hashable, Any], own: str) -> dict[str, Any]:
    """A part of a cause: what it comes from, by way of which signals, its kind where it is set from outside, its mean level in both."""
    name = leaf["source"] or leaf["input"]
    kind = leaf["source_kind"] or leaf["kind"]
    way = things(str(leaf["way"]))
    levels = {side: None if leaf[side] != leaf[side] else round(float(leaf[side]), 4) for side in ("from", "to")}
    told = {"what": "its own level before" if name == own else thing(name), "by": way, "kind": kind if kind in _SET else ""}
    return told | levels | {"difference": float(leaf["difference"])}


NOTHING = 1e-9
_SET = ("lever", "parameter")
_INPUTS = ("stock", "signal", "decision", "prepared", "together", "setting", "level", *_SET)


def assumptions(question: Question) -> dict[str, Any]:
    """Every drawn parameter with its source, and how strongly the outcome at the end goes with it (rank correlation over worlds)."""
    _, now, worlds = _both(question)
    reference = question.chart.judged
    outcome = pd.Series(now.values(reference, question.now.policy)[:, -1].astype(float))
    drawn = now.worlds
    columns = [c for c in drawn.columns if c.startswith("parameters.")]
    ranks = drawn[columns].rank()
    ties = float(outcome.std()) == 0.0
    with np.errstate(invalid="ignore", divide="ignore"):
        strength = pd.Series(0.0, columns) if ties else ranks.corrwith(outcome.rank()).fillna(0.0)
    rows = []
    for column in columns:
        low, middle, high = drawn[column].quantile([0.05, 0.5, 0.95])
        known = assumption(column.removeprefix("parameters."))
        rows.append(
            known | {"low": float(low), "median": float(middle), "high": float(high), "strength": round(float(strength[column]), 3)}
        )
    rows.sort(key=lambda r: -abs(r["strength"]))
    held = [assumption(n.removeprefix("parameters.")) for n in question.now.levers if n.startswith("parameters.")]
    chance = round(NormalDist().inv_cdf(1 - (1 - CONFIDENCE) / 2 / max(1, len(columns))) / float(np.sqrt(worlds)), 3)
    return _about(question, worlds) | {"chance": chance, "drawn": rows, "held": held}


def twin(question: Question) -> dict[str, Any]:
    """One world with and without the change: both paths of the outcome, both stories, where they part, and what led there."""
    world = question.world or 0
    before, now, worlds = _both(question)
    if world >= worlds:
        before, now = engine().one_world(question.before, world), engine().one_world(question.now, world)
    reference = question.chart.judged
    found = twins.twin(before, now, world, policy=question.now.policy, reference_policy=question.before.policy)
    row = int(np.searchsorted(now.world_numbers(question.now.policy), world))
    drawn = now.worlds.iloc[row]
    return {
        "world": world, "reference": reference, "label": subject(reference), "quarters": now.quarters,
        "now": _path(now, reference, question.now.policy, row), "before": _path(before, reference, question.before.policy, row),
        "events": [_told(e) for e in found.events], "event": _told(found.event) if found.event else None, "parts": found.quarter,
        "outcomes": [_parted(p) for p in found.outcomes[:4]],
        "bookings": [_booking(b) for b in found.bookings[:8]],
        "drawn": {words(c.removeprefix("branch.")): words(str(drawn[c])) for c in drawn.index if c.startswith("branch.")},
    }  # fmt: skip


_WHERE = {"both": "both", "alternative": "now", "reference": "before"}


def _path(results: Results, reference: str, policy: str, row: int) -> list[float]:
    return [round(float(v), 5) for v in results.values(reference, policy)[row]]


def _told(event: twins.Told) -> dict[str, Any]:
    """An event, with where it happens: in both lives, only as set (now) or only before."""
    return asdict(event) | {"until": event.until or "", "where": _WHERE[event.where], "kind": event.event.split(".")[0]}


def _parted(parted: twins.Parted) -> dict[str, Any]:
    """An outcome that differs, with whose it is."""
    state, variable = outcome_reference(parted.outcome)
    label = f"{names().get(state, state)}, {words(variable.published)}" if state else words(variable.published)
    return {"label": label, "type": variable.type, "now": parted.alternative, "before": parted.reference}


def _booking(booking: twins.Booking) -> dict[str, Any]:
    what = f"{names()[booking.actor]}, {words(booking.stock)}" if booking.actor in names() else words(booking.stock)
    return {"what": what, "because": booking.because, "room": words(booking.room), "difference": booking.difference}
