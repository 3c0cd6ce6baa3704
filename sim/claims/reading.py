"""A claims file, read and checked: a YAML list of claims, every mistake at once with its position."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

from sim.catalogue import STATES, Variable, catalogue
from sim.claims.statistics import DECREASE, INCREASE, NONE
from sim.errors import InputError
from sim.quarters import index
from sim.results import outcome_reference
from sim.scenario.complete import LONGEST, check_moments
from sim.scenario.findings import Finding, Place, Report
from sim.scenario.folders import contents, locate_parent
from sim.scenario.resolve import resolve_file
from sim.scenario.scenario import Scenario, load_scenario
from sim.scenario.sections import LEVERS, Reader
from sim.scenario.text import Node, parse
from sim.scenario.values import read_number, read_quarter

KEYS = (
    *("id", "claim", "source", "scenario", "base", "contrast", "outcome", "window"),
    *("statistic", "expect", "margin", "mediator", "known_failure"),
)
STATISTICS = ("mean", "sd", "slope", "ordering", "interaction")
EXPECTATIONS = (INCREASE, DECREASE, NONE)
WINDOW = ("2026Q1", "2033Q4")
DEFAULT_SCENARIO = "baseline"


@dataclass(frozen=True)
class Claim:
    """One checkable statement. Settings are canonical, as `Scenario.plan` takes them."""

    id: str
    claim: str
    source: str
    scenario: Scenario
    outcomes: tuple[str, ...]  # outcome references, averaged; bare outcomes of states for an ordering
    statistic: str
    expect: str  # increase | decrease | none; `increase` of the smallest lead for an ordering
    base: Mapping[str, Any] = field(default_factory=dict)
    a: Mapping[str, Any] | None = None  # None: an ordering of levels, without contrast
    b: Mapping[str, Any] | None = None
    window: tuple[str, str] = WINDOW
    margin: float = 0.0
    mediator: Mapping[str, Any] = field(default_factory=dict)
    above: tuple[str, ...] = ()
    below: tuple[str, ...] = ()
    known_failure: str = ""


@dataclass(frozen=True)
class Unexpressed:
    """A claim of the documents that the vocabulary cannot state, and what it lacks."""

    id: str
    claim: str
    source: str
    reason: str


def read_claims(file: str | Path) -> list[Claim]:
    """The claims of a file. InputError lists every mistake as file:line:column."""
    report = Report()
    data = contents(Path(file), report, "claims")
    tree = parse(data, str(file), report, "claims") if data is not None else None
    claims = _Claims(Reader(report), Path(file).parent).read(tree) if tree is not None else []
    if report.findings:
        raise InputError([str(f) for f in sorted(report.findings, key=_position)])
    return claims


def _position(finding: Finding) -> tuple[str, int, int]:
    return finding.file, finding.line, finding.column


def shipped_file() -> Path:
    """The claims of the two source documents."""
    return Path(str(files("sim.claims") / "shipped.yaml"))


def parent_of(identity: str) -> str:
    """The claim that a statement belongs to: C29 of C29a; other identifiers stand for themselves."""
    found = re.fullmatch(r"(\w*\d)[a-z]", identity)
    return found[1] if found else identity


def not_expressed() -> list[Unexpressed]:
    """Claims of the documents that are not among the shipped ones, each with what keeps it out."""
    file = Path(str(files("sim.claims") / "not_expressed.yaml"))
    report = Report()
    tree = parse(file.read_bytes(), file.name, report, "claims")
    report.raise_if_any()
    entries = tree.plain()["not_expressed"] if tree is not None else []
    return [Unexpressed(**{key: str(value) for key, value in entry.items()}) for entry in entries]


class _Claims:
    """Reads the claims of one file, one after the other."""

    def __init__(self, reader: Reader, folder: Path) -> None:
        self.reader, self.report, self.folder = reader, reader.report, folder
        self.scenarios: dict[str, Scenario | None] = {}
        self.ids: dict[str, int] = {}

    def read(self, tree: Node) -> list[Claim]:
        if not isinstance(tree.value, list):
            if not tree.refused:
                self.report.add(tree.place, "claims", f"a claims file is a list of claims, not {tree.kind}; allowed: '- id: ...'")
            return []
        if not tree.value:
            self.report.add(tree.place, "claims", "the list is empty; allowed: at least one claim")
        found = [self.one(node, f"claims[{i}]") for i, node in enumerate(tree.value)]
        return [claim for claim in found if claim is not None]

    def one(self, node: Node, path: str) -> Claim | None:
        """One claim; None after reporting anything that keeps it from being judged."""
        before = len(self.report.findings)
        entries = self.reader.mapping(node, path, KEYS)
        if not isinstance(node.value, dict):
            if node.value is None:
                self.report.add(node.place, path, f"nothing stands here; allowed: a mapping with {', '.join(KEYS)}")
            return None
        identity = self.identity(entries, node, path)
        path = identity or path
        scenario = self.scenario(entries.get("scenario"), path)
        statistic = self.word(entries, "statistic", STATISTICS, "mean", path)
        expect, above, below = self.expectation(entries, node, statistic, path)
        a, b = self.contrast(entries, node, statistic, path)
        base, mediator = (self.settings(entries[key], f"{path}.{key}") if key in entries else {} for key in ("base", "mediator"))
        window = self.window(entries.get("window"), scenario, path)
        self.dates({"base": base, "contrast.a": a, "contrast.b": b}, scenario, window, node.place, path)
        outcomes, margin = self.outcomes(entries, node, statistic, path), self.margin(entries, expect, node, path)
        claim, source, known_failure = (self.words(entries, key, path) for key in ("claim", "source", "known_failure"))
        if len(self.report.findings) > before or scenario is None:
            return None
        return Claim(
            id=identity, claim=claim, source=source, scenario=scenario, outcomes=outcomes, statistic=statistic, expect=expect, base=base,
            a=a, b=b, window=window, margin=margin, mediator=mediator, above=above, below=below, known_failure=known_failure,
        )  # fmt: skip

    def words(self, entries: Mapping[str, Node], key: str, path: str) -> str:
        """A text that may be missing, on one line."""
        text = self.reader.text(entries[key], f"{path}.{key}") if key in entries else None
        return " ".join((text or "").split())

    def identity(self, entries: Mapping[str, Node], node: Node, path: str) -> str:
        if "id" not in entries:
            self.report.add(node.place, path, "lacks 'id'; allowed: a name of letters, digits, _ and -")
            return ""
        identity = self.reader.word(entries["id"], f"{path}.id") or ""
        if identity in self.ids:
            place = entries["id"].place
            self.report.add(
                place, f"{path}.id", f"the id '{identity}' stands here twice (first in line {self.ids[identity]}); allowed: each once"
            )
        elif identity:
            self.ids[identity] = entries["id"].place.line
        return identity

    def scenario(self, node: Node | None, path: str) -> Scenario | None:
        """The scenario named: in this file's folder, then among the shipped."""
        name = self.reader.word(node, f"{path}.scenario") if node is not None else DEFAULT_SCENARIO
        if name is None:
            return None
        if name not in self.scenarios:
            file = locate_parent(name, self.folder, node.place if node else Place(), self.report, f"{path}.scenario")
            sound = file is not None and resolve_file(file, self.report) is not None and not self._broken(file)
            self.scenarios[name] = load_scenario(file) if sound and file is not None else None
        return self.scenarios[name]

    def _broken(self, file: Path) -> bool:
        return any(f.file == str(file) for f in self.report.findings)

    def word(self, entries: Mapping[str, Node], key: str, allowed: tuple[str, ...], default: str, path: str) -> str:
        node = entries.get(key)
        if node is None or node.refused:
            return default
        if isinstance(node.value, str) and node.value in allowed:
            return node.value
        if isinstance(node.value, str):
            self.report.unknown(node.place, f"{path}.{key}", key, node.value, allowed)
        else:
            self.report.add(node.place, f"{path}.{key}", f"{node.seen}, not one of the words; allowed: {', '.join(allowed)}")
        return default

    def settings(self, node: Node, path: str) -> dict[str, Any]:
        return self.reader.settings(node, path, LEVERS)

    def contrast(
        self, entries: Mapping[str, Node], node: Node, statistic: str, path: str
    ) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
        """The two arms; (None, None) for an ordering of levels."""
        given = self.reader.mapping(entries["contrast"], f"{path}.contrast", ("a", "b")) if "contrast" in entries else {}
        if not given and statistic == "ordering":
            return None, None
        there = entries.get("contrast", node)
        lacking = [arm for arm in ("a", "b") if arm not in given]
        told = there is not node and there.value is not None and (not isinstance(there.value, dict) or there.value.keys() - {"a", "b"})
        if lacking and not told:
            why = "; only an ordering is judged by levels, with 'contrast: {}'" if not given else ""
            message = f"lacks {' and '.join(map(repr, lacking))}; allowed: {{a: levers, b: levers}}{why}"
            self.report.add(there.place, f"{path}.contrast", message)
        a, b = (self.settings(given[arm], f"{path}.contrast.{arm}") if arm in given else {} for arm in ("a", "b"))
        return a, b

    def outcomes(self, entries: Mapping[str, Node], node: Node, statistic: str, path: str) -> tuple[str, ...]:
        if "outcome" not in entries:
            self.report.add(node.place, path, "lacks 'outcome'; allowed: an outcome such as mean.eu_alignment, or a list of them")
            return ()
        given = entries["outcome"]
        items = given.value if isinstance(given.value, list) else [given]
        if not items:
            self.report.add(given.place, f"{path}.outcome", "an empty list; allowed: at least one outcome")
        return tuple(name for item in items if (name := self.outcome(item, statistic, f"{path}.outcome")))

    def outcome(self, node: Node, statistic: str, path: str) -> str | None:
        name = self.reader.text(node, path)
        if name is None:
            return None
        variable: Variable | None = None
        states = catalogue().state_outcomes
        if statistic == "ordering":
            variable = states.get(name)
            if variable is None:
                self.report.unknown(node.place, path, "outcome of states (an ordering compares the six)", name, tuple(states))
        else:
            try:
                variable = outcome_reference(name)[1]
            except InputError as error:
                self.report.add(node.place, path, str(error))
        if variable is not None and variable.type == "string":
            self.report.add(node.place, path, f"'{name}' is text and has no mean; allowed: outcomes that are numbers")
        return name

    def window(self, node: Node | None, scenario: Scenario | None, path: str) -> tuple[str, str]:
        if node is None:
            return WINDOW
        path = f"{path}.window"
        items = self.reader.items(node, path)
        if isinstance(node.value, list) and len(items) != 2:
            self.report.add(node.place, path, f"{len(items)} quarters; allowed: [first, last]")
        if len(items) != 2:
            return WINDOW
        first, last = (read_quarter(item, path, self.report) for item in items)
        if first is None or last is None:
            return WINDOW
        if first > last:
            self.report.add(node.place, path, f"the window runs backwards: {first} to {last}; allowed: first <= last")
        elif scenario is not None and first < scenario.start:
            self.report.add(node.place, path, f"begins ({first}) before the run; allowed: from {scenario.start}")
        elif scenario is not None and index(last) - index(scenario.start) >= LONGEST:
            self.report.add(node.place, path, f"ends ({last}) too late; allowed: up to {LONGEST} quarters from the start, {scenario.start}")
        return first, last

    def expectation(
        self, entries: Mapping[str, Node], node: Node, statistic: str, path: str
    ) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
        """(expect, above, below); the last two for an ordering only."""
        if "expect" not in entries:
            allowed = "{above: [SRB], below: [ALB]}" if statistic == "ordering" else ", ".join(EXPECTATIONS)
            self.report.add(node.place, path, f"lacks 'expect'; allowed: {allowed}")
            return INCREASE, (), ()
        if statistic != "ordering":
            return self.word(entries, "expect", EXPECTATIONS, INCREASE, path), (), ()
        given = self.reader.mapping(entries["expect"], f"{path}.expect", ("above", "below"))
        sides = {side: self.states(given.get(side), entries["expect"], side, f"{path}.expect") for side in ("above", "below")}
        for state in sorted(set(sides["above"]) & set(sides["below"])):
            self.report.add(entries["expect"].place, f"{path}.expect", f"'{state}' stands on both sides; allowed: on one")
        return INCREASE, sides["above"], sides["below"]

    def states(self, node: Node | None, parent: Node, side: str, path: str) -> tuple[str, ...]:
        if node is None:
            if isinstance(parent.value, dict):
                self.report.add(parent.place, path, f"lacks '{side}'; allowed: a list of {', '.join(STATES)}")
            return ()
        items = self.reader.items(node, f"{path}.{side}")
        if isinstance(node.value, list) and not items:
            self.report.add(node.place, f"{path}.{side}", f"an empty list; allowed: a list of {', '.join(STATES)}")
        found = [self.reader.text(item, f"{path}.{side}") for item in items]
        for item, state in zip(items, found, strict=True):
            if state is not None and state not in STATES:
                self.report.unknown(item.place, f"{path}.{side}", "state", state, STATES)
        return tuple(s for s in found if s in STATES)

    def margin(self, entries: Mapping[str, Node], expect: str, node: Node, path: str) -> float:
        given = entries.get("margin")
        margin = 0.0 if given is None else read_number(given, f"{path}.margin", self.report, 0.0, math.inf) or 0.0
        if expect == NONE and margin == 0.0:
            place = node.place if given is None else given.place
            self.report.add(place, f"{path}.margin", "no effect can only be shown within a margin; allowed: a number above 0")
        return margin

    def dates(
        self, arms: Mapping[str, dict[str, Any] | None], scenario: Scenario | None, window: tuple[str, str], place: Place, path: str
    ) -> None:
        """Forced moments outside the run, and paths that begin after it."""
        if scenario is None:
            return
        for arm, settings in arms.items():
            report = Report()
            check_moments(settings or {}, f"{path}.{arm}", scenario.start, max(scenario.end, window[1]), {}, report)
            for finding in report.findings:
                self.report.add(self.reader.places.get(finding.path, place), finding.path, finding.message)
