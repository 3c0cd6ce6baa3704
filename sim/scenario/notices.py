"""What a plan sets without effect: nothing is wrong, but whoever set it should know.

A room that is off hears no lever; a signal has no starting value that anybody reads; a clamp holds against starting values and forced
events; what lies after the run never comes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from sim.catalogue import STATES, Variable, catalogue
from sim.errors import listed
from sim.quarters import written
from sim.scenario.plan import Forced, Plan

KOSOVO = "XKX.accession"
RECOGNITION = "eu.kosovo_recognition"


def gathered(notices: Iterable[str]) -> tuple[str, ...]:
    """Each notice once; what is said of each of the six states is said once, in the form for all of them."""
    found = dict.fromkeys(notices)
    for notice in list(found):
        if f".{STATES[0]}." in notice:
            each = [notice.replace(f".{STATES[0]}.", f".{state}.") for state in STATES]
            if all(n in found for n in each):
                found = {(notice.replace(f".{STATES[0]}.", ".") if n in each else n): None for n in found}
    return tuple(found)


def without_effect(plan: Plan) -> Iterator[str]:
    """A sentence on each thing that this plan sets in vain, or that will not hold as it stands."""
    return chain(_rooms_off(plan), _after_the_run(plan), _starting_values(plan), _ruled_out(plan), _kosovo(plan))


def _rooms_off(plan: Plan) -> Iterator[str]:
    """Levers, parameters and forced events of rooms that are switched off."""
    off = {room for room, on in plan.mechanisms.items() if not on}
    silent: dict[str, list[str]] = {}
    for name in plan.levers:
        silent.setdefault(catalogue().lever_named(name)[0].room, []).append(name)
    for name in plan.parameters:
        silent.setdefault(name.split(".", 1)[0], []).append(f"parameters.{name}")
    for forced in plan.forced:
        for room in catalogue().events[forced.event].rooms:
            silent.setdefault(room, []).append(_name(forced))
    for room in sorted(off & silent.keys()):
        yield f"{listed(gathered(silent[room]))}: no effect, the room {room} is off"


def _name(forced: Forced) -> str:
    return ".".join(part for part in ("force", forced.event, forced.target, forced.actor) if part)


def _after_the_run(plan: Plan) -> Iterator[str]:
    """Steps of paths that the run does not reach."""
    for name, lever in plan.levers.items():
        for steps in (lever.steps, *(steps for _, _, steps in lever.branches)):
            late = [quarter for quarter, _ in steps if quarter > plan.end]
            if late:
                yield f"{name}: what its path says from {written(late[0])} on lies after the run (to {written(plan.end)})"


def _starting_values(plan: Plan) -> Iterator[str]:
    """Starting values that nobody reads, or that a clamp replaces."""
    for name in (*plan.initial, *plan.initial_draws):
        variable = _variable(name)
        if isinstance(plan.clamps.get(name), float):
            yield f"initial.{name}: no effect, clamp.{name} replaces the starting value too"
        elif variable.kind != "stock" and plan.mechanisms.get(variable.room, True):
            yield f"initial.{name}: no effect, {variable.published} is computed afresh in every quarter; clamp.{name} holds it"


def _variable(name: str) -> Variable:
    """What `SRB.democracy` or `eu.fatigue` speaks of."""
    head, _, key = name.partition(".")
    return catalogue().variables[f"states.{key}"] if head in STATES else catalogue().region_outcomes[name]


def _ruled_out(plan: Plan) -> Iterator[str]:
    """Forced events that would turn on what a clamp holds."""
    for forced in plan.forced:
        stock = catalogue().events[forced.event].turns_on
        held = stock.replace("states", forced.target or "", 1) if stock.startswith("states.") else stock
        if held and held in plan.clamps:
            yield f"{_name(forced)}: clamp.{held} holds against it"


def _kosovo(plan: Plan) -> Iterator[str]:
    """Progress of Kosovo beyond what it can reach or keep while recognition is split."""
    bar = catalogue().parameters["accession.candidate_from"].value
    if not isinstance(bar, float) or not plan.mechanisms.get("accession", True) or RECOGNITION in plan.levers:
        return  # only what somewhere differs from the default, split, is among a plan's levers
    held, start = plan.clamps.get(KOSOVO), plan.initial.get(KOSOVO)
    if isinstance(held, float) and held >= bar:
        yield f"clamp.{KOSOVO} holds Kosovo where no rule would let it come while {RECOGNITION} is split"
    elif held is None and start is not None and start >= bar:
        yield f"initial.{KOSOVO}: lapses in the first quarter while {RECOGNITION} is split"
