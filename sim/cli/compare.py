"""`balkansim compare`: what one run changes against another, in the same worlds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli import options
from sim.cli.failures import guarded
from sim.cli.output import emit, show, table

if TYPE_CHECKING:
    from sim.results import Results

Outcomes = Annotated[list[str] | None, typer.Option("--outcome", help="Outcome, e.g. democracy or SRB.stability (may be repeated).")]
Window = Annotated[str | None, typer.Option("--window", help="A quarter, or FIRST:LAST to average over; default: the last quarter.")]
SomeWorlds = Annotated[int | None, typer.Option("--worlds", "-n", help="Worlds of scenarios that are run in memory (1000).")]
SomeSeed = Annotated[int | None, typer.Option("--seed", help="Seed of scenarios that are run in memory (1).")]


@guarded
def command(
    run_a: Annotated[str, typer.Argument(metavar="RUN_A", help="What is compared with: a directory of results, or a scenario.")],
    run_b: Annotated[str, typer.Argument(metavar="RUN_B", help="What is compared: a directory of results, or a scenario.")],
    outcome: Outcomes = None,
    policy: options.Policy = "none",
    reference_policy: options.ReferencePolicy = "none",
    window: Window = None,
    worlds: SomeWorlds = None,
    seed: SomeSeed = None,
    as_json: options.Json = False,
) -> None:
    """Print the difference that RUN_B makes against RUN_A, world by world."""
    from sim.analysis.compare import compare, references

    for name in outcome or []:
        references(name)  # a wrong name is told before anything is run
    a, b = options.two_runs(run_a, run_b, worlds, seed, (reference_policy, policy))
    span = options.window(window)
    frames = {name: compare(a, b, name, policy=policy, reference_policy=reference_policy, window=span) for name in outcome or [_asked(b)]}
    if as_json:
        rows = [row for frame in frames.values() for row in frame.to_dict("records")]
        emit({"reference": _who(run_a, a, reference_policy), "alternative": _who(run_b, b, policy), "window": span, "rows": rows})
        return
    when = span if isinstance(span, str) else f"mean of {span[0]} to {span[1]}" if span else f"end of {_last(a, b)}"
    show(f"second: {run_b} (policy {policy})", f"first: {run_a} (policy {reference_policy})", f"the same worlds, {when}", "")
    show(*(_table(name, frame) for name, frame in frames.items()))


def _last(a: Results, b: Results) -> str:
    return min(a.quarters[-1], b.quarters[-1])


def _asked(results: Results) -> str:
    return results.scenario.answer["outcome"] if results.scenario is not None else "eu_alignment"


def _who(given: str, results: Results, policy: str) -> dict[str, Any]:
    return {"run": given, "scenario": results.name, "policy": policy, "seed": results.manifest["seed"]}


def _table(name: str, frame: Any) -> Any:
    from sim.analysis.summary import label_of, measure_of, number, of_hundred
    from sim.cli.answer import changed

    measure = measure_of(name)
    neutral, leveled = measure.better == "none", measure.type == "float"  # a median of yes and no says nothing
    rows = []
    for row in frame.to_dict("records"):
        first, second = (row["higher"], row["lower"]) if neutral else (row["better"], row["worse"])
        same, one, two = of_hundred(row["same"], first, second)
        levels = [number(row[k], measure.range) for k in ("reference", "alternative")] if leveled else []
        change = changed(row["difference"], row["low"], row["high"], measure)
        label = label_of(f"{row['state']}.{row['outcome']}" if row["state"] else row["outcome"])
        rows.append([label, *levels, change, str(one), str(two), str(same)])
    shown = "means, change" if leveled else "change"
    title = f"{measure.label} ({measure.unit}): {shown}, worlds of 100 ({int(frame['worlds'].iloc[0]):,} compared)"
    heads = [
        "",
        *(("first", "second") if leveled else ()),
        "change ± 95 %",
        *(("higher", "lower") if neutral else ("better", "worse")),
        "same",
    ]
    return table(heads, rows, title=title, right=range(1, len(heads)))
