"""`balkansim sweep`: many settings of levers and uncertainties, each in the same worlds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli import options
from sim.cli.failures import Stopped, guarded
from sim.cli.output import bold, emit, held_by, say_notices, show, table
from sim.errors import InputError

if TYPE_CHECKING:
    from sim.analysis.design import Design
    from sim.analysis.sweep import Cell, Sweep

_SHOWN = 15

File = Annotated[Path | None, typer.Argument(metavar="[FILE]", help="A sweep file (see docs/experiments.md); or --vary and --outcome.")]
Vary = Annotated[
    list[str] | None, typer.Option("--vary", metavar="LEVER=LOW:HIGH|[A, B]", help="A lever to vary; instead of a file (repeatable).")
]
Uncertain = Annotated[list[str] | None, typer.Option("--uncertain", metavar="NAME=...", help="The same for what nobody decides.")]
Scenarios = Annotated[list[str] | None, typer.Option("--scenario", help="Scenario to sweep over; instead of a file (repeatable).")]
Outcome = Annotated[list[str] | None, typer.Option("--outcome", help="Outcome to keep; instead of a file (repeatable).")]
Levels = Annotated[int, typer.Option("--levels", min=2, help="With --vary: levels of each range (full factorial).")]
Out = Annotated[Path | None, typer.Option("--out", help="Directory to keep it in; a sweep that was stopped continues there.")]


@guarded
def command(
    file: File = None,
    vary: Vary = None,
    uncertain: Uncertain = None,
    scenario: Scenarios = None,
    outcome: Outcome = None,
    levels: Levels = 3,
    worlds: Annotated[int | None, typer.Option("--worlds", "-n", help="How many worlds; default: as the file says, or 256.")] = None,
    workers: options.Workers = 1,
    scheduler: Annotated[str | None, typer.Option("--scheduler", metavar="ADDRESS|FILE", help="A Dask cluster that is running.")] = None,
    out: Out = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be played and how long it takes; write nothing.")] = False,
    as_json: options.Json = False,
) -> None:
    """Play every point of a design in the same worlds and keep what comes out."""
    from sim.analysis.sweep import done, run_sweep
    from sim.cli.progress import watched

    options.check_workers(workers)
    design = _design(file, vary, uncertain, scenario, outcome, levels, worlds)
    folder = out or Path("results") / f"sweep-{design.name}"
    already = done(folder, design)
    if dry_run:
        return _dry_run(design, folder, already, workers, scheduler, as_json)
    try:
        with watched(design.name) as progress:
            sweep = run_sweep(design, folder, workers=workers, scheduler=scheduler, progress=progress)
    except KeyboardInterrupt:
        raise Stopped(folder) from None
    _show(sweep, folder, _notices(design), as_json)
    return None


def _design(
    file: Path | None, vary: list[str] | None, uncertain: list[str] | None, scenario: list[str] | None, outcome: list[str] | None,
    levels: int, worlds: int | None,
) -> Design:  # fmt: skip
    from dataclasses import replace

    from sim.analysis.design_file import design_of, read_design

    spoken = {"levers": vary, "uncertainties": uncertain, "scenarios": scenario, "outcomes": outcome}
    if file is not None:
        if given := [k for k, v in spoken.items() if v]:
            raise InputError(f"a sweep file and {', '.join(given)} on the command line; allowed: one of the two")
        design = read_design(file)
    else:
        if not vary and not uncertain and not scenario:
            raise InputError("what is to be varied? give a sweep file, or --vary LEVER=LOW:HIGH and --outcome NAME")
        design = design_of(_text(spoken, levels), "command line", "sweep")
    if worlds is not None and not 0 < worlds <= 1_000_000:
        raise InputError(f"--worlds {worlds}: allowed: a whole number from 1 to 1,000,000")
    return design if worlds is None else replace(design, worlds=worlds)


def _text(spoken: dict[str, list[str] | None], levels: int) -> str:
    """A sweep file from what stands on the command line."""
    import yaml

    document: dict[str, Any] = {k: spoken[k] for k in ("scenarios", "outcomes") if spoken[k]}
    for group in ("levers", "uncertainties"):
        if spoken[group]:
            document[group] = dict(_varied(text) for text in spoken[group] or [])
    return yaml.safe_dump(document | {"design": {"kind": "full_factorial", "levels": levels}}, sort_keys=False)


def _varied(text: str) -> tuple[str, Any]:
    from sim.scenario import value_of

    name, _, value = (part.strip() for part in text.partition("="))
    low, colon, high = value.partition(":")
    if not name or not value:
        raise InputError(f"'{text}': allowed: LEVER=LOW:HIGH, or LEVER=[A, B]")
    if colon and not value.startswith(("[", "{")):
        return name, {"low": value_of(low), "high": value_of(high)}
    return name, value_of(value)


def _dry_run(design: Design, folder: Path, already: list[Cell], workers: int, scheduler: str | None, as_json: bool) -> None:
    from dataclasses import asdict

    from sim.analysis.sweep import cells
    from sim.analysis.sweep_estimate import estimate_sweep
    from sim.cli.dry_run import needs
    from sim.estimates import age

    start = age()  # what this process took to get here, the next one will take too
    every, there = cells(design), set(already)
    threads = _threads(scheduler) if scheduler is not None else workers
    estimate = estimate_sweep(design, [cell for cell in every if cell not in there], threads, start, scheduler is not None)
    policies, notices = {s.name: design.policies_of(s) for s in design.scenarios}, _notices(design)
    data = {
        "sweep": design.name, "folder": folder, "scenarios": list(policies), "policies": policies,
        "lever_points": len(design.points("levers")), "uncertainty_points": len(design.points("uncertainties")), "worlds": design.worlds,
        "cells": len(every), "done": len(already), "estimate": asdict(estimate),
        "notices": notices,
    }  # fmt: skip
    if as_json:
        emit(data)
        return
    told = "; ".join(f"{name} ({', '.join(found)})" if len(found) > 1 else name for name, found in policies.items())
    points = f"{data['lever_points']} of levers x {data['uncertainty_points']} of uncertainties, the first of each as written"
    show(bold(design.title), f"scenarios (policies): {told}", f"points: {points}")
    show(f"{len(every)} cells of {design.worlds:,} worlds, of which {len(already)} are done in {folder}")
    show(f"To do: {len(every) - len(already)} cells; {needs(asdict(estimate))}.")
    say_notices(notices)


def _threads(scheduler: str) -> int:
    from sim.executors import opened

    with opened(scheduler=scheduler) as place:
        return place.threads


def _notices(design: Design) -> list[str]:
    return held_by("the sweep", design.notices)


def _show(sweep: Sweep, folder: Path, notices: list[str], as_json: bool) -> None:
    frame = sweep.summary()
    if as_json:
        emit(
            {
                "sweep": sweep.name,
                "folder": folder,
                "worlds": sweep.worlds.size,
                "rows": frame.astype(object).where(frame.notna(), None).to_dict("records"),
                "notices": notices,
            }
        )
        return
    show(bold(sweep.title), *([sweep.question] if sweep.question else []), "")
    for outcome in sweep.outcomes:
        show(_table(frame[frame["outcome"] == outcome], outcome))
    show(f"Every cell: {folder / 'summary.parquet'}; its worlds: {folder / 'values'}", f"Next: balkansim robust {folder}")
    say_notices(notices)


def _table(frame: Any, outcome: str) -> Any:
    """Means over the points of the uncertainties, a row per choice."""
    choices = ["scenario", "policy", "levers"]
    means = frame.groupby(choices, sort=False)[["mean", "change", "better", "worse"]].mean().reset_index()
    spread = frame.groupby(choices, sort=False)["mean"].agg(["min", "max"]).reset_index()
    means["min"], means["max"] = spread["min"], spread["max"]
    levers = [c for c in frame.columns if c.startswith("lever.")]
    first = frame.drop_duplicates(choices).set_index(choices)
    means = means.sort_values("mean", ascending=False).head(_SHOWN)
    rows = []
    for row in means.to_dict("records"):
        settings = first.loc[(row["scenario"], row["policy"], row["levers"]), levers] if levers else {}
        told = ", ".join(f"{k.removeprefix('lever.')} {_short(v)}" for k, v in dict(settings).items() if v is not None and v == v)
        who = row["scenario"] + (f" with {row['policy']}" if row["policy"] != "none" else "")
        numbers = [f"{row['mean']:.3f}", f"{row['min']:.3f}-{row['max']:.3f}", f"{row['change']:+.3f}"]
        counts = [f"{100 * row[k]:.0f}" if row[k] == row[k] else "" for k in ("better", "worse")]
        rows.append([who, told or "as written", *numbers, *counts])
    heads = ["scenario", "levers", "mean", "lowest-highest", "change", "better", "worse"]
    title = f"{outcome}: over all points of the uncertainties; change and worlds of 100 against the scenario as written"
    return table(heads, rows, title=title, right=range(2, 7), fold=True)


def _short(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)
