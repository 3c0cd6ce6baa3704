"""Mistakes found in what the user wrote: where each stands, what is wrong, what is allowed and the nearest name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sim.catalogue import STATE_NAMES, STATES
from sim.errors import SHOWN, InputError, close_names, listed

UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]")
"""Characters that steer a terminal or break a line unseen; refused in files, escaped in messages."""

CODES = {name: code for code, name in STATE_NAMES.items()}
_MEANT = {"until": "to", "on": "at", "date": "at", "min": "low", "max": "high", "std": "sd", "lever": "levers"}
"""Words of other formats, and what they are called here."""

_LONGEST_SHOWN = 60
_MOST_FINDINGS = 500
_MOST_HINTS = 200  # looking for the nearest name costs milliseconds: a file of nonsense must not cost minutes


@dataclass(frozen=True, slots=True)
class Place:
    """A position in a file, counted from 1; line 0 stands for values that came from Python or the command line."""

    file: str = ""
    line: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake. `str()` gives `file:line:column: path: message`, or `path: message` outside files."""

    file: str
    line: int
    column: int
    path: str
    message: str

    def __str__(self) -> str:
        where = f"{shown(self.file, 400)}:{self.line}:{self.column}: " if self.line else ""
        return f"{where}{shown(self.path, 200)}: {self.message}"


def shown(text: object, longest: int = _LONGEST_SHOWN) -> str:
    """`text` fit for one line of a message: control characters escaped, cut where it is too long."""
    written = str(text)
    cut = written if len(written) <= longest else written[:longest] + "..."
    escaped = cut.replace("\\", "\\\\") if UNWANTED.search(cut) else cut
    escaped = UNWANTED.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), escaped)
    return escaped.replace("\n", "\\n").replace("\t", "\\t")


@dataclass
class Report:
    """Collects findings, each once, and notices: what is no mistake, but whoever wrote it should know."""

    findings: list[Finding] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    _seen: set[Finding] = field(default_factory=set)
    _hints: dict[tuple[str, str], list[str]] = field(default_factory=dict)  # the closest names, the closest first

    def add(self, place: Place, path: str, message: str) -> None:
        """Note a mistake at `place`."""
        finding = Finding(place.file, place.line, place.column, path, message)
        if finding in self._seen or len(self.findings) > _MOST_FINDINGS:
            return
        self._seen.add(finding)
        if len(self.findings) == _MOST_FINDINGS:
            message = f"more than {_MOST_FINDINGS} mistakes; the rest are not shown"
            finding = Finding(place.file, place.line, place.column, path, message)
        self.findings.append(finding)

    def extend(self, findings: Iterable[Finding]) -> None:
        """Take over the findings of a parent."""
        for f in findings:
            self.add(Place(f.file, f.line, f.column), f.path, f.message)

    def unknown(self, place: Place, path: str, what: str, name: str, allowed: Sequence[str], candidates: Sequence[str] = ()) -> None:
        """Note an unknown name. `allowed` is listed; the nearest is looked for there and among `candidates`."""
        key = (what, name[:_LONGEST_SHOWN])
        if set(STATES) <= set(allowed):
            candidates = (*candidates, *STATE_NAMES.values())
        if key not in self._hints:
            room = len(self._hints) < _MOST_HINTS
            meant = _MEANT.get(name, "")
            known = [*allowed, *candidates]
            near = [meant] if meant in allowed else close_names(name[:_LONGEST_SHOWN], known, SHOWN) if room else []
            self._hints[key] = [CODES.get(n, n) for n in near]
        close = self._hints[key]
        hint = f"; nearest: {close[0]}" if close else ""
        # the candidates that may not stand here help to find the nearest, and are not listed
        self.add(place, path, f"unknown {what} '{shown(name)}'; allowed: {listed(allowed, [n for n in close if n in allowed])}{hint}")

    def notice(self, text: str) -> None:
        """Say something once that is no mistake."""
        if text not in self.notices:
            self.notices.append(text)

    def raise_if_any(self) -> None:
        """InputError with every finding, if there is one."""
        if self.findings:
            raise InputError([str(f) for f in self.findings])
