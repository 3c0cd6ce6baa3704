"""The part of a report that leads from a number to its source: starting values, works cited, owners of figures, and links to them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sim import quarters
from sim.analysis.summary import words
from sim.catalogue import STATE_NAMES, Variable, catalogue
from sim.data.figures import load_figures
from sim.provenance.references import Reference, cited_in
from sim.provenance.starting import MEASURED, Start, origins
from sim.provenance.tracing import trace
from sim.report.html import folded, link, paragraph, section, table, text
from sim.results import Results


class Citations:
    """Links from texts to the works and figures that they name, and the lists that these links lead to. `name` is that of the part."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.works: dict[str, Reference] = {}
        self.figures: dict[str, None] = {}

    def linked(self, told: str) -> str:
        """A text as HTML; what it cites leads to where it is listed."""
        flat = " ".join(told.split())
        spans = []
        for work in cited_in(flat):
            self.works[work.key] = work
            spans += [(*found.span(), f"work-{work.key}") for found in work.pattern().finditer(flat)]
        for figure in trace(flat).figures:
            self.figures[figure] = None
            spans += [(*found.span(), f"figure-{figure}") for found in re.finditer(rf"\b{re.escape(figure)}\b", flat)]
        parts, at = [], 0
        for start, end, target in sorted(spans):
            if start >= at:
                parts += [text(flat[at:start]), f'<a href="#{self.name}-{target}">{text(flat[start:end])}</a>']
                at = end
        return "".join([*parts, text(flat[at:])])

    def lists(self) -> list[str]:
        """Works cited and owners of figures, each with its addresses; call it last, when all texts have been linked."""
        return [self._works(), self._owners()]

    def _works(self) -> str:
        ordered = sorted(self.works.values(), key=lambda w: w.written)
        listed = "\n".join(f'<li id="{self.name}-work-{w.key}">{_work(w)}</li>' for w in ordered)
        return folded(f"The {len(ordered)} works cited", f"<ul>\n{listed}\n</ul>") if ordered else ""

    def _owners(self) -> str:
        sources, named = load_figures().sources(), dict(self.figures)

        def figure(known: str) -> str:
            """Its name; where it is first listed and something leads to it, a place to lead to."""
            return f'<span id="{self.name}-figure-{known}">{text(known)}</span>' if named.pop(known, "") is None else text(known)

        rows = [
            [
                text(s.source),
                text(s.licence),
                ", ".join(map(figure, s.figures)),
                ", ".join(link(u, f"[{i}]") for i, u in enumerate(s.urls, 1)),
            ]
            for s in sources
        ]
        return folded(f"The {len(rows)} owners and their figures", table(["owner", "terms", "figures", "addresses"], rows))


def _work(work: Reference) -> str:
    doi = work.details.get("doi")
    written = text(work.written)
    return written.replace(text(f"doi:{doi}"), link(f"https://doi.org/{doi}", f"doi:{doi}")) if doi else written


def starts_of(results: Results, outcome: str, citations: Citations) -> str:
    """Where an outcome's starting values come from; nothing where it has none."""
    kinds, document = catalogue(), results.manifest["scenario"]
    variable = kinds.state_outcomes.get(outcome) or kinds.region_outcomes.get(outcome)
    if variable is None:
        return ""
    start = quarters.index(document["start"])
    given = {k.removeprefix("initial."): v for k, v in document.get("levers", {}).items() if k.startswith("initial.")}
    names = set(_stocks(variable))
    rows = [_start(s, citations) for s in origins(start // 4 - 1, given) if s.variable in names]
    said = f"Before the first quarter, at the end of {quarters.written(start - 1)}, {words(variable.published)} stands where"
    return section("Where it starts", [paragraph(f"{said} these put it."), table(["", "value", "status", "source"], rows)]) if rows else ""


def _stocks(variable: Variable) -> Iterable[str]:
    behind = [catalogue().variables[n] for n in variable.derived[1:]] or [variable]
    return [v.name for v in behind if v.kind == "stock"]


def _start(start: Start, citations: Citations) -> list[str]:
    who = STATE_NAMES.get(start.row, start.row) or words(start.variable.split(".", 1)[1])
    value = f"{start.value:g}" if isinstance(start.value, int | float) else str(start.value)
    figure = start.figure
    if start.status == MEASURED and figure is not None:
        where = link(figure.url, figure.source) if figure.url else text(figure.source)
        return [text(who), text(f"{value} {figure.unit}"), MEASURED, f"{citations.linked(start.source)}: {where}"]
    return [text(who), text(value), text(start.status), citations.linked(start.source)]
