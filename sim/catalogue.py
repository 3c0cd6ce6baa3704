"""What exists: every lever, variable, event and parameter, read from `sim/parameters/<room>.yaml`, one file per room.

A room's file declares the levers that enter in it (each lever enters in exactly one room), the variables it owns, the events
it can make happen and its parameters. Scenario checks, the recorder, bounds, documentation and `balkansim names` all derive from here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

import yaml

from sim.errors import DataError, unknown

STATES = ("ALB", "BIH", "XKX", "MNE", "MKD", "SRB")
STATE_NAMES = {
    "ALB": "Albania",
    "BIH": "Bosnia and Herzegovina",
    "XKX": "Kosovo",
    "MNE": "Montenegro",
    "MKD": "North Macedonia",
    "SRB": "Serbia",
}
POWERS = ("RUS", "CHN", "TUR")
MEMBERS = (
    *("AUT", "BEL", "BGR", "HRV", "CYP", "CZE", "DNK", "EST", "FIN", "FRA", "DEU", "GRC", "HUN", "IRL"),
    *("ITA", "LVA", "LTU", "LUX", "MLT", "NLD", "POL", "PRT", "ROU", "SVK", "SVN", "ESP", "SWE"),
)
TOPICS = ("russia", "china", "other")
ROWS: dict[str, tuple[str, ...]] = {"states": STATES, "members": MEMBERS, "powers": POWERS, "topics": TOPICS}
"""Populations with one row per actor, and the topics of foreign policy; every other prefix is a single actor or relation."""

_STATUS = ("measured", "calibrated", "assumed")
_KINDS = ("stock", "signal", "decision", "derived")
_BETTER = ("higher", "lower", "none")
_TYPES = ("float", "bool", "string")


@dataclass(frozen=True)
class Lever:
    """One thing a scenario can set. `kind`: number | choice | flag | list (of the names in `values`)."""

    name: str
    room: str
    means: str
    kind: str
    default: Any  # number, word, flag, tuple of names; for per-state levers possibly a mapping by ISO code
    range: tuple[float, float] | None = None
    values: tuple[str, ...] = ()
    multiplier: bool = False
    per_state: bool = False  # written states.<ISO>.<key>, or states.<key> for all six
    status: str = ""
    because: str = ""
    source: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The name without its first part."""
        return self.name.split(".", 1)[1]

    @property
    def full_names(self) -> tuple[str, ...]:
        """The names under which values are kept: six for a per-state lever, else one."""
        return tuple(f"states.{s}.{self.key}" for s in STATES) if self.per_state else (self.name,)

    def default_of(self, state: str | None = None) -> Any:
        """The default, for one state where states differ."""
        return self.default[state] if isinstance(self.default, Mapping) and state else self.default


@dataclass(frozen=True)
class Variable:
    """One quantity of the world. `kind`: stock | signal | decision (a signal set by an actor) | derived (reported only)."""

    name: str  # group.key; `region.x` is published as plain x, `states.x` as x per state
    room: str
    means: str
    kind: str
    unit: str
    range: tuple[float, float]
    better: str  # higher | lower | none
    type: str = "float"  # float | bool | string
    outcome: bool = False
    per: str | None = None  # a further axis, one of ROWS
    same: float = 0.0  # differences below this count as none
    initial: Mapping[str, Any] = field(default_factory=dict)
    derived: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()

    @cached_property
    def group(self) -> str:
        """The population, actor or relation that the variable belongs to."""
        return self.name.split(".", 1)[0]

    @cached_property
    def key(self) -> str:
        """The name within its group."""
        return self.name.split(".", 1)[1]

    @cached_property
    def published(self) -> str:
        """The name in tables: bare for states' and the region's outcomes, dotted otherwise."""
        return self.key if self.group in ("states", "region") else self.name

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """Shape before the world axis."""
        rows = (len(ROWS[self.group]),) if self.group in ROWS else ()
        return rows + ((len(ROWS[self.per]),) if self.per else ())


FORCED = "forced by the scenario"
"""The reason noted for an event that a scenario makes happen, whatever chance would have brought."""


@dataclass(frozen=True)
class EventKind:
    """An event that `force.` can name; `turns_on` is the yes/no stock that it sets, `needs` are rooms it takes beside its own."""

    name: str
    room: str
    means: str
    target: str | None = None
    actor: str | None = None
    spell: bool = False
    turns_on: str = ""
    needs: tuple[str, ...] = ()

    @property
    def rooms(self) -> tuple[str, ...]:
        """Every room that must be on for the event to happen."""
        return (self.room, *self.needs)


@dataclass(frozen=True)
class Parameter:
    """A number of the model. `value` may be a mapping by ISO code (states, members or powers), or name a column of a data table."""

    name: str  # room.key
    means: str
    value: float | Mapping[str, Any]
    unit: str
    range: tuple[float, float]
    status: str
    prior: Mapping[str, Any] | None = None
    source: tuple[str, ...] = ()
    because: str = ""

    @property
    def room(self) -> str:
        """The room it belongs to."""
        return self.name.split(".", 1)[0]

    @property
    def key(self) -> str:
        """The name within its room."""
        return self.name.split(".", 1)[1]


@dataclass(frozen=True)
class Catalogue:
    """Everything declared, by full name."""

    levers: dict[str, Lever]
    variables: dict[str, Variable]
    events: dict[str, EventKind]
    parameters: dict[str, Parameter]
    rooms: tuple[str, ...]

    @property
    def state_outcomes(self) -> dict[str, Variable]:
        """Outcomes of states, by their bare names."""
        return {v.key: v for v in self.variables.values() if v.outcome and v.group == "states"}

    @property
    def region_outcomes(self) -> dict[str, Variable]:
        """Outcomes of dyad, region and west, by their published names."""
        return {v.published: v for v in self.variables.values() if v.outcome and v.group != "states"}

    def lever_named(self, full: str) -> tuple[Lever, str | None]:
        """The lever behind a full name and, for `states.SRB.x`, the state; (lever, None) otherwise. DataError if unknown."""
        parts = full.split(".")
        if len(parts) == 3 and parts[0] == "states" and parts[1] in STATES:
            name = f"states.{parts[2]}"
            if name in self.levers:
                return self.levers[name], parts[1]
        if full in self.levers:
            return self.levers[full], None
        raise DataError(unknown("lever", full, self.levers))


def _pair(where: str, entry: Mapping[str, Any]) -> tuple[float, float]:
    _need(where, entry, "range")
    low, high = entry["range"]
    if not low < high:
        raise DataError(f"{where}: range [{low}, {high}] is empty")
    return float(low), float(high)


def _within(where: str, key: str, numbers: Iterable[float], bounds: tuple[float, float]) -> None:
    for number in numbers:
        if not bounds[0] <= number <= bounds[1]:
            raise DataError(f"{where}: {key} {number} lies outside its range [{bounds[0]}, {bounds[1]}]")


def _need(where: str, entry: Mapping[str, Any], *keys: str) -> None:
    missing = [k for k in keys if entry.get(k) in (None, "")]
    if missing:
        raise DataError(f"{where}: lacks {', '.join(missing)}")


def _one_of(where: str, key: str, value: Any, allowed: Iterable[str]) -> None:
    if value not in allowed:
        raise DataError(f"{where}: {unknown(key, str(value), allowed)}")


def _provenance(where: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    status, source, because = entry.get("status", ""), entry.get("source") or (), entry.get("because", "")
    source = (source,) if isinstance(source, str) else tuple(source)
    _one_of(where, "status", status, _STATUS)
    if status == "assumed" and not because:
        raise DataError(f"{where}: an assumed number says because of what")
    if status != "assumed" and not source:
        raise DataError(f"{where}: a {status} number names its source")
    return {"status": status, "source": source, "because": because}


def _lever(room: str, name: str, entry: Mapping[str, Any]) -> Lever:
    where = f"{room}.yaml: lever {name}"
    _need(where, entry, "means", "default")
    per_state = name.startswith("states.")
    common: dict[str, Any] = {"name": name, "room": room, "means": entry["means"], "per_state": per_state}
    if "status" in entry:
        common |= _provenance(where, entry)
    default = entry["default"]
    if "choices" in entry:
        _one_of(where, "default", default, entry["choices"])
        return Lever(kind="choice", default=default, values=tuple(entry["choices"]), **common)
    if entry.get("flag"):
        return Lever(kind="flag", default=bool(default), values=("true", "false"), **common)
    if "list_of" in entry:
        for name in default:
            _one_of(where, "default", name, ROWS[entry["list_of"]])
        return Lever(kind="list", default=tuple(default), values=ROWS[entry["list_of"]], **common)
    value = {k: float(v) for k, v in default.items()} if isinstance(default, Mapping) else float(default)
    bounds = _pair(where, entry)
    _within(where, "default", value.values() if isinstance(value, Mapping) else (value,), bounds)
    return Lever(kind="number", default=value, range=bounds, multiplier=bool(entry.get("multiplier")), **common)


def _variable(room: str, name: str, entry: Mapping[str, Any]) -> Variable:
    where = f"{room}.yaml: variable {name}"
    _need(where, entry, "means", "kind", "unit", "better")
    for key, allowed in (("kind", _KINDS), ("better", _BETTER), ("type", _TYPES)):
        _one_of(where, key, entry.get(key, "float"), allowed)
    if "derived" not in entry:
        _need(where, entry, "initial")
    labels = tuple(entry.get("labels", ()))
    low, high = (0.0, len(labels) - 1.0) if labels else _pair(where, {"range": [0, 4], **entry})
    derived = tuple(str(entry.get("derived", "")).split())
    return Variable(
        name=name, room=room, means=entry["means"], kind=entry["kind"], unit=entry["unit"], range=(low, high),
        better=entry["better"], type=entry.get("type", "float"), outcome=bool(entry.get("outcome")), per=entry.get("per"),
        same=float(entry.get("same", 0.005 * (high - low))), initial=entry.get("initial", {}), derived=derived, labels=labels,
    )  # fmt: skip


def _event(room: str, name: str, entry: Mapping[str, Any]) -> EventKind:
    return EventKind(name=name, room=room, **{**entry, "needs": tuple(entry.get("needs", ()))})


def _parameter(room: str, key: str, entry: Mapping[str, Any]) -> Parameter:
    where = f"{room}.yaml: parameter {key}"
    _need(where, entry, "means", "value", "unit", "range")
    low, high = _pair(where, entry)
    value = entry["value"]
    if isinstance(value, Mapping) and "table" not in value:
        value = {k: float(v) for k, v in value.items()}
    numbers = () if isinstance(value, Mapping) and "table" in value else value.values() if isinstance(value, Mapping) else (value,)
    _within(where, "value", numbers, (low, high))
    return Parameter(
        name=f"{room}.{key}", means=entry["means"], value=value, unit=str(entry["unit"]), range=(low, high),
        prior=entry.get("prior"), **_provenance(where, entry),
    )  # fmt: skip


def read(texts: Mapping[str, str]) -> Catalogue:
    """Build a catalogue from the YAML text of each room, keyed by the room's name."""
    result = Catalogue({}, {}, {}, {}, tuple(texts))
    for room, text in texts.items():
        try:
            entry = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)) or {}
        except yaml.YAMLError as error:
            raise DataError(f"{room}.yaml cannot be read: {error}") from error
        _add(result.levers, {n: _lever(room, n, e) for n, e in (entry.get("levers") or {}).items()})
        _add(result.variables, {n: _variable(room, n, e) for n, e in (entry.get("variables") or {}).items()})
        _add(result.events, {n: _event(room, n, e) for n, e in (entry.get("events") or {}).items()})
        _add(result.parameters, {f"{room}.{n}": _parameter(room, n, e) for n, e in (entry.get("parameters") or {}).items()})
    return result


def _add(where: dict[str, Any], new: dict[str, Any]) -> None:
    twice = where.keys() & new.keys()
    if twice:
        raise DataError(f"declared in two rooms: {', '.join(sorted(twice))}")
    where.update(new)


@cache
def catalogue() -> Catalogue:
    """The shipped catalogue, read once."""
    folder = files("sim").joinpath("parameters")
    names = sorted(f.name for f in folder.iterdir() if f.name.endswith(".yaml"))
    return read({n.removesuffix(".yaml"): folder.joinpath(n).read_text(encoding="utf-8") for n in names})
