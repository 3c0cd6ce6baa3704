"""A scenario as the rest of the program sees it: immutable, picklable, and able to give its plan."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sim.errors import InputError, unknown
from sim.quarters import index
from sim.scenario.build import build
from sim.scenario.complete import LONGEST, check_moments
from sim.scenario.findings import Finding, Place, Report, shown
from sim.scenario.folders import locate
from sim.scenario.plan import Plan
from sim.scenario.resolve import Resolved, resolve_file, resolve_text
from sim.scenario.sections import LEVERS, Reader
from sim.scenario.text import Node, node_of
from sim.scenario.values import read_quarter


@dataclass(frozen=True)
class Scenario:
    """One question put to the model. Made by `load_scenario` or `Scenario.from_text`."""

    name: str
    start: str
    end: str
    title: str
    question: str
    reference: str  # the name of the root of `extends`; its own where it extends nothing
    policies: tuple[str, ...]
    _document: dict[str, Any] = field(repr=False, hash=False)
    _root: dict[str, Any] | None = field(repr=False, hash=False, default=None)
    _notices: tuple[str, ...] = field(repr=False, compare=False, default=())  # what reading its files had to say

    @property
    def document(self) -> dict[str, Any]:
        """The merged document as plain data (a copy); read again as a scenario, it gives the same plans."""
        return deepcopy(self._document)

    @property
    def answer(self) -> dict[str, str]:
        """The outcome that the question is about (`outcome`), and if it says so, which direction is better (`better_if`)."""
        return {"outcome": "eu_alignment", **self._document.get("answer", {})}

    def root(self) -> Scenario:
        """The scenario it is compared with: the root of `extends`, or itself."""
        return self if self._root is None else _scenario(Resolved(self._root))

    def plan(
        self,
        policy: str | None = None,
        levers: Mapping[str, Any] | None = None,
        base: Mapping[str, Any] | None = None,
        end: str | None = None,
    ) -> Plan:
        """What the engine plays. `policy` None or "none": as written; `end` extends the run.

        `levers` and `base` map dotted names (of any tool too) to values; a policy lies between them, `levers` on top. InputError
        lists every mistake in them.
        """
        policy = None if policy in (None, "none") else policy
        if policy is not None and policy not in self.policies:
            raise InputError(unknown("policy", shown(policy), ("none", *self.policies)))
        report = Report()
        last = self._last(end, report)
        held = [self._settings(given, path, last, report) for path, given in (("levers", levers), ("base", base))]
        report.raise_if_any()
        plan = build(self._document, policy, held[0], held[1], last, self.reference)
        return replace(plan, notices=(*self._notices, *plan.notices))

    def _last(self, end: str | None, report: Report) -> str:
        if end is None or read_quarter(Node(end, Place()), "end", report) is None:
            return self.end
        last = max(end, self.end)
        if index(last) - index(self.start) + 1 > LONGEST:
            report.add(Place(), "end", f"more than {LONGEST} quarters from {self.start} to {last}; allowed: up to {LONGEST}")
        return last

    def _settings(self, given: Mapping[str, Any] | None, path: str, last: str, report: Report) -> dict[str, Any]:
        settings = Reader(report).settings(node_of(given, path, report), path, LEVERS)
        check_moments(settings, path, self.start, last, {}, report)
        return settings

    @staticmethod
    def from_text(text: str, name: str = "scenario", folder: str | Path | None = None) -> Scenario:
        """A scenario from the text of a file; parents are looked for in `folder`, then among the shipped. Raises InputError."""
        report = Report()
        resolved = resolve_text(text, name, name, None if folder is None else Path(folder), report)
        return _made(resolved, report)

    @staticmethod
    def from_document(document: Mapping[str, Any]) -> Scenario:
        """A scenario from what a run keeps of it: the document of its file with all that it extends. Raises InputError."""
        report = Report()
        resolved = resolve_text(json.dumps(document), document["name"], document["name"], None, report, merged=True)
        return _made(resolved, report)


def _scenario(resolved: Resolved, notices: Sequence[str] = ()) -> Scenario:
    document = resolved.document
    root = resolved.root.document if resolved.root else None
    return Scenario(
        name=document["name"],
        start=document["start"],
        end=document["end"],
        title=document.get("title", document["name"]),
        question=document.get("question", ""),
        reference=(root or document)["name"],
        policies=tuple(document.get("policies", {})),
        _document=document,
        _root=root,
        _notices=tuple(notices),
    )


def _made(resolved: Resolved | None, report: Report) -> Scenario:
    """The scenario of what was read. Raises InputError with all that the report holds."""
    report.raise_if_any()
    if resolved is None:
        raise InputError("nothing could be read")
    return _scenario(resolved, report.notices)


def _resolved(name_or_file: str | Path) -> tuple[Resolved | None, Report]:
    report = Report()
    file = locate(name_or_file, report)
    return (resolve_file(file, report) if file else None), report


def load_scenario(name_or_file: str | Path) -> Scenario:
    """The scenario of that name (this folder, then the shipped ones) or in that file. InputError lists every mistake."""
    return _made(*_resolved(name_or_file))


def check(name_or_file: str | Path) -> list[Finding]:
    """Every mistake in a scenario and its parents, in the order of files and lines; empty where there is none."""
    return _resolved(name_or_file)[1].findings
