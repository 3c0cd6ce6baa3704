"""A sweep file: which levers (the choices) and which uncertainties are varied, apart from each other, over which scenarios and policies.

    name: washington
    question: Which policy stands up best, whoever governs and however much attention there is?
    scenarios: [baseline, staged_accession]
    policies: all                              # or a list; none is always played, as the reference
    worlds: 256
    levers:                                    # what somebody decides
      eu.mediation: {low: 0.2, high: 0.8, cost: 1}
      eu.council_rule: [unanimity, staged]
    uncertainties:                             # what nobody decides
      us.engagement: {low: 0.2, high: 1.2}
      parameters.transatlantic.eu_alone: prior
    design:
      levers: {kind: full_factorial, levels: 3}
      uncertainties: {kind: latin_hypercube, points: 20}
    outcomes: [SRB.eu_alignment, mean.democracy]
    window: [2030Q1, 2034Q4]
    budget: 2                                  # for the search among levers: the sum of cost x share of the way from low to high

It is read like a scenario: every mistake at once, with file, line and column, and the nearest name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from sim.analysis.design import DESIGNED, KINDS, Design, Factor, Layout, size
from sim.catalogue import Parameter
from sim.errors import InputError
from sim.quarters import index
from sim.results import outcome_reference
from sim.scenario import Scenario, load_scenario
from sim.scenario.distributions import distribution_of
from sim.scenario.findings import Report
from sim.scenario.levels import resolve
from sim.scenario.names import Name, Problem
from sim.scenario.sections import Reader
from sim.scenario.text import Node, parse
from sim.scenario.values import read_number, read_quarter, read_value

TEXTS = ("title", "question")
GROUPS = ("scenarios", "policies", "levers", "uncertainties", "design", "outcomes")
KEYS = ("name", *TEXTS, *GROUPS, "worlds", "seed", "window", "budget")
MOST_POINTS = 100_000


def read_design(file: Path | str) -> Design:
    """A sweep file. Raises InputError with every mistake: file:line:column: path: what is wrong; what is allowed; nearest name."""
    path = Path(file)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{file}: {error.strerror}; give the name of a sweep file (see docs/experiments.md)") from None
    return design_of(data, str(file), path.stem)


def design_of(data: bytes | str, file: str = "sweep", stem: str = "sweep") -> Design:
    """The same from text."""
    report = Report()
    root = parse(data, file, report, "sweep")
    found = _Reading(Reader(report), root, stem).design() if root is not None else None
    report.findings.sort(key=lambda f: (f.line, f.column))
    report.raise_if_any()
    assert found is not None
    return found


class _Reading:
    """Reads one file, gathering findings."""

    def __init__(self, reader: Reader, root: Node, stem: str) -> None:
        self.reader, self.report, self.stem = reader, reader.report, stem
        self.top = root.place
        self.entries = reader.mapping(root, "sweep", KEYS)

    def design(self) -> Design | None:
        scenarios, levers = self._scenarios(), self._factors("levers")
        uncertainties = self._factors("uncertainties")
        for name in {f.name for f in levers} & {f.name for f in uncertainties}:
            self.report.add(self.top, f"uncertainties.{name}", "is varied as a lever already; allowed: one of the two")
        window, outcomes, policies = self._window(), self._outcomes(), self._policies(scenarios)
        layouts = self._layouts()
        worlds, seed = self._whole("worlds", 256, 1, 1_000_000), self._whole("seed", 1, 0, 2**63 - 1)
        budget = self._number("budget", 0.0, 1e9)
        name = (self.reader.word(self.entries["name"], "name") if "name" in self.entries else None) or self.stem
        texts = {k: self.reader.text(self.entries[k], k) or "" for k in TEXTS if k in self.entries}
        if not self.report.findings and not levers and not uncertainties and len(scenarios) < 2 and not policies:
            self.report.add(self.top, "sweep", "varies nothing; allowed: levers, uncertainties, several scenarios, policies")
        if self.report.findings:
            return None
        self._fits(scenarios, levers + uncertainties, window)
        found = Design(
            name, texts.get("title", name), texts.get("question", ""), scenarios, policies, worlds, seed, levers,
            uncertainties, layouts, outcomes, window, budget,
        )  # fmt: skip
        return found if self._countable(found) else None

    def _scenarios(self) -> tuple[Scenario, ...]:
        node = self.entries.get("scenarios")
        if node is None:
            return (load_scenario("baseline"),)
        found: dict[str, Scenario] = {}
        for i, item in enumerate(self.reader.items(node, "scenarios")):
            text = self.reader.text(item, f"scenarios[{i}]")
            if text is None:
                continue
            try:
                scenario = load_scenario(text)
            except InputError as error:
                for finding in error.findings:
                    self.report.add(item.place, f"scenarios[{i}]", finding)
                continue
            if scenario.name in found:
                self.report.add(item.place, f"scenarios[{i}]", f"'{scenario.name}' is named twice; allowed: each once")
            found[scenario.name] = scenario
        if not found and not self.report.findings:
            self.report.add(node.place, "scenarios", "an empty list; allowed: names of scenarios, or files")
        return tuple(found.values())

    def _policies(self, scenarios: Sequence[Scenario]) -> tuple[str, ...] | str:
        node = self.entries.get("policies")
        if node is None or node.refused:
            return ()
        if node.value == "all":
            return "all"
        found = []
        for i, item in enumerate(self.reader.items(node, "policies")):
            text = self.reader.text(item, f"policies[{i}]")
            known = ["none", *dict.fromkeys(p for s in scenarios for p in s.policies)]
            lacking = [s.name for s in scenarios if text not in ("none", *s.policies)]
            if text is not None and text not in known:
                self.report.unknown(item.place, f"policies[{i}]", "policy", text, known)
            elif text is not None and lacking:
                self.report.add(
                    item.place, f"policies[{i}]", f"'{text}' is no policy of {', '.join(lacking)}; allowed: policies of all scenarios"
                )
            elif text is not None:
                found.append(text)
        return tuple(found)

    def _factors(self, group: str) -> tuple[Factor, ...]:
        node = self.entries.get(group)
        if node is None:
            return ()
        found: dict[str, Factor] = {}
        for key, item in self.reader.mapping(node, group).items():
            path, place = f"{group}.{key}", node.keys[key]
            name = resolve(key)
            if isinstance(name, Problem):
                name.into(self.report, place, path)
                continue
            allowed = ("lever",) if group == "levers" else ("lever", "parameters", "initial")
            if name.kind not in allowed:
                self.report.add(place, path, f"'{name.kind}.' cannot be varied here; allowed: {' and '.join(allowed)} names")
                continue
            factor = self._factor(name, item, path, group == "levers")
            if factor is not None:
                found[name.canonical] = factor
        return tuple(found.values())

    def _factor(self, name: Name, node: Node, path: str, decided: bool) -> Factor | None:
        if isinstance(node.value, list):
            values = [read_value(name, item, f"{path}[{i}]", self.report) for i, item in enumerate(node.value)]
            if not values:
                self.report.add(node.place, path, "an empty list; allowed: values, or {low: ..., high: ...}")
            return None if None in values or not values else Factor(name.canonical, values=tuple(values))
        if node.value == "prior":
            return self._prior(name, node, path)
        if not isinstance(node.value, dict):
            if not node.refused:
                self.report.add(
                    node.place, path, f"{node.seen}; allowed: {{low: ..., high: ...}}, a list of values" + ("" if decided else ", prior")
                )
            return None
        entries = self.reader.mapping(node, path, ("low", "high", "values", "cost") if decided else ("low", "high", "values"))
        cost = read_number(entries["cost"], f"{path}.cost", self.report, 0.0, 1e9) if "cost" in entries else 1.0
        if "values" in entries:
            inner = self._factor(name, entries["values"], f"{path}.values", decided)
            return None if inner is None or cost is None else Factor(name.canonical, values=inner.values, cost=cost)
        return self._range(name, node, entries, path, 1.0 if cost is None else cost)

    def _range(self, name: Name, node: Node, entries: Mapping[str, Node], path: str, cost: float) -> Factor | None:
        if name.kind == "lever" and name.subject.kind != "number":
            self.report.add(node.place, path, f"'{name.canonical}' is a {name.subject.kind}, not a number; allowed: a list of its values")
            return None
        if missing := [k for k in ("low", "high") if k not in entries]:
            self.report.add(node.place, path, f"lacks {' and '.join(missing)}; allowed: {{low: ..., high: ...}} or a list of values")
            return None
        low, high = (read_value(name, entries[k], f"{path}.{k}", self.report) for k in ("low", "high"))
        if low is None or high is None:
            return None
        if isinstance(low, dict) or isinstance(high, dict) or not low < high:
            self.report.add(node.place, path, "the range is empty or no range; allowed: low < high, both numbers")
            return None
        return Factor(name.canonical, float(low), float(high), cost=cost)

    def _prior(self, name: Name, node: Node, path: str) -> Factor | None:
        subject = name.subject
        if not isinstance(subject, Parameter) or subject.prior is None or isinstance(subject.value, Mapping):
            what = "has one value per actor" if isinstance(subject, Parameter) and isinstance(subject.value, Mapping) else "has no prior"
            self.report.add(node.place, path, f"'{name.canonical}' {what}; allowed: {{low: ..., high: ...}} or a list of values")
            return None
        return Factor(name.canonical, distribution=distribution_of(subject.prior, subject.range))

    def _layouts(self) -> dict[str, Layout]:
        node = self.entries.get("design")
        default = {"levers": Layout(), "uncertainties": Layout("latin_hypercube")}
        if node is None:
            return default
        entries = self.reader.mapping(node, "design", (*DESIGNED, "kind", "levels", "points"))
        if "kind" in entries:
            plan = self._layout(node, "design")
            return dict.fromkeys(DESIGNED, plan)
        return default | {k: self._layout(item, f"design.{k}") for k, item in entries.items() if k in DESIGNED}

    def _layout(self, node: Node, path: str) -> Layout:
        entries = self.reader.mapping(node, path, ("kind", "levels", "points"))
        kind: str | None = self.reader.text(entries["kind"], f"{path}.kind") if "kind" in entries else "full_factorial"
        if kind is not None and kind not in KINDS:
            self.report.unknown(entries["kind"].place, f"{path}.kind", "design", kind, KINDS)
        levels = self._whole("levels", 3, 2, 1000, entries, f"{path}.levels")
        points = self._whole("points", 16, 1, MOST_POINTS, entries, f"{path}.points")
        if kind == "sobol" and points & (points - 1):
            self.report.add(
                entries["points"].place, f"{path}.points", f"{points} points; a Sobol sequence is balanced at 2, 4, 8, 16, ... points"
            )
        return Layout(kind or "full_factorial", levels, points)

    def _outcomes(self) -> tuple[str, ...]:
        node = self.entries.get("outcomes")
        found = []
        for i, item in enumerate(self.reader.items(node, "outcomes") if node else []):
            text = self.reader.text(item, f"outcomes[{i}]")
            if text is None:
                continue
            try:
                if outcome_reference(text)[1].type == "string":
                    raise InputError(f"'{text}' is a word, not a number; allowed: outcomes that are numbers, or yes or no")
            except InputError as error:
                self.report.add(item.place, f"outcomes[{i}]", error.findings[0])
                continue
            found.append(text)
        if not found and (node is None or not node.refused) and not self.report.findings:
            self.report.add(node.place if node else self.top, "outcomes", "none is named; allowed: a list such as [SRB.eu_alignment]")
        return tuple(dict.fromkeys(found))

    def _window(self) -> tuple[str, str] | None:
        node = self.entries.get("window")
        if node is None or node.refused:
            return None
        items = node.value if isinstance(node.value, list) else [node, node]
        quarters = [read_quarter(item, "window", self.report) for item in items]
        if len(quarters) != 2:
            self.report.add(node.place, "window", "allowed: a quarter, or [first, last]")
        if None in quarters or len(quarters) != 2:
            return None
        if str(quarters[0]) > str(quarters[1]):
            self.report.add(node.place, "window", "runs backwards; allowed: [first, last]")
        return str(quarters[0]), str(quarters[1])

    def _whole(self, key: str, default: int, low: int, high: int, entries: Mapping[str, Node] | None = None, path: str = "") -> int:
        node = (self.entries if entries is None else entries).get(key)
        if node is None:
            return default
        value = read_number(node, path or key, self.report, low, high)
        if value is not None and value != int(value):
            self.report.add(node.place, path or key, f"{node.described()} is not whole; allowed: a whole number from {low}")
        return default if value is None else int(node.value)

    def _number(self, key: str, low: float, high: float) -> float | None:
        return read_number(self.entries[key], key, self.report, low, high) if key in self.entries else None

    def _fits(self, scenarios: Sequence[Scenario], factors: Sequence[Factor], window: tuple[str, str] | None) -> None:
        """What can be said only once all is read: the window lies in every scenario, and the settings are accepted by each."""
        for scenario in scenarios:
            if window and not (index(scenario.start) <= index(window[0]) and index(window[1]) <= index(scenario.end)):
                self.report.add(
                    self.entries["window"].place, "window",
                    f"{window[0]} to {window[1]} lies outside {scenario.name}; allowed: {scenario.start} to {scenario.end}",
                )  # fmt: skip
            for factor in factors:
                self._accepted(scenario, factor)

    def _accepted(self, scenario: Scenario, factor: Factor) -> None:
        try:
            scenario.plan(None, {factor.name: factor.at(np.array([0.5]))[0]})
        except InputError as error:
            for finding in error.findings:
                self.report.add(self.top, factor.name, f"{scenario.name}: {finding}")

    def _countable(self, design: Design) -> bool:
        if self.report.findings:
            return False
        levers, uncertainties = (size(getattr(design, group), design.layouts[group]) for group in DESIGNED)
        total = levers * uncertainties
        if total > MOST_POINTS:
            self.report.add(self.top, "design", f"{total:,} points; allowed: up to {MOST_POINTS:,}; take fewer levels or points")
        return not self.report.findings
