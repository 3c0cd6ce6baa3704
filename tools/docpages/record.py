"""The page of the tables beside the figures: what happened, who blocked and shielded whom, which formats there are."""

from __future__ import annotations

from collections.abc import Iterable

from sim.catalogue import STATE_NAMES
from sim.data import tables
from tools.docpages.writing import NOTE, table

_NAMES = {"RUS": "Russia", "CHN": "China", "TUR": "Türkiye", "USA": "United States", "GBR": "United Kingdom"}
_GROUPS = {"republika_srpska": "Republika Srpska", "north_kosovo": "Serbs of north Kosovo", "montenegrin_serbs": "Serbs of Montenegro"}


def record() -> str:
    """Every table of `sim/data` but the figures, with the source of each row."""
    parts = [
        "# The record in tables",
        "What parameters and starting values cite beside the [figures](sources.md), row by row: `sim/data/README.md` tells how the tables "
        "were made. *Documented* and *measured* rest on the source linked; *assumed* is a judgement, with its reason.",
    ]
    for heading, told, shown in (_events(), _milestones(), _vetoes(), _disputes(), _patrons(), _kin(), _formats(), _council()):
        parts += [f"## {heading}", told, shown]
    return NOTE + "\n\n".join(parts)


def _events() -> tuple[str, str, str]:
    rows = [[e.quarter, e.date, e.event, _who(e.actors), _plain(e.type), _link(e.source)] for e in tables.load_events()]
    told = "`events.csv`. Rates of crises and agreements are set by it, and the dates of the scenario `hindcast_2014`. No run reads it."
    return "What happened, 2013 to 2023", told, table(["quarter", "date", "event", "who", "kind", "source"], rows)


def _milestones() -> tuple[str, str, str]:
    rows = [[_who([m.state]), m.date, m.means, _link(m.source)] for m in tables.load_milestones()]
    told = "`milestones.csv`. Starting stages, waiting times and bars of accession are set by it. No run reads it."
    return "Steps of the six towards the EU and NATO", told, table(["state", "date", "step", "source"], rows)


def _vetoes() -> tuple[str, str, str]:
    rows = [[_who(v.blockers), _who([v.candidate]), _span(v.since, v.until), v.step, v.reason, v.note, _link(v.source)]
            for v in tables.load_vetoes()]  # fmt: skip
    told = "`vetoes.csv`. The [hindcast](../skill.md) is scored on it and, in one variant, told of it."
    return "Blocked steps", told, table(["who blocked", "candidate", "when", "step", "reason", "note", "source"], rows)


def _disputes() -> tuple[str, str, str]:
    rows = [
        [_who([d.member]), _who([d.candidate]), d.topic, _plain(d.kind), f"{d.intensity:g}", _span(d.since, d.until), d.status, d.because,
         _link(d.source)]
        for d in tables.load_disputes()
    ]  # fmt: skip
    told = "`disputes.csv`. A run starts from those that stand when it begins. The intensity (0 to 1) is always a judgement."
    heads = ["member", "candidate", "topic", "kind", "intensity", "when", "status", "how it was set", "source"]
    return "Quarrels of members with candidates", told, table(heads, rows, right=(4,))


def _patrons() -> tuple[str, str, str]:
    rows = [[_who([p.patron]), _who([p.target]), p.what, p.status, p.because, _link(p.source)] for p in tables.load_patrons()]
    told = "`patrons.csv`. The part of sanctions that needs the Union's agreement rests on it. No run reads it."
    return "Who shields whom", told, table(["patron", "whom", "how", "status", "reason", "source"], rows)


def _kin() -> tuple[str, str, str]:
    rows = [
        [_who([k.state]), _who([k.power]), f"{k.share:.3g}", k.kind, ", ".join(k.groups), k.year or "", k.status, k.because,
         _link(k.source)]
        for k in tables.load_kin()
    ]  # fmt: skip
    told = "`kin.csv`. Share of residents tied to an outside power or a neighbour; the channels of influence start from it."
    heads = ["state", "tied to", "share", "by", "groups", "year", "status", "note", "source"]
    return "Ties of kin and creed", told, table(heads, rows, right=(2,))


def _formats() -> tuple[str, str, str]:
    rows = [
        [f.name, _plain(f.area), f.since or "", _who(f.members), f.purpose, ", ".join(f.overlaps), f.note, _link(f.source)]
        for f in tables.load_formats()
    ]
    told = "`formats.csv`. The overlap of formats and the part of training in them are set by it. No run reads it."
    heads = ["format", "area", "since", "members", "purpose", "overlaps with", "note", "source"]
    return "Formats of regional cooperation", told, table(heads, rows)


def _council() -> tuple[str, str, str]:
    rows = [
        [m.name, f"{100 * m.population_share:.2f}", *("yes" if y else "no" for y in (m.recognises_kosovo, m.nato_member, m.b9_member)),
         f"{m.scepticism:.2g}", m.status, m.because, _link(m.source)]
        for m in tables.load_council()
    ]  # fmt: skip
    told = "`council.csv`. Who votes in the Council, with which weight; scepticism about enlargement is 0 to 1. Every run reads it."
    heads = ["member", "% of population", "recognises Kosovo", "in NATO", "in B9", "scepticism", "status", "note", "source"]
    return "The Council", told, table(heads, rows, right=(1, 5))


def _who(codes: Iterable[str]) -> str:
    names = {m.iso: m.name for m in tables.load_council()} | _NAMES | _GROUPS | STATE_NAMES
    return ", ".join(names.get(code, code) for code in codes)


def _plain(word: str) -> str:
    return word.replace("_", " ")


def _span(since: str, until: str | None) -> str:
    return since if since == until else f"{since} to {until or 'now'}"


def _link(source: str) -> str:
    address, _, note = source.partition(" ")
    return f"[source]({address}){' ' + note if note else ''}" if address.startswith("http") else source
