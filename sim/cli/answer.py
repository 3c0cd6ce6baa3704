"""The printed answer of a run: tables by Rich, or the same as JSON."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sim.analysis.happenings import Happening
from sim.analysis.summary import Measure, Row, Summary, measure_of, number, of_hundred
from sim.catalogue import STATES
from sim.cli.notices import notices_of
from sim.cli.output import WIDTH, bold, emit, say, show, table, typed, width

if TYPE_CHECKING:
    from sim.cli.run import Work


def show_answer(summary: Summary, work: Work, as_json: bool) -> None:
    """Print a summary, where its tables lie and what to try next."""
    notices, further = notices_of(work.job), next_steps(summary, work)
    folders = {"results": str(work.folder), "reference": str(work.reference_folder) if work.reference_folder else None}
    if as_json:
        emit(asdict(summary) | {"notices": notices, "folders": folders, "next": further})
        return
    show(*_head(summary), states_table(summary), *_policies(summary), region_table(summary))
    show(*_told(summary.events), bold(summary.answer), "", f"Tables: {work.folder}")
    if work.reference_folder:
        show(f"Reference: {work.reference_folder}")
    show("Next:", *(f"  {typed(line)}" for line in further))
    for notice in notices:
        say(f"note: {notice}")


def _head(summary: Summary) -> list[Any]:
    measure = summary.measure
    low, high = (f"{edge:g}" for edge in measure.range)
    scale = "yes or no" if measure.type == "bool" else measure.unit if measure.labels else f"{measure.unit}, {low} to {high}"
    compared = "the end of" if summary.reference is None else "the same world in"
    lines = [bold(summary.title), *([summary.question] if summary.question else []), ""]
    lines.append(f"{_upper(measure.label)} ({scale}) at the end of {summary.quarter}; {summary.worlds:,} worlds, seed {summary.seed}.")
    first, second = _verdicts(measure)
    return [*lines, f"Change: mean against {compared} {summary.against}, ± 95 % interval; {first}, {second}, same: of 100 worlds."]


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


def _policies(summary: Summary) -> list[Any]:
    """Each policy in one line: the mean change per state and in how many of 100 worlds it is better and worse."""
    if not summary.policies:
        return []
    measure, wide = summary.measure, width() >= WIDTH
    heads = [measure.label] if len(summary.rows) == 1 else list(STATES)
    lines = []
    for name, rows in {"as written": summary.rows, **summary.policies}.items():
        lines.append([name, *(_short(row, measure, wide) for row in rows)])
    title = "Policies: mean change" + (f", and of 100 worlds how many are {'/'.join(_verdicts(measure))}" if wide else "")
    return [table(["", *heads], lines, title=title, right=range(1, len(heads) + 1))]


def _short(row: Row, measure: Measure, wide: bool) -> str:
    one, two, _ = counts(row, measure)
    return number(row.change, measure.range, True) + (f" {one}/{two}" if wide else "")


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
    job, steps = work.job, []
    most = max(summary.rows, key=lambda r: abs(r.change))
    if work.reference_folder is not None:
        runs = ("balkansim", "explain", str(work.reference_folder), str(work.folder))
        if explained := _stock(summary, most):
            steps.append(shlex.join([*runs, explained]))
        steps.append(shlex.join(["balkansim", "compare", *runs[2:], "--outcome", "democracy"]))
    if job.scenario.policies and not summary.policies:
        steps.append(shlex.join(["balkansim", "run", work.given, "--policy", "all", *_size(work)]))
    if work.reference_folder is None and not summary.policies:
        steps.append(shlex.join(["balkansim", "run", work.given, "--set", "eu.conditionality_clarity=0.9", *_size(work)]))
    if summary.worlds < 10_000 and not most.moves:
        steps.append(shlex.join(["balkansim", "run", work.given, "--worlds", str(10 * summary.worlds)]))
    return steps[:3]


def _stock(summary: Summary, most: Row) -> str | None:
    """The reference of the row that moves most, if it is a stock: only those are booked."""
    from sim.results import outcome_reference

    outcome = summary.measure.outcome
    reference = f"{most.name}.{outcome}" if most.name in STATES and "." not in outcome else outcome
    variable = outcome_reference(reference)[1]
    return reference if variable.kind == "stock" and variable.type == "float" else None


def _size(work: Work) -> list[str]:
    return [] if len(work.job.worlds) == 1000 else ["--worlds", str(len(work.job.worlds))]
