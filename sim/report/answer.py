"""The part of a report that answers: sentence, tables, figures, causes, what happened."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from matplotlib.figure import Figure

from sim import plots
from sim.analysis.pairing import pair
from sim.analysis.summary import Measure, Row, Summary, measure_of, number, of_hundred
from sim.catalogue import catalogue
from sim.report.causes import causes_of, largest
from sim.report.html import paragraph, section, table, text
from sim.report.pictures import picture
from sim.results import Results


def answer_of(summary: Summary, results: Results, reference: Results | None, name: str) -> list[str]:
    """Sections of a run's answer; `name` starts the names of its figures."""
    return [
        section("The answer", [paragraph(summary.answer, "answer"), _how_many(summary), _states(summary)]),
        section("In pictures", [picture(f, f"{name}-{i}") for i, f in enumerate(_figures(summary, results, reference))]),
        _policies(summary),
        section("The region", [_region(summary)]),
        section("Why", causes_of(summary, results, reference, name)),
        section("What happened", [_happened(summary), *_one_world(summary, results, reference, name)]),
    ]


def _how_many(summary: Summary) -> str:
    against = f"the same world in {summary.against}" if summary.reference else f"the same world at the end of {summary.against}"
    return paragraph(
        f"{summary.measure.means}. {summary.worlds:,} possible worlds of seed {summary.seed}; end of {summary.quarter};"
        f" changes are against {against}."
    )


def _counts(row: Row, better: str) -> list[str]:
    """Of 100 worlds: better (or higher), worse (or lower), the same."""
    first, second = (row.higher, row.lower) if better == "none" or math.isnan(row.better) else (row.better, row.worse)
    same, one, two = of_hundred(row.same, first, second)
    return [str(one), str(two), str(same)]


def _level(value: float, measure: Measure) -> str:
    return measure.labels[round(value)].replace("_", " ") if measure.labels else number(value, measure.range)


def _cells(row: Row, measure: Measure, better: str) -> list[str]:
    if measure.type == "bool":
        levels = [f"{100 * row.mean:.0f} of 100", ""]
    else:
        levels = [_level(row.median, measure), f"{_level(row.low, measure)} to {_level(row.high, measure)}"]
    change, low, high = (number(v, measure.range, True) for v in (row.change, row.change_low, row.change_high))
    return [text(row.label), *map(text, [*levels, change, f"{low} to {high}"]), *_counts(row, better)]


def _heads(first: str, measure: Measure) -> list[str]:
    verdicts = ("higher", "lower") if measure.better == "none" else ("better", "worse")
    level = "worlds" if measure.type == "bool" else "median"
    return [first, level, "90 % of worlds", "mean change", "its 95 % interval", *verdicts, "same"]


def _states(summary: Summary) -> str:
    measure = summary.measure
    rows = [_cells(row, measure, measure.better) for row in summary.rows]
    caption = f"{measure.label} ({measure.unit}); the last three columns count worlds of 100"
    return table(_heads("", measure), rows, numbers=range(1, 8), caption=caption)


def _region(summary: Summary) -> str:
    rows = []
    for row in summary.region:
        measure = measure_of("mean.democracy" if row.name == "mean" else row.name)
        rows.append(_cells(row, measure, measure.better))
    heads = [*_heads("", summary.measure)[:5], "better", "worse", "same"]
    return (
        table(heads, rows, numbers=range(1, 8), caption="Outcomes of the region; the last three columns count worlds of 100")
        if rows
        else ""
    )


def _policies(summary: Summary) -> str:
    if not summary.policies:
        return ""
    measure = summary.measure
    rows = []
    for name, found in {"as written": summary.rows, **summary.policies}.items():
        cells = [f"{number(r.change, measure.range, True)}<br>{'/'.join(_counts(r, measure.better)[:2])}" for r in found]
        rows.append([text(name.replace("_", " ")), *cells])
    verdicts = "higher/lower" if measure.better == "none" else "better/worse"
    heads = ["policy", *(row.label for row in summary.rows)]
    return section(
        "Policies", [table(heads, rows, numbers=range(1, len(heads)), caption=f"Mean change, and of 100 worlds how many are {verdicts}")]
    )


def _figures(summary: Summary, results: Results, reference: Results | None) -> Iterator[Figure]:
    """The outcome in figures: those of the six where it is an outcome of states, else a fan and the dots."""
    outcome, quarter = summary.measure.outcome, summary.quarter
    six = outcome in catalogue().state_outcomes
    yield (plots.small_multiples if six else plots.fan)(results, outcome, ghost=reference)
    if reference is not None:
        yield plots.hundred_dots(reference, results, outcome, quarter=quarter)
    if six and reference is not None:
        yield plots.slope(reference, results, outcome, quarter=quarter)
    if six:
        yield plots.map_of(results, outcome, quarter=quarter)


def _happened(summary: Summary) -> str:
    """In how many of 100 worlds each event worth telling occurs, those that differ most first."""
    events = sorted(summary.events, key=lambda e: -abs(e.share - (e.share if e.reference_share is None else e.reference_share)))
    if not events:
        return ""
    compared = summary.reference is not None
    rows = [[text(e.words), _share(e.share), *([_share(e.reference_share or 0.0)] if compared else [])] for e in events]
    heads = ["in at least one quarter", "worlds of 100", *([f"in {summary.against}"] if compared else [])]
    return table(heads, rows, numbers=range(1, 3))


def _one_world(summary: Summary, results: Results, reference: Results | None, name: str) -> list[str]:
    """The world in the middle of all by the change that is largest, told with and without the change."""
    if reference is None:
        return []
    both = pair(reference, results, largest(summary)[1], "none", "none")
    at = results.quarters.index(summary.quarter)
    change = both.alternative[:, at].astype(float) - both.reference[:, at]
    middle = int(both.worlds[np.argsort(change, kind="stable")[change.size // 2]])
    said = f"One world told twice: number {middle}, in the middle of all by how far the row above that moves most changes in it."
    return [paragraph(said), picture(plots.timeline(reference, middle, twin=results), f"{name}-world")]


def _share(share: float) -> str:
    return "fewer than 1" if 0 < share < 0.005 else "more than 99" if 0.995 <= share < 1 else f"{100 * share:.0f}"
