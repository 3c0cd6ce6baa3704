"""Short ways to read scenario texts in tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sim.quarters import index
from sim.scenario import Plan, Scenario
from sim.scenario.findings import Report
from sim.scenario.resolve import resolve_text

START = index("2024Q1")


def findings(text: str | bytes, folder: Path | None = None) -> list[str]:
    """Every finding on a text, as lines; the file is called f.yaml."""
    report = Report()
    resolve_text(text, "f", "f.yaml", folder, report)
    return [str(f) for f in report.findings]


def at(text: str | bytes, folder: Path | None = None) -> list[str]:
    """Where the findings stand: `line:column path`."""
    report = Report()
    resolve_text(text, "f", "f.yaml", folder, report)
    return [f"{f.line}:{f.column} {f.path}" for f in report.findings]


def only(text: str | bytes) -> str:
    """The one finding on a text."""
    found = findings(text)
    assert len(found) == 1, found
    return found[0]


def scenario(text: str, folder: Path | None = None) -> Scenario:
    return Scenario.from_text(text, "example", folder)


def plan(text: str, **arguments: Any) -> Plan:
    return scenario(text).plan(**arguments)


def value(made: Plan, lever: str) -> Any:
    """The value of a lever that is one value over the whole run and in every world."""
    own = made.levers[lever]
    assert own.draw is None
    assert not own.branches
    assert not own.changes
    assert len(own.steps) == 1
    return own.steps[0][1]
