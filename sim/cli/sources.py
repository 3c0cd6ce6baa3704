"""`balkansim sources`: what a run, or the model itself, rests on."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli import options
from sim.cli.failures import guarded
from sim.cli.names import written
from sim.cli.output import bold, counted, emit, say, show, table
from sim.errors import InputError

if TYPE_CHECKING:
    from sim.provenance.mattering import Mattering
    from sim.provenance.rested import Rested
    from sim.results import Results

_SHOWN = 12


@guarded
def command(
    run: Annotated[str, typer.Argument(metavar="[RUN]", help="A directory of results; without it, the model as shipped.")] = "",
    outcome: Annotated[
        str | None, typer.Option("--outcome", help="Tell what matters for this one; default: what the scenario asks about.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every parameter, lever, start and figure, not a summary.")] = False,
    bibtex: Annotated[bool, typer.Option("--bibtex", help="Print the works cited as BibTeX and nothing else.")] = False,
    as_json: options.Json = False,
) -> None:
    """Print figures, parameters, levers and works behind a run, and how much of what matters is assumed."""
    from sim.provenance.references import bibtex as as_bibtex
    from sim.provenance.rested import rested

    if as_json and bibtex:
        raise InputError("--json and --bibtex are two forms of the same answer; give one")
    if outcome is not None and not run:
        raise InputError("--outcome needs a RUN: what matters is told from the worlds of a run")
    found = rested(_opened(run) if run else None, outcome)
    if bibtex:
        sys.stdout.write(as_bibtex(found.references))
    elif as_json:
        emit(found.as_data())
    else:
        _print(found, every)


def _opened(run: str) -> Results:
    from sim.results import load_results

    if not options.holds_results(run):
        raise InputError(f"{run} holds no results (no manifest.json); allowed: a directory that `balkansim run SCENARIO` wrote")
    return load_results(run)


def _print(found: Rested, every: bool) -> None:
    if found.about.get("made_by_another_version"):
        say("this run was made by another version of model or data; what is printed is what this version holds")
    show(bold(_headline(found)), *(_matters(found.mattering) if found.mattering else ()), "")
    show(_parameters(found), _owners(found), _starts(found), _levers(found, every))
    if every:
        show(_each_parameter(found), _each_start(found), _each_figure(found))
    show(_works(found))
    if not every:
        show("Every number: add --all, or --json. The works for a paper: --bibtex.")


def _headline(found: Rested) -> str:
    shares = found.shares
    whose = found.about["run"] or "The model as shipped"
    said = ", ".join(f"{shares[s]} {s}" for s in ("measured", "calibrated", "assumed"))
    return f"{whose}: {counted(shares['parameters'], 'parameter')}, {said} ({100 * (shares['assumed_share'] or 0):.0f} in 100 are assumed)."


def _matters(found: Mattering) -> list[Any]:
    if found.why_not:
        return [f"What matters for {found.outcome}: {found.why_not}."]
    if not found.parameters:
        return [f"No parameter moves {found.outcome} by more than chance does in {found.worlds:,} worlds."]
    matter = counted(len(found.parameters), "parameter matters", "parameters matter")
    told = f"{matter} for {found.outcome}; {_assumed(found)} ({found.method})."
    rows = [[str(i["name"]).removeprefix("parameters."), str(i["status"]), f"{i['strength']:.2f}"] for i in found.inputs[:_SHOWN]]
    return [bold(told), table(["input that matters", "status", found.method], rows, right=(2,), fold=True)]


def _assumed(found: Mattering) -> str:
    if len(found.parameters) == 1:
        return f"it is {found.parameters[0]['status']}"
    return f"{100 * (found.assumed_share or 0):.0f} in 100 of them are assumed"


def _parameters(found: Rested) -> Any:
    rooms: dict[str, dict[str, int]] = {}
    for p in found.parameters:
        room = rooms.setdefault(p["room"], {"measured": 0, "calibrated": 0, "assumed": 0, "drawn": 0})
        room[p["status"]] += 1
        room["drawn"] += p["prior"] is not None
    heads = ["room", "measured", "calibrated", "assumed", "with a prior"]
    return table(heads, [[r, *map(str, n.values())] for r, n in rooms.items()], title="Parameters by room", right=(1, 2, 3, 4))


def _owners(found: Rested) -> Any:
    owners: dict[tuple[str, str], tuple[set[str], int]] = {}
    for f in found.figures:
        names, count = owners.get((f["source"], f["licence"]), (set(), 0))
        owners[f["source"], f["licence"]] = names | {f["figure"]}, count + 1
    rows = [[who, terms, str(count), ", ".join(sorted(names))] for (who, terms), (names, count) in sorted(owners.items())]
    title = f"{counted(len(found.figures), 'observed figure')} used"
    return table(["owner", "licence", "figures", "which"], rows, title=title, right=(2,), fold=True)


def _starts(found: Rested) -> Any:
    counts: dict[str, int] = {}
    for s in found.starting_values:
        counts[s["status"]] = counts.get(s["status"], 0) + 1
    rows = [[status, str(n)] for status, n in sorted(counts.items(), key=lambda c: -c[1])]
    tables = [[f"rows of {name}.csv", str(len(rows_))] for name, rows_ in found.tables.items()]
    return table(["starting values and tables", "how many"], rows + tables, right=(1,))


def _levers(found: Rested, every: bool) -> Any:
    held = [v for v in found.levers if every or v["set_by"] == "scenario"]
    title = f"Levers: {sum(v['set_by'] == 'scenario' for v in found.levers)} set by the scenario, {len(found.levers)} in all"
    rows = [[v["name"], written(v["default"]), v["set_by"], v["status"], _reason(v)] for v in held]
    return table(["lever", "default", "now", "status", "source or reason of the default"], rows, title=title, fold=True)


def _each_parameter(found: Rested) -> Any:
    rows = [[p["name"], f"{written(p['value'])} {p['unit']}", p["status"], _reason(p)] for p in found.parameters]
    return table(["parameter", "value", "status", "source or reason"], rows, title="Every parameter", fold=True)


def _each_start(found: Rested) -> Any:
    rows = [[f"{s['row']} {s['variable']}".strip(), written(s["value"]), s["status"], s["source"]] for s in found.starting_values]
    return table(["starting value", "value", "from", "source or reason"], rows, title="Every starting value", fold=True)


def _each_figure(found: Rested) -> Any:
    rows = [[f["figure"], f["entity"], str(f["year"]), f"{f['value']:g} {f['unit']}", f["source"], f["url"]] for f in found.figures]
    return table(["figure", "for", "year", "value", "source", "address"], rows, title="Every figure used", fold=True)


def _works(found: Rested) -> Any:
    return table(["work cited"], [[r.written] for r in found.references], fold=True)


def _reason(entry: dict[str, Any]) -> str:
    return "; ".join([*entry["source"], *filter(None, [entry["because"]])])
