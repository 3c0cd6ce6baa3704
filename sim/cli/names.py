"""`balkansim names`: every lever and outcome, and by word also events, rooms and parameters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from sim.catalogue import STATES, Catalogue, Lever, Parameter, Variable, catalogue
from sim.cli import options
from sim.cli.failures import DONE, NO, guarded
from sim.cli.output import emit, say, show, table
from sim.errors import nearest


@dataclass(frozen=True)
class Entry:
    """One name that a scenario may set or a result carries."""

    kind: str  # lever | outcome | event | room | parameter
    name: str
    allowed: str
    default: Any
    unit: str
    room: str
    means: str
    better: str = ""


@guarded
def command(
    word: Annotated[str, typer.Argument(metavar="[WORD]", help="Part of a name or a meaning; without it, all levers and outcomes.")] = "",
    as_json: options.Json = False,
) -> int:
    """Print levers and outcomes with range, default, unit, meaning and room."""
    every = list(entries(catalogue()))
    found = [e for e in every if matches(e, word)] if word else [e for e in every if e.kind in ("lever", "outcome")]
    near = nearest(word.lower(), {e.name for e in every}, n=5).split(" or ") if word and not found else []
    near = [n for n in near if n]
    if as_json:
        emit({"word": word, "names": found, "near": near})
    elif found:
        _print(found)
    else:
        say(f"nothing is named or described by '{word}'" + (f"; near: {', '.join(near)}" if near else "; `balkansim names` lists all"))
    return DONE if found else NO


def matches(entry: Entry, word: str) -> bool:
    """Whether a word is part of the name, the room or the meaning; `SRB.x` and `states.SRB.x` find `x`."""
    sought = word.lower()
    bare = re.sub(rf"^(states\.)?({'|'.join(STATES)}|mean)\.", "", word, flags=re.IGNORECASE).lower()
    return sought in f"{entry.name} {entry.means}".lower() or sought == entry.room or bare in entry.name.lower()


def entries(known: Catalogue) -> Iterator[Entry]:
    """Every name, in the order of kinds."""
    yield from (_lever(lever) for lever in known.levers.values())
    yield from (_outcome(v, f"<state>.{v.published}") for v in known.state_outcomes.values())
    yield from (_outcome(v, v.published) for v in known.region_outcomes.values())
    for event in known.events.values():
        target = f".<{event.target}>" if event.target else ""
        name = f"{event.name}{target}" + (f".<{event.actor}>" if event.actor else "")
        yield Entry(
            "event", f"force.{name}", "quarters, or {from, until}" if event.spell else "quarters", None, "", event.room, event.means
        )
    for room in known.rooms:
        yield Entry("room", f"mechanisms.{room}", "on, off", "on", "", room, _claim(room))
    yield from (_parameter(p) for p in known.parameters.values())


def _claim(room: str) -> str:
    """The first line of the room's text: what it turns into what."""
    from ast import get_docstring, parse
    from importlib.resources import files

    file = files("sim").joinpath("mechanisms", f"{room}.py")
    text = get_docstring(parse(file.read_text(encoding="utf-8"))) if file.is_file() else None
    return text.split("\n", 1)[0] if text else "not built"


def _lever(lever: Lever) -> Entry:
    allowed = f"{lever.range[0]:g} to {lever.range[1]:g}" if lever.range else ", ".join(lever.values)
    if lever.kind == "list":
        allowed = f"list of {', '.join(lever.values)}"
    name = f"states.<state>.{lever.key}" if lever.per_state else lever.name
    unit = "1 = as today" if lever.multiplier else ""
    return Entry("lever", name, allowed, lever.default, unit, lever.room, lever.means)


def _outcome(variable: Variable, name: str) -> Entry:
    words = {"bool": "true, false", "string": ", ".join(variable.labels)}
    allowed = words.get(variable.type) or f"{variable.range[0]:g} to {variable.range[1]:g}"
    return Entry("outcome", name, allowed, None, variable.unit, variable.room, variable.means, variable.better)


def _parameter(parameter: Parameter) -> Entry:
    low, high = parameter.range
    return Entry(
        "parameter",
        f"parameters.{parameter.name}",
        f"{low:g} to {high:g}",
        parameter.value,
        parameter.unit,
        parameter.room,
        parameter.means,
    )


def written(value: Any) -> str:
    """A default as one reads it."""
    if value is None:
        return ""
    if isinstance(value, dict):
        return "by table" if "table" in value else ", ".join(f"{k} {written(v)}" for k, v in value.items())
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(str, value))}]"
    return f"{value:g}" if isinstance(value, int | float) else str(value)


TITLES = {"lever": "Levers", "outcome": "Outcomes", "event": "Events", "room": "Rooms", "parameter": "Parameters"}


def _print(found: list[Entry]) -> None:
    parts: list[Any] = []
    for kind, title in TITLES.items():
        mine = [e for e in found if e.kind == kind]
        if mine:
            rows = [[e.name, _short(e), e.means + (f" ({e.room})" if e.room else "")] for e in mine]
            parts.append(table(["", "allowed; default" if kind != "outcome" else "range, unit", "meaning (room)"], rows, title=title))
    show(*parts)


def _short(entry: Entry) -> str:
    if entry.kind == "outcome":
        return ", ".join(p for p in (entry.allowed, entry.unit) if p and p != "yes/no")
    default = written(entry.default)
    unit = f" {entry.unit}" if entry.unit and entry.unit not in ("index", "1 = as today") else ""
    return f"{entry.allowed}{unit}" + (f"; {default}" if default else "")
