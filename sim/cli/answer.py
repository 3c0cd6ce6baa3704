"""The printed answer of a run: tables by Rich, or the same as JSON."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from sim.analysis.happenings import Happening
from sim.analysis.summary import Measure, Row, Summary, measure_of, number, of_hundred
from sim.catalogue import STATES
from sim.cli.output import bold, emit, say_notices, show, table, typed, width

if TYPE_CHECKING:
    from sim.cli.run import Work


def show_answer(summary: Summary, work: Work, as_json: bool) -> None:
    """Print a summary, where its tables lie and what to try next."""
    notices, further = work.job.notices, next_steps(summary, work)
    folders = {"results": str(work.folder), "reference": str(work.reference_folder) if work.reference_folder else None}
    if as_json:
        emit(asdict(summary) | {"notices": notices, "folders": folders, "next": further})
        return
    show(*_head(summary), states_table(summary), *_compact(summary), region_table(summary))
    show(*_told(summary.events), bold(summary.answer), "", f"Tables: {work.folder}")
    if work.reference_folder:
        show(f"Reference: {work.reference_folder}")
    show("Next:", *(f"  {typed(line)}" for line in further))
    say_notices(notices)


def _head(summary: Summary) -> list[Any]:
    measure = summary.measure
    low, high = (f"{edge:g}" for edge in measure.range)
    scale = "yes or no" if measure.type == "bool" else measure.unit if measure.labels else f"{measure.unit}, {low} to {high}"
    compared = "the end of" if summary.reference is None else "the same world in"
    lines = [bold(summary.title), *([summary.question] if summary.question else []), ""]
    lines.append(f"{_upper(measure.label)} ({scale}) at the end of {summary.quarter}; {summary.worlds:,} worlds, seed {summary.seed}.")
    first, second = _verdicts(measure)
    same = "same" if measure.type == "bool" or measure.labels else f"same (within {measure.same:g})"
    return [*lines, f"Change: mean against {compared} {summary.against}, ± 95 % interval; {first}, {second}, {same}: of 100 worlds."]


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _verdicts(measure: Measure) -> tuple[str, str]:
    return ("higher", "lower") if measure.better == "none" else ("better", "worse")


def counts(row: Row, measure: Measure) -> tuple[int, int, int]:
    """Of 100 worlds: better (or higher), worse (or lower), the same."""
    first, second = (row.higher, row.lower) if measure.better == "none" else (row.better, row.worse)
    same, one, two = of_hundred(row.same, first, second)
    return one, two, same


def level(value: float, measure: Measure) -> str:
    """A level as a reader expects it: a number, or the word of a stage."""
    return measure.labels[round(value)] if measure.labels else number(value, measure.range)


def range_of(row: Row, measure: Measure) -> str:
    """What 90 of 100 worlds lie in."""
    return f"{level(row.low, measure)}-{level(row.high, measure)}"


def changed(change: float, low: float, high: float, measure: Measure) -> str:
    """A mean change and half the width of its interval."""
    return f"{number(change, measure.range, True)} ±{number((high - low) / 2, measure.range, True).lstrip('+')}"


def cells(row: Row, measure: Measure) -> list[str]:
    """Level, range, change with its interval, and counts."""
    levels = [level(row.median, measure), range_of(row, measure)]
    if measure.type == "bool":
        levels = [f"{100 * row.mean:.0f} in 100", ""]
    return [*levels, changed(row.change, row.change_low, row.change_high, measure), *map(str, counts(row, measure))]


def _columns(first: str, measure: Measure) -> list[str]:
    return [first, "worlds" if measure.type == "bool" else "median", "90 in 100", "change", *_verdicts(measure), "same"]


NUMBERS = range(1, 7)


def states_table(summary: Summary) -> Any:
    """A row per state for the outcome that the scenario asks about."""
    measure = summary.measure
    rows = [[row.label, *cells(row, measure)] for row in summary.rows]
    return table(_columns("", measure), rows, right=NUMBERS)


def region_table(summary: Summary) -> Any:
    """A row per outcome of the region, each with its own direction."""
    rows = []
    for row in summary.region:
        measure = measure_of(row.name if row.name != "mean" else "mean.democracy")
        rows.append([row.label, *cells(row, measure)])
    return table(["The region", "median", "90 in 100", "change", "better", "worse", "same"], rows, right=NUMBERS)


def _compact(summary: Summary) -> list[Any]:
    """Each policy, and each option of each branch, in one line: the mean change per state, in how many of 100 worlds better and worse."""
    groups = {"Policies: mean change": summary.policies, "What was drawn: mean change in the worlds of each": summary.branches}
    return [_group(title, {"as written": summary.rows, **lines}, summary.measure) for title, lines in groups.items() if lines]


def _group(title: str, lines: Mapping[str, Sequence[Row]], measure: Measure) -> Any:
    """A line per policy or option; without the counts where they do not fit."""
    heads = ["", *(r.name for r in lines["as written"])] if len(lines["as written"]) > 1 else ["", measure.label]
    cells = [[name, *(_short(r, measure, True) for r in rows)] for name, rows in lines.items()]
    if sum(max(map(len, column)) + 2 for column in zip(heads, *cells, strict=True)) > width():
        cells = [[name, *(_short(r, measure, False) for r in rows)] for name, rows in lines.items()]
    else:
        title += f", and of 100 worlds how many are {'/'.join(_verdicts(measure))}"
    return table(heads, cells, title=title, right=range(1, len(heads)), fold=True)


def _short(row: Row, measure: Measure, counted: bool) -> str:
    one, two, _ = counts(row, measure)
    return number(row.change, measure.range, True) + (f" {one}/{two}" if counted else "")


_MOST_TOLD = 6


def _told(events: Sequence[Happening]) -> list[Any]:
    """A crisis between Kosovo and Serbia, then the events that differ most from the reference; nothing that is certain in both."""
    telling = [e for e in events if min(e.share, _there(e)) < 1]
    telling.sort(key=lambda e: (e.event != "crisis.kosovo_serbia", -abs(e.share - _there(e)), -e.share))
    if not telling:
        return []
    telling = telling[:_MOST_TOLD]
    compared = telling[0].reference_share is not None
    parts = [f"{e.words} in {_of_hundred(e.share)}" + (f" ({_of_hundred(_there(e))})" if compared else "") for e in telling]
    return [f"Of 100 worlds{' (in brackets: in the reference)' if compared else ''}: {'; '.join(parts)}.", ""]


def _there(event: Happening) -> float:
    return event.share if event.reference_share is None else event.reference_share


def _of_hundred(share: float) -> str:
    return "fewer than 1" if 0 < share < 0.005 else "more than 99" if 0.995 <= share < 1 else f"{100 * share:.0f}"


def next_steps(summary: Summary, work: Work) -> list[str]:
    """Two or three commands that go on from here."""
    steps: list[tuple[str, ...]] = []
    policy = summary.answer_policy
    most = max(summary.policies.get(policy, summary.rows), key=lambda r: abs(r.change))
    chosen = () if policy == "none" else ("--policy", policy)
    runs = tuple(str(f) for f in (work.reference_folder, work.folder) if f is not None)
    if not summary.measure.labels:
        steps.append(("explain", *runs, _outcome_of(most, summary.measure), *chosen))
    if len(runs) == 2:
        steps.append(("compare", *runs, "--outcome", "democracy" if summary.measure.outcome != "democracy" else "stability", *chosen))
    if work.job.scenario.policies and not summary.policies:
        steps.insert(len(steps) if most.moves else 0, ("run", work.given, *work.asked.with_policies("all").words()))
    elif len(runs) == 1 and not summary.policies:
        steps.append(("run", work.given, *work.asked.with_lever("eu.conditionality_clarity=0.9").words()))
    if summary.worlds < 10_000 and not most.moves:
        steps.append(("run", work.given, *replace(work.asked, worlds=10 * summary.worlds).words()))
    return [shlex.join(["balkansim", *words]) for words in steps[:3]]


def _outcome_of(most: Row, measure: Measure) -> str:
    """The outcome reference of the row that moves most."""
    return f"{most.name}.{measure.outcome}" if most.name in STATES and "." not in measure.outcome else measure.outcome
