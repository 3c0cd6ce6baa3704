"""The layers of each lever: steps, draw, branches and dated changes, as far as nothing above holds the lever.

Where a held value is a path that begins after the start, what the levels below it set stands before its first quarter. A policy's
dated events act from their date on: until then the levels below act, from then on they are ignored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sim.quarters import index
from sim.scenario.distributions import distribution_of
from sim.scenario.levels import known
from sim.scenario.plan import Change, LeverPlan, Steps, Value
from sim.scenario.stack import Branch, Stack
from sim.scenario.uncertain import bounds

Ranked = tuple[tuple[int, bool], Branch, Change]  # ((date, narrow form?), where, change): at equal dates the narrow form wins


@dataclass
class _Layers:
    """What lies between the scenario's own value of a lever and what holds it."""

    branches: list[tuple[bool, str, str, Steps]] = field(default_factory=list)  # narrow form?, branch, option, steps
    changes: list[Ranked] = field(default_factory=list)
    policy: list[Ranked] = field(default_factory=list)


def lever_plans(stack: Stack) -> dict[str, LeverPlan]:
    """Every lever, by full name, that anything moves away from its default."""
    layers = _collect(stack)
    names = {*stack.settings, *stack.draws, *stack.held, *layers}
    plans = {}
    for name in sorted(n for n in names if known(n).kind == "lever"):
        default = _default(name)
        plan = _plan(stack, name, default, layers.get(name, _Layers()))
        if plan.draw or plan.branches or plan.changes or any(value != default for _, value in plan.steps):
            plans[name] = plan
    return plans


def _collect(stack: Stack) -> dict[str, _Layers]:
    found: dict[str, _Layers] = {}
    for branch, option, entry in stack.options():
        for full, value, wide in _spread(entry.get("levers", {})):
            if known(full).kind == "lever":
                found.setdefault(full, _Layers()).branches.append((not wide, branch, option, _steps(value, stack.start)))
    for where, event in stack.dated():
        for full, rank, change in _changes(event):
            if change.start > stack.end:
                stack.notice(f"event {change.event} lies after the run")
            else:
                found.setdefault(full, _Layers()).changes.append((rank, where, change))
    for event in stack.policy_events:
        for full, rank, change in _changes(event):
            if full in stack.top:
                stack.ignore(full, [f"event {change.event} of policy {stack.policy}"])
            elif change.start > stack.end:
                stack.notice(f"event {change.event} of policy {stack.policy} lies after the run")
            else:
                found.setdefault(full, _Layers()).policy.append((rank, None, change))
    return found


def _spread(settings: Mapping[str, Any]) -> list[tuple[str, Any, bool]]:
    """(full name, value, wide form?) of each name that a mapping of settings touches."""
    return [(full, settings[name], known(name).wide) for name in settings for full in known(name).full]


def _changes(event: Mapping[str, Any]) -> list[tuple[str, tuple[int, bool], Change]]:
    begin, stop = index(event.get("at") or event["from"]), index(event.get("at") or event["to"])
    return [
        (full, (begin, not wide), Change(event["id"], kind, begin, stop, _value(value)))
        for kind in ("set", "ramp")
        for full, value, wide in _spread(event.get(kind, {}))
    ]


def _value(value: Any) -> Value:
    return tuple(value) if isinstance(value, list) else value


def _steps(value: Any, start: int, before: Steps = ()) -> Steps:
    """The steps of a value or a path; `before` is what stands until a path's first quarter."""
    if not isinstance(value, dict):
        return ((start, _value(value)),)
    path = tuple(sorted((index(quarter), _value(v)) for quarter, v in value.items()))
    return path if path[0][0] <= start else (*(step for step in before if step[0] < path[0][0]), *path)


def _default(name: str) -> Value:
    lever = known(name).subject
    return lever.default_of(name.split(".")[1] if lever.per_state else None)


def _own_steps(stack: Stack, name: str) -> Steps:
    """The scenario's value, and over it what holds the lever."""
    steps: Steps = ((stack.start, _default(name)),)
    levels = [stack.settings[name]] if name in stack.settings else []
    for value in levels + [held.value for held in stack.held.get(name, [])]:
        steps = _steps(value, stack.start, steps)
    return steps


def _plan(stack: Stack, name: str, default: Value, layers: _Layers) -> LeverPlan:
    steps, draw = _own_steps(stack, name), stack.draws.get(name)
    branches = [(b, o, s) for _, b, o, s in sorted(layers.branches, key=lambda layer: layer[0])]
    changes = sorted(layers.changes, key=lambda ranked: ranked[0])
    below = ["its draw"] if draw else []
    below += [f"branch {branch}.{option}" for branch, option, _ in branches]
    if name in stack.held:
        stack.ignore(name, below + [f"event {change.event}" for _, _, change in changes])
        draw, branches, changes = None, [], []
    elif layers.policy:
        changes = _until(stack, name, below, changes, layers.policy)
    changes += sorted(layers.policy, key=lambda ranked: ranked[0])
    return LeverPlan(
        steps=steps,
        draw=distribution_of(draw, bounds(known(name))) if draw else None,
        branches=tuple(branches),
        changes=tuple((where[0] if where else None, where[1] if where else None, change) for _, where, change in changes),
    )


def _until(stack: Stack, name: str, below: list[str], changes: list[Ranked], policy: list[Ranked]) -> list[Ranked]:
    """The dated events that begin before the policy's first; a notice says what the policy ends."""
    first = min(policy, key=lambda ranked: ranked[0])[2]
    ended = below + [f"event {c.event}" for _, _, c in changes]
    if ended:
        by = f"event {first.event} of policy {stack.policy}"
        stack.notice(f"{name} is held by {by} from its date on; ignored from then on: {', '.join(dict.fromkeys(ended))}")
    return [ranked for ranked in changes if ranked[2].start < first.start]
