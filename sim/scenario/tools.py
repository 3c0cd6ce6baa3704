"""The tools a scenario has besides levers: `mechanisms.`, `initial.`, `clamp.`, `force.` and `parameters.`, by name.

A name resolves to what it means: which outcome of which states, which event with which target and actor, which room. What
cannot be set says what to set instead.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.catalogue import ROWS, STATES, EventKind, Variable, catalogue
from sim.scenario.names import Name, Problem, lever_named


@dataclass(frozen=True)
class Event:
    """What a name after `force.` means."""

    kind: EventKind
    target: str | None = None
    actor: str | None = None


def event_named(text: str) -> Event | Problem:
    """The event behind `crisis.BIH`, `veto.MKD.BGR`, `secession` or another name as written after `force.`."""
    events = catalogue().events
    if text in events and events[text].target is None:
        return Event(events[text])
    first, *rest = text.split(".")
    kind = events.get(first)
    if kind is None or (kind.target is None and rest):
        return Problem.of("event", text, tuple(_event_names()))
    if not rest:
        return Problem(f"the event '{first}' needs a target; allowed: {', '.join(f'{first}.{t}' for t in ROWS[kind.target or ''])}")
    targets = ROWS[kind.target or ""]
    if kind.actor and len(rest) == 2 and rest[0] in ROWS[kind.actor] and rest[1] in targets:
        return Problem(f"the target comes first, then the actor; allowed: {first}.{rest[1]}.{rest[0]}")
    if rest[0] not in targets:
        more = tuple(n.split(".", 1)[1] for n in events if n.startswith(f"{first}."))
        return Problem.of(f"target of '{first}'", rest[0], targets + more)
    if len(rest) == 1:
        return Event(kind, rest[0])
    actors = ROWS[kind.actor] if kind.actor else ()
    if len(rest) > 2 or not actors:
        longest = f"{first}.{rest[0]}.{actors[0]}" if actors else f"{first}.{rest[0]}"
        return Problem(f"'{first}' takes {'a target and an actor' if actors else 'a target'} and nothing more; allowed: {longest}")
    if rest[1] not in actors:
        return Problem.of(f"actor of '{first}'", rest[1], actors)
    return Event(kind, rest[0], rest[1])


def _event_names() -> list[str]:
    names: list[str] = []
    for name, kind in catalogue().events.items():
        names += [f"{name}.{t}" for t in ROWS[kind.target]] if kind.target else [name]
    return sorted(names, key=lambda n: (n.count("."), n))


def force_named(rest: str) -> Name | Problem:
    """`force.<event>`."""
    found = event_named(rest)
    if isinstance(found, Problem):
        return found
    return Name(f"force.{rest}", "force", (f"force.{rest}",), found)


def mechanism_named(rest: str) -> Name | Problem:
    """`mechanisms.<room>`."""
    if rest not in catalogue().rooms:
        return Problem.of("room", rest, catalogue().rooms)
    return Name(f"mechanisms.{rest}", "mechanisms", (f"mechanisms.{rest}",), rest)


def parameter_named(rest: str) -> Name | Problem:
    """`parameters.<room>.<name>`."""
    parameters = catalogue().parameters
    if rest in parameters:
        return Name(f"parameters.{rest}", "parameters", (f"parameters.{rest}",), parameters[rest])
    room = rest.split(".")[0]
    if room not in catalogue().rooms:
        return Problem.of("room", room, catalogue().rooms)
    return Problem.of("parameter", rest, tuple(n for n in parameters if n.startswith(f"{room}.")) or tuple(parameters))


def outcome_named(tool: str, rest: str) -> Name | Problem:
    """`initial.<outcome>` or `clamp.<outcome>`; `tool` is initial or clamp."""
    rest = rest.removeprefix("states.")
    state, _, key = rest.partition(".")
    states = catalogue().state_outcomes
    if rest in states:
        return _state_outcome(tool, rest, None)
    if state in STATES:
        if key in states:
            return _state_outcome(tool, key, state)
        return _lever_meant(tool, rest) or Problem.of("outcome of a state", key, tuple(states))
    region = catalogue().region_outcomes
    if rest in region:
        return _region_outcome(tool, region[rest])
    if state == "mean" and key in states:
        return _instead(tool, rest, (f"{tool}.{key}",), "mean")
    if key in states:
        return Problem.of("state", state, STATES)
    return _lever_meant(tool, rest) or Problem.of("outcome", rest, (*states, *region), tuple(f"{s}.{k}" for s in STATES for k in states))


def _lever_meant(tool: str, rest: str) -> Problem | None:
    """What to say where a lever stands after `initial.` or `clamp.`."""
    for name in (rest, f"states.{rest}"):
        if isinstance(lever_named(name), Name):
            return Problem(f"'{rest}' is a lever, no outcome; allowed: {name}, without '{tool}.'")
    return None


def _state_outcome(tool: str, key: str, state: str | None) -> Name | Problem:
    variable, mirrored = catalogue().state_outcomes[key], False
    if variable.kind == "derived":
        how, source = variable.derived[0], variable.derived[1].split(".", 1)[1]
        if how != "one_minus":
            return _instead(tool, key, tuple(f"{tool}.{f'{state}.' if state else ''}{k}" for k in _settable_for(source)))
        variable, mirrored = catalogue().variables[variable.derived[1]], True
    who = (state,) if state else STATES
    name = f"{tool}.{f'{state}.' if state else ''}{variable.key}"
    full = tuple(f"{tool}.{s}.{variable.key}" for s in who)
    return Name(name, tool, full, variable, wide=state is None, mirrored=mirrored)


def _settable_for(source: str) -> tuple[str, ...]:
    """Outcomes that stand for a variable which is no outcome itself: the stage follows accession."""
    outcomes = catalogue().state_outcomes
    if source in outcomes:
        return (source,)
    room = catalogue().variables[f"states.{source}"].room
    return tuple(k for k, v in outcomes.items() if v.room == room and v.kind == "stock")


def _region_outcome(tool: str, variable: Variable) -> Name | Problem:
    if variable.kind != "derived":
        return Name(f"{tool}.{variable.published}", tool, (f"{tool}.{variable.published}",), variable)
    how, *sources = variable.derived
    parts = tuple(catalogue().variables[s] for s in sources)
    if tool == "clamp" and variable.name == "eu.credibility":  # the contract's one exception: it holds all six
        return _state_outcome(tool, parts[0].key, None)
    names = tuple(f"{tool}.{p.published}" for p in parts)
    return _instead(tool, variable.published, names, how)


def _instead(tool: str, name: str, names: tuple[str, ...], how: str = "") -> Problem:
    verb = {"initial": "initialised", "clamp": "clamped"}[tool]
    what = {"mean": "a mean over the six states", "spread": "a spread over the six states", "sum": "a sum"}.get(how, "text")
    return Problem(f"'{name}' is {what} and cannot be {verb}; allowed: {' and '.join(names)}")
