"""From worlds to what is drawn: fans, a map's colours, a hundred dots, a verdict."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from sim import quarters
from sim.analysis.pairing import shares
from sim.analysis.summary import label_of, number, words
from sim.app import engine
from sim.app.asking import Chart, Question, Setup
from sim.app.desk import Desk, Ticket, Worker
from sim.app.library import Library
from sim.catalogue import STATES, Variable
from sim.randomness import BLOCK
from sim.results import outcome_reference

PIECE = 512
"""The most worlds simulated in one turn, so that nobody waits long for theirs."""
STAGES = (0.125, 0.5)
"""Shares of the quarters after which what is played so far is shown: all worlds, the first years. Then the whole."""
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
DOTS = 100
MOST_REMEMBERED = 64 * 2**20  # bytes

Values = dict[str, np.ndarray]
Piece = tuple[Setup, int, int]
"""Worlds `first` to `stop` - 1 of a setup."""


def pieces(worlds: int, shares: int) -> list[tuple[int, int]]:
    """[first, stop) of each piece of work: whole blocks, as equal as they can be, so that all workers end together."""
    blocks = -(-worlds // BLOCK)
    rounds = -(-blocks * BLOCK // (PIECE * shares))
    count = min(blocks, rounds * shares)
    edges = [min(worlds, blocks * i // count * BLOCK) for i in range(count + 1)]
    return list(pairwise([*edges[:-1], worlds]))


def stages(quarters: int) -> list[int | None]:
    """How many quarters to play before something is shown; the last, None, is all of them."""
    return [*dict.fromkeys(max(1, round(share * quarters)) for share in STAGES), None]


class Bank:
    """Values already fetched from the workers, the latest kept."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[Piece, str], np.ndarray] = OrderedDict()
        self._bytes = 0

    def put(self, piece: Piece, values: Values) -> None:
        """Keep values; the oldest go once there are too many."""
        for reference, array in values.items():
            if (piece, reference) not in self._kept:
                self._bytes += array.nbytes
            self._kept[piece, reference] = array
        while self._bytes > MOST_REMEMBERED and len(self._kept) > 1:
            self._bytes -= self._kept.popitem(last=False)[1].nbytes

    def get(self, piece: Piece, references: tuple[str, ...]) -> Values:
        """Those of these values that are kept."""
        known = [r for r in references if (piece, r) in self._kept]
        for reference in known:
            self._kept.move_to_end((piece, reference))
        return {r: self._kept[piece, r] for r in known}


class Answering:
    """Answers questions: worlds from the desk's workers, summaries made here."""

    def __init__(self, desk: Desk, library: Library) -> None:
        self.desk, self.library, self.bank = desk, library, Bank()

    async def answers(self, question: Question, ticket: Ticket) -> AsyncIterator[dict[str, Any]]:
        """The first years of all worlds, then more of them, then the whole. Raises SupersededError.

        A world is played once: each stage goes on where the one before it stopped.
        """
        wanted, parts = wanted_references(question), pieces(question.worlds, self.desk.shares)

        def begin(setup: Setup, stages: Sequence[int | None]) -> list[list[asyncio.Future[Values]]]:
            whole = [(setup, *part) for part in parts]
            placed = list(zip(whole, self.desk.places(whole), strict=True))
            return [
                [asyncio.ensure_future(self._piece(piece, worker, wanted, until, ticket)) for piece, worker in placed] for until in stages
            ]

        [before] = begin(question.before, [None])
        shown = stages(len(self._quarters(question.now))) if question.now != question.before else [None]
        steps = begin(question.now, shown)
        try:
            reference = _joined(await asyncio.gather(*before))
            for step, following in pairwise(steps):
                now = _joined(await asyncio.gather(*step))
                if not all(w.done() for w in following):  # nothing is shown that is out of date already
                    yield self._begun(question, now, reference)
            yield self._answer(question, _joined(await asyncio.gather(*steps[-1])), reference)
        finally:
            for w in (tasks := [*before, *(w for step in steps for w in step)]):
                w.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _piece(self, piece: Piece, worker: Worker, wanted: tuple[str, ...], until: int | None, ticket: Ticket) -> Values:
        """Values of one piece of worlds, of at least `until` quarters."""
        found = self.bank.get(piece, wanted)
        lacking = tuple(r for r in wanted if r not in found)
        if lacking:
            fetched = await worker.do(ticket, engine.values, *piece, until, lacking)
            if until is None:
                self.bank.put(piece, fetched)
            found |= fetched
        return found

    def _answer(self, question: Question, now: Values, before: Values) -> dict[str, Any]:
        return {
            "whole": True,
            "worlds": int(next(iter(now.values())).shape[0]),
            "quarters": self._quarters(question.now),
            "charts": [_drawn(c, now, before) for c in question.charts],
            "map": _coloured(question.map, now, before),
            **judged(question.chart.judged, now, before, self.against(question)),
            "states": _by_state(question.chart, now, before),
        }

    def _begun(self, question: Question, now: Values, before: Values) -> dict[str, Any]:
        """The first years: the charts as far as they go, without what is said of the end."""
        charts = [_drawn(c, now, before) for c in question.charts]
        return {"whole": False, "quarters": self._quarters(question.now), "charts": charts}

    def _quarters(self, setup: Setup) -> list[str]:
        scenario = self.library.scenarios[setup.scenario]
        return quarters.span(scenario.start, scenario.end)

    def against(self, question: Question) -> str:
        """What the answer is compared with, in words."""
        if question.before.scenario == question.now.scenario:
            return "the scenario as written"
        return self.library.scenarios[question.before.scenario].name


def wanted_references(question: Question) -> tuple[str, ...]:
    """Every outcome reference that an answer draws on."""
    wanted = [r for chart in question.charts for r in chart.references] + [question.chart.judged]
    wanted += [f"{s}.{question.map}" for s in STATES]
    if question.chart.place:
        wanted += [f"{s}.{question.chart.outcome}" for s in STATES]
    return tuple(dict.fromkeys(wanted))


def _joined(parts: list[Values]) -> Values:
    """Pieces of worlds side by side, as many quarters as all of them have."""
    found = {}
    for reference in parts[0]:
        arrays = [p[reference] for p in parts]
        played = min(a.shape[1] for a in arrays)
        found[reference] = np.concatenate([a[:, :played] for a in arrays])
    return found


def fan(values: np.ndarray, variable: Variable) -> list[list[float]]:
    """The quantiles of LEVELS at each quarter, from (worlds, quarters); for yes/no outcomes the share of worlds, five times."""
    if variable.type == "bool":
        share = values.mean(axis=0, dtype=float)
        return [[round(float(v), 4)] * len(LEVELS) for v in share]
    ordered = np.sort(np.ascontiguousarray(values.T), axis=1).astype(float)
    at = np.array(LEVELS) * (ordered.shape[1] - 1)
    low = np.floor(at).astype(int)
    high = np.minimum(low + 1, ordered.shape[1] - 1)
    return np.round(ordered[:, low] + (ordered[:, high] - ordered[:, low]) * (at - low), 4).tolist()


def _drawn(chart: Chart, now: Values, before: Values) -> dict[str, Any]:
    series = []
    for reference in chart.references:
        variable = outcome_reference(reference)[1]
        fans = {"now": fan(now[reference], variable), "before": fan(before[reference], variable)}
        series.append({"reference": reference, "label": label_of(reference), **fans})
    return {"outcome": chart.outcome, "place": chart.place, "series": series}


def _coloured(outcome: str, now: Values, before: Values) -> dict[str, Any]:
    def ends(values: Values) -> dict[str, float]:
        return {s: round(float(values[f"{s}.{outcome}"][:, -1].mean(dtype=float)), 4) for s in STATES}

    return {"outcome": outcome, "now": ends(now), "before": ends(before)}


def difference(reference: str, now: Values, before: Values) -> np.ndarray:
    """The paired change at the last quarter that both have, float64 (worlds,)."""
    last = min(now[reference].shape[1], before[reference].shape[1]) - 1
    return now[reference][:, last].astype(float) - before[reference][:, last].astype(float)


def judged(reference: str, now: Values, before: Values, against: str) -> dict[str, Any]:
    """A hundred worlds spread evenly from the largest loss to the largest gain, and how many of them are better, worse, the same."""
    variable = outcome_reference(reference)[1]
    changes = difference(reference, now, before)
    order = np.argsort(changes, kind="stable")
    count = min(DOTS, changes.size)
    picked = order[((np.arange(count) + 0.5) * changes.size / count).astype(int)]
    dots = [[int(w), float(np.round(changes[w], 4))] for w in picked]
    share = shares(changes[picked], variable)
    higher, lower = round(share.higher * count), round(share.lower * count)
    counts = {"higher": higher, "lower": lower, "same": count - higher - lower}
    verdict = {"reference": reference, "label": subject(reference), "better": variable.better, "same_below": variable.same, **counts}
    verdict |= {"mean": round(float(changes.mean()), 5), "of": count, "against": against}
    return {"dots": dots, "verdict": verdict | {"sentence": sentence(verdict, variable)}}


def subject(reference: str) -> str:
    """An outcome reference as the subject of a sentence: Serbia, EU alignment."""
    state, variable = outcome_reference(reference)
    return f"{label_of(reference)}, {words(variable.published)}" if state in STATES else label_of(reference)


def sentence(verdict: dict[str, Any], variable: Variable) -> str:
    """The verdict in words."""
    higher, lower, same, of = (verdict[k] for k in ("higher", "lower", "same", "of"))
    if variable.better == "none":
        text = f"higher in {higher} of {of} worlds, lower in {lower}, the same in {same}"
    else:
        better, worse = (higher, lower) if variable.better == "higher" else (lower, higher)
        text = f"better in {better} of {of} worlds, worse in {worse}, the same in {same}"
    subject = verdict["label"]
    return f"{subject[:1].upper()}{subject[1:]}: {text}. {_average(verdict, variable)}"


def _average(verdict: dict[str, Any], variable: Variable) -> str:
    """The mean change in words."""
    mean = verdict["mean"]
    if variable.type == "bool":
        share = round(100 * abs(mean))
        return f"It holds in {share} of 100 worlds {'more' if mean > 0 else 'fewer'} than in {verdict['against']}." if share else _NOTHING
    size = number(abs(mean), variable.range, True).lstrip("+")
    if float(size) == 0:
        return _NOTHING
    unit = _SPOKEN.get(variable.unit, "")
    return f"On average {size}{unit} {'higher' if mean > 0 else 'lower'} at the end than in {verdict['against']}."


_NOTHING = "On average nothing changes."
_SPOKEN = {"% of GDP": " % of GDP", "thousands": " thousand", "stage": " of a stage"}
"""Units in a sentence; indices and shares need none."""


def _by_state(chart: Chart, now: Values, before: Values) -> list[dict[str, Any]]:
    """For a state outcome, the verdict of each of the six."""
    if not chart.place:
        return []
    rows = []
    for state in STATES:
        reference = f"{state}.{chart.outcome}"
        changes = difference(reference, now, before)
        share = shares(changes, outcome_reference(reference)[1])
        rows.append(
            {"state": state, "higher": round(share.higher, 3), "lower": round(share.lower, 3), "mean": round(float(changes.mean()), 5)}
        )
    return rows
