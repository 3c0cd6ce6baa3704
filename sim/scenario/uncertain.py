"""`uncertain:`: distributions of levers, parameters and starting values, read entry by entry and checked once complete.

A child may replace single fields of its parent's distribution, so an entry is complete only after merging.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sim.scenario.distributions import FIELDS
from sim.scenario.findings import Place, Report
from sim.scenario.levels import resolve
from sim.scenario.names import Name, Problem
from sim.scenario.sections import Reader, Scope
from sim.scenario.text import Node
from sim.scenario.values import read_number

_ALL_FIELDS = tuple(dict.fromkeys(f for needed, optional in FIELDS.values() for f in (*needed, *optional)))
LARGEST_SHAPE = 1000.0
_POSITIVE = {"sd", "sigma", "a", "b", "median"}


def bounds(name: Name) -> tuple[float, float]:
    """The range within which `name` may be drawn."""
    low, high = name.subject.range
    return float(low), float(high)


def drawable(name: Name) -> str:
    """Why `name` cannot be drawn, or an empty string."""
    if name.kind == "lever" and name.subject.kind != "number":
        return f"'{name.canonical}' is a {name.subject.kind}; allowed: levers that are numbers (use branches for the others)"
    if name.kind == "initial" and name.subject.type != "float":
        return f"'{name.canonical}' is yes or no; allowed: outcomes that are numbers"
    if name.mirrored:
        return f"a drawn capability_gap is written as its mirror image; allowed: {name.canonical}"
    return ""


def read_uncertain(node: Node, path: str, reader: Reader) -> dict[str, dict[str, Any]]:
    """Entries by canonical name; completeness and order of the fields are checked by `check_entry`."""

    def read(name: Name, item: Node, where: str, report: Report) -> Any:
        problem = drawable(name)
        if problem:
            report.add(item.place, where, problem)
            return None
        return _read_entry(item, where, f"{path}.{name.canonical}", reader)

    scope = Scope(("lever", "parameters", "initial"), "levers, parameters.<room>.<name>, initial.<outcome>", read)
    return reader.settings(node, path, scope)


def _read_entry(node: Node, where: str, canonical: str, reader: Reader) -> dict[str, Any] | None:
    entries = reader.mapping(node, where, ("distribution", *_ALL_FIELDS))
    if not isinstance(node.value, dict):
        if node.value is None:
            reader.report.add(node.place, where, "nothing; allowed: a mapping with 'distribution'")
        return None
    reader.written[canonical] = frozenset(node.value)
    found: dict[str, Any] = {}
    for key, item in entries.items():
        reader.places[f"{canonical}.{key}"] = item.place
        value = _read_field(key, item, f"{where}.{key}", reader)
        if value is None:
            return None
        found[key] = value
    return found


def _read_field(key: str, node: Node, where: str, reader: Reader) -> Any:
    if key == "distribution":
        if isinstance(node.value, str) and node.value not in FIELDS:
            reader.report.unknown(node.place, where, "distribution", node.value, tuple(FIELDS))
            return None
        return reader.text(node, where)
    if key in ("values", "weights"):
        numbers = [read_number(i, f"{where}[{n}]", reader.report, None, None) for n, i in enumerate(reader.items(node, where))]
        return None if None in numbers or not isinstance(node.value, list) else numbers
    return read_number(node, where, reader.report, None, None)


def check_entry(
    canonical: str, entry: Mapping[str, Any], places: Mapping[str, Place], report: Report, written: Collection[str] = ()
) -> None:
    """Whether a merged entry is a distribution within the range of what it draws.

    Where an unknown key was `written`, nothing is said to be missing: it may be what the unknown key meant.
    """
    name = resolve(canonical)
    if isinstance(name, Problem):
        return
    path = f"uncertain.{canonical}"
    whole = places.get(path, Place())
    known = set(written) <= {"distribution", *_ALL_FIELDS}
    if "distribution" not in entry:
        if known:
            report.add(whole, path, f"lacks 'distribution'; allowed: {', '.join(FIELDS)}")
        return
    needed, optional = FIELDS[entry["distribution"]]
    for key in entry.keys() - {"distribution", *needed, *optional}:
        report.unknown(places.get(f"{path}.{key}", whole), path, f"field of {entry['distribution']}", key, (*needed, *optional))
    missing = [key for key in needed if key not in entry]
    if missing:
        if known:
            report.add(whole, path, f"{entry['distribution']} lacks {', '.join(missing)}; allowed: {', '.join((*needed, *optional))}")
        return
    low, high = bounds(name)
    for key, message in _mistakes(entry, low, high):
        report.add(places.get(f"{path}.{key}", whole), f"{path}.{key}", message)


def _mistakes(entry: Mapping[str, Any], low: float, high: float) -> list[tuple[str, str]]:
    """(field, message) for each number that does not fit."""
    found = [
        (key, f"{entry[key]:g} is out of range; allowed: a number from {low:g} to {high:g}")
        for key in ("low", "mode", "high", "mean", "median", "value")
        if key in entry and not low <= entry[key] <= high
    ]
    positive = [key for key in sorted(_POSITIVE & entry.keys()) if entry[key] <= 0]
    found += [(key, f"{entry[key]:g} is not positive; allowed: a number above 0") for key in positive]
    large = [key for key in ("a", "b") if entry.get(key, 0) > LARGEST_SHAPE]
    found += [(key, f"{entry[key]:g} is too large a shape; allowed: up to {LARGEST_SHAPE:g}") for key in large]
    if "low" in entry and "high" in entry and not entry["low"] < entry["high"]:
        found.append(("low", f"low {entry['low']:g} is not below high {entry['high']:g}; allowed: low < high"))
    if "mode" in entry and not entry.get("low", low) <= entry["mode"] <= entry.get("high", high):
        found.append(("mode", f"mode {entry['mode']:g} lies outside low to high; allowed: low <= mode <= high"))
    return found + _choice_mistakes(entry, low, high)


def _choice_mistakes(entry: Mapping[str, Any], low: float, high: float) -> list[tuple[str, str]]:
    if entry["distribution"] != "choice":
        return []
    values, weights = entry["values"], entry.get("weights")
    found = []
    if not values:
        found.append(("values", "an empty list; allowed: one number or more"))
    outside = [v for v in values if not low <= v <= high]
    if outside:
        found.append(("values", f"{outside[0]:g} is out of range; allowed: numbers from {low:g} to {high:g}"))
    if weights is not None and len(weights) != len(values):
        found.append(("weights", f"{len(weights)} weights for {len(values)} values; allowed: one weight per value"))
    if weights is not None and (any(w < 0 for w in weights) or (weights and sum(weights) <= 0)):
        found.append(("weights", "weights cannot be negative or sum to nothing; allowed: numbers from 0, one above 0"))
    return found
