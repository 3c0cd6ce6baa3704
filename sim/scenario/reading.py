"""One scenario file, read by itself: from a tree with positions to canonical plain data, with every mistake reported."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sim.catalogue import STATES, catalogue
from sim.errors import nearest
from sim.scenario.findings import Place, shown
from sim.scenario.folders import shipped_names
from sim.scenario.levels import resolve
from sim.scenario.names import Name
from sim.scenario.sections import BRANCH, LEVERS, WORD, Reader
from sim.scenario.text import Node
from sim.scenario.uncertain import read_uncertain
from sim.scenario.values import read_number, read_quarter

TEXTS = ("title", "question", "description")
SECTIONS = ("levers", "uncertain", "events", "branches", "policies", "answer", "sources", "remove")
KEYS = ("name", *TEXTS, "extends", "start", "end", *SECTIONS)
OPTION_KEYS = ("weight", "title", "means", "levers", "events")
POLICY_KEYS = ("title", "means", "levers", "events")
ANSWER_KEYS = ("outcome", "better_if")
RESERVED_POLICIES = ("none", "all")
HEAVIEST = 1e9


def read_document(root: Node, reader: Reader) -> dict[str, Any]:
    """The canonical document of one file; only the keys that were written (and understood) are present."""
    if not isinstance(root.value, dict):
        if not root.refused:
            message = f"a scenario is a mapping, not {root.kind}; allowed keys: {', '.join(KEYS)}"
            reader.report.add(root.place, "scenario", message)
        return {}
    for key in root.value:
        if key not in KEYS:
            _unknown_key(key, root.keys[key], reader)
    document: dict[str, Any] = {}
    for key, node in root.value.items():
        if key in KEYS and (value := _read_key(key, node, reader)) is not None:
            document[key] = value
            reader.places[key] = node.place
    return document


def _unknown_key(key: str, place: Place, reader: Reader) -> None:
    if isinstance(resolve(key), Name):
        message = f"'{shown(key)}' does not stand by itself; allowed: under 'levers:'"
        reader.report.add(place, shown(key), message)
    else:
        reader.report.unknown(place, shown(key), "key", key, KEYS)


def _read_key(key: str, node: Node, reader: Reader) -> Any:
    if key in TEXTS:
        return reader.text(node, key)
    if key == "name":
        return reader.word(node, key)
    if key == "extends":
        return _parent(node, reader)
    if key in ("start", "end"):
        return read_quarter(node, key, reader.report)
    if key == "levers":
        return reader.settings(node, key, LEVERS)
    if key == "uncertain":
        return read_uncertain(node, key, reader)
    if key == "events":
        return reader.events(node, key)
    if key == "branches":
        return _branches(node, reader)
    if key == "policies":
        return _policies(node, reader)
    if key == "answer":
        return _answer(node, reader)
    if key == "remove":
        return _remove(node, reader)
    return [t for i, n in enumerate(reader.items(node, key)) if (t := reader.text(n, f"{key}[{i}]")) is not None]


def _parent(node: Node, reader: Reader) -> str | None:
    """The name of the one parent."""
    if isinstance(node.value, str) and WORD.fullmatch(node.value):
        return node.value
    if not node.refused:
        near = nearest(Path(str(node.value)).stem[:64], shipped_names()) if isinstance(node.value, str) else ""
        hint = f"; nearest: {near}" if near else ""
        message = f"{node.described()} cannot be a parent; allowed: one name of a scenario, without folder or ending{hint}"
        reader.report.add(node.place, "extends", message)
    return None


def _remove(node: Node, reader: Reader) -> list[str]:
    found = []
    for i, item in enumerate(reader.items(node, "remove")):
        word = reader.word(item, f"remove[{i}]")
        if word is not None:
            found.append(word)
            reader.places[f"remove.{word}"] = item.place
    return found


def _named(node: Node, path: str, reader: Reader) -> list[tuple[str, Node, str]]:
    """(key, value, path) of the entries whose keys can serve as names; their places are kept."""
    found = []
    for key, item in reader.mapping(node, path).items():
        where = f"{path}.{shown(key)}"
        if reader.key_word(key, node.keys[key], where):
            reader.places[where] = node.keys[key]
            found.append((key, item, where))
    return found


def _branches(node: Node, reader: Reader) -> dict[str, Any]:
    branches: dict[str, Any] = {}
    for key, item, where in _named(node, "branches", reader):
        options = {option: _option(n, w, reader) for option, n, w in _named(item, where, reader)}
        if options or not item.value:  # else its keys are reported already
            branches[key] = options
    return branches


def _option(node: Node, where: str, reader: Reader) -> dict[str, Any]:
    entries = reader.mapping(node, where, OPTION_KEYS)
    option = _means_levers_events(entries, where, reader, BRANCH)
    if "weight" in entries:
        weight = read_number(entries["weight"], f"{where}.weight", reader.report, 0.0, HEAVIEST)
        option["weight"] = 1.0 if weight is None else weight  # reported already; a stand-in lets reading go on
    elif node.value is not None and not isinstance(node.value, dict):
        option["weight"] = 1.0
    return option


def _means_levers_events(entries: dict[str, Node], where: str, reader: Reader, scope: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key in ("title", "means"):
        if key in entries and (text := reader.text(entries[key], f"{where}.{key}")) is not None:
            found[key] = text
    if "levers" in entries:
        found["levers"] = reader.settings(entries["levers"], f"{where}.levers", scope)
    if "events" in entries:
        found["events"] = reader.events(entries["events"], f"{where}.events")
    return found


def _policies(node: Node, reader: Reader) -> dict[str, Any]:
    policies: dict[str, Any] = {}
    for key, item, where in _named(node, "policies", reader):
        if key in RESERVED_POLICIES:
            message = f"'{key}' is taken: 'none' is the scenario as written, 'all' every policy; allowed: any other name"
            reader.report.add(node.keys[key], where, message)
            continue
        policies[key] = _means_levers_events(reader.mapping(item, where, POLICY_KEYS), where, reader, LEVERS)
    return policies


def outcome_references() -> tuple[str, ...]:
    """Every way to speak of an outcome: bare, of one state, as the mean of the six."""
    states = tuple(catalogue().state_outcomes)
    one = tuple(f"{who}.{key}" for who in ("mean", *STATES) for key in states)
    return (*states, *catalogue().region_outcomes, *one)


def _answer(node: Node, reader: Reader) -> dict[str, str]:
    entries = reader.mapping(node, "answer", ANSWER_KEYS)
    answer = {key: text for key, n in entries.items() if (text := reader.text(n, f"answer.{key}")) is not None}
    if isinstance(node.value, dict) and "outcome" not in entries:
        reader.report.add(node.place, "answer", "lacks 'outcome'; allowed: an outcome such as eu_alignment or SRB.democracy")
    if "outcome" in answer and answer["outcome"] not in outcome_references():
        place, allowed = entries["outcome"].place, outcome_references()
        reader.report.unknown(place, "answer.outcome", "outcome", answer["outcome"], allowed)
    if answer.get("better_if", "higher") not in ("higher", "lower"):
        place = entries["better_if"].place
        reader.report.unknown(place, "answer.better_if", "direction", answer["better_if"], ("higher", "lower"))
    return answer
