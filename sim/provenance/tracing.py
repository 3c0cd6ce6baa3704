"""From the words of a `source` to what stands behind them: lines of the two documents, rows of data, works, texts of law.

A source is free text that a reader understands ("figures vdem_libdem MKD 2016-2017"); here the names in it are looked up. One that leads
nowhere is a defect, and `nowhere` finds it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from sim.catalogue import STATES, catalogue
from sim.data.figures import Figure, load_figures
from sim.data.reading import FOLDER
from sim.provenance.references import Reference, cited_in

DOCUMENTS = ("transatlantic-burden-sharing", "closing-the-capabilities-gap")
_LINES = re.compile(rf"({'|'.join(DOCUMENTS)})\s+(\d+(?:-\d+)?(?:(?:,\s*|\s+and\s+)\d+(?:-\d+)?)*)")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_YEARS = re.compile(r"\b((?:19|20)\d\d)(?:(?:-| to )((?:19|20)\d\d))?\b")
_LAW = re.compile(r"Treaty on European Union, article \d+(?:\(\d+\))?|constitutions? of the six")
_TEST = re.compile(r"\btests/[\w/]+\.py\b")


@dataclass(frozen=True)
class Trace:
    """What a text leads to."""

    lines: tuple[str, ...] = ()  # "document 16"
    works: tuple[Reference, ...] = ()
    figures: tuple[str, ...] = ()  # names in figures.csv
    tables: tuple[str, ...] = ()  # names of other tables, without .csv
    texts: tuple[str, ...] = ()  # texts of law
    checks: tuple[str, ...] = ()  # properties of the model that tests hold in place, or a variable of its own

    def __bool__(self) -> bool:
        return any((self.lines, self.works, self.figures, self.tables, self.texts, self.checks))


@cache
def _tables() -> frozenset[str]:
    return frozenset(f.stem for f in FOLDER.glob("*.csv") if f.stem != "figures")


@cache
def _figure_names() -> frozenset[str]:
    return frozenset(load_figures().names())


def lines_in(text: str) -> tuple[str, ...]:
    """Lines of the two documents that a text names, each as "document line"."""
    found = []
    for document, numbers in _LINES.findall(text):
        for part in re.split(r",\s*|\s+and\s+", numbers):
            first, _, last = part.partition("-")
            found += [f"{document} {n}" for n in range(int(first), int(last or first) + 1)]
    return tuple(dict.fromkeys(found))


def trace(text: str) -> Trace:
    """What stands behind a source."""
    words = set(_WORD.findall(text))
    stationary = tuple(v.name for v in catalogue().variables.values() if v.key in words and "stationarity" in words)
    return Trace(
        lines=lines_in(text),
        works=tuple(cited_in(text)),
        figures=tuple(sorted(words & _figure_names())),
        tables=tuple(sorted(words & _tables())),
        texts=tuple(_LAW.findall(text)),
        checks=(*_TEST.findall(text), *stationary),
    )


def nowhere(text: str) -> bool:
    """Whether a source leads to nothing that can be looked up."""
    return not trace(text)


def figures_named(text: str) -> list[Figure]:
    """Observations that a source names: of its figures, those of the entities and years it mentions, or all where it mentions none."""
    words, found = set(_WORD.findall(text)), _YEARS.findall(text)
    years = {y for first, last in found for y in range(int(first), int(last or first) + 1)}
    chosen = []
    for name in trace(text).figures:
        known = load_figures().entities(name)
        named = [e for e in known if e in words] or [e for e in known if e in STATES] or known
        rows = [f for entity in named for f in load_figures().series(name, entity)]
        chosen += [f for f in rows if f.year in years] or rows
    return chosen
