"""Values: what stands behind a name under `levers:`, checked against the catalogue and brought to its canonical form.

Canonical forms, all plain data: number float, choice str, flag bool, list of names, path {quarter: value} in order of time,
mechanism bool, initial float, clamp float or `baseline`, force a list of quarters and {from, until} mappings.
"""

from __future__ import annotations

import math
import re
from typing import Any

from sim.catalogue import Lever, Variable
from sim.errors import listed
from sim.quarters import FIRST, LAST, index
from sim.scenario.findings import Place, Report
from sim.scenario.names import Name
from sim.scenario.text import Node
from sim.scenario.tools import Event

_QUARTER = re.compile(r"[0-9]{4}Q[1-4]")
WORDS_FOR_SWITCH = {"on": True, "off": False}


def read_quarter(node: Node, path: str, report: Report) -> str | None:
    """A quarter between `FIRST` and `LAST`."""
    if node.refused:
        return None
    if not isinstance(node.value, str):
        report.add(node.place, path, f"{node.seen}, not a quarter; allowed: a quarter such as 2024Q1")
        return None
    return quarter_text(node.value, node.place, path, report)


def quarter_text(text: str, place: Place, path: str, report: Report) -> str | None:
    """`text` if it is a quarter within reason."""
    node = Node(text, place)
    if not _QUARTER.fullmatch(text):
        report.add(place, path, f"{node.described()} is not a quarter; allowed: year, Q and 1 to 4, as in 2024Q1")
    elif not index(FIRST) <= index(text) <= index(LAST):
        report.add(place, path, f"{text} lies beyond reason; allowed: {FIRST} to {LAST}")
    else:
        return text
    return None


def read_number(node: Node, path: str, report: Report, low: float | None, high: float | None, unit: str = "") -> float | None:
    """A number within [low, high]; booleans are not numbers."""
    if node.refused:
        return None
    highest = "" if high is None or math.isinf(high) else f" to {high:.12g}"
    allowed = f"allowed: a number from {low:.12g}{highest}" if low is not None and high is not None else "allowed: a number"
    if isinstance(node.value, bool) or not isinstance(node.value, int | float):
        report.add(node.place, path, f"{node.seen}, not a number; {allowed}{unit}")
        return None
    if (low is not None and node.value < low) or (high is not None and node.value > high):
        report.add(node.place, path, f"{node.described()} is out of range; {allowed}{unit}")
        return None
    try:
        return float(node.value)
    except OverflowError:
        report.add(node.place, path, f"{node.described()} is too large; {allowed}{unit}")
        return None


def read_value(name: Name, node: Node, path: str, report: Report) -> Any:
    """The canonical value of `name`, or None after reporting."""
    if node.refused:
        return None
    if name.kind == "lever":
        if isinstance(node.value, dict):
            return _path(name.subject, node, path, report)
        return read_plain(name.subject, node, path, report)
    if name.kind == "mechanisms":
        return _switch(node, path, report)
    if name.kind == "force":
        return read_force(name.subject, node, path, report)
    if name.kind == "parameters":
        low, high = name.subject.range
        return read_number(node, path, report, low, high)
    return _outcome(name, node, path, report)


def read_plain(lever: Lever, node: Node, path: str, report: Report) -> Any:
    """One value of a lever, without a path."""
    if node.refused:
        return None
    if lever.kind == "number":
        low, high = lever.range or (None, None)
        return read_number(node, path, report, low, high)
    if lever.kind == "flag":
        if isinstance(node.value, bool):
            return node.value
        report.add(node.place, path, f"{node.seen}, not a flag; allowed: true, false")
        return None
    if lever.kind == "choice":
        return _word(node, lever.values, path, report)
    return _names(node, lever.values, path, report)


def _word(node: Node, allowed: tuple[str, ...], path: str, report: Report) -> str | None:
    if isinstance(node.value, str):
        if node.value in allowed:
            return node.value
        report.unknown(node.place, path, "value", node.value, allowed)
    elif not node.refused:
        report.add(node.place, path, f"{node.seen}, not one of the words; allowed: {listed(allowed)}")
    return None


def _names(node: Node, allowed: tuple[str, ...], path: str, report: Report) -> list[str] | None:
    if not isinstance(node.value, list):
        example = f"[{', '.join(allowed[:2])}]"
        message = f"{node.seen}, not a list; allowed: a list such as {example} of {listed(allowed)}"
        report.add(node.place, path, message)
        return None
    found: list[str] = []
    for i, item in enumerate(node.value):
        word = _word(item, allowed, f"{path}[{i}]", report)
        if word in found:
            report.add(item.place, f"{path}[{i}]", f"'{word}' is named twice; allowed: each once")
        elif word is not None:
            found.append(word)
    return [word for word in allowed if word in found]


def _path(lever: Lever, node: Node, path: str, report: Report) -> dict[str, Any] | None:
    steps: dict[str, Any] = {}
    if not node.value and not node.lost:
        report.add(node.place, path, "an empty path; allowed: a value, or quarters with values such as {2026Q1: ...}")
        return None
    for key, item in node.value.items():
        quarter = quarter_text(key, node.keys[key], path, report)
        value = read_plain(lever, item, f"{path}.{key}" if quarter else path, report)
        if quarter and value is not None:
            steps[quarter] = value
    return dict(sorted(steps.items())) or None


def _switch(node: Node, path: str, report: Report) -> bool | None:
    if isinstance(node.value, bool):
        return node.value
    if isinstance(node.value, str) and node.value in WORDS_FOR_SWITCH:
        return WORDS_FOR_SWITCH[node.value]
    report.add(node.place, path, f"{node.described()} is not a switch; allowed: on, off, true, false")
    return None


def _outcome(name: Name, node: Node, path: str, report: Report) -> float | str | None:
    variable: Variable = name.subject
    baseline = ", or 'baseline'" if name.kind == "clamp" else ""
    if name.kind == "clamp" and node.value == "baseline":
        return "baseline"
    if variable.type == "bool":
        if isinstance(node.value, bool) or (isinstance(node.value, int | float) and node.value in (0, 1)):
            return float(node.value)
        report.add(node.place, path, f"{node.described()} is neither yes nor no; allowed: true, false, 1, 0{baseline}")
        return None
    low, high = (1 - variable.range[1], 1 - variable.range[0]) if name.mirrored else variable.range
    value = read_number(node, path, report, low, high, baseline)
    return None if value is None else 1 - value if name.mirrored else value


def read_force(event: Event, node: Node, path: str, report: Report) -> list[Any] | None:
    """Quarters, and for events that last {from, until}."""
    items = node.value if isinstance(node.value, list) else [node]
    found = [_moment(event, item, path, report) for item in items]
    return None if None in found else found


def _moment(event: Event, node: Node, path: str, report: Report) -> Any:
    if not isinstance(node.value, dict):
        return read_quarter(node, path, report)
    if not event.kind.spell:
        report.add(node.place, path, f"'{event.kind.name}' happens at a moment; allowed: a quarter or a list of quarters")
        return None
    unknown = [key for key in node.value if key not in ("from", "until")]
    for key in unknown:
        report.unknown(node.keys[key], path, "key", key, ("from", "until"))
    lacking = [key for key in ("from", "until") if key not in node.value]
    if lacking and not unknown and not node.lost:
        report.add(node.place, path, f"a spell lacks {' and '.join(map(repr, lacking))}; allowed: {{from: quarter, until: quarter}}")
    ends = {key: read_quarter(item, f"{path}.{key}", report) for key, item in node.value.items() if key not in unknown}
    begin, until = ends.get("from"), ends.get("until")
    if begin is None or until is None or unknown:
        return None
    if begin > until:
        report.add(node.place, path, f"the spell ends ({until}) before it begins ({begin}); allowed: from <= until")
        return None
    return {"from": begin, "until": until}
