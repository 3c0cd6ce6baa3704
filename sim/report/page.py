"""The page: everything of one or several runs in a single HTML file that asks for nothing from outside."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from sim import __version__
from sim.analysis.summary import summarise
from sim.errors import StoreError
from sim.report.answer import answer_of
from sim.report.grounds import grounds_of
from sim.report.html import paragraph, text
from sim.results import Results

_LIMITS = (
    "The numbers are what follows from the assumptions in a model of the region, not a forecast of it. A change is read within the model:"
    " the same worlds with and without it."
)
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="generator" content="balkansim {version}">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
<main>
{body}
</main>
<footer>{footer}</footer>
</body>
</html>
"""


def report(results: Results, reference: Results | None = None, *, name: str = "run") -> str:
    """One run's part of a report, as HTML.

    Args:
        results: the run, in memory or from disk.
        reference: the run it is compared with, of the same seed; without it changes are against the first quarter.
        name: starts the names of this part's figures, so that several parts can share a page.
    """
    same = reference is None or reference.name == results.name
    summary = summarise(results, None if same else reference)
    compared = None if same else reference
    described = str(results.manifest["scenario"].get("description", ""))
    head = [
        f'<h1 id="{text(name)}">{text(summary.title)}</h1>',
        paragraph(summary.question, "question") if summary.question else "",
        paragraph(described) if described else "",
    ]
    return "\n".join(
        p for p in [*head, *answer_of(summary, results, compared, name), *grounds_of(results, summary.measure.outcome, name)] if p
    )


def page(parts: Sequence[str], title: str) -> str:
    """Parts made by `report`, as a whole page."""
    style = (files("sim.report") / "page.css").read_text(encoding="utf-8")
    footer = f"{paragraph(_LIMITS)}{paragraph(f'balkansim {__version__}')}"
    return _PAGE.format(version=__version__, title=text(title), style=style, body="\n".join(parts), footer=footer)


def write_report(parts: str | Sequence[str], path: str | Path, title: str = "balkansim report") -> Path:
    """Write a page of one or several parts; returns its path. Raises StoreError where it cannot be written."""
    path = Path(path)
    written = page([parts] if isinstance(parts, str) else parts, title)
    try:
        path.write_text(written, encoding="utf-8")
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror}; give another --out") from error
    return path
