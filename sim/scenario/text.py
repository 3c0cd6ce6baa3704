"""YAML with positions: every value knows its file, line and column, and nothing in a file can run, repeat or hide.

Scalars follow the core schema of YAML 1.2 (`NO` is a word, `1e-3` a number) on top of PyYAML's parser. Anchors, aliases, tags,
duplicate keys, several documents, NaN and infinity are refused; size, depth and number of values are bounded.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import yaml

from sim.errors import InputError
from sim.scenario.findings import UNWANTED, Place, Report, shown

LARGEST = 256 * 1024  # bytes of a file
DEEPEST = 32
MOST_VALUES = 20_000

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULL = {"", "~", "null", "Null", "NULL"}
_TRUE, _FALSE = {"true", "True", "TRUE"}, {"false", "False", "FALSE"}
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_LONGEST_NUMBER = 400

Scalar = str | int | float | bool | None


class _Refused:
    """The value of a node that has been reported already; readers pass it over in silence."""

    def __repr__(self) -> str:
        return "refused"


REFUSED = _Refused()


@dataclass(slots=True)
class Node:
    """A value with its place. Mappings keep where each key stands in `keys`, and whether keys were refused (`lost`)."""

    value: Any  # Scalar | list[Node] | dict[str, Node] | REFUSED
    place: Place
    keys: dict[str, Place] = field(default_factory=dict)
    lost: bool = False

    @property
    def kind(self) -> str:
        """What the value is, in the words of messages."""
        if self.value is None:
            return "nothing"
        for kind, word in ((bool, "true/false"), (str, "text"), (dict, "a mapping"), (list, "a list")):
            if isinstance(self.value, kind):
                return word
        return "a number" if isinstance(self.value, int | float) else "refused"

    @property
    def refused(self) -> bool:
        """Whether the value has been reported as unusable."""
        return self.value is REFUSED

    def described(self) -> str:
        """The value as a message quotes it."""
        if isinstance(self.value, dict | list):
            return self.kind
        if isinstance(self.value, bool):
            return str(self.value).lower()
        return f"'{shown(self.value)}'" if isinstance(self.value, str) else shown(self.plain_scalar())

    @property
    def seen(self) -> str:
        """The value and what it is, for a message on its type."""
        return self.kind if self.value is None or isinstance(self.value, dict | list) else f"{self.described()} is {self.kind}"

    def plain_scalar(self) -> str:
        """A number or nothing, written; integers of thousands of digits are not spelt out."""
        if isinstance(self.value, int) and self.value.bit_length() > _LONGEST_NUMBER:
            return "a huge number"
        return "nothing" if self.value is None else f"{self.value}"

    def plain(self) -> Any:
        """The value as plain Python data."""
        if isinstance(self.value, dict):
            return {k: v.plain() for k, v in self.value.items()}
        if isinstance(self.value, list):
            return [v.plain() for v in self.value]
        return None if self.refused else self.value


def scalar(text: str) -> Any:
    """A plain (unquoted) scalar by YAML 1.2's core schema; REFUSED for NaN, infinity and what overflows."""
    if text in _NULL:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if _INTEGER.fullmatch(text):
        if len(text) > _LONGEST_NUMBER:
            return REFUSED
        return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))
    if _FLOAT.fullmatch(text):
        value = float(text)
        return value if math.isfinite(value) else REFUSED
    return REFUSED if _NOT_FINITE.fullmatch(text) else text


class _Builder:
    """Grows a tree from the parser's events, without recursion, and reports what is refused."""

    def __init__(self, file: str, report: Report, what: str) -> None:
        self.file, self.report, self.what = file, report, what
        self.root: Node | None = None
        self.open: list[Node] = []  # containers not yet closed
        self.pending: list[Node | None] = []  # for each open container the key that waits for its value
        self.as_key: list[bool] = []  # for each open container whether it stands where a key belongs
        self.values = 0

    def place(self, mark: Any) -> Place:
        return Place(self.file, mark.line + 1, mark.column + 1)

    def refuse(self, place: Place, message: str) -> None:
        self.report.add(place, self.path(), message)

    def path(self) -> str:
        keys = [k.value for k in self.pending if k is not None and isinstance(k.value, str)]
        return ".".join(shown(k) for k in keys) or self.what

    def add(self, node: Node, container: bool = False) -> None:
        """Hang `node` into the container that is open: as the root, an item, a key or the value of the key that waits."""
        is_key = False
        if not self.open:
            self.root = node
        elif isinstance(self.open[-1].value, list):
            self.open[-1].value.append(node)
        elif self.pending[-1] is None:
            if container:
                self.refuse(node.place, "a key is a list or a mapping; allowed: words")
            self.pending[-1], is_key = node, True
        else:
            self.pair(self.open[-1], self.pending[-1], node)
            if not container:
                self.pending[-1] = None
        if container:
            self.open.append(node)
            self.pending.append(None)
            self.as_key.append(is_key)

    def pair(self, mapping: Node, key: Node, node: Node) -> None:
        name = key.value
        if not isinstance(name, str):
            mapping.lost = True
            if not key.refused and not isinstance(name, dict | list):
                self.refuse(
                    key.place,
                    f"the key {key.described()} is {key.kind}; allowed: words, in quotes where they look like a number or true/false",
                )
            return
        if name in mapping.value:
            first = f"first in line {mapping.keys[name].line}"
            self.refuse(key.place, f"the key '{shown(name)}' stands here twice ({first}); allowed: each key once")
            return
        if name == "<<":
            mapping.lost = True
            self.refuse(key.place, "merge keys are refused ('<<'); allowed: keys and values written out")
            return
        mapping.value[name] = node
        mapping.keys[name] = key.place

    def close(self) -> None:
        self.open.pop()
        self.pending.pop()
        if not self.as_key.pop() and self.pending:
            self.pending[-1] = None

    def on_scalar(self, event: Any) -> None:
        place = self.place(event.start_mark)
        value: Any = scalar(event.value) if event.implicit[0] else event.value
        if value is REFUSED:
            self.refuse(
                place, f"'{shown(event.value)}' is not a finite number (NaN, infinity and overflow are refused); allowed: finite numbers"
            )
        elif isinstance(value, str) and UNWANTED.search(value):
            self.refuse(place, f"'{shown(value)}' holds a control character; allowed: printable text")
            value = REFUSED
        self.add(Node(value, place))

    def on(self, event: Any) -> bool:
        """Take one event; False when reading must stop."""
        place = self.place(event.start_mark)
        if getattr(event, "anchor", None) is not None:
            what = "aliases" if isinstance(event, yaml.AliasEvent) else "anchors"
            self.refuse(place, f"{what} are refused ('{shown(event.anchor)}'); allowed: the value, written out")
        if getattr(event, "tag", None) is not None:
            self.refuse(place, f"tags are refused ('{shown(event.tag)}'); allowed: the value without a tag")
        if isinstance(event, yaml.ScalarEvent):
            self.on_scalar(event)
        elif isinstance(event, yaml.AliasEvent):
            self.add(Node(REFUSED, place))
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self.add(Node({} if isinstance(event, yaml.MappingStartEvent) else [], place), container=True)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self.close()
        elif isinstance(event, yaml.DocumentStartEvent) and self.root is not None:
            self.refuse(place, "a second document begins here; allowed: one in a file")
            return False
        self.values += 1
        if len(self.open) > DEEPEST or self.values > MOST_VALUES:
            limit = f"{DEEPEST} levels" if len(self.open) > DEEPEST else f"{MOST_VALUES} values"
            self.refuse(place, f"deeper or longer than any {self.what}; allowed: {limit}")
            self.root = None
            return False
        return True


def _decode(data: bytes | str, file: str, report: Report, what: str) -> str | None:
    """The text of a file; None after reporting what keeps it from being read."""
    if len(data) > LARGEST:
        report.add(Place(file, 1, 1), what, f"too large; allowed: {LARGEST // 1024} kB")
        return None
    if isinstance(data, bytes):
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            place = _place_after(data[: error.start].decode("utf-8"), file)
            report.add(place, what, "not text in UTF-8; allowed: a file saved as UTF-8")
            return None
    else:
        text = data
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    found = UNWANTED.search(text)
    if found:
        place = _place_after(text[: found.start()], file)
        report.add(place, what, f"holds the control character {shown(found[0])}; allowed: printable text")
        return None
    return text


def _place_after(before: str, file: str) -> Place:
    return Place(file, before.count("\n") + 1, len(before.rsplit("\n", 1)[-1]) + 1)


BEGINS = {
    "scenario": "keys, such as 'extends: baseline'",
    "claims": "a list of claims, '- id: ...'",
    "sweep": "keys, such as 'scenarios: [baseline]'",
    "value": "a value, such as 0.5",
}
"""What is read with positions, and how it begins."""


def parse(data: bytes | str, file: str, report: Report, what: str = "scenario") -> Node | None:
    """The tree of the one document in `data`; None where nothing can be read. Mistakes go to `report`; `what` is one of `BEGINS`."""
    text = _decode(data, file, report, what)
    if text is None:
        return None
    builder = _Builder(file, report, what)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            if not builder.on(event):
                break
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        place = builder.place(mark) if mark else Place(file, 1, 1)
        why = ": ".join(shown(p, 120) for p in (getattr(error, "context", None), getattr(error, "problem", None)) if p)
        tab = any("\t" in line[: place.column] for line in text.split("\n")[place.line - 1 : place.line])
        allowed = "spaces, no tabs" if tab else "YAML 1.2"
        report.add(place, builder.path(), f"not YAML: {why or 'cannot be read'}; allowed: {allowed}")
        return None
    if builder.root is None and not report.findings:
        report.add(Place(file, 1, 1), what, f"empty; allowed: {BEGINS[what]}")
    return builder.root


def node_of(data: Any, path: str, report: Report, depth: int = 0) -> Node:
    """A tree from Python data (levers given as a dict), without places; what YAML could not hold is reported and REFUSED."""
    nowhere = Place()
    if isinstance(data, np.generic | np.ndarray):
        data = data.tolist()
    if depth > DEEPEST:
        report.add(nowhere, path, f"nested too deeply; allowed: {DEEPEST} levels")
    elif isinstance(data, Mapping):
        for key in data:
            if not isinstance(key, str):
                report.add(nowhere, path, f"the key {shown(repr(key))} is not a word; allowed: text, such as '2024Q1'")
        words = {k: v for k, v in data.items() if isinstance(k, str)}
        inside = {k: node_of(v, f"{path}.{shown(k)}", report, depth + 1) for k, v in words.items()}
        return Node(inside, nowhere, dict.fromkeys(words, nowhere), lost=len(words) < len(data))
    elif isinstance(data, list | tuple | set | frozenset):
        items = sorted(data, key=str) if isinstance(data, set | frozenset) else data
        return Node([node_of(v, f"{path}[{i}]", report, depth + 1) for i, v in enumerate(items)], nowhere)
    elif isinstance(data, float) and not math.isfinite(data):
        report.add(nowhere, path, f"{data} is not finite (NaN and infinity are refused); allowed: a finite number")
    elif data is None or isinstance(data, str | int | float):
        return Node(data, nowhere)
    else:
        message = f"{shown(repr(data))} cannot be a value; allowed: a number, text, true/false, a list, a mapping"
        report.add(nowhere, path, message)
    return Node(REFUSED, nowhere)


def plain_settings(data: Any, path: str) -> dict[str, Any]:
    """Settings given in Python, {dotted name: value}, as plain data: NumPy's numbers and arrays too. Raises InputError; None gives none."""
    if data is not None and not isinstance(data, Mapping):
        raise InputError(f"{path}: {shown(repr(data))} is no mapping; allowed: a mapping of dotted names to values")
    report = Report()
    node = node_of(data or {}, path, report)
    report.raise_if_any()
    return dict(node.plain())


def value_of(text: str) -> Any:
    """One value written as YAML, as after `--set name=`: plain data. Raises InputError."""
    report = Report()
    node = parse(text, "--set", report, "value")
    report.raise_if_any()
    return node.plain() if node else None
