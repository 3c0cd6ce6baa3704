"""`balkansim names`: every lever and outcome; by word and as JSON also events, rooms and parameters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from sim.catalogue import ROWS, STATES, Catalogue, EventKind, Lever, Parameter, Variable, catalogue
from sim.cli import options
from sim.cli.failures import DONE, NO, guarded
from sim.cli.output import emit, say, show, table
from sim.errors import nearest

KINDS = ("levers", "outcomes", "events", "rooms", "parameters")


@dataclass(frozen=True)
class Entry:
    """One name that a scenario may set or a result carries; `name` is as written for all states where there is one per state."""

    kind: str  # one of KINDS
    name: str
    means: str
    room: str
    type: str = ""
    range: tuple[float, float] | None = None
    values: tuple[str, ...] = ()
    default: Any = None
    unit: str = ""
    better: str = ""
    per_state: bool = False
    status: str = ""
    source: tuple[str, ...] = ()
    because: str = ""


@guarded
def command(
    word: Annotated[
        str,
        typer.Argument(metavar="[WORD]", help="Part of a name or a meaning; without it, levers and outcomes (as JSON, all)."),
    ] = "",
    as_json: options.Json = False,
) -> int:
    """Print levers and outcomes with range, default, unit, meaning and room."""
    every = list(entries(catalogue()))
    found = [e for e in every if (matches(e, word) if word else as_json or e.kind in ("levers", "outcomes"))]
    near = _near(word, every) if not found else []
    if as_json:
        emit({"word": word, **{kind: [e for e in found if e.kind == kind] for kind in KINDS}, "near": near})
    elif found:
        _print(found)
    else:
        hint = f"near: {', '.join(near)}" if near else "`balkansim names` lists all"
        say(f"nothing is named or described by '{word}'; {hint}")
    return DONE if found else NO


def matches(entry: Entry, word: str) -> bool:
    """Whether a word is part of the name or the meaning, or is the room; `SRB.x` and `states.SRB.x` find `x`."""
    sought = word.lower()
    bare = re.sub(rf"^(states\.)?({'|'.join(STATES)}|mean)\.", "", word, flags=re.IGNORECASE).lower()
    return sought in f"{entry.name} {entry.means}".lower() or sought == entry.room or (bare != "" and bare in entry.name.lower())


def _near(word: str, every: list[Entry]) -> list[str]:
    """Names like the word, in whole or in their last part."""
    parts = {part: e.name for e in every for part in (e.name, e.name.rsplit(".", 1)[-1])}
    return list(dict.fromkeys(parts[n] for n in nearest(word.lower(), parts, n=5).split(" or ") if n))


def entries(known: Catalogue) -> Iterator[Entry]:
    """Every name, in the order of `KINDS`."""
    yield from map(_lever, known.levers.values())
    yield from map(_outcome, (*known.state_outcomes.values(), *known.region_outcomes.values()))
    yield from map(_event, known.events.values())
    yield from (Entry("rooms", f"mechanisms.{r}", _claim(r), r, "switch", values=("on", "off"), default="on") for r in known.rooms)
    yield from map(_parameter, known.parameters.values())


def _claim(room: str) -> str:
    """The first line of the room's text: what it turns into what."""
    from ast import get_docstring, parse
    from importlib.resources import files

    file = files("sim").joinpath("mechanisms", f"{room}.py")
    text = get_docstring(parse(file.read_text(encoding="utf-8"))) if file.is_file() else None
    return text.split("\n\n", 1)[0].replace("\n", " ") if text else "not built"


def _lever(lever: Lever) -> Entry:
    by_definition = lever.multiplier and not (lever.status or lever.source or lever.because)
    status, because = ("by definition", "today's level") if by_definition else (lever.status, lever.because)
    return Entry(
        "levers", lever.name, lever.means, lever.room, lever.kind, lever.range, lever.values, lever.default,
        "1 = as today" if lever.multiplier else "", per_state=lever.per_state,
        status=status, source=lever.source, because=because,
    )  # fmt: skip


def _outcome(variable: Variable) -> Entry:
    span = variable.range if variable.type == "float" else None
    per_state, values = variable.group == "states", _words(variable)
    return Entry(
        "outcomes", variable.published, variable.means, variable.room, variable.type, span, values,
        unit=variable.unit, better=variable.better, per_state=per_state,
    )  # fmt: skip


def _words(variable: Variable) -> tuple[str, ...]:
    if variable.type == "bool":
        return ("true", "false")
    if variable.derived and variable.derived[0] == "labels":
        return catalogue().variables[variable.derived[1]].labels
    return variable.labels


def _event(event: EventKind) -> Entry:
    target = f".<{event.target}>" if event.target else ""
    name = f"force.{event.name}{target}" + (f".<{event.actor}>" if event.actor else "")
    values = ROWS[event.target] if event.target else ()
    when = "quarters, or {from, until}" if event.spell else "quarters"
    return Entry("events", name, event.means, event.room, when, values=values)


def _parameter(known: Parameter) -> Entry:
    return Entry(
        "parameters", f"parameters.{known.name}", known.means, known.room, "number", known.range, default=known.value,
        unit=known.unit, status=known.status, source=known.source, because=known.because,
    )  # fmt: skip


def written(value: Any) -> str:
    """A value as one reads it."""
    if value is None:
        return ""
    if isinstance(value, dict):
        return "by table" if "table" in value else ", ".join(f"{k} {written(v)}" for k, v in value.items())
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(str, value))}]"
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def _print(found: list[Entry]) -> None:
    parts: list[Any] = []
    for kind in KINDS:
        mine = [e for e in found if e.kind == kind]
        heads = ["", "range, unit" if kind == "outcomes" else "allowed; default", "meaning (room)"]
        if mine:
            parts.append(table(heads, [[_shown(e), _allowed(e), f"{e.means} ({e.room})"] for e in mine], title=kind.capitalize()))
    show(*parts)


def _shown(entry: Entry) -> str:
    if not entry.per_state:
        return entry.name
    return f"<state>.{entry.name}" if entry.kind == "outcomes" else entry.name.replace("states.", "states.<state>.", 1)


def _allowed(entry: Entry) -> str:
    if entry.kind == "events":
        return entry.type
    values = ", ".join(entry.values) if len(entry.values) <= 6 else f"{', '.join(entry.values[:4])}, ... ({len(entry.values)})"
    text = f"{entry.range[0]:g} to {entry.range[1]:g}" if entry.range else f"list of {values}" if entry.type == "list" else values
    if entry.unit and entry.unit not in ("index", "yes/no", "stage", "1 = as today"):
        text += f", {entry.unit}" if entry.kind == "outcomes" else f" {entry.unit}"
    return text + (f"; {written(entry.default)}" if entry.default is not None else "")
