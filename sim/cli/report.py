"""`balkansim report`: the answer of runs as one HTML page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli import options, places
from sim.cli.failures import guarded
from sim.cli.output import emit, show
from sim.errors import InputError

if TYPE_CHECKING:
    from sim.results import Results

Out = Annotated[Path | None, typer.Option("--out", metavar="FILE.html", help="The page; default: beside the first RESULT.")]


@guarded
def command(
    result: Annotated[list[str], typer.Argument(metavar="RESULT...", help="Directories that `run` wrote, one part of the page each.")],
    out: Out = None,
    as_json: options.Json = False,
) -> None:
    """Write one self-contained HTML page: question, answer, figures, causes, sources.

    The page needs no network and no other file. For a PDF, open it in a browser and print it: it is laid out for paper too.
    """
    from sim.report import report, write_report

    target = out or Path(f"{result[0].rstrip('/')}.report.html")
    if target.suffix not in (".html", ".htm"):
        raise InputError(f"--out {target}: a report is an HTML page; allowed: a file ending in .html (for a PDF, print that page)")
    runs = [_opened(text) for text in result]
    parts = [report(run, reference, name=f"run{i}") for i, (run, reference) in enumerate(runs, 1)]
    titles = [run.scenario.title if run.scenario else run.name for run, _ in runs]
    path = write_report(parts, target, title="; ".join(titles))
    if as_json:
        emit({"report": path, "results": result, "bytes": path.stat().st_size})
    else:
        show(f"Report: {path}")


def _opened(text: str) -> tuple[Results, Results | None]:
    """The results in a directory and, where `run` put them beside it, those of their reference."""
    from sim.results import load_results

    if not options.holds_results(text):
        raise InputError(f"{text} holds no results (no {places.MANIFEST}); allowed: a directory that `balkansim run SCENARIO` wrote")
    results = load_results(text)
    folder = places.reference_folder(Path(text), str(results.manifest.get("reference") or ""))
    there = options.holds_results(str(folder))
    return results, load_results(folder) if there else None
