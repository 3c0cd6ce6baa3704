"""A scenario with its parents: one chain of files, read, merged and judged, with every mistake of each of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim.scenario.complete import complete, dated_lists
from sim.scenario.findings import Place, Report
from sim.scenario.folders import contents, in_place_of, locate_parent
from sim.scenario.merge import merge
from sim.scenario.reading import read_document
from sim.scenario.sections import WORD, Reader
from sim.scenario.text import parse

LONGEST_CHAIN = 16


@dataclass
class Resolved:
    """A merged document, where its parts stand, and the document of the chain's root."""

    document: dict[str, Any]
    places: dict[str, Place] = field(default_factory=dict)
    root: Resolved | None = None  # None where this is the root


def resolve_file(file: Path, report: Report, chain: tuple[tuple[str, Path], ...] = ()) -> Resolved | None:
    """Read `file` and all it extends. `chain` holds (name, real path) of the children on the way here."""
    data = contents(file, report)
    if data is None:
        return None
    return resolve_text(data, file.stem, str(file), file.parent, report, (*chain, (file.stem, file.resolve())))


def resolve_text(
    data: bytes | str,
    name: str,
    label: str,
    folder: Path | None,
    report: Report,
    chain: tuple[tuple[str, Path], ...] = (),
    merged: bool = False,
) -> Resolved | None:
    """Read the text of a scenario and all it extends. `label` names it in findings; `name` serves where it has none itself.

    `merged`: the text is a whole that was made of several files, of which the last may have shortened the run: no date in it is its own.
    """
    own_report = Report()
    tree = parse(data, label, own_report)
    reader = Reader(own_report)
    own = read_document(tree, reader) if tree is not None else {}
    parent = _parent(own, folder, reader, chain) if "extends" in own else None
    document = merge(parent.document if parent else {}, own)
    document["name"] = _name(own, name, label, reader)
    places = {**(parent.places if parent else {}), **reader.places}
    _removals(own, parent, reader)
    if tree is not None:
        complete(document, {} if merged else own, parent.document if parent else {}, places, reader)
    for notice in own_report.notices:
        report.notice(notice)
    report.extend(sorted(own_report.findings, key=lambda f: (f.file != label, f.file, f.line, f.column)))
    if tree is None:
        return None
    return Resolved(document, places, (parent.root or parent) if parent else None)


def _name(own: dict[str, Any], name: str, label: str, reader: Reader) -> str:
    if "name" in own:
        return str(own["name"])
    if not WORD.fullmatch(name):
        reader.report.add(Place(label, 1, 1), "name", "missing; allowed: up to 64 letters, digits, _ and -")
    return name


def _parent(own: dict[str, Any], folder: Path | None, reader: Reader, chain: tuple[tuple[str, Path], ...]) -> Resolved | None:
    place = reader.places["extends"]
    file = locate_parent(own["extends"], folder, place, reader.report, itself=chain[-1][1] if chain else None)
    if file is None:
        return None
    names = [name for name, _ in chain]
    if file.resolve() in [path for _, path in chain]:
        circle = " -> ".join([*names, file.stem])
        taken = [name for name, path in chain if in_place_of(path, name)]
        why = f" ('{taken[0]}' is a file of this folder, not the shipped scenario of that name)" if taken else ""
        reader.report.add(place, "extends", f"a circle: {circle}{why}; allowed: a parent that does not lead back here")
        return None
    if len(chain) >= LONGEST_CHAIN:
        reader.report.add(place, "extends", f"a chain of more than {LONGEST_CHAIN} scenarios; allowed: {LONGEST_CHAIN}")
        return None
    return resolve_file(file, reader.report, chain)


def _removals(own: dict[str, Any], parent: Resolved | None, reader: Reader) -> None:
    inherited = [event["id"] for _, events in dated_lists(parent.document) for event in events] if parent else []
    for identity in own.get("remove", []):
        if identity not in inherited:
            reader.report.unknown(reader.places[f"remove.{identity}"], "remove", "inherited event", identity, inherited)
