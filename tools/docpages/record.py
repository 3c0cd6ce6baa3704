"""The page of the tables beside the figures: what happened, who blocked and shielded whom, which formats there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from sim.catalogue import STATE_NAMES
from sim.data import tables
from tools.docpages.writing import NOTE, table

_NAMES = {"RUS": "Russia", "CHN": "China", "TUR": "Türkiye", "USA": "United States", "GBR": "United Kingdom"}
_GROUPS = {"republika_srpska": "Republika Srpska", "north_kosovo": "Serbs of north Kosovo", "montenegrin_serbs": "Serbs of Montenegro"}


@dataclass(frozen=True)
class Section:
    """A table of the record: its heading, what it is for, its rows, and what each column shows of a row."""

    heading: str
    told: str
    rows: Callable[[], Iterable[Any]]
    columns: Mapping[str, Callable[[Any], Any]]
    numbers: tuple[str, ...] = ()

    def written(self) -> list[str]:
        """As paragraphs of a page."""
        shown = [[show(row) for show in self.columns.values()] for row in self.rows()]
        right = tuple(list(self.columns).index(name) for name in self.numbers)
        return [f"## {self.heading}", self.told, table(list(self.columns), shown, right=right)]


def record() -> str:
    """Every table of `sim/data` but the figures, with the source of each row."""
    parts = [
        "# The record in tables",
        "What parameters and starting values cite beside the [figures](sources.md), row by row: `sim/data/README.md` tells how the tables "
        "were made. *Documented* and *measured* rest on the source linked; *assumed* is a judgement, with its reason.",
    ]
    return NOTE + "\n\n".join(chain(parts, *(section.written() for section in SECTIONS)))


def _who(codes: Iterable[str]) -> str:
    names = {m.iso: m.name for m in tables.load_council()} | _NAMES | _GROUPS | STATE_NAMES
    return ", ".join(names.get(code, code) for code in codes)


def _yes(answer: bool) -> str:
    return "yes" if answer else "no"


def _plain(word: str) -> str:
    return word.replace("_", " ")


def _span(since: str, until: str | None) -> str:
    return since if since == until else f"{since} to {until or 'now'}"


def _link(source: str) -> str:
    address, _, note = source.partition(" ")
    return f"[source]({address}){' ' + note if note else ''}" if address.startswith("http") else source


_SOURCE: dict[str, Callable[[Any], Any]] = {"source": lambda row: _link(row.source)}

SECTIONS = (
    Section(
        "What happened, 2013 to 2023",
        "`events.csv`. Rates of crises and agreements are set by it, and the dates of the scenario `hindcast_2014`. No run reads it.",
        tables.load_events,
        {"quarter": lambda e: e.quarter, "date": lambda e: e.date, "event": lambda e: e.event, "who": lambda e: _who(e.actors),
         "kind": lambda e: _plain(e.type)} | _SOURCE,
    ),
    Section(
        "Steps of the six towards the EU and NATO",
        "`milestones.csv`. Starting stages, waiting times and bars of accession are set by it. No run reads it.",
        tables.load_milestones,
        {"state": lambda m: _who([m.state]), "date": lambda m: m.date, "step": lambda m: m.means} | _SOURCE,
    ),
    Section(
        "Blocked steps",
        "`vetoes.csv`. The [hindcast](../skill.md) is scored on it and, in one variant, told of it.",
        tables.load_vetoes,
        {"who blocked": lambda v: _who(v.blockers), "candidate": lambda v: _who([v.candidate]), "when": lambda v: _span(v.since, v.until),
         "step": lambda v: v.step, "reason": lambda v: v.reason, "note": lambda v: v.note} | _SOURCE,
    ),
    Section(
        "Quarrels of members with candidates",
        "`disputes.csv`. A run starts from those that stand when it begins. The intensity (0 to 1) is always a judgement.",
        tables.load_disputes,
        {"member": lambda d: _who([d.member]), "candidate": lambda d: _who([d.candidate]), "topic": lambda d: d.topic,
         "kind": lambda d: _plain(d.kind), "intensity": lambda d: f"{d.intensity:g}", "when": lambda d: _span(d.since, d.until),
         "status": lambda d: d.status, "how it was set": lambda d: d.because} | _SOURCE,
        numbers=("intensity",),
    ),
    Section(
        "Who shields whom",
        "`patrons.csv`. The part of sanctions that needs the Union's agreement rests on it. No run reads it.",
        tables.load_patrons,
        {"patron": lambda p: _who([p.patron]), "whom": lambda p: _who([p.target]), "how": lambda p: p.what, "status": lambda p: p.status,
         "reason": lambda p: p.because} | _SOURCE,
    ),
    Section(
        "Ties of kin and creed",
        "`kin.csv`. Share of residents tied to an outside power or a neighbour; the channels of influence start from it.",
        tables.load_kin,
        {"state": lambda k: _who([k.state]), "tied to": lambda k: _who([k.power]), "share": lambda k: f"{k.share:.3g}",
         "by": lambda k: k.kind, "groups": lambda k: ", ".join(k.groups), "year": lambda k: k.year or "", "status": lambda k: k.status,
         "note": lambda k: k.because} | _SOURCE,
        numbers=("share",),
    ),
    Section(
        "Formats of regional cooperation",
        "`formats.csv`. The overlap of formats and the part of training in them are set by it. No run reads it.",
        tables.load_formats,
        {"format": lambda f: f.name, "area": lambda f: _plain(f.area), "since": lambda f: f.since or "",
         "members": lambda f: _who(f.members), "purpose": lambda f: f.purpose,
         "overlaps with": lambda f: ", ".join(f.overlaps), "note": lambda f: f.note} | _SOURCE,
    ),
    Section(
        "The Council",
        "`council.csv`. Who votes in the Council, with which weight; scepticism about enlargement is 0 to 1. Every run reads it.",
        tables.load_council,
        {"member": lambda m: m.name, "% of population": lambda m: f"{100 * m.population_share:.2f}",
         "recognises Kosovo": lambda m: _yes(m.recognises_kosovo), "in NATO": lambda m: _yes(m.nato_member),
         "in B9": lambda m: _yes(m.b9_member), "scepticism": lambda m: f"{m.scepticism:.2g}",
         "status": lambda m: m.status, "note": lambda m: m.because} | _SOURCE,
        numbers=("% of population", "scepticism"),
    ),
)  # fmt: skip
