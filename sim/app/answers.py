"""From worlds to what is drawn: fans, a map's colours, a hundred dots, a verdict."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from itertools import pairwise
from typing import Any

import numpy as np

from sim import quarters
from sim.analysis.pairing import shares
from sim.analysis.summary import label_of, number, words
from sim.app import engine
from sim.app.asking import Chart, Question, Setup
from sim.app.desk import Desk, Ticket
from sim.app.library import Library
from sim.catalogue import STATES, Variable
from sim.results import outcome_reference

FIRST = 128
"""Worlds answered at once; the rest follows. They are the same worlds as in the whole answer."""
PIECE = 512
"""The most worlds simulated in one turn, so that nobody waits long for theirs."""
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
DOTS = 100
MOST_REMEMBERED = 64 * 2**20  # bytes

Values = dict[str, np.ndarray]


def pieces(worlds: int) -> list[tuple[int, int]]:
    """[first, stop) of each piece of work: a small first one, then whole ones."""
    edges = [0, *range(min(FIRST, worlds), worlds, PIECE), worlds]
    return [(a, b) for a, b in pairwise(edges) if a < b]


class Bank:
    """Values already fetched from the workers, the latest kept."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[Setup, int, int, str], np.ndarray] = OrderedDict()
        self._bytes = 0

    def missing(self, setup: Setup, first: int, stop: int, references: tuple[str, ...]) -> tuple[str, ...]:
        """Those not kept."""
        return tuple(r for r in references if (setup, first, stop, r) not in self._kept)

    def put(self, setup: Setup, first: int, stop: int, values: Values) -> None:
        """Keep values; the oldest go once there are too many."""
        for reference, array in values.items():
            key = (setup, first, stop, reference)
            if key not in self._kept:
                self._bytes += array.nbytes
            self._kept[key] = array
        while self._bytes > MOST_REMEMBERED and len(self._kept) > 1:
            self._bytes -= self._kept.popitem(last=False)[1].nbytes

    def get(self, setup: Setup, first: int, stop: int, references: tuple[str, ...]) -> Values:
        """Kept values. Raises KeyError."""
        return {r: self._kept[setup, first, stop, r] for r in references}


class Answering:
    """Answers questions: worlds from the desk's workers, summaries made here."""

    def __init__(self, desk: Desk, library: Library) -> None:
        self.desk, self.library, self.bank = desk, library, Bank()

    async def answers(self, question: Question, ticket: Ticket) -> AsyncIterator[dict[str, Any]]:
        """The answer of the first worlds, then that of all. Raises SupersededError.

        The rest is simulated beside the first worlds; while a lever is being dragged only after them, so that no work is begun that
        nobody waits for.
        """
        wanted = wanted_references(question)

        def begin(position: int, piece: tuple[int, int]) -> asyncio.Future[tuple[Values, Values]]:
            return asyncio.ensure_future(self._piece(question, wanted, position, *piece, ticket))

        head, *rest = pieces(question.worlds)
        work = [begin(0, head)]
        if not ticket.hurried:
            work += [begin(i, p) for i, p in enumerate(rest, 1)]
        try:
            first = await work[0]
            if rest and (ticket.hurried or not all(w.done() for w in work)):
                yield self._answer(question, [first], whole=False)
            if ticket.hurried:
                work += [begin(i, p) for i, p in enumerate(rest, 1)]
            whole = self._answer(question, list(await asyncio.gather(*work)), whole=True)
            ticket.finished = True
            yield whole
        finally:
            for w in work:
                w.cancel()
            await asyncio.gather(*work, return_exceptions=True)

    async def _piece(
        self, question: Question, wanted: tuple[str, ...], position: int, first: int, stop: int, ticket: Ticket
    ) -> tuple[Values, Values]:
        """(now, before) of one piece of worlds."""
        worker = self.desk.front[position % len(self.desk.front)]
        found = []
        for setup in (question.before, question.now):
            lacking = self.bank.missing(setup, first, stop, wanted)
            fetched = await worker.do(ticket, engine.values, setup, first, stop, lacking) if lacking else {}
            kept = tuple(r for r in wanted if r not in lacking)
            found.append(fetched | self.bank.get(setup, first, stop, kept))
            self.bank.put(setup, first, stop, fetched)
        return found[1], found[0]

    def _answer(self, question: Question, parts: list[tuple[Values, Values]], whole: bool) -> dict[str, Any]:
        now, before = (_joined([p[i] for p in parts]) for i in (0, 1))
        return {
            "whole": whole,
            "worlds": int(next(iter(now.values())).shape[0]),
            "quarters": self._quarters(question.now),
            "charts": [_drawn(c, now, before) for c in question.charts],
            "map": _coloured(question.map, now, before),
            **judged(question.chart.judged, now, before, self.against(question)),
            "states": _by_state(question.chart, now, before),
        }

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
    return parts[0] if len(parts) == 1 else {r: np.concatenate([p[r] for p in parts]) for r in parts[0]}


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
    verdict = {"reference": reference, "label": _subject(reference), "better": variable.better, "same_below": variable.same, **counts}
    verdict |= {"mean": round(float(changes.mean()), 5), "of": count, "against": against}
    return {"dots": dots, "verdict": verdict | {"sentence": sentence(verdict, variable)}}


def _subject(reference: str) -> str:
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
    return f"On average {size} {'higher' if mean > 0 else 'lower'} at the end than in {verdict['against']}."


_NOTHING = "On average nothing changes."


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
