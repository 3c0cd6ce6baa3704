"""A JSON Schema (draft 2020-12) of scenario files for editors, generated from the catalogue.

It sees the structure of one file: keys, names, types, ranges. What needs another file, two values at once or the text itself (a
duplicate key, start after end, weights that sum to nothing) only `check` sees.
"""

from __future__ import annotations

from typing import Any

from sim.catalogue import ROWS, STATES, Lever, Variable, catalogue
from sim.scenario.distributions import FIELDS
from sim.scenario.levels import resolve
from sim.scenario.names import Name
from sim.scenario.reading import HEAVIEST, RESERVED_POLICIES, outcome_references
from sim.scenario.sections import WORD
from sim.scenario.uncertain import LARGEST_SHAPE, bounds, drawable

Schema = dict[str, Any]

_QUARTER = {"type": "string", "pattern": "^(199[0-9]|20[0-9]{2}|21[0-9]{2})Q[1-4]$"}
_TEXT = {"type": "string"}
_WORD = {"type": "string", "pattern": f"^(?:{WORD.pattern})$"}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _mapping(properties: Schema, **more: Any) -> Schema:
    return {"type": ["object", "null"], "properties": properties, "additionalProperties": False, **more}


def _named(value: Schema, **more: Any) -> Schema:
    """A mapping whose keys are names."""
    names = {"pattern": _WORD["pattern"], **more}
    return {"type": ["object", "null"], "propertyNames": names, "additionalProperties": value}


def _list(items: Schema) -> Schema:
    return {"type": ["array", "null"], "items": items}


def _number(low: float, high: float) -> Schema:
    return {"type": "number", "minimum": low, "maximum": high}


def _plain(lever: Lever) -> Schema:
    """One value of a lever."""
    if lever.kind == "number" and lever.range:
        return _number(*lever.range)
    if lever.kind == "flag":
        return {"type": "boolean"}
    if lever.kind == "choice":
        return {"enum": list(lever.values)}
    return {"type": "array", "items": {"enum": list(lever.values)}, "uniqueItems": True}


def _lever_names() -> dict[str, Lever]:
    """Every way to write a lever: wide and narrow."""
    return {name: lever for lever in catalogue().levers.values() for name in (lever.name, *lever.full_names)}


def _value_or_path(lever: Lever) -> Schema:
    path = {"type": "object", "propertyNames": _ref("quarter"), "additionalProperties": _plain(lever), "minProperties": 1}
    return {"description": f"{lever.means}. Default: {_shown(lever.default)}", "anyOf": [_plain(lever), path]}


def _shown(default: Any) -> str:
    return ", ".join(f"{k} {v}" for k, v in default.items()) if isinstance(default, dict) else str(default)


def _outcome(name: Name) -> Schema:
    variable: Variable = name.subject
    if variable.type == "bool":
        value: Schema = {"enum": [True, False, 0, 1]}
    elif name.mirrored:
        value = _number(1 - variable.range[1], 1 - variable.range[0])
    else:
        value = _number(*variable.range)
    return {"anyOf": [value, {"const": "baseline"}]} if name.kind == "clamp" else value


def _outcome_settings(tool: str) -> Schema:
    keys = catalogue().state_outcomes
    states = [f"{prefix}{key}" for key in keys for prefix in ("", *(f"{s}." for s in STATES))]
    names = {f"{tool}.{outcome}": resolve(f"{tool}.{outcome}") for outcome in (*states, *catalogue().region_outcomes)}
    return {written: _outcome(name) for written, name in names.items() if isinstance(name, Name)}


def _aliases(settings: Schema) -> Schema:
    """`clamp.states.SRB.x` says the same as `clamp.SRB.x`: as patterns, so that editors offer the short form."""
    found: dict[str, tuple[Schema, list[str]]] = {}
    for written, value in settings.items():
        tool, _, key = written.partition(".")
        if tool in ("initial", "clamp") and key in catalogue().state_outcomes:
            found.setdefault(f"{tool} {value}", (value, []))[1].append(written)
    states = "|".join(STATES)
    patterns = {}
    for value, names in found.values():
        tool, keys = names[0].split(".")[0], "|".join(n.split(".")[1] for n in names)
        patterns[f"^{tool}\\.states\\.(({states})\\.)?({keys})$"] = value
    return patterns


def _event_words() -> dict[str, bool]:
    """Every name after `force.`, and whether it lasts."""
    words: dict[str, bool] = {}
    for name, kind in catalogue().events.items():
        targets = ROWS[kind.target] if kind.target else ()
        actors = ROWS[kind.actor] if kind.actor else ()
        names = [f"{name}.{t}" for t in targets] or [name]
        names += [f"{name}.{t}.{a}" for t in targets for a in actors]
        words |= dict.fromkeys(names, kind.spell)
    return words


def _force_settings() -> Schema:
    moments = {True: _ref("spells"), False: _ref("moments")}
    return {f"force.{word}": moments[spell] for word, spell in _event_words().items()}


def _tools() -> Schema:
    switches = {f"mechanisms.{room}": {"enum": ["on", "off", True, False]} for room in catalogue().rooms}
    parameters = {f"parameters.{n}": {"description": p.means, **_number(*p.range)} for n, p in catalogue().parameters.items()}
    return {**switches, **parameters, **_outcome_settings("initial"), **_outcome_settings("clamp")}


def _distribution(low: float, high: float) -> Schema:
    """An entry of `uncertain`; in a child it may be a part of its parent's, so that nothing is required."""
    inside, positive = _number(low, high), {"type": "number", "exclusiveMinimum": 0}
    fields: Schema = {
        **dict.fromkeys(("low", "mode", "high", "mean", "median", "value"), inside),
        **dict.fromkeys(("sd", "sigma"), positive),
        **{key: {**positive, "maximum": LARGEST_SHAPE} for key in ("a", "b")},
        "values": {"type": "array", "items": inside, "minItems": 1},
        "weights": {"type": "array", "items": {"type": "number", "minimum": 0}},
    }
    shapes = [
        {
            "if": {"properties": {"distribution": {"const": name}}, "required": ["distribution"]},
            "then": {"propertyNames": {"enum": ["distribution", *needed, *optional]}},
        }
        for name, (needed, optional) in FIELDS.items()
    ]
    properties = {"distribution": {"enum": list(FIELDS)}, **fields}
    return {"type": "object", "properties": properties, "additionalProperties": False, "allOf": shapes}


def _uncertain() -> Schema:
    """Names share a definition where they share a range."""
    entries = {}
    tools = [n for n in _tools() if n.split(".")[0] in ("initial", "parameters")]
    for written in (*_lever_names(), *tools):
        name = resolve(written)
        if isinstance(name, Name) and not drawable(name):
            entries[written] = _ref(_range_name(*bounds(name)))
    return entries


def _range_name(low: float, high: float) -> str:
    return f"drawn_{low:g}_{high:g}"


def _event() -> Schema:
    """A dated event; in a child it may be a part of its parent's, so that only the id is required."""
    words = _event_words()
    lasting = [word for word, spell in words.items() if spell]
    properties = {
        "id": _ref("word"), "title": _TEXT, "means": _TEXT,
        "at": _ref("quarter"), "from": _ref("quarter"), "to": _ref("quarter"),
        "set": _ref("set"), "ramp": _ref("ramp"), "force": {"enum": list(words)},
    }  # fmt: skip
    moment = {"if": {"required": ["at"]}, "then": {"properties": {"from": False, "to": False, "ramp": False}}}
    begun = {"anyOf": [{"required": ["from"]}, {"required": ["to"]}]}
    period = {"if": begun, "then": {"properties": {"at": False, "set": False, "force": {"enum": lasting}}}}
    return {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "required": ["id"],
        "allOf": [moment, period],
    }


def _definitions() -> Schema:
    levers = _lever_names()
    own = {name: _ref(f"lever_{lever.name}") for name, lever in levers.items()}
    force, tools, uncertain = _force_settings(), _tools(), _uncertain()
    ranges = {bounds(n) for n in map(resolve, uncertain) if isinstance(n, Name)}
    spell = _mapping({"from": _ref("quarter"), "until": _ref("quarter")}, required=["from", "until"]) | {"type": "object"}
    moment_or_spell = {"anyOf": [_ref("quarter"), spell]}
    parts = {"title": _TEXT, "means": _TEXT, "events": _list(_ref("event"))}
    return {
        "quarter": _QUARTER,
        "word": _WORD,
        "moments": {"anyOf": [_ref("quarter"), {"type": "array", "items": _ref("quarter")}]},
        "spells": {"anyOf": [moment_or_spell, {"type": "array", "items": moment_or_spell}]},
        "event": _event(),
        "settings": _mapping({**own, **tools, **force}, patternProperties=_aliases(tools)),
        "branch_settings": _mapping({**own, **force}),
        "set": _mapping({name: _plain(lever) for name, lever in levers.items()}),
        "ramp": _mapping({name: _plain(lever) for name, lever in levers.items() if lever.kind == "number"}),
        "uncertain": _mapping(uncertain),
        "option": _mapping({**parts, "weight": _number(0, HEAVIEST), "levers": _ref("branch_settings")}),
        "policy": _mapping({**parts, "levers": _ref("settings")}),
        **{f"lever_{lever.name}": _value_or_path(lever) for lever in catalogue().levers.values()},
        **{_range_name(*r): _distribution(*r) for r in sorted(ranges)},
    }


def schema() -> Schema:
    """The schema of a scenario file, as plain data."""
    answer = _mapping(
        {"outcome": {"enum": list(dict.fromkeys(outcome_references()))}, "better_if": {"enum": ["higher", "lower"]}},
    )
    properties = {
        "name": _ref("word"), "title": _TEXT, "question": _TEXT, "description": _TEXT, "sources": _list(_TEXT),
        "extends": _ref("word"), "start": _ref("quarter"), "end": _ref("quarter"), "levers": _ref("settings"),
        "uncertain": _ref("uncertain"), "events": _list(_ref("event")), "remove": _list(_ref("word")),
        "branches": _named(_named(_ref("option"))), "answer": answer | {"required": ["outcome"]},
        "policies": _named(_ref("policy"), **{"not": {"enum": list(RESERVED_POLICIES)}}),
    }  # fmt: skip
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A balkansim scenario",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "$defs": _definitions(),
    }
