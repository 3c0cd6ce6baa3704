"""The part of a report that says why: the difference of the row that moves most, booked to causes, and what each cause is made of."""

from __future__ import annotations

from typing import Any

from pandas import DataFrame

from sim import plots
from sim.analysis.explain import explain, worth_telling
from sim.analysis.summary import Row, Summary, things
from sim.catalogue import STATES
from sim.errors import InputError
from sim.identity import model_version
from sim.report.html import folded, paragraph, table, text
from sim.report.pictures import picture
from sim.results import Results

_LEAST = 0.0005  # parts smaller than this are not listed


def causes_of(summary: Summary, results: Results, reference: Results | None, name: str) -> list[str]:
    """The waterfall and table of the row that moves most, then the same one level down."""
    if reference is None:
        return []
    most, outcome = largest(summary)
    made = {str(r.manifest["balkansim"]) for r in (results, reference)}
    if made != {model_version()}:  # causes are found by playing the worlds again, and this model would play others
        return [paragraph(f"The causes of {outcome} cannot be told: the runs were made by another version of the model; run them again.")]
    try:
        causes, deep = (explain(reference, results, outcome, until=summary.quarter, through=through) for through in (False, True))
    except InputError as error:  # an outcome that is not booked, or actors that the results do not carry
        return [paragraph(f"The causes of {outcome} cannot be told: {error}.")]
    subject = f"{most.label}: {summary.measure.label}" if most.name in STATES else most.label
    title = f"{subject}, end of {summary.quarter}: what makes the difference from {summary.against.replace('_', ' ')}"
    return [
        paragraph(f"The row that moves most, {most.label}, its mean difference{_sampled(causes)} booked to what caused it."),
        picture(plots.waterfall(causes, title=title, unit=summary.measure.unit), f"{name}-why"),
        _bars(causes),
        *_deeper(deep, f"{title}, and what that is made of", summary.measure.unit, name),
    ]


def largest(summary: Summary) -> tuple[Row, str]:
    """The row that moves most, and its outcome reference."""
    most = max(summary.rows, key=lambda r: abs(r.change))
    return most, f"{most.name}.{summary.measure.outcome}" if most.name in STATES else summary.measure.outcome


def _bars(causes: DataFrame) -> str:
    rows = [
        [text(r["because"]), text(str(r["room"]).replace("_", " ")), text(f"{r['difference']:+.4f}")]
        for r in worth_telling(causes[causes["difference"] != 0]).to_dict("records")
    ]
    total = ["all together", "", f"{causes['difference'].sum():+.4f}"]
    return table(["because", "where", "difference"], [*rows, total], numbers=(2,))


def _deeper(deep: DataFrame, title: str, unit: str, name: str) -> list[str]:
    """What each cause was computed from; nothing where none of them can be divided."""
    parts = deep[(deep["input"] != "") & (deep["difference"].abs() >= _LEAST)]
    if parts.empty:
        return []
    said = f"One level down{_sampled(deep)}: each input of a cause was exchanged for its value in the other run while all else stayed."
    rows = [_part(r) for r in parts.to_dict("records")]
    heads = ["made of", "by way of", "in", "mean level in the reference", "here", "difference"]
    listed = table(heads, rows, numbers=(3, 4, 5))
    return [paragraph(said), picture(plots.waterfall(deep, title=title, unit=unit), f"{name}-deeper"), folded("All the parts", listed)]


def _part(row: dict[Any, Any]) -> list[str]:
    source, way = (things(row["source"]), things(row["way"])) if row["source"] else (things(row["input"]), "")
    levels = ["" if row[k] != row[k] else f"{row[k]:.3f}" for k in ("from", "to")]
    return [*map(text, [source, way, row["because"], *levels, f"{row['difference']:+.4f}"])]


def _sampled(causes: DataFrame) -> str:
    """In which worlds causes were found, where these are not all."""
    played, there = causes.attrs["worlds"], causes.attrs["of"]
    return "" if played == there else f" in the first {played:,} of {there:,} worlds (± {causes.attrs['error']:.4f})"
