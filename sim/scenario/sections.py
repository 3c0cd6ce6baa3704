"""Sections that recur in a scenario: a mapping of settings, a list of dated events, plain texts. Each is read into canonical plain data."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from sim.errors import listed
from sim.scenario.findings import Place, Report, shown
from sim.scenario.levels import dotted_form, resolve
from sim.scenario.names import Name, Problem
from sim.scenario.text import Node
from sim.scenario.tools import Event, event_named
from sim.scenario.values import read_plain, read_quarter, read_value

WORD = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,63}")
"""Names of scenarios, branches, options, policies and events."""

EVENT_KEYS = ("id", "at", "from", "to", "set", "ramp", "force", "title", "means")


@dataclass
class Reader:
    """What reading collects beside the data: findings, and where each canonical path stands."""

    report: Report
    places: dict[str, Place] = field(default_factory=dict)
    written: dict[str, frozenset[str]] = field(default_factory=dict)
    """The keys of each event by its path, those that could not be read too."""

    def mapping(self, node: Node, path: str, allowed: tuple[str, ...] | None = None) -> dict[str, Node]:
        """The entries of a mapping (nothing counts as empty); unknown keys are reported."""
        if node.refused or node.value is None:
            return {}
        if not isinstance(node.value, dict):
            keys = f"of {listed(allowed)}" if allowed else "of names to values"
            self.report.add(node.place, path, f"{node.seen}, not a mapping; allowed: a mapping {keys}")
            return {}
        if allowed is None:
            return node.value
        for key in node.value:
            if key not in allowed:
                self.report.unknown(node.keys[key], path, "key", key, allowed)
        return {key: value for key, value in node.value.items() if key in allowed}

    def items(self, node: Node, path: str) -> list[Node]:
        """The items of a list (nothing counts as empty)."""
        if node.refused or node.value is None:
            return []
        if not isinstance(node.value, list):
            self.report.add(node.place, path, f"{node.seen}, not a list; allowed: a list")
            return []
        return node.value

    def text(self, node: Node, path: str) -> str | None:
        """A piece of text."""
        if isinstance(node.value, str):
            return node.value.strip()
        if not node.refused:
            self.report.add(node.place, path, f"{node.seen}, not text; allowed: text")
        return None

    def word(self, node: Node, path: str) -> str | None:
        """A name of letters, digits, _ and -."""
        text = self.text(node, path)
        if text is None:
            return None
        if not isinstance(node.value, str) or not WORD.fullmatch(node.value):
            self.report.add(node.place, path, f"{node.described()} cannot be a name; {_WORD_RULE}")
            return None
        return node.value

    def key_word(self, key: str, place: Place, path: str) -> bool:
        """Whether a key can serve as a name."""
        if not WORD.fullmatch(key):
            self.report.add(place, path, f"'{shown(key)}' cannot be a name; {_WORD_RULE}")
            return False
        return True

    def settings(self, node: Node, path: str, scope: Scope) -> dict[str, Any]:
        """Names and values, by canonical name."""
        found: dict[str, Any] = {}
        written: dict[str, str] = {}
        for key, item in self.mapping(node, path).items():
            where, place = f"{path}.{shown(key)}", node.keys[key]
            name = resolve(key)
            if isinstance(name, Problem):
                dotted = dotted_form(key, item)
                if dotted:
                    self.report.add(place, where, dotted)
                else:
                    name.into(self.report, place, where)
                continue
            if not scope.admits(name):
                self.report.add(place, where, scope.refusal(name))
                continue
            if name.canonical in written:
                message = f"the same as {written[name.canonical]}, which is set already; allowed: one of the two"
                self.report.add(place, where, message)
            written[name.canonical] = key
            self.places[f"{path}.{name.canonical}"] = item.place
            value = scope.read(name, item, where, self.report)
            if value is not None:
                found[name.canonical] = value
        return found

    def events(self, node: Node, path: str) -> list[dict[str, Any]]:
        """Dated events; ids are unique in the list. One may be a part of an inherited event: `complete` judges what results."""
        found: dict[str, dict[str, Any]] = {}
        for i, item in enumerate(self.items(node, path)):
            event = self._event(item, path, i)
            if event is None:
                continue
            where = f"{path}[{event['id']}]"
            if event["id"] in found:
                self.report.add(self.places[where], where, f"the id '{event['id']}' stands here twice; allowed: each once")
            found.setdefault(event["id"], event)
        return list(found.values())

    def _event(self, node: Node, path: str, number: int) -> dict[str, Any] | None:
        where = f"{path}[{number}]"
        if not isinstance(node.value, dict):
            self.mapping(node, where, EVENT_KEYS)
            return None
        identity = self.word(node.value["id"], f"{where}.id") if "id" in node.value else None
        if "id" not in node.value:
            self.report.add(node.place, where, "lacks 'id'; allowed: a name of letters, digits, _ and -")
        where = f"{path}[{identity}]" if identity else where
        entries = self.mapping(node, where, EVENT_KEYS)
        self.places[where] = node.place
        event: dict[str, Any] = {"id": identity}
        for key in ("title", "means"):
            if key in entries and (text := self.text(entries[key], f"{where}.{key}")) is not None:
                event[key] = text
        for key in ("at", "from", "to"):
            if key in entries and (quarter := read_quarter(entries[key], f"{where}.{key}", self.report)):
                event[key] = quarter
                self.places[f"{where}.{key}"] = entries[key].place
        empty = {key for key in ("set", "ramp") if key in entries and not entries[key].value}
        for key, scope in (("set", SET), ("ramp", RAMP)):
            if key in entries and key not in empty:
                event[key] = self.settings(entries[key], f"{where}.{key}", scope)
        if "force" in entries and (forced := self._forced(entries["force"], f"{where}.force")):
            event["force"] = forced
        self.written[where] = frozenset(node.value) - empty
        if identity is None:
            for problem in shape_problems(event, self.written[where]):
                self.report.add(node.place, where, problem)
        return event if identity else None

    def _forced(self, node: Node, where: str) -> str | None:
        """The name of an event to force, as written after `force.`."""
        text = self.text(node, where)
        found = None if text is None else event_named(text)
        if isinstance(found, Problem):
            found.into(self.report, node.place, where)
            return None
        return text


def shape_problems(event: Mapping[str, Any], written: Collection[str] = ()) -> list[str]:
    """What is wrong with the keys an event has; of those `written` some may have been unreadable and are lacking in `event`.

    Where an unknown key stands, nothing is said to be missing: it may be what the unknown key meant.
    """
    keys = {*event, *written}
    begin, end = event.get("from", ""), event.get("to", "")
    moment, period = "at" in keys, bool(keys & {"from", "to"})
    acts = keys & {"set", "ramp", "force"}
    known = keys <= {*EVENT_KEYS}
    found = event_named(event["force"]) if "force" in event else None
    spell = found.kind.spell if isinstance(found, Event) else True  # of an unknown event no more is said about its dates
    problems = [
        f"ends ({end}) before it begins ({begin}); allowed: from <= to" if begin and end and begin > end else "",
        "does nothing; allowed: set, ramp, force" if not acts and known else "",
        "has no date; allowed: at, or from and to" if not moment and not period and known else "",
        "has both 'at' and 'from'/'to'; allowed: at, or from and to" if moment and period else "",
        "lacks 'to'; allowed: from and to together" if "from" in keys and "to" not in keys and known else "",
        "lacks 'from'; allowed: from and to together" if "to" in keys and "from" not in keys and known else "",
        "a ramp happens over a period; allowed: from and to" if "ramp" in keys and moment and not period else "",
        "'set' happens at a moment; allowed: at (a second event ends it)" if "set" in keys and period and not moment else "",
        "this event happens at a moment; allowed: at" if "force" in keys and period and not moment and not spell else "",
    ]
    return [problem for problem in problems if problem]


_WORD_RULE = "allowed: up to 64 letters, digits, _ and -"


@dataclass(frozen=True)
class Scope:
    """Which names a mapping of settings admits, and how their values are read."""

    kinds: tuple[str, ...]
    words: str
    read: Callable[[Name, Node, str, Report], Any]
    numbers_only: bool = False

    def admits(self, name: Name) -> bool:
        """Whether `name` may stand here."""
        number = name.kind != "lever" or name.subject.kind == "number"
        return name.kind in self.kinds and (number or not self.numbers_only)

    def refusal(self, name: Name) -> str:
        """Why `name` cannot stand here."""
        if name.kind == "lever":
            return f"'{name.canonical}' is a {name.subject.kind}, not a number; allowed here: {self.words}"
        return f"'{name.kind}.' cannot stand here; allowed here: {self.words}"


def _plain(name: Name, node: Node, path: str, report: Report) -> Any:
    if isinstance(node.value, dict):
        report.add(node.place, path, "a path cannot stand in an event; allowed: one value (a second event changes it again)")
        return None
    return read_plain(name.subject, node, path, report)


EVERYTHING = ("lever", "initial", "clamp", "force", "mechanisms", "parameters")
LEVERS = Scope(EVERYTHING, "every lever and tool", read_value)
BRANCH = Scope(("lever", "force"), "levers and force.<event>; the other tools hold for a whole run, in every world", read_value)
SET = Scope(("lever",), "levers (events are made to happen by 'force: <event>')", _plain)
RAMP = Scope(("lever",), "levers that are numbers", _plain, numbers_only=True)
