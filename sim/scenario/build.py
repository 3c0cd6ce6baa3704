"""Precedence settled: from a merged document, a policy and what is set on top to the plan that the engine plays.

Later wins: defaults, the scenario's levers, `uncertain`, branch, dated event, claim base, policy, `--set`/`levers=`. What the last three
set holds throughout: draw, branch and dated events on it are ignored, with a notice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sim.quarters import index
from sim.scenario.distributions import distribution_of
from sim.scenario.forcing import forced_events
from sim.scenario.layers import lever_plans
from sim.scenario.levels import expand, known
from sim.scenario.notices import gathered, without_effect
from sim.scenario.plan import Distribution, LeverPlan, Plan
from sim.scenario.stack import Stack
from sim.scenario.uncertain import bounds

ON_TOP = "--set / levers="
"""What notices call the settings that a plan has on top."""


def build(
    document: Mapping[str, Any], policy: str | None, levers: Mapping[str, Any], base: Mapping[str, Any], end: str, reference: str
) -> Plan:
    """The plan of `document` under `policy` (None: as written), with `base` and `levers` in canonical form, up to `end`."""
    entry = document.get("policies", {}).get(policy, {}) if policy else {}
    stack = Stack(document, index(document["start"]), index(end), policy or "none", entry.get("events", []), frozenset(expand(levers)))
    stack.hold("the claim's base", base)
    stack.hold(f"policy {policy}", entry.get("levers", {}))
    stack.hold(ON_TOP, levers)
    plans, forced = lever_plans(stack), forced_events(stack)
    settings = {**stack.settings, **{name: held[-1].value for name, held in stack.held.items()}}
    drawn = _free_draws(stack)
    plan = Plan(
        scenario=document["name"],
        policy=policy or "none",
        start=stack.start,
        end=stack.end,
        title=document.get("title", document["name"]),
        question=document.get("question", ""),
        reference=reference,
        levers=plans,
        parameters=_parameters(settings, drawn, stack.start),
        branches=_branches(document),
        forced=forced,
        initial={n: v for n, v in _tool(settings, "initial").items() if f"initial.{n}" not in drawn},
        initial_draws=_tool(drawn, "initial"),
        clamps=_tool(settings, "clamp"),
        mechanisms=_tool(settings, "mechanisms"),
    )
    return replace(plan, notices=gathered((*stack.notices, *without_effect(plan))))


def _free_draws(stack: Stack) -> dict[str, Distribution]:
    """The draws of parameters and starting values that nothing holds."""
    free = {}
    for name, entry in stack.draws.items():
        if known(name).kind == "lever":
            continue
        if name in stack.held:
            stack.ignore(name, ["its draw"])
        else:
            free[name] = distribution_of(entry, bounds(known(name)))
    return free


def _tool(settings: Mapping[str, Any], tool: str) -> dict[str, Any]:
    return {name.split(".", 1)[1]: value for name, value in settings.items() if name.startswith(f"{tool}.")}


def _parameters(settings: Mapping[str, Any], drawn: Mapping[str, Distribution], start: int) -> dict[str, LeverPlan]:
    fixed = {name: LeverPlan(steps=((start, value),)) for name, value in _tool(settings, "parameters").items()}
    return fixed | {name: LeverPlan(steps=(), draw=draw) for name, draw in _tool(drawn, "parameters").items()}


def _branches(document: Mapping[str, Any]) -> dict[str, tuple[tuple[str, float], ...]]:
    shares = {}
    for branch, options in document.get("branches", {}).items():
        total = sum(entry["weight"] for entry in options.values())
        shares[branch] = tuple((option, entry["weight"] / total) for option, entry in options.items())
    return shares
