"""Works cited: `sim/data/references.yaml`, found in texts by surnames and year, written as BibTeX.

Rooms and parameters cite in a short form, `Kuik 2008`, `Fearon and Laitin (2003)` or `Maertens et al. 2021`; `&` and `and`, commas and
brackets do not matter.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from sim.data.reading import FOLDER
from sim.errors import DataError

_NEEDED = ("authors", "year", "title", "kind", "venue")
_KINDS = {"article": "article", "book": "book", "chapter": "incollection"}
_HOLDS_VENUE = {"article": "journal", "book": "publisher", "chapter": "booktitle"}
_YEAR = re.compile(r"\b([^\W\d_][\w'’-]+)( et al\.)?,? \(?((?:18|19|20)\d\d)\b")
"""A word that may be a surname, and the year after it."""
_SPELLED = {"ö": "oe", "ü": "ue", "ä": "ae", "Ö": "Oe", "Ü": "Ue", "Ä": "Ae"}
_CALENDAR_AND_PLACES = """
    January February March April May June July August September October November December Winter Spring Summer Autumn
    Before Since Until After From Of In At The And Or Calibrated Coverage Agreement Claim Equation Sources Doubts
    Albania Balkans Belgrade Bosnia Brexit Crimea Europe Herzegovina Kosovo Macedonia Montenegro Pristina Serbia Skopje Ukraine
"""
NOT_AUTHORS = frozenset(_CALENDAR_AND_PLACES.split())
"""Words that may stand before a year and are nobody's name."""


@dataclass(frozen=True)
class Reference:
    """One work. `short` is how texts cite it; `details` holds volume, doi or year of online publication where they are certain."""

    short: str
    authors: tuple[str, ...]
    year: int
    title: str
    kind: str  # article | book | chapter
    venue: str
    details: dict[str, str]

    @property
    def key(self) -> str:
        """A key for BibTeX, such as fearon_laitin_2003."""
        spelled = "".join(_SPELLED.get(c, c) for c in self.short)
        plain = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode().lower()
        return re.sub(r"[^a-z0-9]+", "_", plain.replace("et al.", "et_al")).strip("_")

    @property
    def written(self) -> str:
        """The work as a bibliography prints it."""
        doi = f" doi:{self.details['doi']}" if "doi" in self.details else ""
        volume = f" {self.details['volume']}" if "volume" in self.details else ""
        return f"{', '.join(self.authors)} ({self.year}). {self.title}{'' if self.title.endswith('?') else '.'} {self.venue}{volume}.{doi}"

    def pattern(self) -> re.Pattern[str]:
        """What cites this work: its surnames in order, then its year (or that of its online publication)."""
        names, years = self.short.rsplit(" ", 1)[0], "|".join({str(self.year), self.details.get("online", str(self.year))})
        parts = [re.escape(n.strip()) for n in re.split(r",|&", names.removesuffix(" et al."))]
        joined = r"(?:,? (?:&|and) |, )".join(parts) + (r" et al\." if names.endswith("et al.") else "")
        return re.compile(rf"(?<![\w-]){joined},? \(?(?:{years})\b")


@cache
def load_references(path: Path | None = None) -> dict[str, Reference]:
    """All works by their short form. Raises DataError for one that lacks authors, year, title, kind or venue."""
    file = path or FOLDER / "references.yaml"
    entries = yaml.safe_load(file.read_text(encoding="utf-8"))
    return {short: _reference(file.name, short, entry) for short, entry in entries.items()}


def _reference(file: str, short: str, entry: dict[str, Any]) -> Reference:
    lacks = [k for k in _NEEDED if not entry.get(k)]
    if lacks:
        raise DataError(f"{file}: {short}: lacks {', '.join(lacks)}")
    if entry["kind"] not in _KINDS:
        raise DataError(f"{file}: {short}: kind is '{entry['kind']}'; allowed: {', '.join(_KINDS)}")
    details = {k: str(v) for k, v in entry.items() if k not in _NEEDED}
    return Reference(short, tuple(entry["authors"]), int(entry["year"]), entry["title"], entry["kind"], entry["venue"], details)


@cache
def _patterns() -> tuple[tuple[Reference, re.Pattern[str]], ...]:
    return tuple((r, r.pattern()) for r in load_references().values())


def cited_in(text: str) -> list[Reference]:
    """Works that a text cites, in the order of the bibliography."""
    flat = " ".join(text.split())
    return [reference for reference, pattern in _patterns() if pattern.search(flat)]


def without_citations(text: str) -> str:
    """A text, on one line, without the names and years by which it cites works."""
    flat = " ".join(text.split())
    for _, pattern in _patterns():
        flat = pattern.sub("", flat)
    return flat


def unplaced(text: str) -> list[str]:
    """What looks like a citation in a text, a name and a year, and is no work of the bibliography."""
    flat = " ".join(text.split())
    known = {found.end() for _, pattern in _patterns() for found in pattern.finditer(flat)}
    return [
        found.group(0)
        for found in _YEAR.finditer(flat)
        if found.end() not in known and found.group(1)[0].isupper() and not found.group(1).isupper() and found.group(1) not in NOT_AUTHORS
    ]


def bibtex(references: Iterable[Reference]) -> str:
    """Works as BibTeX, one entry each, in the order given."""
    return "\n\n".join(map(_entry, references)) + "\n"


def _entry(reference: Reference) -> str:
    fields = {
        "author": " and ".join(reference.authors).replace("and and others", "and others"),
        "title": f"{{{reference.title}}}",
        _HOLDS_VENUE[reference.kind]: reference.venue,
        "year": str(reference.year),
        **{k: v for k, v in reference.details.items() if k in ("volume", "doi")},
    }
    lines = [f"  {name} = {{{_escaped(value)}}}" for name, value in fields.items()]
    return f"@{_KINDS[reference.kind]}{{{reference.key},\n" + ",\n".join(lines) + "\n}"


def _escaped(text: str) -> str:
    return re.sub(r"(?<!\\)([&%#])", r"\\\1", text)
